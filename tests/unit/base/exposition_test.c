#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/exposition.h"

static void a_histogram_counts_into_every_bucket_that_holds_it(void **state)
{
    (void)state;
    struct histogram time = {0};
    struct str out = str_new(0);
    histogram_count(&time, 100);
    histogram_count(&time, 101);
    histogram_count(&time, 5000001);
    exposition_histogram(&out, "a_seconds", "method=\"A.B\"", &time);
    assert_non_null(strstr(str_text(&out), "a_seconds_bucket{method=\"A.B\",le=\"0.0001\"} 1\n"));
    assert_non_null(strstr(str_text(&out), "a_seconds_bucket{method=\"A.B\",le=\"0.00025\"} 2\n"));
    assert_non_null(strstr(str_text(&out), "a_seconds_bucket{method=\"A.B\",le=\"5\"} 2\n"));
    assert_non_null(strstr(str_text(&out), "a_seconds_bucket{method=\"A.B\",le=\"+Inf\"} 3\n"));
    assert_non_null(strstr(str_text(&out), "a_seconds_sum{method=\"A.B\"} 5.000202\n"));
    assert_non_null(strstr(str_text(&out), "a_seconds_count{method=\"A.B\"} 3\n"));
    str_destroy(&out);
}

static void a_gauge_comes_with_its_head(void **state)
{
    (void)state;
    struct str out = str_new(0);
    exposition_gauge(&out, "a", "", "What it is.", 2);
    exposition_gauge(&out, "b", "service=\"dues\"", "Another.", 0.5);
    assert_string_equal(str_text(&out), "# HELP a What it is.\n# TYPE a gauge\na 2\n"
                                        "# HELP b Another.\n# TYPE b gauge\nb{service=\"dues\"} 0.5\n");
    str_destroy(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_histogram_counts_into_every_bucket_that_holds_it),
        cmocka_unit_test(a_gauge_comes_with_its_head),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
