#include "identity/text.h"

#include <string.h>

#include "base/utf8.h"

enum { FULL_WIDTH_FIRST = 0xFF01, FULL_WIDTH_LAST = 0xFF5E, FULL_WIDTH_SHIFT = 0xFF01 - '!' };

static bool is_zero_width(uint32_t c)
{
    return (c >= 0x200B && c <= 0x200D) || c == 0x2060 || c == 0xFEFF || c == 0x00AD;
}

bool text_is_space(uint32_t c)
{
    return c == ' ' || (c >= '\t' && c <= '\r') || c == 0x85 || c == 0xA0 || c == 0x1680 ||
           (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000 ||
           is_zero_width(c);
}

bool text_is_control(uint32_t c)
{
    if (text_is_space(c))
        return false;
    return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0x200E || c == 0x200F || (c >= 0x202A && c <= 0x202E) ||
           (c >= 0x2066 && c <= 0x2069) || (c >= 0xFDD0 && c <= 0xFDEF) || (c & 0xFFFE) == 0xFFFE || c == 0xFFFD;
}

bool text_is_blank(const char *text)
{
    size_t left = strlen(text);
    while (left > 0) {
        uint32_t c;
        size_t length = utf8_decode(text, left, &c);
        if (length == 0 || !text_is_space(c))
            return false;
        text += length;
        left -= length;
    }
    return true;
}

/* A growing end of `out`. */
struct sink {
    char *out;
    size_t size;
    size_t length;
};

static bool put(struct sink *sink, const char *bytes, size_t length)
{
    if (length >= sink->size - sink->length)
        return false;
    memcpy(sink->out + sink->length, bytes, length);
    sink->length += length;
    return true;
}

/* Puts a character that is no space; full-width forms become ASCII if `compact`. */
static bool put_character(struct sink *sink, const char *bytes, size_t length, uint32_t c, bool compact)
{
    char plain = (char)(c - FULL_WIDTH_SHIFT);
    bool full_width = compact && c >= FULL_WIDTH_FIRST && c <= FULL_WIDTH_LAST;
    return full_width ? put(sink, &plain, 1) : put(sink, bytes, length);
}

/* Walks over the text; with `compact` space goes, else a run of it becomes one ' '. */
static bool convert(const char *text, bool compact, struct sink *sink)
{
    size_t left = strlen(text);
    bool gap = false;
    for (size_t length; left > 0; text += length, left -= length) {
        uint32_t c = (unsigned char)*text;
        bool printable = c > ' ' && c < 0x7F; /* most of what numbers are made of */
        length = printable ? 1 : utf8_decode(text, left, &c);
        if (length == 0 || (!printable && text_is_control(c)))
            return false;
        if (!printable && text_is_space(c)) {
            gap = gap || (!compact && !is_zero_width(c));
            continue;
        }
        if (gap && sink->length > 0 && !put(sink, " ", 1))
            return false;
        gap = false;
        if (!put_character(sink, text, length, c, compact))
            return false;
    }
    return true;
}

static int finish(const char *text, bool compact, char *out, size_t size)
{
    struct sink sink = {.out = out, .size = size};
    bool ok = convert(text, compact, &sink);
    out[ok ? sink.length : 0] = '\0';
    return ok ? 0 : -1;
}

int text_compact(const char *text, char *out, size_t size)
{
    return finish(text, true, out, size);
}

int text_tidy(const char *text, char *out, size_t size)
{
    return finish(text, false, out, size);
}
