/* One connection to PostgreSQL, asynchronous, in pipeline mode, driven by libevent.
 *
 * Statements are prepared when the connection opens, so that each execution sends only its parameters. Answers come
 * in the order of the sends. When the connection is lost every answer still owed is given as "lost", exactly once,
 * and the connection opens again by itself, slower after each failure. */
#ifndef DANDELION_STORE_CONNECTION_H
#define DANDELION_STORE_CONNECTION_H

#include <event2/event.h>
#include <libpq-fe.h>
#include <stdbool.h>

#include "base/err.h"
#include "store/params.h"
#include "store/statement.h"

struct connection;

struct connection_options {
    struct event_base *base;
    const char *dsn;                                 /* libpq connection string; host address or socket directory */
    const struct statement *const *const *catalogue; /* NULL-terminated list of NULL-terminated statement lists */
    unsigned statement_timeout_ms;
};

/* `result` is owned by the callee (PQclear) and NULL when the connection was lost before the answer. */
typedef void connection_result_fn(PGresult *result, void *context);

/* `ok` is false when the connection was lost before the sync point was reached. */
typedef void connection_sync_fn(bool ok, void *context);

/* Called each time the connection becomes ready for work, and each time it is lost. */
typedef void connection_state_fn(struct connection *connection, bool ready, void *context);

/* Starts to connect. Everything in `options` must outlive the connection. NULL when memory is short. */
struct connection *connection_new(const struct connection_options *options, connection_state_fn *on_state,
                                  void *context);
void connection_destroy(struct connection **connection);

bool connection_ready(const struct connection *connection);

/* Why the connection is not there; "" while it is. For /readyz and the log. */
const char *connection_problem(const struct connection *connection);

/* Queues one execution. The parameters are copied before it returns. The answer goes to `done`. */
void connection_execute(struct connection *connection, const struct statement *statement, const struct params *params,
                        connection_result_fn *done, void *context);

/* The next execution is planned for the tables as they are then; else a plan is kept for some seconds. For statements
 * that work on many rows which have just been written. */
void connection_plan_anew(struct connection *connection);

/* Queues a statement without parameters, such as BEGIN; its answer goes to `done`. */
void connection_command(struct connection *connection, const char *sql, connection_result_fn *done, void *context);

/* Ends a run of statements: an error in one of them skips the rest up to here. Sends what is queued. */
void connection_sync(struct connection *connection, connection_sync_fn *done, void *context);

#endif
