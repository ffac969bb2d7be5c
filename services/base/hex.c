/* Hexadecimal and base64url. */
#include "base/hex.h"

#include <stdint.h>

static const char base64url[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/* The digit's value and one; 0 for all other characters. A table, since digits are as good as random to a branch. */
static const uint8_t digits[256] = {
    ['0'] = 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, ['A'] = 11, 12, 13, 14, 15, 16, ['a'] = 11, 12, 13, 14, 15, 16,
};

int hex_digit(char c)
{
    return digits[(uint8_t)c] - 1;
}

void hex_encode(const void *bytes, size_t size, char *text)
{
    const uint8_t *from = bytes;
    for (size_t i = 0; i < size; i++) {
        text[2 * i] = "0123456789abcdef"[from[i] >> 4];
        text[2 * i + 1] = "0123456789abcdef"[from[i] & 0xf];
    }
}

int hex_decode(const char *text, size_t length, void *bytes)
{
    uint8_t *to = bytes;
    if (length % 2)
        return -1;
    for (size_t i = 0; i < length; i += 2)
        if (hex_digit(text[i]) < 0 || hex_digit(text[i + 1]) < 0)
            return -1;
    for (size_t i = 0; i < length; i += 2)
        to[i / 2] = (uint8_t)(hex_digit(text[i]) << 4 | hex_digit(text[i + 1]));
    return 0;
}

size_t base64url_length(size_t size)
{
    return size / 3 * 4 + (size % 3 ? size % 3 + 1 : 0);
}

char *base64url_encode(const void *bytes, size_t size, char *text)
{
    const uint8_t *from = bytes;
    char *at = text;
    uint32_t bits = 0;
    unsigned count = 0;
    for (size_t i = 0; i < size; i++) {
        bits = bits << 8 | from[i];
        for (count += 8; count >= 6; count -= 6)
            *at++ = base64url[bits >> (count - 6) & 0x3f];
    }
    if (count)
        *at++ = base64url[bits << (6 - count) & 0x3f];
    *at = '\0';
    return text;
}

static int base64url_digit(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '-' ? 62 : c == '_' ? 63 : -1;
}

int base64url_decode(const char *text, size_t length, void *bytes, size_t room, size_t *size)
{
    uint8_t *to = bytes;
    uint32_t bits = 0;
    unsigned count = 0;
    size_t written = 0;
    if (length % 4 == 1)
        return -1;
    for (size_t i = 0; i < length; i++) {
        int digit = base64url_digit(text[i]);
        if (digit < 0)
            return -1;
        bits = bits << 6 | (uint32_t)digit;
        count += 6;
        if (count < 8)
            continue;
        if (written == room)
            return -1;
        count -= 8;
        to[written++] = (uint8_t)(bits >> count);
    }
    if (bits & ((1u << count) - 1))
        return -1;
    *size = written;
    return 0;
}
