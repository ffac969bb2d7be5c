/* A strict, incremental reader of multipart/form-data (RFC 7578). Pure: bytes go in, callbacks come out, so that an
 * upload of any size passes in bounded memory. It makes no difference in how many pieces the bytes come.
 *
 * Refused: anything before the first delimiter or after the last, a part without `Content-Disposition: form-data` and a
 * name, parameters other than name and filename (RFC 7578 forbids `filename*`) or given twice, names that are not UTF-8
 * or hold control bytes, transfer encodings, bare line feeds, and an end without the last delimiter. Other fields of a
 * part are ignored, as the RFC says. */
#ifndef DANDELION_GATEWAY_HTTP_MULTIPART_H
#define DANDELION_GATEWAY_HTTP_MULTIPART_H

#include <stddef.h>
#include <stdint.h>

enum { MULTIPART_HEAD_MAX = 2048, MULTIPART_BOUNDARY_MAX = 70 };

struct multipart_part {
    const char *name;         /* never empty */
    const char *filename;     /* NULL: a plain field. Only its last path component: what follows the last '/' or '\' */
    const char *content_type; /* as sent, "text/plain" when absent. Say-so of the client: never trust it */
};

/* Each returns 0, or -1 to stop the reading. The strings of the part are valid within the call only. */
struct multipart_sink {
    int (*begin)(const struct multipart_part *part, void *arg);
    int (*data)(const char *bytes, size_t length, void *arg);
    int (*end)(void *arg);
};

struct multipart_limits {
    unsigned parts;     /* most parts */
    uint64_t part_size; /* most bytes of content in one part */
};

struct multipart;

/* A reader for a body whose Content-Type field is `content_type`; NULL when that is not multipart/form-data with one
 * well-formed boundary, or when memory is short. `sink` must outlive the reader. */
struct multipart *multipart_new(const char *content_type, const struct multipart_limits *limits,
                                const struct multipart_sink *sink, void *arg);
void multipart_destroy(struct multipart **multipart);

/* Reads the next bytes. Returns 0, or -1 when the body is malformed or too large or the sink stopped; multipart_reason
 * says why, and the reader takes no more. */
__attribute__((warn_unused_result)) int multipart_feed(struct multipart *multipart, const char *bytes, size_t length);

/* To be called at the end of the body: 0 when it was complete, else -1. */
__attribute__((warn_unused_result)) int multipart_finish(struct multipart *multipart);

/* A fixed sentence in English, or "" when nothing is wrong. */
const char *multipart_reason(const struct multipart *multipart);

/* Whether what is wrong is a size or a count (413), not the form (400). */
int multipart_too_large(const struct multipart *multipart);

#endif
