/* base/uuid: form, order, uniqueness. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/uuid.h"

static void version_7_in_order(void **state)
{
    (void)state;
    int64_t now = INT64_C(1795000000000);
    struct uuid last = {{0}};
    for (int i = 0; i < 50000; i++) {
        /* Time stands still, goes back once, and goes on: the order must hold. */
        struct uuid uuid = uuid_new(i == 30000 ? now - 5000 : i < 40000 ? now : now + 60000);
        assert_true(memcmp(last.bytes, uuid.bytes, 16) < 0);
        assert_int_equal(uuid.bytes[6] >> 4, 7);
        assert_int_equal(uuid.bytes[8] >> 6, 2);
        last = uuid;
    }
}

static void text_both_ways(void **state)
{
    (void)state;
    char text[UUID_TEXT_SIZE];
    struct uuid uuid, back;
    assert_int_equal(uuid_parse("0192F1C0-89ab-7cde-8f01-23456789abCD", &uuid), 0);
    assert_string_equal(uuid_format(&uuid, text), "0192f1c0-89ab-7cde-8f01-23456789abcd");
    assert_int_equal(uuid_parse(text, &back), 0);
    assert_true(uuid_equal(&uuid, &back));
    assert_false(uuid_is_none(&uuid));
    assert_int_equal(uuid_parse("00000000-0000-0000-0000-000000000000", &back), 0);
    assert_true(uuid_is_none(&back));
    assert_false(uuid_equal(&uuid, &back));
}

static void bad_text_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "0192f1c0",
        "0192f1c089ab7cde8f0123456789abcd",
        "0192f1c0-89ab-7cde-8f01-23456789abc",
        "0192f1c0-89ab-7cde-8f01-23456789abcde",
        "0192f1c0-89ab-7cde-8f01-23456789abcg",
        "0192f1c0-89ab-7cde-8f01 23456789abcd",
        "{192f1c0-89ab-7cde-8f01-23456789abcd",
    };
    struct uuid uuid = {{1}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(uuid_parse(bad[i], &uuid), -1);
    assert_int_equal(uuid.bytes[0], 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(version_7_in_order),
        cmocka_unit_test(text_both_ways),
        cmocka_unit_test(bad_text_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
