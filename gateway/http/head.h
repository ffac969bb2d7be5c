/* The head of an HTTP/1.1 request: request line and header fields, as the strict reader hands it out.
 *
 * All strings are NUL-terminated and hold no inner NUL or control byte (such heads are refused), so they can be used
 * as C strings. They live in the reader and stay valid until http_reader_next or http_reader_destroy. */
#ifndef DANDELION_GATEWAY_HTTP_HEAD_H
#define DANDELION_GATEWAY_HTTP_HEAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { HTTP_HEAD_MAX = 16 * 1024, HTTP_HEADERS_MAX = 64 };

/* The methods we know; any other is refused with 501. */
enum http_method { HTTP_GET, HTTP_HEAD, HTTP_POST, HTTP_PUT, HTTP_PATCH, HTTP_DELETE, HTTP_OPTIONS, HTTP_METHODS };

struct http_header {
    const char *name;  /* lower case */
    const char *value; /* without the white space around it */
};

struct http_head {
    enum http_method method;
    const char *raw_path; /* as received, begins with '/' */
    const char *path;     /* percent-decoded: valid UTF-8, no control bytes, no encoded '/', no "." or ".." segment */
    const char *query;    /* as received, after the '?', well-formed percent-encoding; "" when there is none */
    const char *host;     /* the Host field, which also equals the authority of an absolute target */
    bool keep_alive;      /* the client asked neither for "Connection: close" nor for an upgrade */
    bool expect_continue; /* the client waits for 100 Continue before it sends the body */
    bool chunked;         /* the body comes in chunks; its length is not known beforehand */
    uint64_t content_length; /* 0 when there is no body or it is chunked */
    size_t headers_count;
    struct http_header headers[HTTP_HEADERS_MAX];
};

/* Why a request was refused. */
struct http_refusal {
    int status;         /* the answer it deserves; 0: not refused */
    const char *reason; /* a fixed sentence in English; never quotes what the client sent */
};

/* The value of the first field `name` (lower case), or NULL. */
const char *http_head_get(const struct http_head *head, const char *name);

/* How often the field `name` (lower case) occurs. A caller that trusts a field makes sure that there is one. */
size_t http_head_count(const struct http_head *head, const char *name);

/* Whether a field whose value is a comma-separated list ("gzip, br;q=0.5") holds `token`, in any case. An item with
 * q=0 does not count. */
bool http_head_lists(const struct http_head *head, const char *name, const char *token);

/* "GET" and so on. */
const char *http_method_name(enum http_method method);

/* Reads the whole head that `text` holds, `length` bytes up to and including the empty line, already checked to have
 * no control bytes but tabs and whole line ends. Writes NULs into `text`, which must have room for `length` more bytes
 * behind it (the decoded path goes there). Returns 0, or -1 and fills `refusal`. Used by the reader only. */
int http_head_parse(struct http_head *head, char *text, size_t length, struct http_refusal *refusal);

#endif
