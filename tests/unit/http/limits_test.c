/* Deadlines, numbers of connections, slow readers, draining: over real sockets, with times of some ten milliseconds. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "fixture.h"

/* Sends text, then one byte of `drip` every few ms, until the server closes; returns after how many ms it did. */
static int64_t time_to_end(struct fixture *fixture, const char *text, char drip, const char *expected)
{
    struct str got = str_new(0);
    int fd = fixture_connect(fixture);
    int64_t start = clock_monotonic_us();
    assert_true(fixture_send(fixture, fd, text, strlen(text)));
    for (ssize_t length = -1; length != 0;) {
        char piece[1024];
        fixture_turn(fixture, 5);
        length = recv(fd, piece, sizeof piece, MSG_DONTWAIT);
        if (length > 0)
            str_append(&got, piece, (size_t)length);
        else if (length < 0 && errno != EAGAIN)
            length = 0;
        if (length < 0 && drip != '\0')
            send(fd, &drip, 1, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (clock_monotonic_us() - start > PATIENCE_MS * 1000)
            fail_msg("never closed: \"%s\"", text);
    }
    int64_t end = clock_monotonic_us();
    if (strstr(str_text(&got), expected) == NULL)
        fail_msg("expected \"%s\" in \"%s\"", expected, str_text(&got));
    str_destroy(&got);
    close(fd);
    return (end - start) / 1000;
}

static void ends_slow_heads(void **state)
{
    struct fixture *fixture = *state;
    fixture->config.head_ms = 100;
    fixture->config.idle_ms = 300;
    fixture->config.linger_ms = 50;
    fixture_start(fixture);
    assert_in_range(time_to_end(fixture, "", '\0', ""), 90, PATIENCE_MS);
    assert_in_range(time_to_end(fixture, "GET / HTTP/1.1\r\n", '\0', "HTTP/1.1 408 "), 90, PATIENCE_MS);
    assert_in_range(time_to_end(fixture, "GET / HTTP/1.1\r\nX: ", 'a', "HTTP/1.1 408 "), 90, PATIENCE_MS);
    /* The second request on a connection has its own deadline, after the pause that is allowed between them. */
    assert_in_range(time_to_end(fixture, GET("/hello") "\r\n", '\0', "hi"), 280, PATIENCE_MS);
    assert_in_range(time_to_end(fixture, GET("/hello") "\r\nG", '\0', "HTTP/1.1 408 "), 90, PATIENCE_MS);
    assert_int_equal(http_server_counters(fixture->server)->refusals[1], 3);
}

static void ends_slow_bodies(void **state)
{
    struct fixture *fixture = *state;
    fixture->config.body_ms = 100;
    fixture->config.body_rate = 1000;
    fixture->config.linger_ms = 50;
    fixture_start(fixture);
    static const char head[] = "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 1000\r\n\r\n";
    assert_in_range(time_to_end(fixture, head, '\0', "HTTP/1.1 408 "), 90, PATIENCE_MS);
    assert_in_range(time_to_end(fixture, head, 'a', "HTTP/1.1 408 "), 90, PATIENCE_MS); /* some 20 bytes in 100 ms */
    assert_int_equal(fixture->closed, 2);
    /* A burst at the beginning does not pay for silence later. */
    struct str text = str_new(0);
    str_printf(&text, "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 60000\r\n\r\n%050000d", 0);
    assert_in_range(time_to_end(fixture, text.data, '\0', "HTTP/1.1 408 "), 150, PATIENCE_MS);
    str_destroy(&text);
    /* What is thrown away must come in time as well. */
    assert_in_range(time_to_end(fixture, "POST /hello HTTP/1.1\r\n" HOST "Content-Length: 9\r\n\r\n", '\0', "hi"), 90,
                    PATIENCE_MS);
    /* An application that takes its time is not the client's fault. */
    int fd = fixture_connect(fixture);
    assert_true(fixture_send(fixture, fd, GET("/later") "\r\n", strlen(GET("/later") "\r\n")));
    fixture_turn(fixture, 250);
    http_reply(fixture->kept, 200, "text/plain", NULL, 0, "late", 4);
    expect_answer(fixture, fd, "", "late");
    close(fd);
}

static void cuts_off_who_does_not_read(void **state)
{
    struct fixture *fixture = *state;
    fixture->config.stall_ms = 500;
    fixture_start(fixture);
    int64_t start = clock_monotonic_us();
    int fd = fixture_connect(fixture);
    assert_true(fixture_send(fixture, fd, GET("/big") "\r\n", strlen(GET("/big") "\r\n")));
    while (http_server_counters(fixture->server)->open && clock_monotonic_us() - start < PATIENCE_MS * 1000)
        fixture_turn(fixture, 1);
    assert_in_range((clock_monotonic_us() - start) / 1000, 450, PATIENCE_MS);
    assert_int_equal(http_server_counters(fixture->server)->open, 0);
    assert_int_equal(http_server_counters(fixture->server)->cut_off, 1);
    close(fd);
    /* Who reads, however late he begins, gets everything; and the next request waits until he has. */
    fd = fixture_connect(fixture);
    static const char two[] = GET("/big") "\r\n" GET("/hello") "Connection: close\r\n\r\n";
    assert_true(fixture_send(fixture, fd, two, sizeof two - 1));
    fixture_turn(fixture, 30);
    assert_int_equal(http_server_counters(fixture->server)->requests, 2);
    struct str got = str_new(0);
    assert_int_equal(fixture_read(fixture, fd, NULL, &got), CLOSED);
    assert_true(got.length > 4 << 20);
    assert_string_equal(got.data + got.length - 2, "hi");
    assert_int_equal(http_server_counters(fixture->server)->requests, 3);
    str_destroy(&got);
    close(fd);
}

static unsigned drained_calls;

static void drained(struct http_request *request)
{
    if (++drained_calls < 3) {
        assert_int_equal(http_stream_chunk(request, "more;", 5), 0);
        http_stream_when_drained(request, drained);
    } else {
        http_stream_end(request);
    }
}

static void streams_answers(void **state)
{
    struct fixture *fixture = *state;
    fixture_start(fixture);
    int fd = fixture_connect(fixture);
    expect_answer(fixture, fd, GET("/events") "\r\n", "\r\nTransfer-Encoding: chunked\r\n");
    assert_int_equal(http_stream_chunk(fixture->kept, "data: 1\n\n", 9), 0);
    assert_int_equal(http_stream_chunk(fixture->kept, "", 0), 0);
    expect_answer(fixture, fd, "", "9\r\ndata: 1\n\n\r\n");
    drained_calls = 0;
    http_stream_when_drained(fixture->kept, drained);
    assert_int_equal(drained_calls, 0); /* only from the loop */
    expect_answer(fixture, fd, "", "5\r\nmore;\r\n5\r\nmore;\r\n0\r\n\r\n");
    expect_answer(fixture, fd, GET("/hello") "\r\n", "\r\n\r\nhi");

    expect_answer(fixture, fd, "HEAD /events HTTP/1.1\r\n" HOST "\r\n", "chunked\r\n");
    assert_int_equal(http_stream_chunk(fixture->kept, "data", 4), 0);
    http_stream_end(fixture->kept);
    expect_answer(fixture, fd, GET("/hello") "\r\n", "HTTP/1.1 200 OK");
    close(fd);
    assert_int_equal(fixture->closed, 0);
}

static void ends_streams(void **state)
{
    struct fixture *fixture = *state;
    fixture_start(fixture);
    /* The reader hangs up. */
    int fd = fixture_connect(fixture);
    expect_answer(fixture, fd, GET("/events") "\r\n", "chunked\r\n");
    close(fd);
    fixture_turn(fixture, 20);
    assert_int_equal(fixture->closed, 1);
    assert_true(http_request_closed(fixture->kept));
    assert_int_equal(http_stream_chunk(fixture->kept, "x", 1), -1);
    http_stream_end(fixture->kept);
    /* The reader sleeps. */
    char *piece = calloc(1, 65536);
    fd = fixture_connect(fixture);
    expect_answer(fixture, fd, GET("/events") "\r\n", "chunked\r\n");
    int pieces = 0;
    while (pieces < 1000 && http_stream_chunk(fixture->kept, piece, 65536) == 0) {
        fixture_turn(fixture, 0);
        pieces++;
    }
    assert_in_range(pieces, 4, 200);
    assert_int_equal(http_server_counters(fixture->server)->cut_off, 1);
    assert_int_equal(http_server_counters(fixture->server)->open, 0);
    assert_int_equal(fixture->closed, 1);
    http_stream_end(fixture->kept);
    free(piece);
    close(fd);
}

static void limits_connections(void **state)
{
    struct fixture *fixture = *state;
    fixture->config.connections_max = 3;
    fixture->config.connections_per_address = 2;
    fixture_start(fixture);
    int first = fixture_connect(fixture), second = fixture_connect(fixture);
    fixture_turn(fixture, 10);
    expect_end(fixture, "", "HTTP/1.1 503 ");
    close(first);
    fixture_turn(fixture, 10);
    first = fixture_connect(fixture);
    expect_answer(fixture, first, GET("/hello") "\r\n", "hi");
    expect_answer(fixture, second, GET("/hello") "\r\n", "hi");
    close(first);
    close(second);
    fixture_turn(fixture, 10);
    http_server_destroy(&fixture->server);

    fixture->config.connections_per_address = 0;
    fixture_start(fixture);
    int fds[3];
    for (int i = 0; i < 3; i++)
        fds[i] = fixture_connect(fixture);
    fixture_turn(fixture, 10);
    expect_end(fixture, "", "HTTP/1.1 503 ");
    assert_int_equal(http_server_counters(fixture->server)->refusals[7], 1);
    for (int i = 0; i < 3; i++)
        close(fds[i]);
}

static void survives_the_end_of_descriptors(void **state)
{
    struct fixture *fixture = *state;
    struct rlimit before;
    fixture_start(fixture);
    int fds[2] = {fixture_connect(fixture), fixture_connect(fixture)}; /* in the backlog */
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &(struct rlimit){(rlim_t)fds[1] + 1, before.rlim_max}), 0);
    fixture_turn(fixture, 50);
    uint64_t paused = http_server_counters(fixture->server)->accept_paused;
    assert_in_range(paused, 1, 10); /* at most once a sweep */
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    expect_answer(fixture, fds[0], GET("/hello") "\r\n", "hi");
    expect_answer(fixture, fds[1], GET("/hello") "\r\n", "hi");
    close(fds[0]);
    close(fds[1]);
}

static void note(void *arg)
{
    *(bool *)arg = true;
}

static void drains(void **state)
{
    struct fixture *fixture = *state;
    bool done = false;
    fixture_start(fixture);
    int idle = fixture_connect(fixture), busy = fixture_connect(fixture);
    expect_answer(fixture, idle, GET("/hello") "\r\n", "hi");
    assert_true(fixture_send(fixture, busy, GET("/later") "\r\n", strlen(GET("/later") "\r\n")));
    fixture_turn(fixture, 10);
    http_server_drain(fixture->server, note, &done);
    assert_int_equal(http_server_port(fixture->server), 0);
    struct str got = str_new(0);
    assert_int_equal(fixture_read(fixture, idle, NULL, &got), CLOSED);
    fixture_turn(fixture, 30);
    assert_false(done);
    http_reply(fixture->kept, 200, "text/plain", NULL, 0, "last", 4);
    assert_int_equal(fixture_read(fixture, busy, NULL, &got), CLOSED);
    assert_non_null(strstr(got.data, "\r\nConnection: close\r\n"));
    fixture_turn(fixture, 10);
    assert_true(done);
    str_destroy(&got);
    close(idle);
    close(busy);
    http_server_destroy(&fixture->server);

    done = false;
    fixture_start(fixture);
    http_server_drain(fixture->server, note, &done);
    assert_false(done);
    fixture_turn(fixture, 5);
    assert_true(done);
}

static void says_why_it_cannot_listen(void **state)
{
    struct fixture *fixture = *state;
    struct err err = {0};
    const struct http_handler handler = {0};
    fixture_start(fixture);
    fixture->config.port = http_server_port(fixture->server);
    assert_null(http_server_new(fixture->base, &fixture->config, &handler, NULL, &err));
    assert_int_equal(err.code, ERR_LOCAL);
    assert_non_null(strstr(err.detail, "in use"));
    fixture->config.address = "nowhere";
    assert_null(http_server_new(fixture->base, &fixture->config, &handler, NULL, &err));
    assert_non_null(strstr(err.detail, "nowhere"));
    fixture->config.address = "::1";
    fixture->config.port = 0;
    struct http_server *six = http_server_new(fixture->base, &fixture->config, &handler, NULL, &err);
    if (six == NULL)
        print_message("no IPv6 here: %s\n", err.detail);
    http_server_destroy(&six);
    fixture->config.address = "127.0.0.1";
    fixture->config.reuse_port = true;
    struct http_server *one = http_server_new(fixture->base, &fixture->config, &handler, NULL, &err);
    fixture->config.port = http_server_port(one);
    struct http_server *two = http_server_new(fixture->base, &fixture->config, &handler, NULL, &err);
    assert_non_null(two);
    http_server_destroy(&one);
    http_server_destroy(&two);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
    const struct CMUnitTest tests[] = {
        TEST(ends_slow_heads),
        TEST(ends_slow_bodies),
        TEST(cuts_off_who_does_not_read),
        TEST(streams_answers),
        TEST(ends_streams),
        TEST(limits_connections),
        TEST(survives_the_end_of_descriptors),
        TEST(drains),
        TEST(says_why_it_cannot_listen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
