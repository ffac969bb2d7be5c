/* The error object: filled at the place that knows what is wrong, read at the edge. */
#include "base/err.h"

#include <stdio.h>
#include <string.h>

#include "base/utf8.h"

static void fill(struct err *err, int code, const char *field, const char *detail, va_list args)
{
    err->code = code;
    err->params_count = 0;
    snprintf(err->field, sizeof err->field, "%s", field);
    vsnprintf(err->detail, sizeof err->detail, detail, args);
    utf8_cut(err->field);
    utf8_cut(err->detail);
}

int err_set(struct err *err, int code, const char *detail, ...)
{
    if (err) {
        va_list args;
        va_start(args, detail);
        fill(err, code, "", detail, args);
        va_end(args);
    }
    return -1;
}

int err_field(struct err *err, int code, const char *field, const char *detail, ...)
{
    if (err) {
        va_list args;
        va_start(args, detail);
        fill(err, code, field, detail, args);
        va_end(args);
    }
    return -1;
}

int err_param(struct err *err, const char *name, const char *value, ...)
{
    if (err && err->params_count < ERR_PARAMS_MAX) {
        struct err_param *param = &err->params[err->params_count++];
        va_list args;
        va_start(args, value);
        param->name = name;
        vsnprintf(param->value, sizeof param->value, value, args);
        va_end(args);
        utf8_cut(param->value);
    }
    return -1;
}

void err_clear(struct err *err)
{
    if (err)
        *err = (struct err){0};
}
