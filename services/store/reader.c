#include "store/reader.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "errors.h"
#include "store/failure.h"
#include "store/rows.h"

enum { SHARE_MAX = 64, ATTEMPTS_MAX = 3, TICK_MS = 50 };

/* One execution: the questions that share it. */
struct lane {
    struct reader *reader;
    struct connection *connection;
    struct params params;
    struct question *questions[SHARE_MAX];
    size_t count;
    PGresult *result;
    bool running;
    int *order; /* row numbers, those of one question side by side */
    size_t order_size;
};

struct reader {
    struct reader_options options;
    struct lane *lanes;
    struct question *first, *last;
    struct event *tick;
    struct event *expiry;
    size_t running; /* questions */
    struct reader_stats stats;
};

static void pump(struct reader *reader);

static void question_push(struct reader *reader, struct question *question)
{
    question->next = NULL;
    if (reader->last)
        reader->last->next = question;
    else
        reader->first = question;
    reader->last = question;
    reader->stats.waiting++;
}

static void question_refuse(struct question *question, int code, const char *detail)
{
    struct err err = {0};
    err_set(&err, code, "%s", detail);
    question->done(question, NULL, &err);
}

/* Takes the first question and, when it is a point statement, those further back that can share its execution. */
static void questions_take(struct reader *reader, struct lane *lane)
{
    const struct statement *statement = reader->first->statement;
    size_t most = statement->kind == STATEMENT_POINT ? SHARE_MAX : 1;
    struct question *kept_first = NULL, *kept_last = NULL;
    lane->count = 0;
    while (reader->first) {
        struct question *question = reader->first;
        reader->first = question->next;
        question->next = NULL;
        if (question->statement == statement && lane->count < most) {
            lane->questions[lane->count++] = question;
            reader->stats.waiting--;
            continue;
        }
        if (kept_last)
            kept_last->next = question;
        else
            kept_first = question;
        kept_last = question;
        if (lane->count == most)
            break;
    }
    if (kept_last) {
        kept_last->next = reader->first;
        reader->first = kept_first;
        if (!kept_last->next)
            reader->last = kept_last;
    }
    if (!reader->first)
        reader->last = NULL;
}

/* Sorts row numbers by question: a counting sort over ord. */
static int rows_sort(struct lane *lane, const PGresult *result, size_t starts[SHARE_MAX + 1])
{
    size_t total = (size_t)PQntuples(result);
    size_t fill[SHARE_MAX];
    if (total > lane->order_size) {
        int *grown = realloc(lane->order, total * sizeof *grown);
        if (!grown)
            return -1;
        lane->order = grown;
        lane->order_size = total;
    }
    for (size_t i = 0; i <= SHARE_MAX; i++)
        starts[i] = 0;
    bool shared = lane->questions[0]->statement->set_based;
    for (size_t row = 0; row < total; row++)
        starts[(shared ? row_ord(result, (int)row) : 0) + 1]++;
    for (size_t i = 0; i < SHARE_MAX; i++)
        starts[i + 1] += starts[i];
    memcpy(fill, starts, sizeof fill);
    for (size_t row = 0; row < total; row++)
        lane->order[fill[shared ? row_ord(result, (int)row) : 0]++] = (int)row;
    return 0;
}

static void questions_fail(struct lane *lane, const struct err *err)
{
    struct reader *reader = lane->reader;
    for (size_t i = 0; i < lane->count; i++) {
        struct question *question = lane->questions[i];
        if (failure_is_transient(err->code) && ++question->attempts < ATTEMPTS_MAX)
            question_push(reader, question);
        else
            question->done(question, NULL, err);
    }
}

static void questions_answer(struct lane *lane)
{
    size_t starts[SHARE_MAX + 1] = {0};
    struct err err = {0};
    char constraint[64];
    const PGresult *result = lane->result;
    if (PQresultStatus(result) != PGRES_TUPLES_OK)
        failure_read(result, &err, constraint, sizeof constraint);
    else if (rows_check(result, lane->questions[0]->statement, &err) == 0 && rows_sort(lane, result, starts) != 0)
        err_set(&err, ERR_OVERLOADED, "out of memory for rows");
    if (err.code) {
        questions_fail(lane, &err);
        return;
    }
    lane->reader->stats.executions++;
    lane->reader->stats.questions += lane->count;
    for (size_t i = 0; i < lane->count; i++) {
        struct answer answer = {result, lane->order + starts[i], starts[i + 1] - starts[i]};
        lane->questions[i]->done(lane->questions[i], &answer, NULL);
    }
}

static void on_result(PGresult *result, void *context)
{
    struct lane *lane = context;
    lane->result = result;
}

static void on_sync(bool ok, void *context)
{
    struct lane *lane = context;
    if (ok && lane->result) {
        questions_answer(lane);
    } else {
        struct err err = {0};
        err_set(&err, ERR_UNAVAILABLE, "the connection to the database was lost");
        questions_fail(lane, &err);
    }
    PQclear(lane->result);
    lane->result = NULL;
    lane->running = false;
    lane->reader->running -= lane->count;
    pump(lane->reader);
}

static void lane_run(struct lane *lane)
{
    const void *rows[SHARE_MAX];
    int32_t ords[SHARE_MAX];
    struct err err = {0};
    questions_take(lane->reader, lane);
    for (size_t i = 0; i < lane->count; i++) {
        rows[i] = lane->questions[i]->args;
        ords[i] = (int32_t)i;
    }
    if (params_fill(&lane->params, lane->questions[0]->statement, rows, ords, lane->count, &err) != 0) {
        questions_fail(lane, &err);
        return;
    }
    lane->running = true;
    lane->reader->running += lane->count;
    connection_execute(lane->connection, lane->questions[0]->statement, &lane->params, on_result, lane);
    connection_sync(lane->connection, on_sync, lane);
}

/* A lane beside one that runs starts only when it carries as much: an execution costs far more than a question. */
static void pump(struct reader *reader)
{
    for (size_t i = 0; i < reader->options.connections && reader->first; i++)
        if (reader->stats.waiting >= reader->running && !reader->lanes[i].running &&
            connection_ready(reader->lanes[i].connection))
            lane_run(&reader->lanes[i]);
}

static void on_tick(evutil_socket_t fd, short what, void *context)
{
    (void)fd;
    (void)what;
    pump(context);
}

/* Questions past their deadline are refused; nobody waits for them any more. */
static void on_expiry(evutil_socket_t fd, short what, void *context)
{
    struct reader *reader = context;
    (void)fd;
    (void)what;
    int64_t now = clock_now_ms();
    int code = reader->stats.ready_connections ? ERR_DEADLINE_EXCEEDED : ERR_UNAVAILABLE;
    struct question *question = reader->first;
    reader->first = reader->last = NULL;
    reader->stats.waiting = 0;
    for (struct question *next; question; question = next) {
        next = question->next;
        if (question->deadline != CLOCK_NO_INSTANT && question->deadline < now)
            question_refuse(question, code, "waited too long for the database");
        else
            question_push(reader, question);
    }
    pump(reader);
}

static void on_connection(struct connection *connection, bool ready, void *context)
{
    struct reader *reader = context;
    (void)connection;
    if (ready)
        reader->stats.ready_connections++;
    else
        reader->stats.ready_connections--;
    event_active(reader->tick, EV_TIMEOUT, 0);
}

struct reader *reader_new(const struct reader_options *options)
{
    struct reader *reader = calloc(1, sizeof *reader);
    if (!reader)
        return NULL;
    reader->options = *options;
    reader->lanes = calloc(options->connections, sizeof *reader->lanes);
    reader->tick = evtimer_new(options->connection.base, on_tick, reader);
    reader->expiry = event_new(options->connection.base, -1, EV_PERSIST, on_expiry, reader);
    bool complete = reader->lanes && reader->tick && reader->expiry;
    for (size_t i = 0; complete && i < options->connections; i++) {
        struct lane *lane = &reader->lanes[i];
        lane->reader = reader;
        lane->params = params_new();
        lane->connection = connection_new(&options->connection, on_connection, reader);
        complete = lane->connection != NULL;
    }
    if (!complete) {
        reader_destroy(&reader);
        return NULL;
    }
    struct timeval every = {.tv_usec = TICK_MS * 1000};
    event_add(reader->expiry, &every);
    return reader;
}

void reader_destroy(struct reader **reader)
{
    struct reader *self = *reader;
    if (!self)
        return;
    *reader = NULL;
    for (size_t i = 0; self->lanes && i < self->options.connections; i++) {
        connection_destroy(&self->lanes[i].connection);
        params_destroy(&self->lanes[i].params);
        PQclear(self->lanes[i].result);
        free(self->lanes[i].order);
    }
    free(self->lanes);
    if (self->tick)
        event_free(self->tick);
    if (self->expiry)
        event_free(self->expiry);
    free(self);
}

void reader_ask(struct reader *reader, struct question *question)
{
    question->attempts = 0;
    if (reader->stats.waiting >= reader->options.queue_max) {
        question_refuse(question, ERR_OVERLOADED, "the queue is full");
        return;
    }
    question_push(reader, question);
    if (!evtimer_pending(reader->tick, NULL))
        evtimer_add(reader->tick, &(struct timeval){0});
}

struct reader_stats reader_stats(const struct reader *reader)
{
    return reader->stats;
}

const char *reader_problem(const struct reader *reader)
{
    for (size_t i = 0; i < reader->options.connections; i++)
        if (connection_ready(reader->lanes[i].connection))
            return "";
    return connection_problem(reader->lanes[0].connection);
}
