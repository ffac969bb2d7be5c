/* A committer on a real database, with a proxy in between that can break the connection at a chosen byte. Whoever
 * waits turns the loop, so that everything happens in one thread and in an order that the test decides.
 *
 * The database is $DANDELION_TEST_DSN: it has the kit's tables and
 *     CREATE TABLE purse (id uuid PRIMARY KEY, fen bigint CONSTRAINT purse_not_negative CHECK (fen >= 0)).
 * tests/service/test_store.py makes it; without the variable the tests are skipped. */
#ifndef DANDELION_TESTS_STORE_FIXTURE_H
#define DANDELION_TESTS_STORE_FIXTURE_H

#include <event2/event.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "store/committer.h"

enum { SKIPPED = 77 };

/* What the proxy does when a client sends COMMIT. */
enum cut {
    CUT_NOTHING,
    CUT_BEFORE_COMMIT, /* the server never hears of it */
    CUT_AFTER_COMMIT,  /* the server commits, the client never hears of it */
};

struct proxy;

struct fixture {
    struct event_base *base;
    struct committer *committer;
    struct committer_options options; /* change it before fixture_start */
    struct proxy *proxy;
    char dsn[512];
    unsigned open; /* jobs submitted and not done */
};

/* Adds `fen` to a purse. */
struct job {
    struct unit unit; /* first, so that a unit is its job */
    struct arena *arena;
    struct fixture *fixture;
    struct uuid purse;
    int64_t fen;
    int refuse;                /* decide refuses with this error */
    bool misses;               /* writes to a purse that is not there */
    unsigned decided;          /* how often decide ran */
    unsigned done;             /* how often done was called */
    int code;                  /* 0, or the error that done was given */
    char field[ERR_FIELD_MAX]; /* of that error */
    bool replayed;
};

/* The DSN, or NULL when the tests must be skipped. */
const char *fixture_dsn(void);

/* setup and teardown for cmocka; *state is a struct fixture. The committer is not started. */
int fixture_setup(void **state);
int fixture_teardown(void **state);

/* Starts the committer, behind the proxy, and waits for its connections. */
void fixture_start(struct fixture *fixture);

/* Does `cut` at the next COMMIT that passes. */
void fixture_cut(struct fixture *fixture, enum cut cut);

/* Makes a purse with that much in it. */
struct uuid purse_new(struct fixture *fixture, int64_t fen);
int64_t purse_fen(struct fixture *fixture, struct uuid purse);

/* One number that a query finds, asked past the proxy. */
int64_t number_of(struct fixture *fixture, const char *sql);

/* Are the positions of the event log dense, from 1 to the head? */
bool log_is_dense(struct fixture *fixture);

/* A job on that purse, not submitted yet; freed by job_free. */
struct job *job_new(struct fixture *fixture, struct uuid purse, int64_t fen);
void job_free(struct job *job);
void job_submit(struct job *job);

/* Turns the loop until all jobs that were submitted are done. */
void jobs_wait(struct fixture *fixture);

#endif
