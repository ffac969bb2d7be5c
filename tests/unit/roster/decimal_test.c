/* roster/decimal: numbers and dates of spreadsheets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "identity/roster/decimal.h"

static void shows_numbers_plainly(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *plain;
    } numbers[] = {
        {"0", "0"},
        {"-0", "0"},
        {"4500", "4500"},
        {"4500.10", "4500.1"},
        {"4500.1000000000004", "4500.1"},
        {"0.30000000000000004", "0.3"},
        {"0.1", "0.1"},
        {".5", "0.5"},
        {"5.", "5"},
        {"-2.5e-3", "-0.0025"},
        {"1.38E+10", "13800000000"},
        {"13800138000", "13800138000"},
        {"1.10105194912310E17", "110105194912310000"},
        {"110105194912310123", "110105194912310000"},
        {"9999999999999995", "10000000000000000"},
        {"1e39", "1000000000000000000000000000000000000000"},
        {"000123.4500", "123.45"},
        {"+7", "7"},
    };
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        struct decimal decimal;
        char plain[DECIMAL_PLAIN_SIZE];
        assert_true(decimal_parse(numbers[i].text, &decimal));
        assert_true(decimal_plain(&decimal, plain));
        assert_string_equal(plain, numbers[i].plain);
    }
}

static void refuses_what_is_no_number(void **state)
{
    (void)state;
    static const char *const texts[] = {"",    "-",  ".",  "e5",   "1e",  "1e+", "1.2.3",
                                        "12a", " 1", "1 ", "0x10", "NaN", "inf"};
    struct decimal decimal;
    char plain[DECIMAL_PLAIN_SIZE];
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        assert_false(decimal_parse(texts[i], &decimal));
    char long_text[600];
    memset(long_text, '1', sizeof long_text - 1);
    long_text[sizeof long_text - 1] = '\0';
    assert_false(decimal_parse(long_text, &decimal));
    assert_true(decimal_parse("1e99999999999", &decimal));
    assert_false(decimal_plain(&decimal, plain));
    assert_true(decimal_parse("1e-9999", &decimal));
    assert_false(decimal_plain(&decimal, plain));
}

static void scales_exactly_or_not(void **state)
{
    (void)state;
    struct decimal decimal;
    int64_t scaled = 0;
    assert_true(decimal_parse("4500.10", &decimal) && decimal_scaled(&decimal, 2, &scaled));
    assert_int_equal(scaled, 450010);
    assert_true(decimal_parse("-0.01", &decimal) && decimal_scaled(&decimal, 2, &scaled));
    assert_int_equal(scaled, -1);
    assert_true(decimal_parse("0.005", &decimal));
    assert_false(decimal_scaled(&decimal, 2, &scaled));
    assert_true(decimal_parse("1e18", &decimal));
    assert_false(decimal_scaled(&decimal, 2, &scaled));
}

/* Plain and parsed again is the same number, and what printf makes of it too. */
static void round_trips(void **state)
{
    (void)state;
    srandom(1985);
    for (int i = 0; i < 20000; i++) {
        char text[64];
        char plain[DECIMAL_PLAIN_SIZE];
        struct decimal first = {0};
        struct decimal second = {0};
        int64_t digits =
            (int64_t)(((uint64_t)(unsigned)random() << 20 ^ (uint64_t)(unsigned)random()) % UINT64_C(1000000000000000));
        snprintf(text, sizeof text, "%lldE%ld", (long long)digits, random() % 30 - 15);
        assert_true(decimal_parse(text, &first));
        assert_true(decimal_plain(&first, plain));
        assert_true(decimal_parse(plain, &second));
        assert_int_equal(first.digits, second.digits);
        assert_int_equal(first.exponent, second.exponent);
        double wanted = strtod(text, NULL);
        double got = strtod(plain, NULL);
        assert_true(wanted >= got * 0.999999999999 && wanted <= got * 1.000000000001);
    }
}

static const char *serial(const char *number, bool epoch_1904)
{
    static char text[SERIAL_TEXT_SIZE];
    struct decimal decimal;
    assert_true(decimal_parse(number, &decimal));
    return serial_date(&decimal, epoch_1904, text) ? text : "";
}

static void knows_both_calendars(void **state)
{
    (void)state;
    assert_string_equal(serial("1", false), "1900-01-01");
    assert_string_equal(serial("59", false), "1900-02-28");
    assert_string_equal(serial("60", false), "");
    assert_string_equal(serial("61", false), "1900-03-01");
    assert_string_equal(serial("31898", false), "1987-05-01");
    assert_string_equal(serial("30436", true), "1987-05-01");
    assert_string_equal(serial("0", true), "1904-01-01");
    assert_string_equal(serial("0", false), "");
    assert_string_equal(serial("0.5", false), "");
    assert_string_equal(serial("-1", false), "");
    assert_string_equal(serial("31898.25", false), "1987-05-01 06:00:00");
    assert_string_equal(serial("31898.354166666664", false), "1987-05-01 08:30:00");
    assert_string_equal(serial("31898.999999999", false), "1987-05-02");
    assert_string_equal(serial("2958465", false), "9999-12-31");
    assert_string_equal(serial("2958465", true), "");
    assert_string_equal(serial("2958466", false), "");
    assert_string_equal(serial("1e300", false), "");
    assert_string_equal(serial("1e-300", false), "");
    for (int32_t day = 61; day < 80000; day += 13) {
        char number[16];
        char date[CLOCK_DATE_SIZE];
        snprintf(number, sizeof number, "%d", day);
        assert_string_equal(serial(number, false), clock_date_format(clock_date_from(1899, 12, 30) + day, date));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shows_numbers_plainly), cmocka_unit_test(refuses_what_is_no_number),
        cmocka_unit_test(scales_exactly_or_not), cmocka_unit_test(round_trips),
        cmocka_unit_test(knows_both_calendars),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
