/* What the tests of the bus share: a directory for sockets, a loop, and waiting with a limit. */
#ifndef DANDELION_TESTS_UNIT_BUS_FIXTURE_H
#define DANDELION_TESTS_UNIT_BUS_FIXTURE_H

#include <event2/event.h>
#include <stdbool.h>

struct fixture {
    struct event_base *base;
    char directory[40];
};

/* Setup and teardown of a cmocka test; *state is the fixture. */
int fixture_open(void **state);
int fixture_close(void **state);

/* "ipc://<directory>/<name>", in one of four rotating buffers. */
const char *fixture_endpoint(const struct fixture *fixture, const char *name);

/* Runs the loop until `done` says so, at most `ms`. Returns what `done` said last. */
bool fixture_run(struct fixture *fixture, bool (*done)(void *arg), void *arg, int ms);

/* Runs the loop for so long. */
void fixture_idle(struct fixture *fixture, int ms);

#endif
