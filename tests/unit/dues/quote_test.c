#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "dues/quote.h"
#include "errors.h"

static const int64_t bases[] = {1, 300000, 300001, 500000, 500001, 1000000, 1000001, DUES_BASE_MAX_FEN};

/* Whatever the rules say is said in words, in both languages. */
static void every_rule_has_words(void **state)
{
    (void)state;
    struct call call = {0};
    for (int category = DUES_WAGE; category < DUES_CATEGORIES; category++) {
        for (size_t i = 0; i < sizeof bases / sizeof *bases; i++) {
            struct dues_quote quote;
            assert_int_equal(quote_make(&call, (Dandelion__Dues__Category)category, bases[i], &quote), 0);
            const char *zh = quote_rule_text(quote.rule, "zh-CN"), *en = quote_rule_text(quote.rule, "en-GB");
            assert_non_null(strstr(zh, "元"));
            assert_non_null(strstr(en, "yuan"));
        }
    }
}

static void asks_for_a_base_where_there_is_a_rate(void **state)
{
    (void)state;
    for (int category = DUES_WAGE; category < DUES_CATEGORIES; category++) {
        int64_t min_fen, max_fen;
        struct dues_quote quote;
        struct call call = {0};
        bool fixed = dues_fixed_range((enum dues_category)category, &min_fen, &max_fen);
        assert_int_equal(quote_make(&call, (Dandelion__Dues__Category)category, 0, &quote), fixed ? 0 : -1);
        assert_int_equal(call.err.code, fixed ? 0 : ERR_DUES_BASE_REQUIRED);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_rule_has_words),
        cmocka_unit_test(asks_for_a_base_where_there_is_a_rate),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
