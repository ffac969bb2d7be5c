#include "gateway/http/parameter.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* A token of RFC 9110, and in values also what a boundary may hold and careless clients do not quote. */
static bool is_plain(char c, bool value)
{
    if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'))
        return true;
    return c != '\0' && (strchr("!#$%&'*+-.^_`|~", c) != NULL || (value && strchr("()/:=?", c) != NULL));
}

static int read_name(const char **at, char *name)
{
    size_t length = 0;
    for (; is_plain(**at, false); ++*at) {
        if (length == PARAMETER_NAME_SIZE - 1)
            return -1;
        char c = **at;
        name[length++] = c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
    }
    name[length] = '\0';
    return length > 0 ? 0 : -1;
}

static int read_value(const char **at, char *value)
{
    bool quoted = **at == '"';
    const char *p = *at + quoted;
    size_t length = 0;
    for (; quoted ? *p != '"' : is_plain(*p, true); p++) {
        if (quoted && *p == '\\' && (p[1] == '"' || p[1] == '\\'))
            p++;
        if (*p == '\0' || length == PARAMETER_VALUE_SIZE - 1)
            return -1;
        value[length++] = *p;
    }
    value[length] = '\0';
    *at = p + quoted;
    return quoted || length > 0 ? 0 : -1;
}

int parameter_read(const char **at, struct parameter *parameter)
{
    *at += strspn(*at, " \t");
    if (**at == '\0')
        return 0;
    if (**at != ';')
        return -1;
    ++*at;
    *at += strspn(*at, " \t");
    if (read_name(at, parameter->name) != 0 || **at != '=')
        return -1;
    ++*at;
    return read_value(at, parameter->value) != 0 ? -1 : 1;
}
