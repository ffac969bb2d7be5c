/* bus/bridge: nothing is lost to the edge-triggered descriptor, and nobody starves. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "bus/bridge.h"
#include "bus/frame.h"
#include "bus/socket.h"
#include "fixture.h"

struct end {
    zsock_t *socket;
    struct bridge *bridge;
    int received, limit;
};

static bool take_one(void *arg)
{
    struct end *end = arg;
    zmq_msg_t frame;
    int count = bridge_receive(end->bridge, &frame, 1);
    if (count > 0) {
        end->received++;
        zmq_msg_close(&frame);
    }
    return count != 0;
}

static void open_end(struct end *end, struct fixture *fixture, int type, const char *bound, const char *connected)
{
    struct err err = {0};
    end->socket = socket_new(type, &err);
    assert_non_null(end->socket);
    if (bound)
        assert_int_equal(socket_bind(end->socket, bound, &err), 0);
    else
        assert_int_equal(socket_connect(end->socket, connected, &err), 0);
    end->bridge = bridge_new(fixture->base, zsock_resolve(end->socket), take_one, end, &err);
    assert_non_null(end->bridge);
}

static void close_end(struct end *end)
{
    bridge_destroy(&end->bridge);
    zsock_destroy(&end->socket);
}

static bool all_received(void *arg)
{
    struct end *end = arg;
    return end->received >= end->limit;
}

enum { FLOOD = 20000 };

static void *flood(void *arg)
{
    void *socket = zsock_resolve(arg);
    for (int i = 0; i < FLOOD; i++)
        zmq_send(socket, "x", 1, 0);
    return NULL;
}

static void count_turn(evutil_socket_t fd, short what, void *arg)
{
    char byte;
    (void)what;
    (*(int *)arg)++;
    ssize_t got = read(fd, &byte, 1);
    assert_int_equal(got, 1);
}

static void a_flood_arrives_and_others_get_turns(void **state)
{
    struct fixture *fixture = *state;
    const char *endpoint = fixture_endpoint(fixture, "flood");
    struct end reader = {.limit = FLOOD};
    struct err err;
    int turns = 0, pipes[2];
    pthread_t thread;
    open_end(&reader, fixture, ZMQ_PULL, endpoint, NULL);
    zsock_t *writer = socket_new(ZMQ_PUSH, &err);
    assert_int_equal(socket_connect(writer, endpoint, &err), 0);
    assert_int_equal(pipe(pipes), 0);
    char bytes[1000] = "";
    assert_int_equal(write(pipes[1], bytes, sizeof bytes), sizeof bytes);
    struct event *other = event_new(fixture->base, pipes[0], EV_READ | EV_PERSIST, count_turn, &turns);
    event_add(other, NULL);
    assert_int_equal(pthread_create(&thread, NULL, flood, writer), 0);
    /* Let the queue fill, so that the bridge always finds more than a burst. */
    usleep(50000);
    assert_true(fixture_run(fixture, all_received, &reader, 5000));
    pthread_join(thread, NULL);
    assert_int_equal(reader.received, FLOOD);
    assert_true(turns > FLOOD / BRIDGE_BURST / 2); /* about one for each burst */
    event_free(other);
    close(pipes[0]);
    close(pipes[1]);
    zsock_destroy(&writer);
    close_end(&reader);
}

/* Answers everything. */
static bool echo_one(void *arg)
{
    struct end *end = arg;
    zmq_msg_t frames[2];
    int count = bridge_receive(end->bridge, frames, 2);
    if (count == 2 && bridge_send(end->bridge, frames, 2) < 0)
        frames_close(frames, 2);
    return count != 0;
}

/* Sends are made from a timer while replies come in: the edge of a reply may fall inside a send. */
static void sends_swallow_no_wake_up(void **state)
{
    struct fixture *fixture = *state;
    const char *endpoint = fixture_endpoint(fixture, "echo");
    struct end router = {0}, dealer = {.limit = 2000};
    struct err err;
    router.socket = socket_new(ZMQ_ROUTER, &err);
    assert_int_equal(socket_bind(router.socket, endpoint, &err), 0);
    router.bridge = bridge_new(fixture->base, zsock_resolve(router.socket), echo_one, &router, &err);
    open_end(&dealer, fixture, ZMQ_DEALER, NULL, endpoint);
    for (int sent = 0; sent < dealer.limit;) {
        zmq_msg_t frame;
        assert_int_equal(frame_pack(&frame, NULL, (struct bytes){"x", 1}), 0);
        if (bridge_send(dealer.bridge, &frame, 1) == 0) {
            sent++;
        } else {
            zmq_msg_close(&frame);
            fixture_idle(fixture, 1);
        }
        if (sent % 7 == 0)
            event_base_loop(fixture->base, EVLOOP_NONBLOCK);
    }
    assert_true(fixture_run(fixture, all_received, &dealer, 3000));
    close_end(&dealer);
    close_end(&router);
}

static void messages_with_too_many_frames_are_dropped_whole(void **state)
{
    struct fixture *fixture = *state;
    const char *endpoint = fixture_endpoint(fixture, "frames");
    struct end reader = {.limit = 1};
    struct err err;
    open_end(&reader, fixture, ZMQ_PULL, endpoint, NULL);
    zsock_t *writer = socket_new(ZMQ_PUSH, &err);
    assert_int_equal(socket_connect(writer, endpoint, &err), 0);
    void *raw = zsock_resolve(writer);
    for (int i = 0; i < 5; i++)
        assert_true(zmq_send(raw, "x", 1, i < 4 ? ZMQ_SNDMORE : 0) >= 0);
    assert_true(zmq_send(raw, "y", 1, 0) >= 0);
    assert_true(fixture_run(fixture, all_received, &reader, 2000));
    fixture_idle(fixture, 20);
    assert_int_equal(reader.received, 1);
    zsock_destroy(&writer);
    close_end(&reader);
}

static void endpoints_have_rules(void **state)
{
    struct fixture *fixture = *state;
    struct err err;
    zsock_t *first = socket_new(ZMQ_ROUTER, &err), *second = socket_new(ZMQ_ROUTER, &err);
    assert_int_equal(socket_bind(first, "tcp://127.0.0.1:5555", &err), -1);
    assert_non_null(strstr(err.detail, "CURVE"));
    assert_int_equal(socket_connect(first, "tcp://127.0.0.1:5555", &err), -1);
    assert_int_equal(socket_bind(first, "ipc://relative", &err), -1);
    assert_int_equal(socket_bind(first, "ipc://@abstract", &err), -1);
    assert_int_equal(socket_bind(first, "udp://127.0.0.1:5555", &err), -1);
    assert_int_equal(socket_bind(first, "ipc:///tmp/dandelion-open", &err), -1); /* /tmp is open to all */
    assert_non_null(strstr(err.detail, "0700"));
    assert_int_equal(socket_bind(first, "ipc:///nonexistent/x", &err), -1);
    const char *endpoint = fixture_endpoint(fixture, "one");
    FILE *stale = fopen(endpoint + strlen("ipc://"), "w");
    assert_non_null(stale);
    fclose(stale);
    assert_int_equal(socket_bind(first, endpoint, &err), 0); /* a file that nobody answers at is replaced */
    assert_int_equal(socket_bind(second, endpoint, &err), -1);
    assert_non_null(strstr(err.detail, "another process"));
    zsock_destroy(&first);
    zsock_destroy(&second);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_flood_arrives_and_others_get_turns, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(sends_swallow_no_wake_up, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(messages_with_too_many_frames_are_dropped_whole, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(endpoints_have_rules, fixture_open, fixture_close),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
