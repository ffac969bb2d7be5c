/* bus/publisher and bus/subscriber. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bus/frame.h"
#include "bus/publisher.h"
#include "bus/socket.h"
#include "bus/subscriber.h"
#include "fixture.h"

static char id[] = "01900000-0000-7000-8000-000000000004";

struct listener {
    struct bus_subscriber *subscriber;
    int events, expected, connections;
    int64_t position;
    char type[64];
};

static void on_event(void *arg, const Dandelion__Bus__Event *event)
{
    struct listener *listener = arg;
    listener->events++;
    listener->position = event->position;
    snprintf(listener->type, sizeof listener->type, "%s", event->type);
}

static void on_connected(void *arg)
{
    ((struct listener *)arg)->connections++;
}

static void listen_to(struct fixture *fixture, struct listener *listener, const char *prefix)
{
    struct err err = {0};
    struct bus_subscriber_options options = {fixture_endpoint(fixture, "bell"), prefix, on_event, on_connected,
                                             listener};
    listener->subscriber = bus_subscriber_new(fixture->base, &options, &err);
    assert_non_null(listener->subscriber);
}

static Dandelion__Bus__Event event_of(const char *type, int64_t position)
{
    Dandelion__Bus__Event event = DANDELION__BUS__EVENT__INIT;
    event.id = event.street_id = id;
    event.source = (char *)(uintptr_t) "/dandelion/dues";
    event.spec_version = (char *)(uintptr_t) "1.0";
    event.type = (char *)(uintptr_t)type;
    event.time = (char *)(uintptr_t) "2026-11-23T06:10:13.123Z";
    event.position = position;
    return event;
}

static bool all_heard(void *arg)
{
    struct listener *listener = arg;
    return listener->events >= listener->expected;
}

static bool two_subscriptions(void *arg)
{
    return bus_publisher_subscriptions(arg) == 2;
}

static bool no_subscriptions(void *arg)
{
    return bus_publisher_subscriptions(arg) == 0;
}

static bool connected_twice(void *arg)
{
    return ((struct listener *)arg)->connections == 2;
}

static void events_reach_those_who_want_them(void **state)
{
    struct fixture *fixture = *state;
    struct err err = {0};
    struct listener all = {.expected = 5000}, some = {.expected = 2500};
    struct bus_publisher *publisher = bus_publisher_new(fixture->base, fixture_endpoint(fixture, "bell"), &err);
    assert_non_null(publisher);
    listen_to(fixture, &all, "");
    listen_to(fixture, &some, "dandelion.dues.payment.");
    assert_true(fixture_run(fixture, two_subscriptions, publisher, 2000));
    assert_int_equal(all.connections, 1);
    for (int i = 1; i <= 5000; i++) {
        Dandelion__Bus__Event event =
            event_of(i % 2 ? "dandelion.dues.payment.settled.v1" : "dandelion.dues.bill.generated.v1", i);
        bus_publisher_send(publisher, &event);
        if (i % 100 == 0)
            event_base_loop(fixture->base, EVLOOP_NONBLOCK);
    }
    assert_true(fixture_run(fixture, all_heard, &all, 2000));
    assert_true(fixture_run(fixture, all_heard, &some, 2000));
    assert_int_equal(all.position, 5000);
    assert_int_equal(some.events, 2500);
    assert_string_equal(some.type, "dandelion.dues.payment.settled.v1");
    bus_subscriber_destroy(&all.subscriber);
    bus_subscriber_destroy(&some.subscriber);
    assert_true(fixture_run(fixture, no_subscriptions, publisher, 2000));
    bus_publisher_destroy(&publisher);
}

static void a_restart_is_reported(void **state)
{
    struct fixture *fixture = *state;
    struct err err = {0};
    struct listener listener = {.expected = 1};
    listen_to(fixture, &listener, "");
    struct bus_publisher *publisher = bus_publisher_new(fixture->base, fixture_endpoint(fixture, "bell"), &err);
    fixture_idle(fixture, 700);
    assert_int_equal(listener.connections, 1);
    bus_publisher_destroy(&publisher);
    fixture_idle(fixture, 50);
    publisher = bus_publisher_new(fixture->base, fixture_endpoint(fixture, "bell"), &err);
    assert_non_null(publisher);
    assert_true(fixture_run(fixture, connected_twice, &listener, 3000));
    Dandelion__Bus__Event event = event_of("dandelion.dues.payment.settled.v1", 9);
    fixture_idle(fixture, 50);
    bus_publisher_send(publisher, &event);
    assert_true(fixture_run(fixture, all_heard, &listener, 2000));
    assert_int_equal(listener.position, 9);
    bus_subscriber_destroy(&listener.subscriber);
    bus_publisher_destroy(&publisher);
}

static bool one_malformed(void *arg)
{
    return bus_subscriber_malformed(((struct listener *)arg)->subscriber) == 1;
}

static void what_is_no_event_is_dropped(void **state)
{
    struct fixture *fixture = *state;
    struct err err = {0};
    struct listener listener = {0};
    zsock_t *impostor = socket_new(ZMQ_XPUB, &err);
    assert_int_equal(socket_bind(impostor, fixture_endpoint(fixture, "bell"), &err), 0);
    listen_to(fixture, &listener, "");
    fixture_idle(fixture, 200);
    zmq_msg_t subscription; /* takes effect when it is read */
    zmq_msg_init(&subscription);
    assert_true(zmq_msg_recv(&subscription, zsock_resolve(impostor), ZMQ_DONTWAIT) > 0);
    zmq_msg_close(&subscription);
    assert_true(zmq_send(zsock_resolve(impostor), "dandelion.x", 11, 0) >= 0);
    assert_true(fixture_run(fixture, one_malformed, &listener, 2000));
    assert_int_equal(listener.events, 0);
    bus_subscriber_destroy(&listener.subscriber);
    zsock_destroy(&impostor);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(events_reach_those_who_want_them, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(a_restart_is_reported, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(what_is_no_event_is_dropped, fixture_open, fixture_close),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
