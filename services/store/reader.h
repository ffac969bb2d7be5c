/* Queries: statement, rows, no transaction.
 *
 * Questions to the same point statement that wait while a connection is free share one execution. */
#ifndef DANDELION_STORE_READER_H
#define DANDELION_STORE_READER_H

#include <libpq-fe.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "store/connection.h"

struct reader;
struct question;

/* What came back for one question: rows of a result in the statement's order. */
struct answer {
    const PGresult *result; /* lives until the callback returns */
    const int *rows;        /* numbers of the rows that belong to this question */
    size_t count;
};

/* Exactly once for each question. `answer` is NULL when `err` is not. */
typedef void question_done_fn(struct question *question, const struct answer *answer, const struct err *err);

/* Embedded by the asker and filled before reader_ask; it must live until `done`. */
struct question {
    const struct statement *statement; /* STATEMENT_POINT or STATEMENT_LIST */
    const void *args;
    int64_t deadline; /* unix ms; CLOCK_NO_INSTANT: none */
    question_done_fn *done;

    struct question *next; /* the reader's own */
    unsigned attempts;
};

struct reader_options {
    struct connection_options connection;
    size_t connections;
    size_t queue_max;
};

struct reader_stats {
    size_t waiting, ready_connections;
    uint64_t executions, questions;
};

struct reader *reader_new(const struct reader_options *options);
void reader_destroy(struct reader **reader);

void reader_ask(struct reader *reader, struct question *question);

struct reader_stats reader_stats(const struct reader *reader);
const char *reader_problem(const struct reader *reader);

#endif
