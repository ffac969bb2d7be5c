/* The branches that a roster may name. */
#ifndef DANDELION_INTAKE_BRANCHES_H
#define DANDELION_INTAKE_BRANCHES_H

#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/uuid.h"
#include "store/blocking.h"

struct branch {
    struct uuid id;
    const char *name, *community; /* compact: without space, full-width forms made plain */
    const char *path;
};

struct branches {
    struct branch *all; /* by name */
    size_t count;
};

/* Reads those in the scope; they live in the arena. */
int branches_read(struct branches *branches, struct blocking *blocking, struct uuid street_id, const char *scope,
                  struct arena *arena, struct err *err);

/* The branch that a text names: "第一党支部", or "某某社区/第一党支部" where the name alone is not enough. NULL with
 * ERR_CELL_BRANCH_UNKNOWN or ERR_CELL_BRANCH_AMBIGUOUS in `fault`. */
const struct branch *branches_find(const struct branches *branches, const char *text, struct err *fault);

/* The branch of an id; NULL if it is not among them. */
const struct branch *branches_by_id(const struct branches *branches, struct uuid id);

#endif
