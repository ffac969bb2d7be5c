/* The growing buffer. It doubles; a failure sticks until str_reset. */
#include "base/str.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_CAPACITY = 64 };

struct str str_new(size_t cap)
{
    return (struct str){.cap = cap};
}

void str_destroy(struct str *str)
{
    if (!str)
        return;
    free(str->data);
    *str = (struct str){.cap = str->cap};
}

void str_reset(struct str *str)
{
    str->length = 0;
    str->failed = false;
    if (str->data)
        str->data[0] = '\0';
}

/* Room for `size` more bytes and a NUL. */
static bool reserve(struct str *str, size_t size)
{
    if (str->failed)
        return false;
    size_t limit = str->cap ? str->cap : SIZE_MAX / 2;
    if (str->length > limit || size > limit - str->length) {
        str->failed = true;
        return false;
    }
    size_t needed = str->length + size + 1;
    if (needed <= str->capacity)
        return true;
    size_t capacity = str->capacity ? str->capacity : FIRST_CAPACITY;
    while (capacity < needed)
        capacity *= 2;
    char *data = realloc(str->data, capacity);
    if (!data) {
        str->failed = true;
        return false;
    }
    str->data = data;
    str->capacity = capacity;
    return true;
}

char *str_extend(struct str *str, size_t size)
{
    if (!reserve(str, size))
        return NULL;
    char *start = str->data + str->length;
    str->length += size;
    str->data[str->length] = '\0';
    return start;
}

void str_append(struct str *str, const void *bytes, size_t size)
{
    char *start = str_extend(str, size);
    if (start && size)
        memcpy(start, bytes, size);
}

void str_puts(struct str *str, const char *string)
{
    str_append(str, string, strlen(string));
}

void str_putc(struct str *str, char c)
{
    str_append(str, &c, 1);
}

void str_printf(struct str *str, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int length = vsnprintf(NULL, 0, format, args);
    va_end(args);
    char *start = length < 0 ? NULL : str_extend(str, (size_t)length);
    if (start)
        vsnprintf(start, (size_t)length + 1, format, again);
    else
        str->failed = true;
    va_end(again);
}

bool str_ok(const struct str *str)
{
    return !str->failed;
}

const char *str_text(const struct str *str)
{
    return str->data && !str->failed ? str->data : "";
}
