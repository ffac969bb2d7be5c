/* A server and its clients in one thread: whoever waits turns the loop. Sockets and clocks are real, times are short.
 */
#ifndef DANDELION_TESTS_HTTP_FIXTURE_H
#define DANDELION_TESTS_HTTP_FIXTURE_H

#include <event2/event.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/str.h"
#include "gateway/http/server.h"

#define HOST      "Host: street.example\r\n"
#define GET(path) "GET " path " HTTP/1.1\r\n" HOST
#define CHUNKED   "Transfer-Encoding: chunked\r\n"

/* Longest wait for what must come at last: only a machine that is very busy needs it. */
enum { PATIENCE_MS = 10000 };

struct fixture {
    struct event_base *base;
    struct http_server *server;
    struct http_server_config config; /* change it before fixture_start */
    struct http_request *kept;        /* by /later: the request that waits for its answer */
    unsigned closed;                  /* calls of on_closed */
    struct str streamed;              /* what the sink of /stream got, "." at the end */
};

/* setup and teardown for cmocka; *state is a struct fixture. Fast deadlines; nothing listens yet. */
int fixture_setup(void **state);
int fixture_teardown(void **state);

/* Starts the server. Its paths:
 *     /hello  "hi" at once            /echo   the body back       /small  at most 10 bytes of body
 *     /later  keeps the request       /choice keeps it, undecided /stream the body by pieces, into `streamed`
 *     /big    4 MiB of 'x'            /json   4 KiB of JSON       /early  answers at the first piece
 *     /bad    an answer with a field that would split it          /closed tells in the body whether it was closed
 *     /field  "hi" with fields of its own                         /events starts a stream and keeps it */
void fixture_start(struct fixture *fixture);

/* Turns the loop for so long. */
void fixture_turn(struct fixture *fixture, unsigned ms);

/* A connected socket. */
int fixture_connect(struct fixture *fixture);

/* Sends all of it, turning the loop when the socket is full; false when the server is gone. */
bool fixture_send(struct fixture *fixture, int fd, const char *text, size_t length);

/* What comes on the socket until `text` has come or the server closes, at most two seconds. The result says whether the
 * server closed, or reset, the connection. */
enum ending { OPEN, CLOSED, RESET };
enum ending fixture_read(struct fixture *fixture, int fd, const char *text, struct str *got);

/* Sends text, reads until `until` or the end; fails the test when `expected` is not in what came. */
void expect_answer(struct fixture *fixture, int fd, const char *text, const char *expected);

/* Connects, sends, reads to the end of the connection; fails when that does not come or `expected` is not in it. */
void expect_end(struct fixture *fixture, const char *text, const char *expected);

#endif
