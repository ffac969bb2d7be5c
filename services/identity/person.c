#include "identity/person.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/utf8.h"
#include "identity/text.h"

enum { INNER_DOT = 0xB7, INPUT_SIZE = 1024, MOBILE_LENGTH = 11, LOCAL_MIN = 7, LOCAL_MAX = 8, PHONE_DIGITS_MAX = 16 };

static bool is_dot(uint32_t c)
{
    static const uint32_t dots[] = {INNER_DOT, 0x2022, 0x2027, 0x2219, 0x22C5, 0x30FB, 0xFF65, 0x0387, 0x2024};
    for (size_t i = 0; i < sizeof dots / sizeof *dots; i++)
        if (c == dots[i])
            return true;
    return false;
}

/* Written without spaces between words: the Chinese, Japanese and Korean blocks and their extensions. */
static bool is_ideograph(uint32_t c)
{
    return (c >= 0x2E80 && c <= 0x9FFF) || (c >= 0xF900 && c <= 0xFAFF) || (c >= 0x20000 && c <= 0x3FFFF);
}

/* A name in the making. */
struct name {
    char *text;
    size_t length;
    size_t characters;
    uint32_t last;
};

static bool name_put(struct name *name, uint32_t c)
{
    char bytes[4];
    size_t length = utf8_encode(c, bytes);
    if (name->characters == PERSON_NAME_CHARACTERS)
        return false;
    memcpy(name->text + name->length, bytes, length);
    name->length += length;
    name->characters++;
    name->last = c;
    return true;
}

enum person_fault person_name_parse(const char *input, char name[PERSON_NAME_SIZE])
{
    char text[INPUT_SIZE];
    char kept[PERSON_NAME_SIZE];
    if (strlen(input) >= sizeof text)
        return PERSON_TOO_LONG;
    if (text_tidy(input, text, sizeof text) != 0)
        return PERSON_CHARACTER;
    struct name made = {.text = kept};
    bool gap = false;
    size_t left = strlen(text);
    for (const char *at = text; left > 0;) {
        uint32_t c;
        size_t length = utf8_decode(at, left, &c);
        at += length;
        left -= length;
        if (c == ' ') {
            gap = true;
            continue;
        }
        bool dot = is_dot(c);
        if (dot && (made.length == 0 || made.last == INNER_DOT))
            return PERSON_DOT;
        bool space = gap && !dot && made.last != INNER_DOT && !is_ideograph(c) && !is_ideograph(made.last);
        if ((space && !name_put(&made, ' ')) || !name_put(&made, dot ? INNER_DOT : c))
            return PERSON_TOO_LONG;
        gap = false;
    }
    if (made.length == 0)
        return PERSON_EMPTY;
    if (made.last == INNER_DOT)
        return PERSON_DOT;
    memcpy(name, kept, made.length);
    name[made.length] = '\0';
    return PERSON_OK;
}

/* The length of the area code of a land line's digits, or 0: 010 and 02x have three digits, the others four. */
static size_t area_length(const char *digits)
{
    if (digits[0] != '0')
        return 0;
    return digits[1] == '1' || digits[1] == '2' ? 3 : digits[1] >= '3' && digits[1] <= '9' ? 4 : 0;
}

static enum person_fault phone_form(const char *digits, size_t length, char phone[PERSON_PHONE_SIZE])
{
    size_t area = area_length(digits);
    if (length == MOBILE_LENGTH && digits[0] == '1' && digits[1] >= '3') {
        memcpy(phone, digits, length + 1);
        return PERSON_OK;
    }
    if (area == 0 && (length < LOCAL_MIN || length > LOCAL_MAX || digits[0] == '0' || digits[0] == '1'))
        return PERSON_PHONE_FORM;
    if (area > 0 && (length < area + LOCAL_MIN || length > area + LOCAL_MAX))
        return PERSON_PHONE_FORM;
    size_t at = area;
    memcpy(phone, digits, area);
    if (area > 0)
        phone[at++] = '-';
    memcpy(phone + at, digits + area, length - area + 1);
    return PERSON_OK;
}

/* Removes the country code of China. */
static const char *skip_country(const char *text)
{
    static const char *const prefixes[] = {"+86", "0086", "(+86)", "(86)", "86-"};
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
        if (strncmp(text, prefixes[i], strlen(prefixes[i])) == 0)
            return text + strlen(prefixes[i]);
    return text;
}

enum person_fault person_phone_parse(const char *input, char phone[PERSON_PHONE_SIZE])
{
    char text[INPUT_SIZE];
    char digits[PHONE_DIGITS_MAX + 1];
    size_t length = 0;
    if (text_compact(input, text, sizeof text) != 0)
        return PERSON_CHARACTER;
    if (text[0] == '\0')
        return PERSON_EMPTY;
    if (strpbrk(text, "/,;|") != NULL || strstr(text, "、") != NULL)
        return PERSON_PHONE_SEVERAL;
    for (const char *at = skip_country(text); *at != '\0'; at++) {
        if (strchr("-()", *at) != NULL)
            continue;
        if (*at < '0' || *at > '9')
            return PERSON_PHONE_FORM;
        if (length == PHONE_DIGITS_MAX)
            return PERSON_PHONE_SEVERAL;
        digits[length++] = *at;
    }
    digits[length] = '\0';
    return phone_form(digits, length, phone);
}
