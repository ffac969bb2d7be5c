#include "dandelionctl/pretty.h"

#include <stddef.h>

static void line_begin(unsigned depth, struct str *out)
{
    str_putc(out, '\n');
    for (unsigned i = 0; i < depth; i++)
        str_puts(out, "  ");
}

/* Copies a string with its quotes; returns where it ends. */
static const char *string_copy(const char *at, struct str *out)
{
    const char *begin = at++;
    while (*at && *at != '"')
        at += at[0] == '\\' && at[1] ? 2 : 1;
    at += *at == '"';
    str_append(out, begin, (size_t)(at - begin));
    return at;
}

void pretty_json(const char *json, struct str *out)
{
    unsigned depth = 0;
    while (*json) {
        char c = *json;
        if (c == '"') {
            json = string_copy(json, out);
            continue;
        }
        bool opens = c == '{' || c == '[';
        bool closes = c == '}' || c == ']';
        bool empty = opens && (json[1] == '}' || json[1] == ']');
        if (closes && depth)
            line_begin(--depth, out);
        str_putc(out, c);
        if (empty)
            str_putc(out, *++json);
        else if (opens)
            line_begin(++depth, out);
        else if (c == ',')
            line_begin(depth, out);
        else if (c == ':')
            str_putc(out, ' ');
        json++;
    }
}
