/* A strict, incremental reader of HTTP/1.1 requests. Pure: bytes go in, events come out; no socket, no clock.
 *
 * Whatever RFC 9112 lets a server read in two ways is refused, so that no proxy in front of us can be made to disagree
 * with us on where a message ends. It makes no difference in how many pieces the bytes come.
 *
 *     while (length > 0) {
 *         size_t used = http_reader_feed(reader, bytes, length, &event);
 *         bytes += used, length -= used;
 *         switch (event) { ... }
 *     }
 *
 * One reader reads one message at a time: after HTTP_READER_END it takes nothing until http_reader_next, so the bytes
 * of a pipelined request stay with the caller. */
#ifndef DANDELION_GATEWAY_HTTP_READER_H
#define DANDELION_GATEWAY_HTTP_READER_H

#include <stddef.h>
#include <stdint.h>

#include "gateway/http/head.h"

enum http_reader_event {
    HTTP_READER_MORE,    /* everything was taken, more is needed */
    HTTP_READER_HEAD,    /* the head is complete: http_reader_head. The body is not touched yet */
    HTTP_READER_BODY,    /* a piece of the body: http_reader_piece */
    HTTP_READER_END,     /* the message is complete */
    HTTP_READER_REFUSED, /* http_reader_refusal says why. The connection must be closed: no later byte has a meaning */
};

struct http_reader;

/* A reader that awaits a request; NULL when memory is short. */
struct http_reader *http_reader_new(void);
void http_reader_destroy(struct http_reader **reader);

/* Takes bytes up to the next event and returns how many it took. HTTP_READER_END after a message without a body comes
 * from the next call and takes nothing, also when it is given no bytes. */
size_t http_reader_feed(struct http_reader *reader, const char *bytes, size_t length, enum http_reader_event *event);

/* The head, from HTTP_READER_HEAD on. */
const struct http_head *http_reader_head(const struct http_reader *reader);

/* The most bytes the body may have from now on, counted from its beginning; more is refused with 413, a greater
 * Content-Length at the next call. Without it there is no limit. */
void http_reader_limit_body(struct http_reader *reader, uint64_t most);

/* The piece of the body of the last HTTP_READER_BODY: points into the bytes that were fed. */
const char *http_reader_piece(const struct http_reader *reader, size_t *length);

/* Whether part of a message has been taken; false between messages. */
int http_reader_started(const struct http_reader *reader);

const struct http_refusal *http_reader_refusal(const struct http_reader *reader);

/* Gets ready for the next message, after HTTP_READER_END. */
void http_reader_next(struct http_reader *reader);

#endif
