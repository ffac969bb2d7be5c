#include "gateway/json/path.h"

#include <stdio.h>

#include "base/utf8.h"

static size_t add(const struct json_path *path, char text[ERR_FIELD_MAX])
{
    size_t length = path->up ? add(path->up, text) : 0;
    char index[24] = "";
    if (path->indexed)
        snprintf(index, sizeof index, "[%zu]", path->index);
    if (length < ERR_FIELD_MAX - 1)
        length +=
            (size_t)snprintf(text + length, ERR_FIELD_MAX - length, "%s%s%s", path->up ? "." : "", path->name, index);
    return length < ERR_FIELD_MAX ? length : ERR_FIELD_MAX - 1;
}

const char *json_path_format(const struct json_path *path, char text[ERR_FIELD_MAX])
{
    add(path, text);
    utf8_cut(text);
    return text;
}
