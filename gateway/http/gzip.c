#include "gateway/http/gzip.h"

#include <stdint.h>
#include <string.h>

/* Larger bodies would hold up the loop: whoever has them compresses them beforehand. Level 4 takes about 20 ms for one
 * of the largest. */
enum { SMALLEST = 1024, LARGEST = 1 << 20, LEVEL = 4, GZIP_WINDOW = 15 + 16, MEMORY = 8, KEEP_MAX = 256 * 1024 };

bool http_gzip_worth(const char *content_type, size_t length)
{
    static const char *const types[] = {"text/", "application/json", "application/problem+json",
                                        "application/javascript", "image/svg+xml"};
    if (length < SMALLEST || length > LARGEST || content_type == NULL)
        return false;
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        if (strncmp(content_type, types[i], strlen(types[i])) == 0)
            return true;
    }
    return false;
}

int http_gzip_pack(struct http_gzip *gzip, const char *body, size_t length)
{
    if (gzip->ready)
        gzip->ready = deflateReset(&gzip->stream) == Z_OK;
    else
        gzip->ready = deflateInit2(&gzip->stream, LEVEL, Z_DEFLATED, GZIP_WINDOW, MEMORY, Z_DEFAULT_STRATEGY) == Z_OK;
    if (!gzip->ready)
        return -1;
    if (gzip->out.capacity > KEEP_MAX)
        str_destroy(&gzip->out);
    str_reset(&gzip->out);
    /* A result as long as the body is of no use. */
    char *out = str_extend(&gzip->out, length);
    if (out == NULL)
        return -1;
    gzip->stream.next_in = (Bytef *)(uintptr_t)body;
    gzip->stream.avail_in = (uInt)length;
    gzip->stream.next_out = (Bytef *)out;
    gzip->stream.avail_out = (uInt)length;
    if (deflate(&gzip->stream, Z_FINISH) != Z_STREAM_END)
        return -1;
    gzip->out.length = length - gzip->stream.avail_out;
    return 0;
}

void http_gzip_close(struct http_gzip *gzip)
{
    if (gzip->ready)
        deflateEnd(&gzip->stream);
    gzip->ready = false;
    str_destroy(&gzip->out);
}
