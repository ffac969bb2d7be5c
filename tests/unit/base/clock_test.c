/* base/clock: the calendar by vectors, and against gmtime over four centuries. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"

static int32_t date(const char *text)
{
    int32_t result = 0;
    assert_int_equal(clock_date_parse(text, &result), 0);
    return result;
}

static void calendar_agrees_with_libc(void **state)
{
    (void)state;
    for (int32_t day = -80000; day < 80000; day++) {
        time_t seconds = (time_t)day * 86400;
        struct tm tm;
        int year, month, dom;
        gmtime_r(&seconds, &tm);
        clock_date_split(day, &year, &month, &dom);
        assert_int_equal(year, tm.tm_year + 1900);
        assert_int_equal(month, tm.tm_mon + 1);
        assert_int_equal(dom, tm.tm_mday);
        assert_int_equal(clock_date_from(year, month, dom), day);
    }
}

static void no_such_day(void **state)
{
    (void)state;
    static const struct {
        int year, month, day;
    } bad[] = {{2023, 2, 29}, {1900, 2, 29}, {2026, 4, 31}, {2026, 13, 1},
               {2026, 0, 1},  {2026, 1, 0},  {0, 1, 1},     {10000, 1, 1}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(clock_date_from(bad[i].year, bad[i].month, bad[i].day), CLOCK_NO_DATE);
    assert_int_not_equal(clock_date_from(2000, 2, 29), CLOCK_NO_DATE);
}

static void months_are_added(void **state)
{
    (void)state;
    static const struct {
        const char *from;
        int months;
        const char *to;
    } vectors[] = {
        {"2026-01-31", 1, "2026-02-28"},  {"2024-01-31", 1, "2024-02-29"},   {"2024-02-29", 12, "2025-02-28"},
        {"2026-11-30", 3, "2027-02-28"},  {"2026-12-15", 1, "2027-01-15"},   {"2026-01-15", -1, "2025-12-15"},
        {"2026-03-31", -1, "2026-02-28"}, {"2026-05-31", 0, "2026-05-31"},   {"2026-08-31", 6, "2027-02-28"},
        {"1999-12-31", 2, "2000-02-29"},  {"2026-10-31", -12, "2025-10-31"}, {"2026-07-31", -25, "2024-06-30"},
    };
    for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++)
        assert_int_equal(clock_date_add_months(date(vectors[i].from), vectors[i].months), date(vectors[i].to));
    assert_int_equal(clock_date_add_months(date("9999-12-01"), 1), CLOCK_NO_DATE);
    assert_int_equal(clock_month_of(date("2026-12-31")) - clock_month_of(date("2025-12-01")), 12);
}

static void texts_of_dates(void **state)
{
    (void)state;
    static const char *const bad[] = {"",           "2026-11",    "2026-11-31", "2026-1-01", "26-01-01", "2026-11-23 ",
                                      "2026/11/23", "+026-11-23", "2026-11-2３"};
    char text[CLOCK_DATE_SIZE], month_text[CLOCK_MONTH_SIZE];
    int32_t month, none;
    assert_string_equal(clock_date_format(date("2026-11-23"), text), "2026-11-23");
    assert_string_equal(clock_date_format(date("0001-01-01"), text), "0001-01-01");
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(clock_date_parse(bad[i], &none), -1);
    assert_int_equal(clock_month_parse("2026-11", &month), 0);
    assert_int_equal(month, clock_month_from(2026, 11));
    assert_string_equal(clock_month_format(month, month_text), "2026-11");
    assert_int_equal(clock_month_parse("2026-13", &none), -1);
    assert_int_equal(clock_month_parse("2026-00", &none), -1);
    assert_int_equal(clock_month_parse("2026-11-01", &none), -1);
}

static void instants(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t ms;
    } vectors[] = {
        {"1970-01-01T00:00:00Z", 0},
        {"1970-01-01T00:00:00.5Z", 500},
        {"1970-01-01T08:00:00+08:00", 0},
        {"1969-12-31T23:59:59.999Z", -1},
        {"2026-11-23T06:10:13.123456789Z", INT64_C(1795414213123)},
        {"2026-11-22T22:10:13.123-08:00", INT64_C(1795414213123)},
    };
    static const char *const bad[] = {"2026-11-23",
                                      "2026-11-23T06:10:13",
                                      "2026-11-23 06:10:13Z",
                                      "2026-11-23T24:00:00Z",
                                      "2026-11-23T06:60:00Z",
                                      "2026-11-23T06:10:60Z",
                                      "2026-11-23T06:10:13.Z",
                                      "2026-11-23T06:10:13.1234567890Z",
                                      "2026-11-23T06:10:13+8:00",
                                      "2026-11-23T06:10:13Zx"};
    int64_t ms;
    for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
        assert_int_equal(clock_instant_parse(vectors[i].text, &ms), 0);
        assert_int_equal(ms, vectors[i].ms);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(clock_instant_parse(bad[i], &ms), -1);
    char text[CLOCK_INSTANT_SIZE];
    assert_string_equal(clock_instant_format(INT64_C(1795414213123), text), "2026-11-23T06:10:13.123Z");
    assert_string_equal(clock_instant_format(-1, text), "1969-12-31T23:59:59.999Z");
}

static void shanghai_is_eight_hours_ahead(void **state)
{
    (void)state;
    int64_t ms;
    assert_int_equal(clock_instant_parse("2026-11-22T15:59:59.999Z", &ms), 0);
    assert_int_equal(clock_date_of(ms), date("2026-11-22"));
    assert_int_equal(clock_date_of(ms + 1), date("2026-11-23"));
    assert_int_equal(clock_date_of(-8 * 3600000 - 1), date("1969-12-31"));
}

static void the_clock_file_shifts_now(void **state)
{
    (void)state;
    char path[] = "/tmp/dandelion-clock-XXXXXX";
    struct err err = {0};
    assert_int_equal(clock_share("/nonexistent/clock", &err), -1);
    assert_int_equal(err.code, ERR_LOCAL);
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(clock_share(path, &err), -1); /* empty */
    const unsigned char hour[8] = {0x80, 0xee, 0x36, 0, 0, 0, 0, 0}, none[8] = {0};
    assert_int_equal(pwrite(fd, none, 8, 0), 8);
    assert_int_equal(clock_share(path, &err), 0);
    int64_t before = clock_now_ms();
    assert_int_equal(pwrite(fd, hour, 8, 0), 8);
    int64_t shifted = clock_now_ms() - before;
    assert_true(shifted >= 3600000 && shifted < 3600000 + 10000);
    assert_int_equal(pwrite(fd, none, 8, 0), 8);
    close(fd);
    unlink(path);
    int64_t start = clock_monotonic_us();
    assert_true(clock_monotonic_us() >= start);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(calendar_agrees_with_libc),
        cmocka_unit_test(no_such_day),
        cmocka_unit_test(months_are_added),
        cmocka_unit_test(texts_of_dates),
        cmocka_unit_test(instants),
        cmocka_unit_test(shanghai_is_eight_hours_ahead),
        cmocka_unit_test(the_clock_file_shifts_now),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
