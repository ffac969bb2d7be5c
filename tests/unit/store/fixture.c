#include "fixture.h"

#include <libpq-fe.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "errors.h"
#include "kit.queries.h"
#include "proxy.h"

enum { PATIENCE_MS = 20000, ARENA_CAP = 1 << 20 };

struct purse_args {
    struct uuid id;
    int64_t fen;
};

struct purse_row {
    int32_t ord;
    int64_t fen;
};

static const struct statement_param load_params[] = {
    {"ord", SQL_INT4, true, true, 0},
    {"id", SQL_UUID, true, false, offsetof(struct purse_args, id)},
};
static const struct statement_column load_columns[] = {
    {"ord", SQL_INT4, false, offsetof(struct purse_row, ord)},
    {"fen", SQL_INT8, false, offsetof(struct purse_row, fen)},
};
static const struct statement load_purse = {
    .name = "test.load_purse",
    .sql = "SELECT c.ord, p.fen FROM unnest($1::int4[], $2::uuid[]) AS c (ord, id) JOIN purse p USING (id)",
    .kind = STATEMENT_LOAD,
    .set_based = true,
    .params = load_params,
    .params_count = 2,
    .columns = load_columns,
    .columns_count = 2,
    .args_size = sizeof(struct purse_args),
    .row_size = sizeof(struct purse_row),
};
static const struct statement_param save_params[] = {
    {"id", SQL_UUID, true, false, offsetof(struct purse_args, id)},
    {"fen", SQL_INT8, true, false, offsetof(struct purse_args, fen)},
};
static const struct statement save_purse = {
    .name = "test.save_purse",
    .sql = "UPDATE purse p SET fen = n.fen FROM unnest($1::uuid[], $2::int8[]) AS n (id, fen) WHERE p.id = n.id",
    .kind = STATEMENT_SAVE,
    .set_based = true,
    .params = save_params,
    .params_count = 2,
    .args_size = sizeof(struct purse_args),
};
static const struct statement *const test_statements[] = {&load_purse, &save_purse, NULL};
static const struct statement *const *const catalogue[] = {kit_statements, test_statements, NULL};
static const struct constraint_error constraints[] = {{"purse_not_negative", ERR_DUES_AMOUNT_MISMATCH, "fen"},
                                                      {NULL, 0, NULL}};

const char *fixture_dsn(void)
{
    return getenv("DANDELION_TEST_DSN");
}

/* --- looking at the database past the proxy */

static PGresult *ask(const char *sql)
{
    PGconn *pg = PQconnectdb(fixture_dsn());
    PGresult *result = PQexec(pg, sql);
    ExecStatusType status = PQresultStatus(result);
    if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK)
        fail_msg("%s: %s", sql, PQerrorMessage(pg));
    PQfinish(pg);
    return result;
}

int64_t number_of(struct fixture *fixture, const char *sql)
{
    (void)fixture;
    PGresult *result = ask(sql);
    int64_t number = strtoll(PQgetvalue(result, 0, 0), NULL, 10);
    PQclear(result);
    return number;
}

bool log_is_dense(struct fixture *fixture)
{
    return number_of(fixture, "SELECT (coalesce(max(position), 0) = count(*) AND coalesce(min(position), 1) = 1 AND "
                              "count(*) = (SELECT position FROM stream_head))::int FROM event") == 1;
}

struct uuid purse_new(struct fixture *fixture, int64_t fen)
{
    struct uuid id = uuid_new(clock_now_ms());
    char text[UUID_TEXT_SIZE], sql[160];
    (void)fixture;
    snprintf(sql, sizeof sql, "INSERT INTO purse (id, fen) VALUES ('%s', %lld)", uuid_format(&id, text),
             (long long)fen);
    PQclear(ask(sql));
    return id;
}

int64_t purse_fen(struct fixture *fixture, struct uuid purse)
{
    char text[UUID_TEXT_SIZE], sql[160];
    snprintf(sql, sizeof sql, "SELECT fen FROM purse WHERE id = '%s'", uuid_format(&purse, text));
    return number_of(fixture, sql);
}

/* --- jobs */

static int job_load(struct unit *unit, struct err *err)
{
    struct job *job = (struct job *)unit;
    struct purse_args args = {.id = job->purse};
    (void)err;
    unit->aggregate = job->purse;
    return unit_load(unit, &load_purse, &args);
}

static int job_decide(struct unit *unit, struct err *err)
{
    struct job *job = (struct job *)unit;
    size_t count;
    const struct purse_row *row = unit_loaded_rows(unit, &load_purse, &count);
    job->decided++;
    if (job->refuse)
        return err_set(err, job->refuse, "as the test wants");
    if (count != 1)
        return err_set(err, ERR_NOT_FOUND, "no such purse");
    struct purse_args args = {job->purse, row->fen + job->fen};
    if (job->misses)
        args.id = uuid_new(clock_now_ms());
    unit->reply = (struct bytes){arena_printf(job->arena, "%lld", (long long)args.fen), 0};
    unit->reply.size = strlen(unit->reply.data);
    unit->version = 7;
    if (unit_save(unit, &save_purse, &args) != 0)
        return -1;
    return unit_event(unit, "dandelion.test.purse.filled.v1", "purse", "/1/", (struct bytes){"x", 1});
}

static void job_done(struct unit *unit, const struct err *err)
{
    struct job *job = (struct job *)unit;
    job->done++;
    job->code = err ? err->code : 0;
    snprintf(job->field, sizeof job->field, "%s", err ? err->field : "");
    job->replayed = unit->replay != NULL;
    job->fixture->open--;
}

struct job *job_new(struct fixture *fixture, struct uuid purse, int64_t fen)
{
    static const struct unit_callbacks callbacks = {job_load, job_decide, job_done};
    struct job *job = calloc(1, sizeof *job);
    assert_non_null(job);
    int64_t now = clock_now_ms();
    job->fixture = fixture;
    job->purse = purse;
    job->fen = fen;
    job->arena = arena_new(ARENA_CAP);
    job->unit = (struct unit){
        .callbacks = &callbacks,
        .arena = job->arena,
        .id = uuid_new(now),
        .street_id = {{1}},
        .account_id = {{2}},
        .method = "Test.Fill",
        .traceparent = "",
        .request = {"request", 7},
        .now = now,
        .deadline = now + PATIENCE_MS,
        .audited = true,
    };
    return job;
}

void job_free(struct job *job)
{
    arena_destroy(&job->arena);
    free(job);
}

void job_submit(struct job *job)
{
    job->fixture->open++;
    committer_submit(job->fixture->committer, &job->unit);
}

void jobs_wait(struct fixture *fixture)
{
    int64_t until = clock_monotonic_us() + INT64_C(1000) * PATIENCE_MS;
    while (fixture->open) {
        event_base_loop(fixture->base, EVLOOP_ONCE);
        assert_true(clock_monotonic_us() < until);
    }
    assert_true(committer_idle(fixture->committer));
}

/* --- the fixture */

int fixture_setup(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    assert_non_null(fixture);
    assert_int_not_equal(sodium_init(), -1);
    fixture->base = event_base_new();
    fixture->proxy = proxy_new(fixture->base, fixture_dsn());
    snprintf(fixture->dsn, sizeof fixture->dsn, "%s host=%s", fixture_dsn(), proxy_directory(fixture->proxy));
    fixture->options = (struct committer_options){
        .connection = {.base = fixture->base,
                       .dsn = fixture->dsn,
                       .catalogue = catalogue,
                       .statement_timeout_ms = 5000},
        .constraints = constraints,
        .connections = 2,
        .queue_max = 1000,
    };
    *state = fixture;
    return 0;
}

int fixture_teardown(void **state)
{
    struct fixture *fixture = *state;
    committer_destroy(&fixture->committer);
    proxy_destroy(&fixture->proxy);
    event_base_free(fixture->base);
    free(fixture);
    return 0;
}

void fixture_start(struct fixture *fixture)
{
    int64_t until = clock_monotonic_us() + INT64_C(1000) * PATIENCE_MS;
    fixture->committer = committer_new(&fixture->options);
    assert_non_null(fixture->committer);
    while (committer_stats(fixture->committer).ready_connections < fixture->options.connections) {
        event_base_loop(fixture->base, EVLOOP_ONCE);
        if (clock_monotonic_us() > until)
            fail_msg("no connection: %s", committer_problem(fixture->committer));
    }
}

void fixture_cut(struct fixture *fixture, enum cut cut)
{
    proxy_cut(fixture->proxy, cut);
}
