/* bus/client and bus/server against each other: replies, deadlines, restarts, overload, strange frames. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "bus/client.h"
#include "bus/frame.h"
#include "bus/server.h"
#include "bus/socket.h"
#include "errors.h"
#include "fixture.h"

/* A daemon: answers with what it was sent, or keeps the requests. */
struct daemon {
    struct bus_server *server;
    struct bus_request *kept[64];
    size_t kept_count;
    int begun;
    bool keeps;
};

/* What a caller learnt. */
struct tally {
    struct bus_client *client;
    int done, good, bad, last_code;
    char payload[32], param[ERR_FIELD_MAX];
    int64_t version;
};

static void handle(void *arg, struct bus_request *request)
{
    struct daemon *daemon = arg;
    struct err err;
    daemon->begun++;
    if (daemon->keeps) {
        daemon->kept[daemon->kept_count++] = request;
    } else if (strcmp(request->envelope->method, "Test.Refuse") == 0) {
        err_field(&err, ERR_FIELD_TOO_LONG, "months[1]", "not for the caller");
        err_param(&err, "max", "12");
        bus_reply(request, &(struct bus_reply){.err = &err});
    } else if (strcmp(request->envelope->method, "Test.Flood") == 0) {
        bus_reply(request, &(struct bus_reply){.payload = {arena_alloc(request->arena, FRAME_MAX + 1), FRAME_MAX + 1}});
    } else {
        bus_reply(request, &(struct bus_reply){.payload = request->payload, .version = 7});
    }
}

static struct bus_server *serve(struct fixture *fixture, struct daemon *daemon, const char *name, size_t max_in_flight)
{
    struct err err = {0};
    struct bus_server_options options = {fixture_endpoint(fixture, name), max_in_flight, handle, daemon};
    daemon->server = bus_server_new(fixture->base, &options, &err);
    assert_string_equal(err.detail, "");
    assert_non_null(daemon->server);
    return daemon->server;
}

static void connect_to(struct fixture *fixture, struct tally *tally, const char *a, const char *b, uint32_t wait_ms)
{
    struct err err = {0};
    const char *endpoints[] = {fixture_endpoint(fixture, a), b ? fixture_endpoint(fixture, b) : NULL};
    struct bus_client_options options = {endpoints, b ? 2 : 1, 100, wait_ms};
    tally->client = bus_client_new(fixture->base, &options, &err);
    assert_non_null(tally->client);
}

static void note(void *arg, const struct bus_reply *reply)
{
    struct tally *tally = arg;
    tally->done++;
    tally->version = reply->version;
    if (reply->err) {
        tally->bad++;
        tally->last_code = reply->err->code;
        snprintf(tally->param, sizeof tally->param, "%s",
                 reply->err->params_count ? reply->err->params[0].value : reply->err->field);
    } else {
        tally->good++;
        snprintf(tally->payload, sizeof tally->payload, "%.*s", (int)reply->payload.size,
                 (const char *)reply->payload.data);
    }
}

static int ask_with(struct tally *tally, const char *method, int deadline_ms, bool repeatable, size_t size)
{
    static char payload[FRAME_MAX + 1] = "hello";
    struct err err;
    Dandelion__Bus__Request envelope = DANDELION__BUS__REQUEST__INIT;
    envelope.method = (char *)(uintptr_t)method;
    envelope.deadline_unix_ms = clock_now_ms() + deadline_ms;
    struct bus_client_request request = {.envelope = &envelope, .payload = {payload, size}, .repeatable = repeatable};
    return bus_client_send(tally->client, &request, note, tally, &err) < 0 ? err.code : 0;
}

static int ask(struct tally *tally, const char *method)
{
    return ask_with(tally, method, 3000, false, 5);
}

static bool idle(void *arg)
{
    return bus_client_in_flight(((struct tally *)arg)->client) == 0;
}

static bool begun(void *arg)
{
    return ((struct daemon *)arg)->begun > 0;
}

static bool connected(void *arg)
{
    return bus_client_connected(((struct tally *)arg)->client) > 0;
}

static bool disconnected(void *arg)
{
    return !connected(arg);
}

static void a_request_is_answered_once(void **state)
{
    struct fixture *fixture = *state;
    struct daemon daemon = {0};
    struct tally tally = {0};
    connect_to(fixture, &tally, "a", NULL, 0); /* before there is a server */
    assert_int_equal(ask(&tally, "Test.Echo"), 0);
    assert_int_equal(tally.done, 0);
    serve(fixture, &daemon, "a", 0);
    assert_true(fixture_run(fixture, idle, &tally, 2000));
    assert_int_equal(tally.good, 1);
    assert_string_equal(tally.payload, "hello");
    assert_int_equal(tally.version, 7);
    for (int i = 0; i < 100; i++)
        assert_int_equal(ask(&tally, "Test.Echo"), 0);
    assert_int_equal(ask(&tally, "Test.Echo"), ERR_OVERLOADED); /* the 101st in flight */
    assert_true(fixture_run(fixture, idle, &tally, 2000));
    assert_int_equal(tally.good, 101);
    assert_int_equal(bus_server_stats(daemon.server)->replied, 101);
    assert_int_equal(bus_server_in_flight(daemon.server), 0);
    bus_client_destroy(&tally.client);
    bus_server_destroy(&daemon.server);
}

static void errors_travel_with_their_parameters(void **state)
{
    struct fixture *fixture = *state;
    struct daemon daemon = {0};
    struct tally tally = {0};
    serve(fixture, &daemon, "a", 0);
    connect_to(fixture, &tally, "a", NULL, 0);
    ask(&tally, "Test.Refuse");
    assert_true(fixture_run(fixture, idle, &tally, 2000));
    assert_int_equal(tally.last_code, ERR_FIELD_TOO_LONG);
    assert_string_equal(tally.param, "12");
    ask(&tally, "Test.Flood"); /* a reply that no frame may hold becomes an error */
    assert_true(fixture_run(fixture, idle, &tally, 2000));
    assert_int_equal(tally.last_code, ERR_REPLY_TOO_LARGE);
    assert_int_equal(ask_with(&tally, "Test.Echo", 1000, false, FRAME_MAX + 1), ERR_BODY_TOO_LARGE);
    assert_int_equal(ask_with(&tally, "Test.Echo", 1000, false, FRAME_MAX), 0);
    assert_true(fixture_run(fixture, idle, &tally, 2000));
    assert_int_equal(tally.good, 1);
    bus_client_destroy(&tally.client);
    bus_server_destroy(&daemon.server);
}

static void deadlines_hold_and_late_replies_are_dropped(void **state)
{
    struct fixture *fixture = *state;
    struct daemon daemon = {.keeps = true};
    struct tally tally = {0};
    serve(fixture, &daemon, "a", 0);
    connect_to(fixture, &tally, "a", NULL, 0);
    ask_with(&tally, "Test.Echo", 100, true, 5);
    assert_true(fixture_run(fixture, begun, &daemon, 2000));
    assert_int_equal(tally.done, 0);
    assert_true(fixture_run(fixture, idle, &tally, 1000));
    assert_int_equal(tally.last_code, ERR_DEADLINE_EXCEEDED);
    bus_reply(daemon.kept[0], &(struct bus_reply){.version = 1});
    fixture_idle(fixture, 50);
    assert_int_equal(tally.done, 1);
    assert_int_equal(bus_client_stats(tally.client)->late, 1);
    bus_client_destroy(&tally.client);
    bus_server_destroy(&daemon.server);
}

static void nobody_there_is_told_in_time(void **state)
{
    struct fixture *fixture = *state;
    struct tally tally = {0};
    connect_to(fixture, &tally, "nobody", NULL, 100);
    ask(&tally, "Test.Echo");
    int64_t start = clock_monotonic_us();
    assert_true(fixture_run(fixture, idle, &tally, 2000));
    assert_int_equal(tally.last_code, ERR_UNAVAILABLE);
    assert_in_range(clock_monotonic_us() - start, 90000, 10000000);
    ask(&tally, "Test.Echo");
    bus_client_destroy(&tally.client); /* tells those that wait */
    assert_int_equal(tally.done, 2);
}

static void a_restart_delays_what_may_be_repeated(void **state)
{
    struct fixture *fixture = *state;
    struct daemon daemon = {.keeps = true};
    struct tally safe = {0}, unsafe = {0};
    serve(fixture, &daemon, "a", 0);
    connect_to(fixture, &safe, "a", NULL, 3000);
    unsafe.client = safe.client;
    ask_with(&safe, "Test.Echo", 5000, true, 5);
    ask_with(&unsafe, "Test.Echo", 5000, false, 5);
    assert_true(fixture_run(fixture, begun, &daemon, 2000));
    fixture_idle(fixture, 20);
    assert_int_equal(daemon.begun, 2);
    bus_server_destroy(&daemon.server); /* with both in flight */
    assert_true(fixture_run(fixture, disconnected, &safe, 2000));
    assert_int_equal(unsafe.last_code, ERR_UNAVAILABLE);
    assert_int_equal(safe.done, 0);
    daemon = (struct daemon){0};
    serve(fixture, &daemon, "a", 0);
    assert_true(fixture_run(fixture, idle, &safe, 3000));
    assert_int_equal(safe.good, 1);
    assert_int_equal(daemon.begun, 1);
    assert_int_equal(bus_client_stats(safe.client)->repeated, 1);
    bus_client_destroy(&safe.client);
    bus_server_destroy(&daemon.server);
}

static void overload_and_drain_are_answered(void **state)
{
    struct fixture *fixture = *state;
    struct daemon daemon = {.keeps = true};
    struct tally tally = {0};
    serve(fixture, &daemon, "a", 2);
    connect_to(fixture, &tally, "a", NULL, 200);
    for (int i = 0; i < 5; i++)
        ask(&tally, "Test.Echo");
    assert_true(fixture_run(fixture, begun, &daemon, 2000));
    fixture_idle(fixture, 50);
    assert_int_equal(daemon.begun, 2);
    assert_int_equal(tally.bad, 3);
    assert_int_equal(tally.last_code, ERR_OVERLOADED);
    bus_server_drain(daemon.server);
    ask(&tally, "Test.Echo");
    fixture_idle(fixture, 400);
    assert_int_equal(daemon.begun, 2);
    assert_int_equal(tally.last_code, ERR_UNAVAILABLE); /* it waited for another instance, in vain */
    assert_int_equal(bus_server_in_flight(daemon.server), 2);
    for (int i = 0; i < 2; i++)
        bus_reply(daemon.kept[i], &(struct bus_reply){.version = 1});
    assert_true(fixture_run(fixture, idle, &tally, 1000));
    assert_int_equal(tally.good, 2);
    bus_client_destroy(&tally.client);
    bus_server_destroy(&daemon.server);
}

static void instances_share_and_stand_in(void **state)
{
    struct fixture *fixture = *state;
    struct daemon one = {0}, two = {0};
    struct tally tally = {0};
    serve(fixture, &one, "a", 0);
    serve(fixture, &two, "b", 0);
    connect_to(fixture, &tally, "a", "b", 0);
    fixture_idle(fixture, 100);
    assert_int_equal(bus_client_connected(tally.client), 2);
    for (int i = 0; i < 60; i++)
        ask(&tally, "Test.Echo");
    assert_true(fixture_run(fixture, idle, &tally, 2000));
    assert_int_equal(one.begun, 30);
    assert_int_equal(two.begun, 30);
    bus_server_drain(one.server); /* says "untouched": the other takes it, also what is not safe to repeat */
    for (int i = 0; i < 10; i++)
        ask(&tally, "Test.Echo");
    assert_true(fixture_run(fixture, idle, &tally, 2000));
    assert_int_equal(tally.good, 70);
    assert_int_equal(two.begun, 40);
    bus_server_destroy(&one.server);
    fixture_idle(fixture, 50);
    for (int i = 0; i < 10; i++)
        ask(&tally, "Test.Echo");
    assert_true(fixture_run(fixture, idle, &tally, 2000));
    assert_int_equal(tally.good, 80);
    bus_client_destroy(&tally.client);
    bus_server_destroy(&two.server);
}

/* Sends frames as they are, over a plain socket. */
static void send_raw(zsock_t *socket, const char *const *frames, const size_t *sizes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        assert_true(zmq_send(zsock_resolve(socket), frames[i], sizes[i], i + 1 < count ? ZMQ_SNDMORE : 0) >= 0);
}

static bool six_malformed(void *arg)
{
    return bus_server_stats(((struct daemon *)arg)->server)->malformed >= 6;
}

static void strange_frames_are_dropped(void **state)
{
    struct fixture *fixture = *state;
    struct daemon daemon = {0};
    struct tally tally = {0};
    struct err err;
    serve(fixture, &daemon, "a", 0);
    zsock_t *stranger = socket_new(ZMQ_DEALER, &err);
    assert_int_equal(socket_connect(stranger, fixture_endpoint(fixture, "a"), &err), 0);
    zsock_set_immediate(stranger, 0);
    fixture_idle(fixture, 50);
    /* id 1, method "a"; the same with a NUL inside the method; the same without an id; bytes that are no envelope */
    static const char good[] = "\x08\x01\x12\x01\x61", nul[] = "\x08\x01\x12\x03\x61\0\x62", no_id[] = "\x12\x01\x61",
                      garbage[] = "\xff\xff\xff\xff";
    const char *frames[] = {good, "", "", "", ""};
    const size_t sizes[] = {5, 0, 0, 0, 0};
    send_raw(stranger, frames, sizes, 1);
    send_raw(stranger, frames, sizes, 3);
    send_raw(stranger, frames, sizes, 5);
    send_raw(stranger, (const char *const[]){nul, ""}, (const size_t[]){7, 0}, 2);
    send_raw(stranger, (const char *const[]){no_id, ""}, (const size_t[]){3, 0}, 2);
    send_raw(stranger, (const char *const[]){garbage, ""}, (const size_t[]){4, 0}, 2);
    assert_true(fixture_run(fixture, six_malformed, &daemon, 2000));
    assert_int_equal(daemon.begun, 0);
    send_raw(stranger, frames, sizes, 2);
    assert_true(fixture_run(fixture, begun, &daemon, 2000));
    /* A frame over the limit costs its sender the connection, and nobody else. */
    char *large = calloc(1, FRAME_MAX + 1);
    send_raw(stranger, (const char *const[]){good, large}, (const size_t[]){5, FRAME_MAX + 1}, 2);
    free(large);
    connect_to(fixture, &tally, "a", NULL, 0);
    ask(&tally, "Test.Echo");
    assert_true(fixture_run(fixture, idle, &tally, 2000));
    assert_int_equal(tally.good, 1);
    assert_int_equal(daemon.begun, 2);
    bus_client_destroy(&tally.client);
    zsock_destroy(&stranger);
    bus_server_destroy(&daemon.server);
}

static void a_peer_that_left_harms_nobody(void **state)
{
    struct fixture *fixture = *state;
    struct daemon daemon = {.keeps = true};
    struct tally tally = {0};
    serve(fixture, &daemon, "a", 0);
    connect_to(fixture, &tally, "a", NULL, 0);
    ask(&tally, "Test.Echo");
    assert_true(fixture_run(fixture, begun, &daemon, 2000));
    bus_client_destroy(&tally.client);
    fixture_idle(fixture, 50);
    bus_reply(daemon.kept[0], &(struct bus_reply){.version = 1});
    assert_int_equal(bus_server_stats(daemon.server)->unroutable, 1);
    bus_server_destroy(&daemon.server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_request_is_answered_once, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(errors_travel_with_their_parameters, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(deadlines_hold_and_late_replies_are_dropped, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(nobody_there_is_told_in_time, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(a_restart_delays_what_may_be_repeated, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(overload_and_drain_are_answered, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(instances_share_and_stand_in, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(strange_frames_are_dropped, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(a_peer_that_left_harms_nobody, fixture_open, fixture_close),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
