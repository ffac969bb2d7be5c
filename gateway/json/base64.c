#include "gateway/json/base64.h"

#include <stdbool.h>

static const char ALPHABET[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void base64_encode(const uint8_t *bytes, size_t size, char *text)
{
    for (size_t i = 0; i < size; i += 3) {
        size_t left = size - i;
        unsigned group = (unsigned)bytes[i] << 16;
        group |= left > 1 ? (unsigned)bytes[i + 1] << 8 : 0;
        group |= left > 2 ? bytes[i + 2] : 0;
        *text++ = ALPHABET[group >> 18];
        *text++ = ALPHABET[group >> 12 & 63];
        *text++ = left > 1 ? ALPHABET[group >> 6 & 63] : '=';
        *text++ = left > 2 ? ALPHABET[group & 63] : '=';
    }
}

static int digit(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    if (c == '+' || c == '-')
        return 62;
    return c == '/' || c == '_' ? 63 : -1;
}

/* Without the padding; false when there is more or less of it than the length asks for. */
static bool strip_padding(const char *text, size_t *length)
{
    if (*length % 4 == 0) {
        for (int i = 0; i < 2 && *length > 0 && text[*length - 1] == '='; i++)
            (*length)--;
    }
    return *length % 4 != 1;
}

int base64_decode(const char *text, size_t length, uint8_t *bytes, size_t *size)
{
    unsigned bits = 0;
    unsigned count = 0;
    uint8_t *out = bytes;
    if (!strip_padding(text, &length))
        return -1;
    for (size_t i = 0; i < length; i++) {
        int value = digit(text[i]);
        if (value < 0)
            return -1;
        bits = (bits << 6 | (unsigned)value) & 0xffffff;
        count += 6;
        if (count >= 8) {
            count -= 8;
            *out++ = (uint8_t)(bits >> count);
        }
    }
    if (bits & ((1u << count) - 1))
        return -1;
    *size = (size_t)(out - bytes);
    return 0;
}
