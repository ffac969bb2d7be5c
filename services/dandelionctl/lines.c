#include "dandelionctl/lines.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

enum { READ_BYTES = 64 * 1024 };

struct lines lines_new(int fd)
{
    return (struct lines){.fd = fd, .text = str_new(LINE_MAX_BYTES)};
}

void lines_destroy(struct lines *lines)
{
    str_destroy(&lines->text);
}

void lines_read(struct lines *lines)
{
    char part[READ_BYTES];
    ssize_t got;
    /* what was taken makes room */
    size_t left = lines->text.length - lines->taken;
    if (lines->taken) {
        memmove(lines->text.data, lines->text.data + lines->taken, left);
        lines->text.length = left;
        lines->text.data[left] = '\0';
        lines->taken = 0;
    }
    do
        got = read(lines->fd, part, sizeof part);
    while (got < 0 && errno == EINTR);
    if (got > 0)
        str_append(&lines->text, part, (size_t)got);
    lines->failed = got < 0 || !str_ok(&lines->text);
    lines->ended = got <= 0 || lines->failed;
}

char *lines_next(struct lines *lines, size_t *length)
{
    size_t left = lines->text.length - lines->taken;
    if (left == 0 || lines->failed)
        return NULL;
    char *line = lines->text.data + lines->taken;
    char *end = memchr(line, '\n', left);
    if (!end && !lines->ended)
        return NULL;
    *length = end ? (size_t)(end - line) : left;
    lines->taken += *length + (end != NULL);
    line[*length] = '\0';
    return line;
}
