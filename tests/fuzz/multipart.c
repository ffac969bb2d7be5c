/* Any bytes as a multipart form: the reader never fails badly, keeps its limits, and the split of the bytes makes no
 * difference. The first byte is the size of the pieces of the second reading (0: all at once); then comes the
 * Content-Type up to a line feed, then the body. */
#include "gateway/http/multipart.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct multipart_limits limits = {.parts = 4, .part_size = 2000};

struct sum {
    uint64_t digest; /* FNV-1a */
    unsigned parts;
    uint64_t part_size;
    int open;
};

static void require(int condition)
{
    if (!condition)
        abort();
}

static void mix(struct sum *sum, const char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++)
        sum->digest = (sum->digest ^ (unsigned char)bytes[i]) * 0x100000001B3;
}

static void mix_text(struct sum *sum, const char *text)
{
    mix(sum, text, strlen(text) + 1);
}

static int begin(const struct multipart_part *part, void *arg)
{
    struct sum *sum = arg;
    require(!sum->open && ++sum->parts <= limits.parts);
    require(*part->name != '\0' && utf8_valid(part->name, strlen(part->name)));
    require(part->filename == NULL || strpbrk(part->filename, "/\\") == NULL);
    mix_text(sum, part->name);
    mix_text(sum, part->filename != NULL ? part->filename : "none");
    mix_text(sum, part->content_type);
    sum->open = 1;
    sum->part_size = 0;
    return 0;
}

static int take(const char *bytes, size_t length, void *arg)
{
    struct sum *sum = arg;
    sum->part_size += length;
    require(sum->open && length > 0 && sum->part_size <= limits.part_size);
    mix(sum, bytes, length);
    return 0;
}

static int end(void *arg)
{
    struct sum *sum = arg;
    require(sum->open);
    sum->open = 0;
    mix_text(sum, "end");
    return 0;
}

static const struct multipart_sink sink = {begin, take, end};

static uint64_t read_all(const char *type, const uint8_t *data, size_t size, size_t step)
{
    struct sum sum = {.digest = 0xCBF29CE484222325};
    struct multipart *multipart = multipart_new(type, &limits, &sink, &sum);
    if (multipart == NULL)
        return 0;
    int result = 0;
    for (size_t at = 0; at < size && result == 0; at += step) {
        size_t length = step < size - at ? step : size - at;
        char *piece = malloc(length); /* of its own, so that reading past it is seen */
        memcpy(piece, data + at, length);
        result = multipart_feed(multipart, piece, length);
        free(piece);
    }
    if (result == 0)
        result = multipart_finish(multipart);
    require((result == 0) == (*multipart_reason(multipart) == '\0'));
    require(result != 0 || !sum.open);
    mix_text(&sum, multipart_reason(multipart));
    multipart_destroy(&multipart);
    return sum.digest;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *line = size > 1 ? memchr(data + 1, '\n', size - 1) : NULL;
    if (line == NULL)
        return 0;
    char *type = strndup((const char *)data + 1, (size_t)(line - data - 1));
    const uint8_t *body = line + 1;
    size_t length = size - (size_t)(body - data);
    require(read_all(type, body, length, SIZE_MAX / 2) ==
            read_all(type, body, length, data[0] > 0 ? data[0] : SIZE_MAX / 2));
    free(type);
    return 0;
}
