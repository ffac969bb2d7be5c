/* On whose behalf the operator calls. */
#ifndef DANDELION_DANDELIONCTL_CALLER_H
#define DANDELION_DANDELIONCTL_CALLER_H

#include "base/arena.h"
#include "base/err.h"
#include "dandelion/bus.pb-c.h"
#include "dandelionctl/options.h"

/* The caller that the options describe: the operator himself, or an account with roles. Lives in the arena; NULL with
 * `err` filled when a role is not written as ROLE@ORGANIZATION:PATH. */
Dandelion__Bus__Caller *caller_new(const struct options *options, struct arena *arena, struct err *err);

#endif
