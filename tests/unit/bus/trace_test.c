/* bus/trace and bus/wheel. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bus/trace.h"
#include "bus/wheel.h"

static void a_trace_is_read_and_written(void **state)
{
    (void)state;
    const char *text = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    char again[TRACE_TEXT_SIZE], id[TRACE_ID_TEXT_SIZE];
    struct trace trace, parsed;
    assert_int_equal(trace_parse(text, &trace), 0);
    assert_string_equal(trace_format(&trace, again), text);
    assert_string_equal(trace_id_format(&trace, id), "0af7651916cd43dd8448eb211c80319c");
    struct trace child = trace_child(&trace);
    assert_memory_equal(child.trace_id, trace.trace_id, 16);
    assert_memory_not_equal(child.span_id, trace.span_id, 8);
    assert_int_equal(child.flags, 1);
    struct trace fresh = trace_new();
    assert_int_equal(trace_parse(trace_format(&fresh, again), &parsed), 0);
    /* A later version may go on after a hyphen. */
    assert_int_equal(trace_parse("01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more", &trace), 0);
}

static void bad_traces_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more",
        "01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01more",
        "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
        "00-00000000000000000000000000000000-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
        "00_0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b716920333x-01",
    };
    struct trace trace;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(trace_parse(bad[i], &trace), -1);
}

struct timer {
    struct wheel_node node;
    int64_t due;
    int fired;
};

struct fired {
    int64_t now;
    int count;
};

static void on_fired(void *arg, struct wheel_node *node)
{
    struct fired *fired = arg;
    struct timer *timer = (struct timer *)node;
    assert_true(timer->due <= fired->now); /* never early */
    assert_true(fired->now - timer->due <= 3 * WHEEL_TICK_US);
    timer->fired++;
    fired->count++;
}

static void deadlines_fire_once_and_in_time(void **state)
{
    (void)state;
    enum { COUNT = 5000 };
    static struct timer timers[COUNT];
    struct wheel wheel;
    struct fired fired = {.now = 123456789};
    int64_t start = fired.now, furthest = INT64_C(3) * WHEEL_SLOTS * WHEEL_TICK_US; /* three turns */
    uint32_t random = 1;
    wheel_init(&wheel, start);
    for (int i = 0; i < COUNT; i++) {
        random = random * 1664525 + 1013904223;
        timers[i].due = start + random % furthest;
        wheel_add(&wheel, &timers[i].node, timers[i].due);
    }
    for (int i = 0; i < COUNT; i += 5)
        wheel_remove(&timers[i].node);
    while (fired.now < start + furthest + 4 * WHEEL_TICK_US) {
        fired.now += WHEEL_TICK_US + 777;
        wheel_advance(&wheel, fired.now, on_fired, &fired);
    }
    for (int i = 0; i < COUNT; i++)
        assert_int_equal(timers[i].fired, i % 5 != 0);
}

static void a_long_sleep_misses_none(void **state)
{
    (void)state;
    struct wheel wheel;
    struct timer soon = {.due = WHEEL_TICK_US}, past = {.due = 0};
    struct fired fired = {.now = INT64_C(5) * WHEEL_SLOTS * WHEEL_TICK_US};
    wheel_init(&wheel, 0);
    soon.due = past.due = fired.now; /* on_fired minds the lateness, which is not the subject here */
    wheel_add(&wheel, &soon.node, WHEEL_TICK_US);
    wheel_advance(&wheel, fired.now, on_fired, &fired);
    assert_int_equal(fired.count, 1);
    wheel_add(&wheel, &past.node, 0); /* due before the wheel's present */
    fired.now += 2 * WHEEL_TICK_US;
    past.due = fired.now;
    wheel_advance(&wheel, fired.now, on_fired, &fired);
    assert_int_equal(fired.count, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_trace_is_read_and_written),
        cmocka_unit_test(bad_traces_are_refused),
        cmocka_unit_test(deadlines_fire_once_and_in_time),
        cmocka_unit_test(a_long_sleep_misses_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
