/* Group commit: whatever waits when a connection is free goes into one transaction. Beside a group that runs another
 * starts when it is as large, or after 20 ms: commits follow one another, so a small one would only delay the next.
 *
 * Two units on the same aggregate never share a group: the second waits for the first. When a group fails its units
 * are run one by one, so that one cannot hurt another. What is lost with a connection is found again or done again,
 * exactly once. */
#ifndef DANDELION_STORE_COMMITTER_H
#define DANDELION_STORE_COMMITTER_H

#include <event2/event.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "store/connection.h"
#include "store/unit.h"

struct committer;

/* What the violation of a constraint means: an error of the catalogue. Ends with a NULL constraint. */
struct constraint_error {
    const char *constraint;
    int code;
    const char *field;
};

struct committer_options {
    struct connection_options connection;
    const struct constraint_error *constraints; /* NULL: none */
    size_t connections;
    size_t queue_max; /* more waiting units than this are refused with ERR_OVERLOADED */
};

struct committer_stats {
    size_t waiting, running, ready_connections;
    uint64_t groups, units, failed_groups, lost_groups;
};

struct committer *committer_new(const struct committer_options *options);
void committer_destroy(struct committer **committer);

/* Takes a unit; its `done` is called exactly once, later or before this returns. */
void committer_submit(struct committer *committer, struct unit *unit);

struct committer_stats committer_stats(const struct committer *committer);

/* Why no connection is ready; "" when one is. */
const char *committer_problem(const struct committer *committer);

/* Nothing waits and nothing runs. */
bool committer_idle(const struct committer *committer);

#endif
