#include "store/committer.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "errors.h"
#include "store/failure.h"
#include "store/group.h"
#include "store/held.h"

enum { ATTEMPTS_MAX = 20, RETRY_MS = 20, HOLD_MS = 20 };

struct queue {
    struct unit *first, *last;
    size_t count;
};

struct committer {
    struct committer_options options;
    struct connection **connections;
    struct group **groups;
    struct queue waiting;
    struct queue later; /* to be tried again at the next tick */
    struct held *aggregates;
    struct held *keys;
    struct event *tick;  /* the end of this turn of the loop */
    struct event *retry; /* a moment later */
    struct event *hold;  /* the end of waiting for a larger group */
    struct committer_stats stats;
};

static void pump(struct committer *committer);

static void retry_soon(struct committer *committer)
{
    struct timeval soon = {.tv_usec = RETRY_MS * 1000};
    if (!evtimer_pending(committer->retry, NULL))
        evtimer_add(committer->retry, &soon);
}

static void queue_push(struct queue *queue, struct unit *unit)
{
    unit->next = NULL;
    if (queue->last)
        queue->last->next = unit;
    else
        queue->first = unit;
    queue->last = unit;
    queue->count++;
}

static struct unit *queue_pop(struct queue *queue)
{
    struct unit *unit = queue->first;
    if (!unit)
        return NULL;
    queue->first = unit->next;
    if (!queue->first)
        queue->last = NULL;
    queue->count--;
    unit->next = NULL;
    return unit;
}

/* Lets go of what the unit holds, lets the next one on its aggregate in, and gives the unit back to its owner. */
static void unit_finish(struct committer *committer, struct unit *unit, const struct err *err)
{
    bool held_a_key = unit->holds_key, held_an_aggregate = unit->holds_aggregate;
    unit->holds_key = unit->holds_aggregate = false;
    if (held_a_key)
        held_release(&committer->keys, held_key(unit), NULL);
    if (held_an_aggregate) {
        struct unit *next;
        held_release(&committer->aggregates, held_aggregate(unit), &next);
        if (next) {
            next->holds_aggregate = true;
            queue_push(&committer->waiting, next);
        }
    }
    unit->callbacks->done(unit, err);
}

static void unit_refused(struct committer *committer, struct unit *unit, int code, const char *detail)
{
    struct err err = {0};
    err_set(&err, code, "%s", detail);
    unit_finish(committer, unit, &err);
}

/* Loads anew and stands in the queue again; a little later, since what failed it may need a moment. `code` is what it
 * is refused with when it has been tried too often. */
static void unit_again(struct committer *committer, struct unit *unit, int code)
{
    unit->again = false;
    if (++unit->attempts > ATTEMPTS_MAX) {
        unit_refused(committer, unit, code, "gave up after too many attempts");
        return;
    }
    if (!unit->maybe_saved) {
        unit_rewind(unit);
        if (unit->callbacks->load(unit, &unit->err) != 0) {
            struct err err = unit->err;
            unit_finish(committer, unit, &err);
            return;
        }
    }
    queue_push(&committer->later, unit);
    retry_soon(committer);
}

static void constraint_explain(const struct committer *committer, const char *constraint, struct err *err)
{
    const struct constraint_error *row = committer->options.constraints;
    if (!row || !constraint[0])
        return;
    for (; row->constraint; row++) {
        if (strcmp(row->constraint, constraint) == 0) {
            err_field(err, row->code, row->field, "%s", constraint);
            return;
        }
    }
}

static void units_committed(struct committer *committer, struct unit *units)
{
    for (struct unit *next, *unit = units; unit; unit = next) {
        next = unit->next;
        if (unit->again)
            unit_again(committer, unit, ERR_UNAVAILABLE);
        else
            unit_finish(committer, unit, unit->refused ? &unit->err : NULL);
    }
}

static void units_failed(struct committer *committer, struct group *group, struct unit *units)
{
    struct err err = *group_error(group);
    if (group_count(group) == 1) {
        if (failure_is_transient(err.code)) {
            unit_again(committer, units, err.code);
        } else {
            constraint_explain(committer, group_constraint(group), &err);
            unit_finish(committer, units, &err);
        }
        return;
    }
    for (struct unit *next, *unit = units; unit; unit = next) {
        next = unit->next;
        unit->alone = true;
        if (unit->refused)
            unit_finish(committer, unit, &unit->err);
        else
            unit_again(committer, unit, ERR_UNAVAILABLE);
    }
}

static void units_lost(struct committer *committer, struct unit *units)
{
    for (struct unit *next, *unit = units; unit; unit = next) {
        next = unit->next;
        unit->refused = false;
        unit->alone = unit->maybe_saved;
        unit_again(committer, unit, ERR_UNAVAILABLE);
    }
}

static void on_group_done(struct group *group, enum group_outcome outcome, void *context)
{
    struct committer *committer = context;
    struct unit *units = group_units(group);
    committer->stats.running -= group_count(group);
    switch (outcome) {
    case GROUP_COMMITTED:
        committer->stats.groups++;
        committer->stats.units += group_count(group);
        units_committed(committer, units);
        break;
    case GROUP_FAILED:
        committer->stats.failed_groups++;
        units_failed(committer, group, units);
        break;
    case GROUP_LOST:
        committer->stats.lost_groups++;
        units_lost(committer, units);
        break;
    }
    pump(committer);
}

/* Takes units for one group off the queue; those past their deadline are refused here, not done. */
static struct unit *group_take(struct committer *committer, size_t *count)
{
    struct unit *first = NULL, **end = &first;
    int64_t now = clock_now_ms();
    *count = 0;
    while (committer->waiting.first && *count < GROUP_MAX) {
        struct unit *head = committer->waiting.first;
        if (head->alone && *count > 0)
            break;
        struct unit *unit = queue_pop(&committer->waiting);
        if (unit->deadline != CLOCK_NO_INSTANT && unit->deadline < now) {
            unit_refused(committer, unit, ERR_DEADLINE_EXCEEDED, "waited too long");
            continue;
        }
        *end = unit;
        end = &unit->next;
        ++*count;
        if (unit->alone)
            break;
    }
    return first;
}

static void groups_start(struct committer *committer)
{
    for (size_t i = 0; i < committer->options.connections && committer->waiting.first; i++) {
        if (!group_idle(committer->groups[i]))
            continue;
        size_t count;
        struct unit *units = group_take(committer, &count);
        if (!units)
            continue;
        committer->stats.running += count;
        group_run(committer->groups[i], units, count);
    }
}

/* Commits follow one another, as each takes the stream head; so a small group beside one that runs gains nothing and
 * costs a commit. It waits until it is as large as what runs or that has ended, but never for long. */
static void pump(struct committer *committer)
{
    if (committer->stats.running == 0 || committer->waiting.count >= committer->stats.running) {
        evtimer_del(committer->hold);
        groups_start(committer);
    } else if (committer->waiting.first && !evtimer_pending(committer->hold, NULL)) {
        evtimer_add(committer->hold, &(struct timeval){.tv_usec = HOLD_MS * 1000});
    }
}

/* Units wait only until their deadline, also while no connection is there or all of them are busy. */
static void expire(struct committer *committer)
{
    int64_t now = clock_now_ms();
    for (size_t left = committer->waiting.count; left > 0; left--) {
        struct unit *unit = queue_pop(&committer->waiting);
        if (unit->deadline == CLOCK_NO_INSTANT || unit->deadline >= now)
            queue_push(&committer->waiting, unit);
        else if (committer->stats.ready_connections == 0)
            unit_refused(committer, unit, ERR_UNAVAILABLE, "the database is away");
        else
            unit_refused(committer, unit, ERR_DEADLINE_EXCEEDED, "waited too long for the database");
    }
}

static void on_tick(evutil_socket_t fd, short what, void *context)
{
    (void)fd;
    (void)what;
    pump(context);
}

static void on_hold(evutil_socket_t fd, short what, void *context)
{
    (void)fd;
    (void)what;
    groups_start(context);
}

static void on_retry(evutil_socket_t fd, short what, void *context)
{
    struct committer *committer = context;
    (void)fd;
    (void)what;
    struct unit *unit;
    while ((unit = queue_pop(&committer->later)))
        queue_push(&committer->waiting, unit);
    expire(committer);
    pump(committer);
    if (committer->waiting.first)
        retry_soon(committer);
}

static void on_connection(struct connection *connection, bool ready, void *context)
{
    struct committer *committer = context;
    (void)connection;
    if (ready)
        committer->stats.ready_connections++;
    else
        committer->stats.ready_connections--;
    retry_soon(committer);
}

struct committer *committer_new(const struct committer_options *options)
{
    struct committer *committer = calloc(1, sizeof *committer);
    if (!committer)
        return NULL;
    committer->options = *options;
    committer->connections = calloc(options->connections, sizeof(struct connection *));
    committer->groups = calloc(options->connections, sizeof(struct group *));
    committer->tick = evtimer_new(options->connection.base, on_tick, committer);
    committer->retry = evtimer_new(options->connection.base, on_retry, committer);
    committer->hold = evtimer_new(options->connection.base, on_hold, committer);
    bool complete =
        committer->connections && committer->groups && committer->tick && committer->retry && committer->hold;
    for (size_t i = 0; complete && i < options->connections; i++) {
        committer->connections[i] = connection_new(&options->connection, on_connection, committer);
        if (committer->connections[i])
            committer->groups[i] = group_new(committer->connections[i], on_group_done, committer);
        complete = committer->groups[i] != NULL;
    }
    if (!complete)
        committer_destroy(&committer);
    return committer;
}

void committer_destroy(struct committer **committer)
{
    struct committer *self = *committer;
    if (!self)
        return;
    *committer = NULL;
    for (size_t i = 0; i < self->options.connections; i++) {
        if (self->groups)
            group_destroy(&self->groups[i]);
        if (self->connections)
            connection_destroy(&self->connections[i]);
    }
    free(self->groups);
    free(self->connections);
    if (self->tick)
        event_free(self->tick);
    if (self->retry)
        event_free(self->retry);
    if (self->hold)
        event_free(self->hold);
    held_clear(&self->keys);
    held_clear(&self->aggregates);
    free(self);
}

void committer_submit(struct committer *committer, struct unit *unit)
{
    if (committer->waiting.count >= committer->options.queue_max) {
        unit_refused(committer, unit, ERR_OVERLOADED, "the queue is full");
        return;
    }
    if (unit->idempotency_key) {
        if (!held_take(&committer->keys, held_key(unit), NULL)) {
            unit_refused(committer, unit, ERR_IDEMPOTENCY_IN_PROGRESS, "the same key is running");
            return;
        }
        unit->holds_key = true;
    }
    if (unit->callbacks->load(unit, &unit->err) != 0) {
        struct err err = unit->err;
        unit_finish(committer, unit, &err);
        return;
    }
    if (!uuid_is_none(&unit->aggregate)) {
        if (!held_take(&committer->aggregates, held_aggregate(unit), unit))
            return;
        unit->holds_aggregate = true;
    }
    queue_push(&committer->waiting, unit);
    /* Everything that arrives in this turn of the loop may share a group. */
    if (!evtimer_pending(committer->tick, NULL))
        evtimer_add(committer->tick, &(struct timeval){0});
    retry_soon(committer);
}

struct committer_stats committer_stats(const struct committer *committer)
{
    struct committer_stats stats = committer->stats;
    stats.waiting = committer->waiting.count + committer->later.count;
    return stats;
}

const char *committer_problem(const struct committer *committer)
{
    for (size_t i = 0; i < committer->options.connections; i++)
        if (connection_ready(committer->connections[i]))
            return "";
    return connection_problem(committer->connections[0]);
}

bool committer_idle(const struct committer *committer)
{
    return !committer->waiting.first && !committer->later.first && committer->stats.running == 0;
}
