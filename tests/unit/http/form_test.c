/* Query strings and form bodies. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "gateway/http/form.h"

static struct http_form form;

/* Decodes a copy of exact size, which the test frees. */
static char *decode(const char *text, int *result)
{
    char *copy = strdup(text);
    *result = http_form_decode(&form, copy, strlen(text));
    return copy;
}

static void decodes(void **state)
{
    (void)state;
    int result;
    char *text = decode("a=1&name=%E6%9D%8E+%F0%AC%B1%96&a=&b&c=x=y&d=%0D%0A%09", &result);
    assert_int_equal(result, 0);
    assert_int_equal(form.count, 6);
    assert_string_equal(http_form_get(&form, "a"), "1");
    assert_string_equal(http_form_get(&form, "name"), "李 𬱖");
    assert_string_equal(form.pairs[2].name, "a");
    assert_string_equal(form.pairs[2].value, "");
    assert_string_equal(http_form_get(&form, "b"), "");
    assert_string_equal(http_form_get(&form, "c"), "x=y");
    assert_string_equal(http_form_get(&form, "d"), "\r\n\t");
    assert_null(http_form_get(&form, "e"));
    free(text);
    text = decode("", &result);
    assert_int_equal(result, 0);
    assert_int_equal(form.count, 0);
    free(text);
}

static void refuses(void **state)
{
    (void)state;
    static const char *const bad[] = {"&",   "a&",     "&a",     "a&&b",     "=",     "=b",         "%",
                                      "a=%", "a=%4",   "a=%4&b", "a=%zz",    "a=%00", "a=%1f",      "a=%7F",
                                      "%g1", "a=\x01", "a=%ff",  "a=%c0%af", "a=\t",  "a=%ed%a0%80"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        int result;
        char *text = decode(bad[i], &result);
        if (result == 0)
            print_error("accepted: %s\n", bad[i]);
        assert_int_equal(result, -1);
        free(text);
    }
}

static void bounds_the_pairs(void **state)
{
    (void)state;
    char text[2 * HTTP_FORM_MAX + 2];
    for (size_t count = HTTP_FORM_MAX; count <= HTTP_FORM_MAX + 1; count++) {
        for (size_t i = 0; i < count; i++)
            memcpy(text + 2 * i, "a&", 2);
        size_t length = 2 * count - 1;
        assert_int_equal(http_form_decode(&form, text, length), count == HTTP_FORM_MAX ? 0 : -1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decodes),
        cmocka_unit_test(refuses),
        cmocka_unit_test(bounds_the_pairs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
