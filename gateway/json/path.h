/* The way from the top of a document to a value, for errors. Lives on the stack of the walk. */
#ifndef DANDELION_GATEWAY_JSON_PATH_H
#define DANDELION_GATEWAY_JSON_PATH_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct json_path {
    const struct json_path *up; /* NULL at the top */
    const char *name;
    size_t index;
    bool indexed;
};

/* Writes "lines[2].amount_fen"; what does not fit is cut at the end. Returns `text`. */
const char *json_path_format(const struct json_path *path, char text[ERR_FIELD_MAX]);

#endif
