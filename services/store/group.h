/* One group of units in one transaction on one connection. */
#ifndef DANDELION_STORE_GROUP_H
#define DANDELION_STORE_GROUP_H

#include <stddef.h>

#include "store/connection.h"
#include "store/unit.h"

enum { GROUP_MAX = 64 };

enum group_outcome {
    GROUP_COMMITTED, /* each unit is committed, replayed or refused (unit->refused) */
    GROUP_FAILED,    /* nothing was saved; group_error says why */
    GROUP_LOST,      /* the connection was lost; what was sent to commit has unit->maybe_saved set */
};

struct group;

typedef void group_done_fn(struct group *group, enum group_outcome outcome, void *context);

/* A runner of groups on one connection, one at a time. NULL when memory is short. */
struct group *group_new(struct connection *connection, group_done_fn *done, void *context);
void group_destroy(struct group **group);

/* Runs `units` (1..GROUP_MAX, linked by `next`): their loads, decide for each, their writes, the audit entries,
 * kept replies and events, commit. The units belong to the group until `done`. */
void group_run(struct group *group, struct unit *units, size_t count);

bool group_idle(const struct group *group);

/* In `done`: the units that were given, and why the group failed. */
struct unit *group_units(const struct group *group);
size_t group_count(const struct group *group);
const struct err *group_error(const struct group *group);

/* The constraint that failed the group, or "". */
const char *group_constraint(const struct group *group);

#endif
