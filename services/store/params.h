/* The parameters of one execution of a statement, in PostgreSQL's binary format. */
#ifndef DANDELION_STORE_PARAMS_H
#define DANDELION_STORE_PARAMS_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"
#include "store/statement.h"

enum { PARAMS_MAX = 48 };

struct params {
    int count;
    const char *values[PARAMS_MAX];
    int lengths[PARAMS_MAX];
    int formats[PARAMS_MAX];
    struct str buffer; /* what values point into; reused from one execution to the next */
};

struct params params_new(void);
void params_destroy(struct params *params);

/* Gathers the arguments of one execution. For a set-based statement `rows` are `count` arguments structs, each of
 * which becomes one element of every array, and `ords` gives each its @ord. Otherwise `rows` is one arguments
 * struct. The values stay valid until the next fill. Fails only for want of memory. */
int params_fill(struct params *params, const struct statement *statement, const void *const *rows, const int32_t *ords,
                size_t count, struct err *err);

#endif
