#include "gateway/http/reader.h"

#include <stdlib.h>
#include <string.h>

#include "base/hex.h"

enum state {
    HEAD,
    HEAD_DONE, /* the head is out; how the body is framed is looked at with the next call */
    LENGTH,
    CHUNK_SIZE,
    CHUNK_SIZE_LF,
    CHUNK_DATA,
    CHUNK_DATA_CR,
    CHUNK_DATA_LF,
    LAST_CR,
    LAST_LF,
    END,
    REFUSED,
};

enum { CHUNK_DIGITS_MAX = 15, TEXT_KEEP_MAX = 4096 };

struct http_reader {
    enum state state;
    char *text; /* the head so far, with as much room behind it for the decoded path */
    size_t length;
    size_t capacity;
    size_t line; /* bytes of the current line */
    bool after_cr;
    unsigned digits; /* of the chunk size */
    uint64_t left;   /* bytes to come in the body or chunk */
    uint64_t taken;  /* bytes of the body so far */
    uint64_t most;
    const char *piece;
    size_t piece_length;
    struct http_refusal refusal;
    struct http_head head;
};

struct http_reader *http_reader_new(void)
{
    struct http_reader *reader = calloc(1, sizeof *reader);
    if (reader != NULL)
        http_reader_next(reader);
    return reader;
}

void http_reader_destroy(struct http_reader **reader)
{
    if (*reader == NULL)
        return;
    free((*reader)->text);
    free(*reader);
    *reader = NULL;
}

void http_reader_next(struct http_reader *reader)
{
    if (reader->capacity > TEXT_KEEP_MAX) {
        free(reader->text);
        reader->text = NULL;
        reader->capacity = 0;
    }
    reader->state = HEAD;
    reader->length = 0;
    reader->line = 0;
    reader->after_cr = false;
    reader->taken = 0;
    reader->most = UINT64_MAX;
}

static enum http_reader_event refuse(struct http_reader *reader, int status, const char *reason)
{
    reader->state = REFUSED;
    reader->refusal = (struct http_refusal){status, reason};
    return HTTP_READER_REFUSED;
}

static int text_append(struct http_reader *reader, const char *bytes, size_t length)
{
    size_t need = 2 * (reader->length + length) + 1;
    if (need > reader->capacity) {
        size_t capacity = reader->capacity != 0 ? reader->capacity : 1024;
        while (capacity < need)
            capacity *= 2;
        char *text = realloc(reader->text, capacity);
        if (text == NULL)
            return -1;
        reader->text = text;
        reader->capacity = capacity;
    }
    memcpy(reader->text + reader->length, bytes, length);
    reader->length += length;
    return 0;
}

/* Looks for the empty line that ends the head, among the bytes that the head may still have. Returns how many belong to
 * it; `event` becomes HEAD or REFUSED. */
static size_t scan_head(struct http_reader *reader, const char *bytes, size_t length, enum http_reader_event *event)
{
    size_t i = 0;
    while (i < length) {
        unsigned char c = (unsigned char)bytes[i++];
        if (c == '\n') {
            if (!reader->after_cr) {
                *event = refuse(reader, 400, "A line of the head ends without CR.");
                return i;
            }
            reader->after_cr = false;
            if (reader->line == 0) {
                *event = HTTP_READER_HEAD;
                return i;
            }
            reader->line = 0;
        } else if (reader->after_cr || (c < 0x20 && c != '\t' && c != '\r') || c == 0x7F) {
            *event = refuse(reader, 400, "The head holds a control byte.");
            return i;
        } else if (c == '\r') {
            reader->after_cr = true;
        } else {
            reader->line++;
        }
    }
    return i;
}

static size_t feed_head(struct http_reader *reader, const char *bytes, size_t length, enum http_reader_event *event)
{
    size_t room = HTTP_HEAD_MAX - reader->length;
    size_t used = scan_head(reader, bytes, length < room ? length : room, event);
    if (*event == HTTP_READER_REFUSED)
        return used;
    if (text_append(reader, bytes, used) != 0) {
        *event = refuse(reader, 503, "The server is out of memory.");
    } else if (*event == HTTP_READER_HEAD) {
        reader->state = HEAD_DONE;
        if (http_head_parse(&reader->head, reader->text, reader->length, &reader->refusal) != 0)
            *event = refuse(reader, reader->refusal.status, reader->refusal.reason);
    } else if (reader->length == HTTP_HEAD_MAX) {
        *event = refuse(reader, 431, "The head is too large.");
    }
    return used;
}

static size_t feed_data(struct http_reader *reader, const char *bytes, size_t length, enum state next,
                        enum http_reader_event *event)
{
    size_t piece = reader->left < length ? (size_t)reader->left : length;
    if (piece > reader->most || reader->taken > reader->most - piece) { /* the limit was lowered meanwhile */
        *event = refuse(reader, 413, "The body is too large.");
        return 0;
    }
    reader->piece = bytes;
    reader->piece_length = piece;
    reader->left -= piece;
    reader->taken += piece;
    if (reader->left == 0)
        reader->state = next;
    *event = HTTP_READER_BODY;
    return piece;
}

static void begin_body(struct http_reader *reader, enum http_reader_event *event)
{
    reader->left = 0;
    reader->digits = 0;
    if (reader->head.chunked) {
        reader->state = CHUNK_SIZE;
    } else if (reader->head.content_length > reader->most) {
        *event = refuse(reader, 413, "The body is too large.");
    } else {
        reader->left = reader->head.content_length;
        reader->state = reader->left > 0 ? LENGTH : END;
    }
}

static void chunk_size_digit(struct http_reader *reader, char byte, enum http_reader_event *event)
{
    int digit = hex_digit(byte);
    if (digit >= 0 && reader->digits < CHUNK_DIGITS_MAX) {
        reader->left = reader->left * 16 + (uint64_t)digit;
        reader->digits++;
    } else if (byte == '\r' && reader->digits > 0) {
        reader->state = CHUNK_SIZE_LF;
    } else {
        *event = refuse(reader, 400, "A chunk size is malformed.");
    }
}

/* One byte of what stands between the data of a chunked body. */
static void chunk_byte(struct http_reader *reader, char byte, enum http_reader_event *event)
{
    static const char malformed[] = "A chunk is malformed.";
    switch (reader->state) {
    case CHUNK_SIZE:
        chunk_size_digit(reader, byte, event);
        return;
    case CHUNK_SIZE_LF:
        reader->state = reader->left > 0 ? CHUNK_DATA : LAST_CR;
        if (byte != '\n')
            *event = refuse(reader, 400, malformed);
        else if (reader->left > reader->most || reader->taken > reader->most - reader->left)
            *event = refuse(reader, 413, "The body is too large.");
        return;
    case CHUNK_DATA_CR:
        reader->state = CHUNK_DATA_LF;
        if (byte != '\r')
            *event = refuse(reader, 400, malformed);
        return;
    case CHUNK_DATA_LF:
        reader->state = CHUNK_SIZE;
        reader->left = 0;
        reader->digits = 0;
        if (byte != '\n')
            *event = refuse(reader, 400, malformed);
        return;
    case LAST_CR:
        reader->state = LAST_LF;
        if (byte != '\r')
            *event = refuse(reader, 400, "Trailers are not accepted.");
        return;
    default: /* LAST_LF */
        reader->state = END;
        if (byte != '\n')
            *event = refuse(reader, 400, malformed);
    }
}

size_t http_reader_feed(struct http_reader *reader, const char *bytes, size_t length, enum http_reader_event *event)
{
    size_t used = 0;
    *event = HTTP_READER_MORE;
    if (reader->state == HEAD_DONE)
        begin_body(reader, event);
    while (*event == HTTP_READER_MORE) {
        if (reader->state == END) {
            *event = HTTP_READER_END;
        } else if (reader->state == REFUSED) {
            *event = HTTP_READER_REFUSED;
        } else if (used == length) {
            break;
        } else if (reader->state == HEAD) {
            used += feed_head(reader, bytes + used, length - used, event);
        } else if (reader->state == LENGTH) {
            used += feed_data(reader, bytes + used, length - used, END, event);
        } else if (reader->state == CHUNK_DATA) {
            used += feed_data(reader, bytes + used, length - used, CHUNK_DATA_CR, event);
        } else {
            chunk_byte(reader, bytes[used], event);
            used++;
        }
    }
    return used;
}

const struct http_head *http_reader_head(const struct http_reader *reader)
{
    return &reader->head;
}

void http_reader_limit_body(struct http_reader *reader, uint64_t most)
{
    reader->most = most;
}

const char *http_reader_piece(const struct http_reader *reader, size_t *length)
{
    *length = reader->piece_length;
    return reader->piece;
}

int http_reader_started(const struct http_reader *reader)
{
    return reader->state != HEAD || reader->length > 0;
}

const struct http_refusal *http_reader_refusal(const struct http_reader *reader)
{
    return &reader->refusal;
}
