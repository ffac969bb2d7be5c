#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sample/rules.h"

static void a_day_to_come_is_refused(void **state)
{
    (void)state;
    enum { TODAY = 20780 };
    assert_true(sample_day_allowed(TODAY, TODAY));
    assert_true(sample_day_allowed(TODAY - 1, TODAY));
    assert_false(sample_day_allowed(TODAY + 1, TODAY));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_day_to_come_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
