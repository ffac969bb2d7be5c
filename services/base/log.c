/* One logfmt line per event, written whole by a single write(2), so that lines of several processes on one descriptor
 * never mix. A line that is too long is cut; a log that cannot be written is no reason to stop. */
#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/utf8.h"

enum { LINE_MAX_BYTES = 4096, QUOTED_SIZE = 256, QUOTED_BUFFERS = 4 };

static const char *const level_names[] = {"error", "warn", "info", "debug"};
static const char *log_service = "-";
static enum log_level log_threshold = LOG_INFO;

void log_open(const char *service, enum log_level level)
{
    log_service = service;
    log_threshold = level;
}

void log_line(enum log_level level, const char *event, const char *fields, ...)
{
    if (level > log_threshold)
        return;
    char line[LINE_MAX_BYTES], now[CLOCK_INSTANT_SIZE];
    size_t room = sizeof line - 1;
    int written = snprintf(line, room, "time=%s level=%s service=%s event=\"%s\"",
                           clock_instant_format(clock_now_ms(), now), level_names[level], log_service, event);
    size_t used = written < 0 ? 0 : (size_t)written < room ? (size_t)written : room - 1;
    if (*fields && used + 1 < room) {
        line[used++] = ' ';
        va_list args;
        va_start(args, fields);
        written = vsnprintf(line + used, room - used, fields, args);
        va_end(args);
        line[room - 1] = '\0';
        used += written < 0 ? 0 : strlen(line + used);
    }
    line[used] = '\0';
    utf8_cut(line);
    used = strlen(line);
    for (size_t i = 0; i < used; i++)
        if (line[i] == '\n' || line[i] == '\r')
            line[i] = ' ';
    line[used++] = '\n';
    ssize_t ignored = write(STDERR_FILENO, line, used);
    (void)ignored;
}

static size_t escape(unsigned char c, char out[8])
{
    if (c == '"' || c == '\\')
        return (size_t)snprintf(out, 8, "\\%c", c);
    if (c == '\n')
        return (size_t)snprintf(out, 8, "\\n");
    if (c == '\r')
        return (size_t)snprintf(out, 8, "\\r");
    if (c == '\t')
        return (size_t)snprintf(out, 8, "\\t");
    return (size_t)snprintf(out, 8, "\\x%02x", c);
}

const char *log_quoted(const char *value)
{
    static char buffers[QUOTED_BUFFERS][QUOTED_SIZE];
    static unsigned next;
    char *start = buffers[next++ % QUOTED_BUFFERS], *at = start, *end = start + QUOTED_SIZE - 2;
    *at++ = '"';
    size_t left = strlen(value);
    while (left) {
        char piece[8];
        uint32_t character;
        size_t length = utf8_decode(value, left, &character), size = length ? length : 1;
        if (length == 0 || character < 0x20 || character == 0x7f || character == '"' || character == '\\') {
            size_t escaped = escape((unsigned char)*value, piece);
            if (at + escaped > end)
                break;
            memcpy(at, piece, escaped);
            at += escaped;
        } else {
            if (at + size > end)
                break;
            memcpy(at, value, size);
            at += size;
        }
        value += size;
        left -= size;
    }
    *at++ = '"';
    *at = '\0';
    return start;
}

int log_level_parse(const char *name, enum log_level *level)
{
    for (size_t i = 0; i < sizeof level_names / sizeof *level_names; i++) {
        if (strcmp(name, level_names[i]) == 0) {
            *level = (enum log_level)i;
            return 0;
        }
    }
    return -1;
}
