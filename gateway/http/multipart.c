/* A state machine over bytes; within content it searches for the delimiter, CR LF "--" boundary. Content is handed out
 * as soon as it cannot be the beginning of one. What may be one is held back as a count alone: its bytes are known. No
 * boundary holds a CR, so after a mismatch the search goes on at the byte that did not match. */
#include "gateway/http/multipart.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/utf8.h"
#include "gateway/http/parameter.h"

enum state {
    FIRST,  /* in the first delimiter, which has no CR LF before it */
    BEHIND, /* behind a delimiter: CR before a part, or '-' at the end */
    BEHIND_CR,
    BEHIND_DASH,
    HEAD,
    CONTENT,
    DONE, /* behind the last delimiter; one CR LF may follow */
    DONE_CR,
    DONE_LF,
    FAILED,
};

enum { DELIMITER_MAX = 4 + MULTIPART_BOUNDARY_MAX };

struct multipart {
    enum state state;
    struct multipart_limits limits;
    const struct multipart_sink *sink;
    void *arg;
    const char *reason;
    bool too_large;
    unsigned parts;
    uint64_t part_size;
    size_t held; /* how many of the last bytes match the delimiter's beginning */
    size_t delimiter_length;
    char delimiter[DELIMITER_MAX + 1];
    size_t head_length;
    char head[MULTIPART_HEAD_MAX + 1];
    struct parameter name, filename; /* of the part whose head is read */
};

static int fail(struct multipart *multipart, const char *reason)
{
    multipart->state = FAILED;
    multipart->reason = reason;
    return -1;
}

static int fail_large(struct multipart *multipart, const char *reason)
{
    multipart->too_large = true;
    return fail(multipart, reason);
}

static int read_boundary(struct multipart *multipart, const char *content_type)
{
    static const char type[] = "multipart/form-data";
    struct parameter parameter;
    unsigned boundaries = 0;
    if (strncasecmp(content_type, type, sizeof type - 1) != 0)
        return -1;
    const char *at = content_type + sizeof type - 1;
    for (int found; (found = parameter_read(&at, &parameter)) != 0;) {
        if (found < 0)
            return -1;
        if (strcmp(parameter.name, "boundary") != 0)
            continue;
        size_t length = strlen(parameter.value);
        if (boundaries++ > 0 || length == 0 || length > MULTIPART_BOUNDARY_MAX || parameter.value[length - 1] == ' ')
            return -1;
        memcpy(multipart->delimiter, "\r\n--", 4);
        memcpy(multipart->delimiter + 4, parameter.value, length + 1);
        multipart->delimiter_length = 4 + length;
    }
    return boundaries == 1 ? 0 : -1;
}

struct multipart *multipart_new(const char *content_type, const struct multipart_limits *limits,
                                const struct multipart_sink *sink, void *arg)
{
    struct multipart *multipart = calloc(1, sizeof *multipart);
    if (multipart == NULL)
        return NULL;
    multipart->state = FIRST;
    multipart->held = 2;
    multipart->limits = *limits;
    multipart->sink = sink;
    multipart->arg = arg;
    multipart->reason = "";
    if (read_boundary(multipart, content_type) != 0)
        multipart_destroy(&multipart);
    return multipart;
}

void multipart_destroy(struct multipart **multipart)
{
    free(*multipart);
    *multipart = NULL;
}

static bool is_name(const char *text)
{
    for (const char *at = text; *at != '\0'; at++) {
        if ((unsigned char)*at < 0x20 || *at == 0x7F)
            return false;
    }
    return utf8_valid(text, strlen(text));
}

static const char *last_component(const char *filename)
{
    const char *last = filename;
    for (const char *at = filename; *at != '\0'; at++) {
        if (*at == '/' || *at == '\\')
            last = at + 1;
    }
    return last;
}

static int read_disposition(struct multipart *multipart, const char *value, struct multipart_part *part)
{
    static const char type[] = "form-data";
    static const char malformed[] = "A Content-Disposition is malformed.";
    struct parameter parameter;
    if (part->name != NULL || strncasecmp(value, type, sizeof type - 1) != 0)
        return fail(multipart, malformed);
    value += sizeof type - 1;
    for (int found; (found = parameter_read(&value, &parameter)) != 0;) {
        if (found < 0 || !is_name(parameter.value))
            return fail(multipart, malformed);
        if (strcmp(parameter.name, "name") == 0 && part->name == NULL) {
            multipart->name = parameter;
            part->name = multipart->name.value;
        } else if (strcmp(parameter.name, "filename") == 0 && part->filename == NULL) {
            multipart->filename = parameter;
            part->filename = last_component(multipart->filename.value);
        } else {
            return fail(multipart, "A Content-Disposition holds a parameter twice, or one that is not allowed.");
        }
    }
    return part->name != NULL && *part->name != '\0' ? 0 : fail(multipart, "A part has no name.");
}

static int read_field(struct multipart *multipart, const char *name, const char *value, struct multipart_part *part)
{
    if (strcasecmp(name, "content-disposition") == 0)
        return read_disposition(multipart, value, part);
    if (strcasecmp(name, "content-transfer-encoding") == 0 && strcasecmp(value, "binary") != 0 &&
        strcasecmp(value, "8bit") != 0 && strcasecmp(value, "7bit") != 0)
        return fail(multipart, "A part is encoded.");
    if (strcasecmp(name, "content-type") == 0) {
        if (part->content_type != NULL || *value == '\0')
            return fail(multipart, "A Content-Type is malformed.");
        part->content_type = value;
    }
    return 0;
}

/* The head of a part is whole: ends with CR LF CR LF and has no other control byte than tabs and line ends. */
static int read_head(struct multipart *multipart)
{
    struct multipart_part part = {0};
    multipart->head[multipart->head_length - 2] = '\0';
    for (char *line = multipart->head; *line != '\0';) {
        char *end = strchr(line, '\r');
        char *colon = memchr(line, ':', (size_t)(end - line));
        if (colon == NULL || colon == line || strcspn(line, " \t") < (size_t)(colon - line))
            return fail(multipart, "A field of a part is malformed.");
        char *value = colon + 1 + strspn(colon + 1, " \t");
        char *next = end + 2;
        while (end > value && (end[-1] == ' ' || end[-1] == '\t'))
            end--;
        *colon = '\0';
        *end = '\0';
        if (read_field(multipart, line, value, &part) != 0)
            return -1;
        line = next;
    }
    if (part.name == NULL)
        return fail(multipart, "A part has no Content-Disposition.");
    if (part.content_type == NULL)
        part.content_type = "text/plain";
    multipart->state = CONTENT;
    multipart->held = 0;
    multipart->part_size = 0;
    return multipart->sink->begin(&part, multipart->arg) != 0 ? fail(multipart, "The receiver stopped.") : 0;
}

static int head_byte(struct multipart *multipart, char byte)
{
    char before = multipart->head_length > 0 ? multipart->head[multipart->head_length - 1] : '\0';
    if ((before == '\r') != (byte == '\n') ||
        ((unsigned char)byte < 0x20 && byte != '\t' && byte != '\r' && byte != '\n') || byte == 0x7F)
        return fail(multipart, "The head of a part holds a control byte.");
    if (multipart->head_length == MULTIPART_HEAD_MAX)
        return fail_large(multipart, "The head of a part is too large.");
    multipart->head[multipart->head_length++] = byte;
    if (byte != '\n' || (multipart->head_length > 2 && multipart->head[multipart->head_length - 3] != '\n'))
        return 0;
    return read_head(multipart);
}

static int begin_head(struct multipart *multipart)
{
    if (multipart->parts++ == multipart->limits.parts)
        return fail_large(multipart, "There are too many parts.");
    multipart->state = HEAD;
    multipart->head_length = 0;
    return 0;
}

/* One byte outside of content. */
static int frame_byte(struct multipart *multipart, char byte)
{
    static const char malformed[] = "A delimiter is malformed.";
    switch (multipart->state) {
    case FIRST:
        if (byte != multipart->delimiter[multipart->held++])
            return fail(multipart, "The body does not begin with the delimiter.");
        if (multipart->held == multipart->delimiter_length)
            multipart->state = BEHIND;
        return 0;
    case BEHIND:
        multipart->state = byte == '\r' ? BEHIND_CR : BEHIND_DASH;
        return byte == '\r' || byte == '-' ? 0 : fail(multipart, malformed);
    case BEHIND_CR:
        return byte == '\n' ? begin_head(multipart) : fail(multipart, malformed);
    case BEHIND_DASH:
        multipart->state = DONE;
        return byte == '-' ? 0 : fail(multipart, malformed);
    case HEAD:
        return head_byte(multipart, byte);
    case DONE:
        multipart->state = DONE_CR;
        return byte == '\r' ? 0 : fail(multipart, "Something follows the last delimiter.");
    case DONE_CR:
        multipart->state = DONE_LF;
        return byte == '\n' ? 0 : fail(multipart, "Something follows the last delimiter.");
    default:
        return fail(multipart, "Something follows the last delimiter.");
    }
}

static int emit(struct multipart *multipart, const char *bytes, size_t length)
{
    uint64_t room = multipart->limits.part_size - multipart->part_size;
    size_t given = length < room ? length : (size_t)room;
    multipart->part_size += given;
    if (given > 0 && multipart->sink->data(bytes, given, multipart->arg) != 0)
        return fail(multipart, "The receiver stopped.");
    return given < length ? fail_large(multipart, "A part is too large.") : 0;
}

static int end_part(struct multipart *multipart)
{
    multipart->state = BEHIND;
    return multipart->sink->end(multipart->arg) != 0 ? fail(multipart, "The receiver stopped.") : 0;
}

/* Takes content up to the end of a delimiter or of the bytes. Returns how many it took, or -1. */
static long feed_content(struct multipart *multipart, const char *bytes, size_t length)
{
    size_t before = multipart->held; /* of those held back, how many came with earlier bytes */
    size_t i = 0;
    while (i < length && multipart->held < multipart->delimiter_length) {
        if (bytes[i] == multipart->delimiter[multipart->held]) {
            multipart->held++;
            i++;
        } else if (multipart->held > 0) {
            if (emit(multipart, multipart->delimiter, before) != 0)
                return -1;
            before = 0;
            multipart->held = 0;
        } else {
            const char *cr = memchr(bytes + i, '\r', length - i);
            i = cr != NULL ? (size_t)(cr - bytes) : length;
        }
    }
    if (emit(multipart, bytes, i - (multipart->held - before)) != 0)
        return -1;
    if (multipart->held == multipart->delimiter_length && end_part(multipart) != 0)
        return -1;
    return (long)i;
}

int multipart_feed(struct multipart *multipart, const char *bytes, size_t length)
{
    for (size_t i = 0; i < length;) {
        if (multipart->state == FAILED)
            return -1;
        if (multipart->state == CONTENT) {
            long taken = feed_content(multipart, bytes + i, length - i);
            if (taken < 0)
                return -1;
            i += (size_t)taken;
        } else if (frame_byte(multipart, bytes[i++]) != 0) {
            return -1;
        }
    }
    return multipart->state == FAILED ? -1 : 0;
}

int multipart_finish(struct multipart *multipart)
{
    if (multipart->state == DONE || multipart->state == DONE_LF)
        return 0;
    return multipart->state == FAILED ? -1 : fail(multipart, "The last delimiter is missing.");
}

const char *multipart_reason(const struct multipart *multipart)
{
    return multipart->reason;
}

int multipart_too_large(const struct multipart *multipart)
{
    return multipart->too_large;
}
