/* Trace context: parse strictly, format, make children. */
#include "bus/trace.h"

#include <string.h>

#include "base/hex.h"
#include "base/random.h"

static const uint8_t none[16];

struct trace trace_new(void)
{
    struct trace trace = {.flags = 0};
    random_fill(trace.trace_id, sizeof trace.trace_id);
    return trace_child(&trace);
}

struct trace trace_child(const struct trace *parent)
{
    struct trace child = *parent;
    random_fill(child.span_id, sizeof child.span_id);
    return child;
}

/* The standard knows lower case only. */
static int decode_lower(const char *text, size_t length, void *bytes)
{
    for (size_t i = 0; i < length; i++)
        if (text[i] >= 'A' && text[i] <= 'F')
            return -1;
    return hex_decode(text, length, bytes);
}

int trace_parse(const char *text, struct trace *trace)
{
    struct trace result;
    uint8_t version;
    size_t length = strlen(text);
    if (length < TRACE_TEXT_SIZE - 1 || text[2] != '-' || text[35] != '-' || text[52] != '-')
        return -1;
    if (decode_lower(text, 2, &version) < 0 || version == 0xff)
        return -1;
    if (length > TRACE_TEXT_SIZE - 1 && (version == 0 || text[TRACE_TEXT_SIZE - 1] != '-'))
        return -1;
    if (decode_lower(text + 3, 32, result.trace_id) < 0 || decode_lower(text + 36, 16, result.span_id) < 0 ||
        decode_lower(text + 53, 2, &result.flags) < 0)
        return -1;
    if (memcmp(result.trace_id, none, sizeof result.trace_id) == 0 ||
        memcmp(result.span_id, none, sizeof result.span_id) == 0)
        return -1;
    *trace = result;
    return 0;
}

char *trace_format(const struct trace *trace, char text[TRACE_TEXT_SIZE])
{
    memcpy(text, "00-", 3);
    hex_encode(trace->trace_id, sizeof trace->trace_id, text + 3);
    text[35] = '-';
    hex_encode(trace->span_id, sizeof trace->span_id, text + 36);
    text[52] = '-';
    hex_encode(&trace->flags, 1, text + 53);
    text[55] = '\0';
    return text;
}

char *trace_id_format(const struct trace *trace, char text[TRACE_ID_TEXT_SIZE])
{
    hex_encode(trace->trace_id, sizeof trace->trace_id, text);
    text[32] = '\0';
    return text;
}
