#include "daemon/operation.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "daemon/daemon.h"
#include "errors.h"
#include "kit.queries.h"

enum { TICK_MS = 1000, NOTE_MEMORY = 1 << 16 };

struct operation {
    struct operation *next;
    const struct call *call;
    char *id; /* in the call's arena */
    int64_t started_at;
    _Atomic int64_t done, total;
};

/* A row on its way to the table: a unit of work of its own. */
struct note {
    struct unit unit; /* first, so that a unit is its note */
    struct kit_put_operation row;
};

static int note_load(struct unit *unit, struct err *err)
{
    (void)unit;
    (void)err;
    return 0;
}

static int note_decide(struct unit *unit, struct err *err)
{
    if (unit_save(unit, &kit_put_operation_statement, &((struct note *)unit)->row) == 0)
        return 0;
    *err = unit->err;
    return -1;
}

static void note_done(struct unit *unit, const struct err *err)
{
    struct arena *arena = unit->arena;
    (void)err; /* a note that is lost is made good by the next */
    arena_destroy(&arena);
}

static const struct unit_callbacks note_callbacks = {note_load, note_decide, note_done};

/* Writes the operation's row. `result` is an error's code, or "". */
static void note_write(const struct operation *operation, const char *state, const char *result, bool finished)
{
    const struct call *call = operation->call;
    struct arena *arena = arena_new(NOTE_MEMORY);
    struct note *note = arena ? arena_alloc(arena, sizeof *note) : NULL;
    int64_t now = clock_now_ms();
    if (!note) {
        arena_destroy(&arena);
        return;
    }
    note->row = (struct kit_put_operation){
        .street_id = call->street_id,
        .account_id = call->account_id,
        .id = arena_strdup(arena, operation->id),
        .kind = call->method->name,
        .state = state,
        .done = atomic_load(&operation->done),
        .total = atomic_load(&operation->total),
        .result = arena_strdup(arena, result),
        .started_at = operation->started_at,
        .seen_at = now,
        .finished_at = finished ? now : CLOCK_NO_INSTANT,
    };
    note->unit = (struct unit){
        .callbacks = &note_callbacks,
        .arena = arena,
        .id = uuid_new(now),
        .street_id = call->street_id,
        .method = "Operation",
        .now = now,
        .deadline = CLOCK_NO_INSTANT,
    };
    committer_submit(call->daemon->committer, &note->unit);
}

static void on_tick(evutil_socket_t fd, short what, void *context)
{
    struct daemon *daemon = context;
    (void)fd;
    (void)what;
    for (const struct operation *operation = daemon->operations; operation; operation = operation->next)
        note_write(operation, "RUNNING", "", false);
}

static void tick_start(struct daemon *daemon)
{
    struct timeval every = {.tv_sec = TICK_MS / 1000};
    if (!daemon->operations_tick)
        daemon->operations_tick = event_new(daemon->base, -1, EV_PERSIST, on_tick, daemon);
    if (daemon->operations_tick)
        event_add(daemon->operations_tick, &every);
}

void operation_begin(struct call *call)
{
    struct daemon *daemon = call->daemon;
    if (!call->method->operation)
        return;
    struct operation *operation = arena_alloc(call->arena, sizeof *operation);
    char *id = arena_printf(call->arena, "%s.%s", daemon->spec->name, call->unit.idempotency_key);
    if (!operation || !id)
        return; /* the work goes on unwatched */
    operation->call = call;
    operation->started_at = clock_now_ms();
    operation->id = id;
    operation->next = daemon->operations;
    daemon->operations = operation;
    call->operation = operation;
    if (!operation->next)
        tick_start(daemon);
    note_write(operation, "RUNNING", "", false);
}

void operation_progress(struct operation *operation, int64_t done, int64_t total)
{
    atomic_store(&operation->done, done);
    atomic_store(&operation->total, total);
}

void operation_end(struct call *call)
{
    struct daemon *daemon = call->daemon;
    struct operation **link = &daemon->operations;
    if (!call->operation)
        return;
    while (*link && *link != call->operation)
        link = &(*link)->next;
    if (*link)
        *link = call->operation->next;
    if (!daemon->operations)
        event_del(daemon->operations_tick);
    if (call->err.code)
        note_write(call->operation, "FAILED", error_text_find(call->err.code)->code, true);
    else
        note_write(call->operation, "SUCCEEDED", call->unit.audit_subject ? call->unit.audit_subject : "", true);
    call->operation = NULL;
}

void operations_stop(struct daemon *daemon)
{
    if (daemon->operations_tick)
        event_free(daemon->operations_tick);
}
