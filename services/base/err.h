/* What went wrong, in a form that a person can be told in their own language.
 *
 * The one error type of the project. A fallible function takes `struct err *` last, returns 0 or -1, and writes its
 * outputs only on success. Codes come from proto/errors.txt (generated "errors.h"); the gateway turns a code and its
 * parameters into text. `detail` is for the operator's log and never leaves the daemon. */
#ifndef DANDELION_BASE_ERR_H
#define DANDELION_BASE_ERR_H

#include <stdarg.h>
#include <stddef.h>

/* The code of a failure that only the operator meets, at start-up: the detail says all, no caller ever sees it. */
enum { ERR_LOCAL = -1 };

enum { ERR_FIELD_MAX = 96, ERR_DETAIL_MAX = 192, ERR_PARAM_MAX = 64, ERR_PARAMS_MAX = 4 };

struct err_param {
    const char *name; /* a string literal, as the catalogue spells it: {expected} */
    char value[ERR_PARAM_MAX];
};

struct err {
    int code;                    /* enum err_code of "errors.h"; 0 is no error */
    char field[ERR_FIELD_MAX];   /* path of the failing field ("months[1]"), or "" */
    char detail[ERR_DETAIL_MAX]; /* for the log; never a sensitive value */
    size_t params_count;
    struct err_param params[ERR_PARAMS_MAX];
};

/* Fills `err` with a code and a printf-formatted detail for the log. Always returns -1, so that a caller can say
 * `return err_set(err, ERR_NOT_FOUND, "member %s", id);`. A NULL `err` is allowed. */
__attribute__((format(printf, 3, 4))) int err_set(struct err *err, int code, const char *detail, ...);

/* As err_set, and names the field that is wrong. Always returns -1. */
__attribute__((format(printf, 4, 5))) int err_field(struct err *err, int code, const char *field, const char *detail,
                                                    ...);

/* Adds the value of a parameter of the code's text, e.g. err_param(err, "expected", "45.00"). Values are cut at
 * ERR_PARAM_MAX - 1 bytes on a character boundary. Returns -1, as err_set does. */
__attribute__((format(printf, 3, 4))) int err_param(struct err *err, const char *name, const char *value, ...);

/* Forgets the error. */
void err_clear(struct err *err);

#endif
