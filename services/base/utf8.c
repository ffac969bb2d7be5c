/* UTF-8 after table 3-7 of the Unicode standard: the second byte's range depends on the first, which rules out
 * overlong forms and surrogates without decoding. Runs of ASCII, most of what we see, go eight bytes at a time. */
#include "base/utf8.h"

#include <string.h>

static size_t sequence_length(uint8_t first)
{
    if (first < 0x80)
        return 1;
    if (first < 0xc2)
        return 0;
    if (first < 0xe0)
        return 2;
    if (first < 0xf0)
        return 3;
    return first < 0xf5 ? 4 : 0;
}

static bool second_allowed(uint8_t first, uint8_t second)
{
    uint8_t low = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
    uint8_t high = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
    return second >= low && second <= high;
}

size_t utf8_decode(const char *text, size_t size, uint32_t *character)
{
    const uint8_t *bytes = (const uint8_t *)text;
    size_t length = sequence_length(bytes[0]);
    if (length == 0 || length > size)
        return 0;
    if (length == 1) {
        *character = bytes[0];
        return 1;
    }
    if (!second_allowed(bytes[0], bytes[1]))
        return 0;
    uint32_t value = bytes[0] & (0x7fu >> length);
    for (size_t i = 1; i < length; i++) {
        if ((bytes[i] & 0xc0) != 0x80)
            return 0;
        value = value << 6 | (bytes[i] & 0x3fu);
    }
    *character = value;
    return length;
}

static bool eight_ascii(const char *text)
{
    uint64_t word;
    memcpy(&word, text, sizeof word);
    return (word & 0x8080808080808080u) == 0;
}

bool utf8_count(const char *text, size_t size, size_t *characters)
{
    size_t at = 0, count = 0;
    while (at < size) {
        if (size - at >= 8 && eight_ascii(text + at)) {
            at += 8;
            count += 8;
            continue;
        }
        uint32_t character;
        size_t length = utf8_decode(text + at, size - at, &character);
        if (length == 0)
            return false;
        at += length;
        count++;
    }
    *characters = count;
    return true;
}

bool utf8_valid(const char *text, size_t size)
{
    size_t characters;
    return utf8_count(text, size, &characters);
}

size_t utf8_encode(uint32_t character, char text[4])
{
    if (character < 0x80) {
        text[0] = (char)character;
        return 1;
    }
    if (character < 0x800) {
        text[0] = (char)(0xc0 | character >> 6);
        text[1] = (char)(0x80 | (character & 0x3f));
        return 2;
    }
    if (character < 0x10000) {
        if (character >= 0xd800 && character < 0xe000)
            return 0;
        text[0] = (char)(0xe0 | character >> 12);
        text[1] = (char)(0x80 | (character >> 6 & 0x3f));
        text[2] = (char)(0x80 | (character & 0x3f));
        return 3;
    }
    if (character > 0x10ffff)
        return 0;
    text[0] = (char)(0xf0 | character >> 18);
    text[1] = (char)(0x80 | (character >> 12 & 0x3f));
    text[2] = (char)(0x80 | (character >> 6 & 0x3f));
    text[3] = (char)(0x80 | (character & 0x3f));
    return 4;
}

void utf8_cut(char *text)
{
    size_t size = strlen(text), start = size;
    while (start > 0 && size - start < 3 && ((uint8_t)text[start - 1] & 0xc0) == 0x80)
        start--;
    if (start > 0 && sequence_length((uint8_t)text[start - 1]) > size - start + 1)
        text[start - 1] = '\0';
}
