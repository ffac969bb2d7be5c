/* Compression of answers. Internal to this folder. */
#ifndef DANDELION_GATEWAY_HTTP_GZIP_H
#define DANDELION_GATEWAY_HTTP_GZIP_H

#include <stdbool.h>
#include <stddef.h>
#include <zlib.h>

#include "base/str.h"

/* One compressor, used again and again: its state is a quarter of a megabyte. All zero is a valid beginning. */
struct http_gzip {
    bool ready;
    z_stream stream;
    struct str out; /* the result of the last http_gzip_pack */
};

/* Whether a body of this type and size is worth compressing. */
bool http_gzip_worth(const char *content_type, size_t length);

/* Compresses into gzip->out. Returns 0, or -1 when memory is short or the result is no shorter. */
int http_gzip_pack(struct http_gzip *gzip, const char *body, size_t length);

void http_gzip_close(struct http_gzip *gzip);

#endif
