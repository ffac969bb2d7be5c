/* Any bytes as what a client sends on one connection: the reader never fails badly, what it hands out keeps the
 * promises of its header, and the split of the bytes makes no difference. The first byte is the size of the pieces of
 * the second reading (0: all at once), the rest is the traffic. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "gateway/http/form.h"
#include "gateway/http/reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { BODY_MAX = 4096 };

static void require(int condition)
{
    if (!condition)
        abort();
}

/* A digest of what was read: FNV-1a over the events and the bytes of bodies. */
static uint64_t mix(uint64_t digest, const char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++)
        digest = (digest ^ (unsigned char)bytes[i]) * 0x100000001B3;
    return digest;
}

static uint64_t mix_text(uint64_t digest, const char *text)
{
    for (const char *at = text; *at != '\0'; at++)
        require((unsigned char)*at >= 0x20 || *at == '\t');
    return mix(digest, text, strlen(text) + 1);
}

static void try_form(const char *query)
{
    struct http_form form;
    char *copy = strdup(query);
    if (http_form_decode(&form, copy, strlen(copy)) == 0) {
        for (size_t i = 0; i < form.count; i++)
            require(*form.pairs[i].name != '\0' && utf8_valid(form.pairs[i].value, strlen(form.pairs[i].value)));
    }
    free(copy);
}

static uint64_t mix_head(uint64_t digest, const struct http_head *head)
{
    require(head->path[0] == '/' && head->raw_path[0] == '/' && head->host[0] != '\0');
    require(utf8_valid(head->path, strlen(head->path)) && strstr(head->path, "/../") == NULL);
    require(!head->chunked || head->content_length == 0);
    require(http_head_count(head, "host") == 1 && http_head_count(head, "content-length") <= 1);
    require(http_head_count(head, "content-length") + http_head_count(head, "transfer-encoding") <= 1);
    try_form(head->query);
    digest = mix_text(mix_text(mix_text(digest, head->raw_path), head->path), head->query);
    for (size_t i = 0; i < head->headers_count; i++)
        digest = mix_text(mix_text(digest, head->headers[i].name), head->headers[i].value);
    return digest;
}

static uint64_t read_all(const uint8_t *data, size_t size, size_t step)
{
    struct http_reader *reader = http_reader_new();
    uint64_t digest = 0xCBF29CE484222325, body = 0;
    enum http_reader_event event = HTTP_READER_MORE;
    size_t at = 0, given = 0;
    while (event != HTTP_READER_REFUSED && !(event == HTTP_READER_MORE && at == size)) {
        if (given == at)
            given = step < size - at ? at + step : size;
        char *piece = malloc(given - at + 1); /* of its own, so that reading past it is seen */
        memcpy(piece, data + at, given - at);
        size_t used = http_reader_feed(reader, piece, given - at, &event);
        require(used <= given - at);
        at += used;
        size_t length;
        const char *bytes = http_reader_piece(reader, &length);
        if (event == HTTP_READER_BODY) {
            digest = mix(digest, bytes, length);
            body += length;
            require(body <= BODY_MAX);
        }
        free(piece);
        if (event == HTTP_READER_HEAD) {
            digest = mix_head(digest, http_reader_head(reader));
            http_reader_limit_body(reader, BODY_MAX);
        } else if (event == HTTP_READER_END) {
            digest = mix(digest, "end", 3);
            body = 0;
            http_reader_next(reader);
        } else if (event == HTTP_READER_REFUSED) {
            const struct http_refusal *refusal = http_reader_refusal(reader);
            require(refusal->status >= 400 && refusal->status <= 505);
            digest = mix_text(digest, refusal->reason);
        }
    }
    http_reader_destroy(&reader);
    return digest;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > 0)
        require(read_all(data + 1, size - 1, SIZE_MAX / 2) ==
                read_all(data + 1, size - 1, data[0] > 0 ? data[0] : SIZE_MAX / 2));
    return 0;
}
