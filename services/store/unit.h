/* A unit of work: one command as the store sees it. It loads, decides, saves and logs its events, and all of that
 * happens or none of it.
 *
 * The owner embeds the struct, fills the first part, and submits it to a committer. */
#ifndef DANDELION_STORE_UNIT_H
#define DANDELION_STORE_UNIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/err.h"
#include "base/uuid.h"
#include "store/statement.h"

struct unit;

/* One row of arguments for a statement. */
struct unit_row {
    struct unit_row *next;
    const struct statement *statement;
    const void *args;
};

/* Rows in the order in which they were added. */
struct unit_rows {
    struct unit_row *first, *last;
};

/* The rows that a load statement returned for this unit. */
struct unit_loaded {
    struct unit_loaded *next;
    const struct statement *statement;
    void *rows;
    size_t count;
};

/* An event to append to the log. */
struct unit_event {
    struct unit_event *next;
    const char *type;
    const char *subject;
    const char *organization_path;
    struct bytes data; /* the packed message */
    struct uuid id;
    int64_t position; /* known once the unit is committed */
};

/* A reply that an earlier command with the same idempotency key left behind. */
struct unit_replay {
    struct bytes reply;
    int64_t version;
};

struct unit_callbacks {
    /* Adds the rows of the load statements. Returns -1 and the error to refuse the unit. */
    int (*load)(struct unit *unit, struct err *err);
    /* Reads the loaded rows; adds writes, events, the reply. Returns -1 and the error to refuse the unit. */
    int (*decide)(struct unit *unit, struct err *err);
    /* Exactly once, after commit, replay or refusal. `err` is NULL on success. The unit may be freed here. */
    void (*done)(struct unit *unit, const struct err *err);
};

struct unit {
    /* Filled by the owner. Pointers live in `arena` or longer. */
    const struct unit_callbacks *callbacks;
    struct arena *arena;
    struct uuid id; /* of the command; the key of its audit entry */
    struct uuid street_id;
    struct uuid account_id; /* none: a daemon */
    const char *method;
    const char *traceparent;
    const char *idempotency_key; /* NULL: none */
    struct bytes request;        /* what a repeat must equal */
    int64_t now;
    int64_t deadline; /* CLOCK_NO_INSTANT: none */
    bool audited;
    bool plans_anew; /* touches many rows that have just been written: plan its statements for them */
    bool peeks;      /* decide only looks: nothing is written, not even that it was here */

    /* Filled by load and decide. */
    struct uuid aggregate; /* two units on the same one never share a group; none: any */
    struct unit_rows loads, writes, last_writes;
    struct unit_event *events, *last_event;
    struct bytes reply; /* packed, for replays */
    int64_t version;
    const char *audit_subject;
    struct uuid audit_organization_id;

    /* The store's own. */
    struct unit_loaded *loaded;
    const struct unit_replay *replay; /* not NULL in done: this reply was given before */
    struct unit *next;
    struct err err;
    unsigned attempts;
    bool alone;       /* runs in a group of its own */
    bool maybe_saved; /* a commit was sent and its answer lost */
    bool again;       /* must be loaded and decided anew */
    bool holds_aggregate, holds_key;
    bool refused; /* err says why */
};

/* Adds a row of arguments; `args` is copied into the arena. Returns -1 when the arena is full. */
int unit_load(struct unit *unit, const struct statement *statement, const void *args);
int unit_save(struct unit *unit, const struct statement *statement, const void *args);
/* As unit_save, but run in the commit itself, where the stream head is held: for statements that append to the log. */
int unit_save_last(struct unit *unit, const struct statement *statement, const void *args);
int unit_event(struct unit *unit, const char *type, const char *subject, const char *organization_path,
               struct bytes data);

/* The rows that `statement` loaded for this unit; NULL and 0 when there are none. */
const void *unit_loaded_rows(const struct unit *unit, const struct statement *statement, size_t *count);

/* Copies the texts and bytes of the loaded rows into the arena, so that they outlive the group. */
int unit_keep_loaded(struct unit *unit, struct err *err);

/* Forgets what load and decide made, before they run again. */
void unit_rewind(struct unit *unit);

#endif
