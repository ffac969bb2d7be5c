/* libpq has two traps for an event loop: the socket may change after every PQconnectPoll, and in pipeline mode a
 * send may leave bytes behind that only PQflush pushes out. Both are handled here and nowhere else. */
#include "store/connection.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

#define PLANS_KEPT_US INT64_C(10000000)

enum { RECONNECT_MIN_MS = 20, RECONNECT_MAX_MS = 500, CONNECT_TIMEOUT_MS = 5000 };

enum phase { PHASE_CLOSED, PHASE_CONNECTING, PHASE_PREPARING, PHASE_READY };

/* An answer that the server still owes. */
struct owed {
    struct owed *next;
    connection_result_fn *result_done; /* NULL for a sync point */
    connection_sync_fn *sync_done;
    void *context;
    PGresult *result; /* kept until the NULL that ends the answer */
};

struct connection {
    struct connection_options options;
    connection_state_fn *on_state;
    void *context;
    PGconn *pg;
    enum phase phase;
    struct event *io;
    struct event *timer; /* reconnect, or the connect time-out */
    struct event *lost_later;
    int watched_fd;
    short watched;
    struct owed *first, *last;
    struct owed *spare;
    unsigned delay_ms;
    bool prepare_failed;
    int64_t planned_us; /* when plans were last discarded; 0: they shall be */
    char problem[256];
};

static void connect_start(struct connection *connection);
static void on_io(evutil_socket_t fd, short what, void *argument);

static void problem_set(struct connection *connection, const char *text)
{
    snprintf(connection->problem, sizeof connection->problem, "%s", text);
    char *end = strchr(connection->problem, '\n');
    if (end)
        *end = '\0';
}

static void watch(struct connection *connection, short what)
{
    int fd = PQsocket(connection->pg);
    if (connection->io && fd == connection->watched_fd && what == connection->watched)
        return;
    if (connection->io)
        event_free(connection->io);
    connection->io = event_new(connection->options.base, fd, (short)(what | EV_PERSIST), on_io, connection);
    connection->watched_fd = fd;
    connection->watched = what;
    if (connection->io)
        event_add(connection->io, NULL);
}

static void timer_set(struct connection *connection, unsigned ms)
{
    struct timeval time = {.tv_sec = ms / 1000, .tv_usec = (suseconds_t)(ms % 1000) * 1000};
    evtimer_add(connection->timer, &time);
}

static void owed_push(struct connection *connection, connection_result_fn *result_done, connection_sync_fn *sync_done,
                      void *context)
{
    struct owed *owed = connection->spare;
    if (owed)
        connection->spare = owed->next;
    else
        owed = malloc(sizeof *owed);
    if (!owed)
        abort(); /* a few dozen bytes: without them no answer could be matched to its question any more */
    *owed = (struct owed){.result_done = result_done, .sync_done = sync_done, .context = context};
    if (connection->last)
        connection->last->next = owed;
    else
        connection->first = owed;
    connection->last = owed;
}

static struct owed owed_pop(struct connection *connection)
{
    struct owed *owed = connection->first;
    struct owed copy = *owed;
    connection->first = owed->next;
    if (!connection->first)
        connection->last = NULL;
    owed->next = connection->spare;
    connection->spare = owed;
    return copy;
}

/* Closes the connection, gives every owed answer as lost and plans the next attempt. */
static void connection_lost(struct connection *connection, const char *why)
{
    problem_set(connection, why);
    if (connection->io)
        event_free(connection->io);
    connection->io = NULL;
    if (connection->pg)
        PQfinish(connection->pg);
    connection->pg = NULL;
    bool was_ready = connection->phase == PHASE_READY;
    connection->phase = PHASE_CLOSED;
    connection->delay_ms = connection->delay_ms ? connection->delay_ms * 2 : RECONNECT_MIN_MS;
    if (connection->delay_ms > RECONNECT_MAX_MS)
        connection->delay_ms = RECONNECT_MAX_MS;
    timer_set(connection, connection->delay_ms);
    if (was_ready)
        connection->on_state(connection, false, connection->context);
    while (connection->first) {
        struct owed owed = owed_pop(connection);
        PQclear(owed.result);
        if (owed.result_done)
            owed.result_done(NULL, owed.context);
        else
            owed.sync_done(false, owed.context);
    }
}

static void flush(struct connection *connection)
{
    int rc = PQflush(connection->pg);
    if (rc < 0)
        event_active(connection->lost_later, EV_TIMEOUT, 0);
    else
        watch(connection, rc == 1 ? EV_READ | EV_WRITE : EV_READ);
}

static void answer_read(struct connection *connection, PGresult *result)
{
    ExecStatusType status = PQresultStatus(result);
    if (status == PGRES_PIPELINE_SYNC) {
        PQclear(result);
        struct owed owed = owed_pop(connection);
        owed.sync_done(true, owed.context);
    } else if (connection->first->result_done) {
        PQclear(connection->first->result);
        connection->first->result = result;
    } else { /* in place of the sync point: why the server ends the connection */
        connection_lost(connection, PQresultErrorMessage(result));
        PQclear(result);
    }
}

static void answers_read(struct connection *connection)
{
    while (connection->pg && connection->first && !PQisBusy(connection->pg)) {
        PGresult *result = PQgetResult(connection->pg);
        if (result) {
            answer_read(connection, result);
        } else if (connection->first->result) {
            struct owed owed = owed_pop(connection);
            owed.result_done(owed.result, owed.context);
        } else if (PQstatus(connection->pg) == CONNECTION_BAD) {
            return;
        }
    }
}

static void prepared_one(PGresult *result, void *context)
{
    struct connection *connection = context;
    if (result && PQresultStatus(result) != PGRES_COMMAND_OK && !connection->prepare_failed) {
        connection->prepare_failed = true;
        problem_set(connection, PQresultErrorMessage(result));
    }
    PQclear(result);
}

static void prepared_all(bool ok, void *context)
{
    struct connection *connection = context;
    if (!ok)
        return;
    if (connection->prepare_failed) {
        char why[sizeof connection->problem];
        memcpy(why, connection->problem, sizeof why);
        connection_lost(connection, why);
        return;
    }
    evtimer_del(connection->timer);
    connection->phase = PHASE_READY;
    connection->delay_ms = 0;
    connection->problem[0] = '\0';
    connection->on_state(connection, true, connection->context);
}

static void prepare_start(struct connection *connection)
{
    connection->phase = PHASE_PREPARING;
    connection->prepare_failed = false;
    if (PQsetnonblocking(connection->pg, 1) != 0 || !PQenterPipelineMode(connection->pg)) {
        connection_lost(connection, PQerrorMessage(connection->pg));
        return;
    }
    for (const struct statement *const *const *list = connection->options.catalogue; *list; list++) {
        for (const struct statement *const *statement = *list; *statement; statement++) {
            owed_push(connection, prepared_one, NULL, connection);
            PQsendPrepare(connection->pg, (*statement)->name, (*statement)->sql, 0, NULL);
        }
    }
    connection_sync(connection, prepared_all, connection);
}

static void connect_poll(struct connection *connection)
{
    switch (PQconnectPoll(connection->pg)) {
    case PGRES_POLLING_READING:
        watch(connection, EV_READ);
        break;
    case PGRES_POLLING_WRITING:
        watch(connection, EV_WRITE);
        break;
    case PGRES_POLLING_OK:
        prepare_start(connection);
        break;
    default:
        connection_lost(connection, PQerrorMessage(connection->pg));
    }
}

static void on_io(evutil_socket_t fd, short what, void *argument)
{
    struct connection *connection = argument;
    (void)fd;
    if (connection->phase == PHASE_CONNECTING) {
        connect_poll(connection);
        return;
    }
    if ((what & EV_READ) && !PQconsumeInput(connection->pg)) {
        answers_read(connection);
        if (connection->pg)
            connection_lost(connection, PQerrorMessage(connection->pg));
        return;
    }
    answers_read(connection);
    if (!connection->pg)
        return;
    if (PQstatus(connection->pg) == CONNECTION_BAD)
        connection_lost(connection, PQerrorMessage(connection->pg));
    else if (what & EV_WRITE)
        flush(connection);
}

static void on_lost_later(evutil_socket_t fd, short what, void *argument)
{
    struct connection *connection = argument;
    (void)fd;
    (void)what;
    if (connection->pg)
        connection_lost(connection, PQerrorMessage(connection->pg));
}

static void on_timer(evutil_socket_t fd, short what, void *argument)
{
    struct connection *connection = argument;
    (void)fd;
    (void)what;
    if (connection->phase == PHASE_CLOSED)
        connect_start(connection);
    else if (connection->phase != PHASE_READY)
        connection_lost(connection, "the database did not answer in time");
}

/* A statement's plan is kept as long as the connection, and is often made while its tables are almost empty. Reading a
 * whole table is the cheapest way then, and the planner would stay with it while the table grows. So it is told to go
 * through indexes, row by row, which is the right plan for arrays of a few dozen rows against tables of any size. */
static const char planning[] = "-c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off -c jit=off";

static void connect_start(struct connection *connection)
{
    char options[256];
    snprintf(options, sizeof options, "%s -c statement_timeout=%u -c idle_in_transaction_session_timeout=10s", planning,
             connection->options.statement_timeout_ms);
    const char *keys[] = {"dbname", "options", "application_name", NULL};
    const char *values[] = {connection->options.dsn, options, "dandelion", NULL};
    connection->pg = PQconnectStartParams(keys, values, 1);
    if (!connection->pg || PQstatus(connection->pg) == CONNECTION_BAD) {
        connection_lost(connection, connection->pg ? PQerrorMessage(connection->pg) : "out of memory");
        return;
    }
    connection->phase = PHASE_CONNECTING;
    timer_set(connection, CONNECT_TIMEOUT_MS);
    watch(connection, EV_WRITE);
}

struct connection *connection_new(const struct connection_options *options, connection_state_fn *on_state,
                                  void *context)
{
    struct connection *connection = calloc(1, sizeof *connection);
    if (!connection)
        return NULL;
    connection->options = *options;
    connection->on_state = on_state;
    connection->context = context;
    connection->timer = evtimer_new(options->base, on_timer, connection);
    connection->lost_later = event_new(options->base, -1, 0, on_lost_later, connection);
    if (!connection->timer || !connection->lost_later) {
        connection_destroy(&connection);
        return NULL;
    }
    problem_set(connection, "not connected yet");
    connect_start(connection);
    return connection;
}

void connection_destroy(struct connection **connection)
{
    struct connection *self = *connection;
    if (!self)
        return;
    *connection = NULL;
    if (self->io)
        event_free(self->io);
    if (self->timer)
        event_free(self->timer);
    if (self->lost_later)
        event_free(self->lost_later);
    while (self->first) {
        struct owed owed = owed_pop(self);
        PQclear(owed.result);
    }
    for (struct owed *next, *owed = self->spare; owed; owed = next) {
        next = owed->next;
        free(owed);
    }
    PQfinish(self->pg);
    free(self);
}

bool connection_ready(const struct connection *connection)
{
    return connection->phase == PHASE_READY;
}

const char *connection_problem(const struct connection *connection)
{
    return connection->problem;
}

static void ignore_answer(PGresult *result, void *context)
{
    (void)context;
    PQclear(result);
}

void connection_plan_anew(struct connection *connection)
{
    connection->planned_us = 0;
}

/* A plan for a table of ten rows may be a hundred times slower than need be when the table has ten thousand, and the
 * server notices only when it gathers statistics, a minute later or more. Planning anew costs a millisecond. */
static void plans_refresh(struct connection *connection)
{
    int64_t now = clock_monotonic_us();
    if (connection->planned_us && now - connection->planned_us < PLANS_KEPT_US)
        return;
    connection->planned_us = now;
    connection_command(connection, "DISCARD PLANS", ignore_answer, NULL);
}

void connection_execute(struct connection *connection, const struct statement *statement, const struct params *params,
                        connection_result_fn *done, void *context)
{
    plans_refresh(connection);
    owed_push(connection, done, NULL, context);
    if (!connection->pg || !PQsendQueryPrepared(connection->pg, statement->name, params->count, params->values,
                                                params->lengths, params->formats, 1))
        event_active(connection->lost_later, EV_TIMEOUT, 0);
}

void connection_command(struct connection *connection, const char *sql, connection_result_fn *done, void *context)
{
    owed_push(connection, done, NULL, context);
    if (!connection->pg || !PQsendQueryParams(connection->pg, sql, 0, NULL, NULL, NULL, NULL, 1))
        event_active(connection->lost_later, EV_TIMEOUT, 0);
}

void connection_sync(struct connection *connection, connection_sync_fn *done, void *context)
{
    owed_push(connection, NULL, done, context);
    if (!connection->pg || !PQpipelineSync(connection->pg))
        event_active(connection->lost_later, EV_TIMEOUT, 0);
    else
        flush(connection);
}
