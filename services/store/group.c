/* A group goes through three round trips: load, save, commit. Rows of all its units for one statement travel as one
 * execution with arrays, which is what makes sixty-four commands cost little more than one. The stream head is locked
 * only in the third, so that groups on other connections wait for a commit and never for a rule. */
#include "store/group.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "errors.h"
#include "kit.queries.h"
#include "store/failure.h"
#include "store/rows.h"

enum { GROUP_ARENA_CAP = 256 << 20, REQUEST_HASH_SIZE = 16 };

/* The rows of all units for one statement: one execution. */
struct batch {
    struct batch *next;
    struct group *group;
    const struct statement *statement;
    const void **rows;
    struct unit **units; /* whose row it is; NULL for the kit's own rows */
    int32_t *ords;
    size_t count, capacity;
    PGresult *result;
};

struct group {
    struct connection *connection;
    group_done_fn *done;
    void *context;
    struct unit *units;
    size_t count;
    bool running, committing;
    struct arena *arena;
    struct params params;
    struct batch *batches, *last_batch;
    struct err err;
    char constraint[64];
};

static void load_synced(bool ok, void *context);
static void save_synced(bool ok, void *context);
static void commit_synced(bool ok, void *context);

struct group *group_new(struct connection *connection, group_done_fn *done, void *context)
{
    struct group *group = calloc(1, sizeof *group);
    if (!group)
        return NULL;
    group->connection = connection;
    group->done = done;
    group->context = context;
    group->params = params_new();
    group->arena = arena_new(GROUP_ARENA_CAP);
    if (!group->arena)
        group_destroy(&group);
    return group;
}

static void batches_clear(struct group *group)
{
    for (struct batch *batch = group->batches; batch; batch = batch->next)
        PQclear(batch->result);
    group->batches = group->last_batch = NULL;
}

void group_destroy(struct group **group)
{
    struct group *self = *group;
    if (!self)
        return;
    *group = NULL;
    batches_clear(self);
    params_destroy(&self->params);
    arena_destroy(&self->arena);
    free(self);
}

static void group_finish(struct group *group, enum group_outcome outcome)
{
    group->running = false;
    group->done(group, outcome, group->context);
    if (!group->running) {
        batches_clear(group);
        arena_reset(group->arena);
    }
}

static void group_fail(struct group *group, int code, const char *detail)
{
    if (!group->err.code)
        err_set(&group->err, code, "%s", detail);
}

/* Makes room for another row by doubling; the arena keeps the old arrays until the group ends. */
static int batch_grow(struct batch *batch)
{
    struct arena *arena = batch->group->arena;
    size_t capacity = batch->capacity ? batch->capacity * 2 : 16;
    const void **rows = arena_array(arena, capacity, sizeof *rows);
    struct unit **units = arena_array(arena, capacity, sizeof *units);
    int32_t *ords = arena_array(arena, capacity, sizeof *ords);
    if (!rows || !units || !ords)
        return -1;
    if (batch->count) {
        memcpy(rows, batch->rows, batch->count * sizeof *rows);
        memcpy(units, batch->units, batch->count * sizeof *units);
        memcpy(ords, batch->ords, batch->count * sizeof *ords);
    }
    batch->rows = rows;
    batch->units = units;
    batch->ords = ords;
    batch->capacity = capacity;
    return 0;
}

static struct batch *batch_of(struct group *group, const struct statement *statement)
{
    for (struct batch *batch = group->batches; batch; batch = batch->next)
        if (batch->statement == statement)
            return batch;
    struct batch *batch = arena_alloc(group->arena, sizeof *batch);
    if (!batch)
        return NULL;
    batch->group = group;
    batch->statement = statement;
    if (group->last_batch)
        group->last_batch->next = batch;
    else
        group->batches = batch;
    group->last_batch = batch;
    return batch;
}

static void row_add(struct group *group, struct unit *unit, const struct statement *statement, const void *args)
{
    struct batch *batch = batch_of(group, statement);
    if (!batch || (batch->count == batch->capacity && batch_grow(batch) != 0)) {
        group_fail(group, ERR_OVERLOADED, "out of memory for a group");
        return;
    }
    batch->rows[batch->count] = args;
    batch->units[batch->count] = unit;
    batch->ords[batch->count] = (int32_t)batch->count;
    batch->count++;
}

static void rows_add(struct group *group, struct unit *unit, const struct unit_rows *rows)
{
    for (const struct unit_row *row = rows->first; row; row = row->next)
        row_add(group, unit, row->statement, row->args);
}

/* Adds a row of one of the kit's own statements; `args` is copied. */
static void kit_row_add(struct group *group, struct unit *unit, const struct statement *statement, const void *args)
{
    void *copy = arena_copy(group->arena, args, statement->args_size);
    if (copy)
        row_add(group, unit, statement, copy);
    else
        group_fail(group, ERR_OVERLOADED, "out of memory for a group");
}

static void batch_answered(PGresult *result, void *context)
{
    struct batch *batch = context;
    struct group *group = batch->group;
    batch->result = result;
    if (!result || group->err.code)
        return;
    ExecStatusType status = PQresultStatus(result);
    if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) {
        failure_read(result, &group->err, group->constraint, sizeof group->constraint);
        return;
    }
    if (batch->statement->columns_count) {
        rows_check(result, batch->statement, &group->err);
    } else if (!batch->statement->any_count && strtoull(PQcmdTuples(result), NULL, 10) != batch->count) {
        err_set(&group->err, ERR_CONFLICT, "%s changed %s of %zu rows", batch->statement->name, PQcmdTuples(result),
                batch->count);
    }
}

static void batches_send(struct group *group)
{
    for (struct batch *batch = group->batches; batch; batch = batch->next) {
        if (params_fill(&group->params, batch->statement, batch->rows, batch->ords, batch->count, &group->err) != 0)
            return;
        connection_execute(group->connection, batch->statement, &group->params, batch_answered, batch);
    }
}

static void command_answered(PGresult *result, void *context)
{
    struct group *group = context;
    if (result && PQresultStatus(result) != PGRES_COMMAND_OK && !group->err.code)
        failure_read(result, &group->err, group->constraint, sizeof group->constraint);
    PQclear(result);
}

/* After ROLLBACK: the connection is clean again. */
static void rolled_back(bool ok, void *context)
{
    struct group *group = context;
    group_finish(group, ok ? GROUP_FAILED : GROUP_LOST);
}

static void ignore_answer(PGresult *result, void *context)
{
    (void)context;
    PQclear(result);
}

static void group_roll_back(struct group *group)
{
    connection_command(group->connection, "ROLLBACK", ignore_answer, NULL);
    connection_sync(group->connection, rolled_back, group);
}

void group_run(struct group *group, struct unit *units, size_t count)
{
    group->running = true;
    group->committing = false;
    group->units = units;
    group->count = count;
    group->constraint[0] = '\0';
    err_clear(&group->err);
    batches_clear(group);
    arena_reset(group->arena);
    for (struct unit *unit = units; unit; unit = unit->next) {
        if (unit->plans_anew)
            connection_plan_anew(group->connection);
        if (unit->maybe_saved) {
            struct kit_find_commits args = {.street_id = unit->street_id, .id = unit->id};
            kit_row_add(group, unit, &kit_find_commits_statement, &args);
            continue;
        }
        if (unit->idempotency_key) {
            struct kit_find_replays args = {unit->street_id, unit->account_id, unit->idempotency_key};
            kit_row_add(group, unit, &kit_find_replays_statement, &args);
        }
        rows_add(group, unit, &unit->loads);
    }
    if (!group->err.code)
        batches_send(group);
    connection_sync(group->connection, load_synced, group);
}

/* Gives each unit the rows that are its own, in its own arena: those of all its arguments together, in the order in
 * which they came. Arguments of one unit follow each other, so the first of them stands for the unit. */
static int batch_deliver(struct batch *batch)
{
    struct arena *arena = batch->group->arena;
    int total = PQntuples(batch->result);
    size_t *first = arena_array(arena, batch->count, sizeof *first);
    size_t *counts = arena_array(arena, batch->count, sizeof *counts);
    struct unit_loaded **loaded = arena_array(arena, batch->count, sizeof(struct unit_loaded *));
    if (!first || !counts || !loaded)
        return -1;
    for (size_t i = 1; i < batch->count; i++)
        first[i] = batch->units[i] == batch->units[i - 1] ? first[i - 1] : i;
    for (int row = 0; row < total; row++)
        counts[first[row_ord(batch->result, row)]]++;
    for (int row = 0; row < total; row++) {
        size_t at = first[row_ord(batch->result, row)];
        struct unit *unit = batch->units[at];
        if (!loaded[at]) {
            struct unit_loaded *made = arena_alloc(unit->arena, sizeof *made);
            if (!made)
                return -1;
            made->statement = batch->statement;
            made->rows = arena_array(unit->arena, counts[at], batch->statement->row_size);
            if (!made->rows)
                return -1;
            made->next = unit->loaded;
            unit->loaded = loaded[at] = made;
        }
        char *out = (char *)loaded[at]->rows + loaded[at]->count++ * batch->statement->row_size;
        row_read(batch->result, batch->statement, row, out);
    }
    return 0;
}

static void request_hash(const struct unit *unit, uint8_t hash[REQUEST_HASH_SIZE])
{
    crypto_generichash_state state;
    crypto_generichash_init(&state, NULL, 0, REQUEST_HASH_SIZE);
    crypto_generichash_update(&state, (const unsigned char *)unit->method, strlen(unit->method) + 1);
    crypto_generichash_update(&state, unit->request.data, unit->request.size);
    crypto_generichash_final(&state, hash, REQUEST_HASH_SIZE);
}

static void unit_refuse(struct unit *unit)
{
    if (!unit->err.code)
        err_set(&unit->err, ERR_INTERNAL, "%s was refused without a reason", unit->method);
    unit->refused = true;
}

/* Answers a repeat with the first answer. */
static void unit_replayed(struct unit *unit, const struct kit_find_replays_row *row)
{
    uint8_t hash[REQUEST_HASH_SIZE];
    request_hash(unit, hash);
    if (row->request_hash.size != sizeof hash || memcmp(row->request_hash.data, hash, sizeof hash) != 0) {
        err_set(&unit->err, ERR_IDEMPOTENCY_KEY_REUSED, "the key was used for another request");
        unit_refuse(unit);
        return;
    }
    struct unit_replay *replay = arena_alloc(unit->arena, sizeof *replay);
    void *reply = arena_copy(unit->arena, row->reply.data, row->reply.size);
    if (!replay || !reply) {
        err_set(&unit->err, ERR_REPLY_TOO_LARGE, "no room for the first answer");
        unit_refuse(unit);
        return;
    }
    *replay = (struct unit_replay){{reply, row->reply.size}, row->version};
    unit->replay = replay;
}

static void unit_decide(struct unit *unit)
{
    size_t count;
    const struct kit_find_replays_row *replay = unit_loaded_rows(unit, &kit_find_replays_statement, &count);
    if (count) {
        unit_replayed(unit, replay);
        return;
    }
    if (unit->callbacks->decide(unit, &unit->err) != 0 || unit->err.code)
        unit_refuse(unit);
}

static bool unit_saves(const struct unit *unit)
{
    return !unit->refused && !unit->replay && !unit->maybe_saved && !unit->again && !unit->peeks;
}

/* The kit's own rows: the audit entry and the reply kept for repeats. */
static void kit_rows_save(struct group *group, struct unit *unit)
{
    if (unit->audited) {
        struct kit_append_audit args = {
            .street_id = unit->street_id,
            .id = unit->id,
            .at = unit->now,
            .account_id = unit->account_id,
            .method = unit->method,
            .subject = unit->audit_subject ? unit->audit_subject : "",
            .organization_id = unit->audit_organization_id,
            .traceparent = unit->traceparent ? unit->traceparent : "",
        };
        kit_row_add(group, unit, &kit_append_audit_statement, &args);
    }
    if (unit->idempotency_key) {
        uint8_t hash[REQUEST_HASH_SIZE];
        request_hash(unit, hash);
        struct kit_keep_reply args = {
            .street_id = unit->street_id,
            .account_id = unit->account_id,
            .key = unit->idempotency_key,
            .method = unit->method,
            .request_hash = {arena_copy(group->arena, hash, sizeof hash), sizeof hash},
            .reply = {unit->reply.data ? unit->reply.data : "", unit->reply.size},
            .version = unit->version,
            .created_at = unit->now,
        };
        kit_row_add(group, unit, &kit_keep_reply_statement, &args);
    }
}

/* After the load: a unit whose commit may have happened is settled by whether its audit entry is there. */
static void maybe_saved_settle(struct unit *unit)
{
    size_t count;
    unit_loaded_rows(unit, &kit_find_commits_statement, &count);
    if (count == 0) {
        unit->maybe_saved = false;
        unit->again = true;
    }
}

static void group_decide(struct group *group)
{
    for (struct unit *unit = group->units; unit; unit = unit->next) {
        if (unit->maybe_saved)
            maybe_saved_settle(unit);
        else
            unit_decide(unit);
    }
}

static void load_synced(bool ok, void *context)
{
    struct group *group = context;
    if (!ok) {
        group_finish(group, GROUP_LOST);
        return;
    }
    for (struct batch *batch = group->batches; batch && !group->err.code; batch = batch->next)
        if (!batch->result || batch_deliver(batch) != 0)
            group_fail(group, ERR_OVERLOADED, "out of memory for loaded rows");
    if (group->err.code) {
        group_finish(group, GROUP_FAILED);
        return;
    }
    group_decide(group);
    /* What decide keeps of the loaded texts it may hold until the unit is done: the results stay until then. */
    struct batch *loaded = group->batches;
    group->batches = group->last_batch = NULL;
    for (struct unit *unit = group->units; unit; unit = unit->next) {
        if (!unit_saves(unit))
            continue;
        rows_add(group, unit, &unit->writes);
        kit_rows_save(group, unit);
    }
    bool saves = group->batches && !group->err.code;
    if (saves) {
        connection_command(group->connection, "BEGIN", command_answered, group);
        batches_send(group);
        connection_sync(group->connection, save_synced, group);
    }
    if (group->last_batch)
        group->last_batch->next = loaded;
    else
        group->batches = loaded;
    if (!saves)
        group_finish(group, group->err.code ? GROUP_FAILED : GROUP_COMMITTED);
}

/* Statements of the commit run in the order of their names, whatever the units asked first: so every group takes their
 * locks in the same order. */
static void batches_sort(struct group *group)
{
    struct batch *sorted = NULL;
    for (struct batch *next, *batch = group->batches; batch; batch = next) {
        struct batch **at = &sorted;
        next = batch->next;
        while (*at && strcmp((*at)->statement->name, batch->statement->name) < 0)
            at = &(*at)->next;
        batch->next = *at;
        *at = batch;
    }
    group->batches = sorted;
    for (group->last_batch = sorted; group->last_batch && group->last_batch->next;)
        group->last_batch = group->last_batch->next;
}

/* All events of the group, in the order of its units. */
static void events_add(struct group *group)
{
    for (struct unit *unit = group->units; unit; unit = unit->next) {
        if (!unit_saves(unit))
            continue;
        for (const struct unit_event *event = unit->events; event; event = event->next) {
            struct kit_append_events args = {
                .id = event->id,
                .type = event->type,
                .subject = event->subject,
                .street_id = unit->street_id,
                .organization_path = event->organization_path ? event->organization_path : "",
                .time = unit->now,
                .traceparent = unit->traceparent ? unit->traceparent : "",
                .data = {event->data.data ? event->data.data : "", event->data.size},
            };
            kit_row_add(group, unit, &kit_append_events_statement, &args);
        }
    }
}

static void save_synced(bool ok, void *context)
{
    struct group *group = context;
    if (!ok) {
        group_finish(group, GROUP_LOST);
        return;
    }
    if (group->err.code) {
        group_roll_back(group);
        return;
    }
    struct batch *earlier = group->batches;
    group->batches = group->last_batch = NULL;
    for (struct unit *unit = group->units; unit; unit = unit->next)
        if (unit_saves(unit))
            rows_add(group, unit, &unit->last_writes);
    batches_sort(group);
    events_add(group);
    if (!group->err.code)
        batches_send(group);
    if (group->last_batch)
        group->last_batch->next = earlier;
    else
        group->batches = earlier;
    if (group->err.code) {
        group_roll_back(group);
        return;
    }
    group->committing = true;
    connection_command(group->connection, "COMMIT", command_answered, group);
    connection_sync(group->connection, commit_synced, group);
}

static void positions_assign(struct group *group)
{
    const struct batch *batch = group->batches;
    while (batch && batch->statement != &kit_append_events_statement)
        batch = batch->next;
    if (!batch)
        return;
    struct kit_append_events_row row;
    row_read(batch->result, batch->statement, 0, &row);
    for (struct unit *unit = group->units; unit; unit = unit->next)
        if (unit_saves(unit))
            for (struct unit_event *event = unit->events; event; event = event->next)
                event->position = row.position++;
}

static void commit_synced(bool ok, void *context)
{
    struct group *group = context;
    if (!ok) {
        for (struct unit *unit = group->units; unit; unit = unit->next)
            if (unit_saves(unit))
                unit->maybe_saved = true;
        group_finish(group, GROUP_LOST);
    } else if (group->err.code) {
        group_roll_back(group);
    } else {
        positions_assign(group);
        group_finish(group, GROUP_COMMITTED);
    }
}

bool group_idle(const struct group *group)
{
    return !group->running && connection_ready(group->connection);
}

struct unit *group_units(const struct group *group)
{
    return group->units;
}

size_t group_count(const struct group *group)
{
    return group->count;
}

const struct err *group_error(const struct group *group)
{
    return &group->err;
}

const char *group_constraint(const struct group *group)
{
    return group->constraint;
}
