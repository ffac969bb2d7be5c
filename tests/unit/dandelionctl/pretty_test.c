#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "dandelionctl/pretty.h"

static void expect(const char *json, const char *pretty)
{
    struct str out = str_new(0);
    pretty_json(json, &out);
    assert_string_equal(str_text(&out), pretty);
    str_destroy(&out);
}

static void test_levels(void **state)
{
    (void)state;
    expect("{}", "{}");
    expect("[]", "[]");
    expect("{\"a\":1,\"b\":[true,null],\"c\":{\"d\":\"e\"},\"f\":[]}",
           "{\n  \"a\": 1,\n  \"b\": [\n    true,\n    null\n  ],\n  \"c\": {\n    \"d\": \"e\"\n  },\n  \"f\": []\n}");
}

static void test_strings_are_left_alone(void **state)
{
    (void)state;
    expect("{\"a\":\"{[,:]}\"}", "{\n  \"a\": \"{[,:]}\"\n}");
    expect("[\"say \\\"{\\\"\",\"\\\\\"]", "[\n  \"say \\\"{\\\"\",\n  \"\\\\\"\n]");
    expect("\"张三𬱖\"", "\"张三𬱖\"");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_levels),
        cmocka_unit_test(test_strings_are_left_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
