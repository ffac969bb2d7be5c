#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dues/rules.h"

enum { YEAR = 12, PROPERTY_ROUNDS = 200000, SEED = 20081123 };

static int32_t month(int year, int number)
{
    return year * YEAR + number - 1;
}

static struct dues_quote quote_of(enum dues_category category, int64_t base_fen)
{
    struct dues_parameters parameters = dues_parameters_default();
    struct dues_quote quote;
    assert_int_equal(dues_quote(category, base_fen, &parameters, &quote), DUES_ACCEPTED);
    return quote;
}

static int64_t random_below(int64_t limit)
{
    uint64_t bits = ((uint64_t)(unsigned)random() << 31) ^ (uint64_t)(unsigned)random();
    return (int64_t)(bits % (uint64_t)limit);
}

/* Every vector of the rule book. */
static void quotes_the_vectors(void **state)
{
    (void)state;
    static const struct {
        enum dues_category category;
        int64_t base_fen;
        int64_t monthly_fen;
        int32_t rate;
        bool capped;
        const char *rule;
    } vectors[] = {
        {DUES_WAGE, 299999, 1500, 50, false, "wage_up_to_3000"},
        {DUES_WAGE, 300000, 1500, 50, false, "wage_up_to_3000"},
        {DUES_WAGE, 300001, 3000, 100, false, "wage_up_to_5000"},
        {DUES_WAGE, 500000, 5000, 100, false, "wage_up_to_5000"},
        {DUES_WAGE, 500001, 7500, 150, false, "wage_up_to_10000"},
        {DUES_WAGE, 1000000, 15000, 150, false, "wage_up_to_10000"},
        {DUES_WAGE, 1000001, 20000, 200, false, "wage_above_10000"},
        {DUES_WAGE, 5000000, 100000, 200, false, "wage_above_10000"},
        {DUES_WAGE, 5000024, 100000, 200, false, "wage_above_10000"},
        {DUES_WAGE, 5000025, 100000, 200, true, "wage_above_10000"},
        {DUES_WAGE, 10000000, 100000, 200, true, "wage_above_10000"},
        {DUES_WAGE, DUES_BASE_MAX_FEN, 100000, 200, true, "wage_above_10000"},
        {DUES_WAGE, 0, 0, 50, false, "wage_up_to_3000"},
        {DUES_RETIRED, 321055, 1605, 50, false, "retired_up_to_5000"},
        {DUES_RETIRED, 500000, 2500, 50, false, "retired_up_to_5000"},
        {DUES_RETIRED, 500001, 5000, 100, false, "retired_above_5000"},
        {DUES_SELF_EMPLOYED, 300000, 1500, 50, false, "self_employed_up_to_3000"},
        {DUES_SELF_EMPLOYED, 300001, 3000, 100, false, "self_employed_up_to_5000"},
        {DUES_SELF_EMPLOYED, 1000001, 20000, 200, false, "self_employed_above_10000"},
        {DUES_FARMER, 0, 20, 0, false, "farmer_fixed"},
        {DUES_STUDENT, 0, 20, 0, false, "student_fixed"},
        {DUES_UNEMPLOYED, 100000000, 20, 0, false, "unemployed_fixed"},
        {DUES_RELIEF, -1, 20, 0, false, "relief_fixed"},
    };
    for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
        struct dues_quote quote = quote_of(vectors[i].category, vectors[i].base_fen);
        assert_int_equal(quote.monthly_fen, vectors[i].monthly_fen);
        assert_int_equal(quote.rate_basis_points, vectors[i].rate);
        assert_int_equal(quote.capped, vectors[i].capped);
        assert_string_equal(quote.rule, vectors[i].rule);
    }
}

static void rounds_half_up(void **state)
{
    (void)state;
    assert_int_equal(quote_of(DUES_WAGE, 99).monthly_fen, 0);        /* 0.495 fen */
    assert_int_equal(quote_of(DUES_WAGE, 100).monthly_fen, 1);       /* 0.5 fen */
    assert_int_equal(quote_of(DUES_WAGE, 299).monthly_fen, 1);       /* 1.495 fen */
    assert_int_equal(quote_of(DUES_WAGE, 300).monthly_fen, 2);       /* 1.5 fen */
    assert_int_equal(quote_of(DUES_WAGE, 300050).monthly_fen, 3001); /* 3000.5 fen */
    assert_int_equal(quote_of(DUES_WAGE, 300049).monthly_fen, 3000);
}

static void refuses_what_makes_no_sense(void **state)
{
    (void)state;
    struct dues_parameters parameters = dues_parameters_default();
    struct dues_quote quote = {.monthly_fen = -7};
    assert_int_equal(dues_quote((enum dues_category)0, 1, &parameters, &quote), DUES_UNKNOWN_CATEGORY);
    assert_int_equal(dues_quote(DUES_CATEGORIES, 1, &parameters, &quote), DUES_UNKNOWN_CATEGORY);
    assert_int_equal(dues_quote((enum dues_category) - 1, 1, &parameters, &quote), DUES_UNKNOWN_CATEGORY);
    assert_int_equal(dues_quote(DUES_WAGE, -1, &parameters, &quote), DUES_BASE_OUT_OF_RANGE);
    assert_int_equal(dues_quote(DUES_WAGE, DUES_BASE_MAX_FEN + 1, &parameters, &quote), DUES_BASE_OUT_OF_RANGE);
    assert_int_equal(dues_quote(DUES_RETIRED, INT64_MAX, &parameters, &quote), DUES_BASE_OUT_OF_RANGE);
    assert_int_equal(quote.monthly_fen, -7);
}

static void holds_street_amounts_to_the_law(void **state)
{
    (void)state;
    struct dues_parameters parameters = dues_parameters_default();
    struct dues_quote quote;
    int64_t min;
    int64_t max;
    assert_false(dues_fixed_range(DUES_WAGE, &min, &max));
    assert_false(dues_fixed_range(DUES_CATEGORIES, &min, &max));
    for (int category = DUES_FARMER; category < DUES_CATEGORIES; category++) {
        assert_true(dues_fixed_range((enum dues_category)category, &min, &max));
        assert_int_equal(min, 20);
        assert_int_equal(max, category == DUES_FARMER ? 100 : 20);
        for (int64_t fen = 0; fen <= 120; fen++) {
            parameters.fixed_fen[category] = fen;
            enum dues_refusal refusal = dues_quote((enum dues_category)category, 0, &parameters, &quote);
            assert_int_equal(refusal, fen >= min && fen <= max ? DUES_ACCEPTED : DUES_PARAMETER_ILLEGAL);
            if (refusal == DUES_ACCEPTED)
                assert_int_equal(quote.monthly_fen, fen);
        }
    }
}

/* The amount by a model of its own: the rate from the text of the rule in yuan, rounding in 128 bits. */
static int64_t model_fen(enum dues_category category, int64_t base_fen)
{
    int per_thousand;
    if (category == DUES_RETIRED)
        per_thousand = base_fen * 2 <= INT64_C(2) * 5000 * 100 ? 5 : 10;
    else
        per_thousand = base_fen <= 3000 * 100 ? 5 : base_fen <= 5000 * 100 ? 10 : base_fen <= 10000 * 100 ? 15 : 20;
    __int128 thousandths = (__int128)base_fen * per_thousand;
    __int128 whole = thousandths / 1000;
    if (thousandths % 1000 * 2 >= 1000)
        whole++;
    return whole > 1000 * 100 ? 1000 * 100 : (int64_t)whole;
}

static void agrees_with_the_model(void **state)
{
    (void)state;
    static const enum dues_category by_rate[] = {DUES_WAGE, DUES_RETIRED, DUES_SELF_EMPLOYED};
    static const int64_t spans[] = {1000, 310000, 510000, 1100000, 6000000, DUES_BASE_MAX_FEN + 1};
    srandom(SEED);
    for (int round = 0; round < PROPERTY_ROUNDS; round++) {
        enum dues_category category = by_rate[round % 3];
        int64_t base = random_below(spans[(size_t)random_below(6)]);
        struct dues_quote quote = quote_of(category, base);
        assert_int_equal(quote.monthly_fen, model_fen(category, base));
        assert_true(quote.monthly_fen <= DUES_MONTHLY_CAP_FEN);
        assert_true(!quote.capped || quote.monthly_fen == DUES_MONTHLY_CAP_FEN);
        /* More pay never means lower dues, inside a bracket and across its edge. */
        int64_t more = base + random_below(10000);
        if (more <= DUES_BASE_MAX_FEN) {
            struct dues_quote next = quote_of(category, more);
            assert_true(next.monthly_fen >= quote.monthly_fen);
            assert_true(next.rate_basis_points >= quote.rate_basis_points);
        }
    }
}

static void leaps_at_each_edge(void **state)
{
    (void)state;
    static const struct {
        enum dues_category category;
        int64_t edge_fen;
    } edges[] = {{DUES_WAGE, 300000},          {DUES_WAGE, 500000},          {DUES_WAGE, 1000000},
                 {DUES_RETIRED, 500000},       {DUES_SELF_EMPLOYED, 300000}, {DUES_SELF_EMPLOYED, 500000},
                 {DUES_SELF_EMPLOYED, 1000000}};
    for (size_t i = 0; i < sizeof edges / sizeof *edges; i++) {
        struct dues_quote at = quote_of(edges[i].category, edges[i].edge_fen);
        struct dues_quote above = quote_of(edges[i].category, edges[i].edge_fen + 1);
        struct dues_quote below = quote_of(edges[i].category, edges[i].edge_fen - 1);
        assert_true(above.monthly_fen >= at.monthly_fen + at.monthly_fen / 3);
        assert_true(above.rate_basis_points > at.rate_basis_points);
        assert_int_equal(below.rate_basis_points, at.rate_basis_points);
    }
}

static void finds_the_first_month(void **state)
{
    (void)state;
    int32_t admitted = month(2026, 3);
    assert_int_equal(dues_first_month(admitted, DUES_NO_MONTH), admitted);
    assert_int_equal(dues_first_month(admitted, month(2026, 8)), month(2026, 9));
    assert_int_equal(dues_first_month(admitted, month(2025, 12)), admitted);
    assert_int_equal(dues_first_month(DUES_NO_MONTH, month(2025, 12)), month(2026, 1));
    assert_int_equal(dues_first_month(DUES_NO_MONTH, DUES_NO_MONTH), DUES_NO_MONTH);
}

static void opens_the_months_that_may_be_paid(void **state)
{
    (void)state;
    static const int ends[] = {3, 3, 3, 6, 6, 6, 9, 9, 9, 12, 12, 12};
    for (int number = 1; number <= 12; number++) {
        int32_t now = month(2026, number);
        int32_t oldest;
        int32_t newest;
        dues_payable_window(now, &oldest, &newest);
        assert_int_equal(newest, month(2026, ends[number - 1]));
        assert_int_equal(oldest, now - 6);
        assert_int_equal(dues_month_payable(oldest, now, DUES_NO_MONTH), DUES_MONTH_PAYABLE);
        assert_int_equal(dues_month_payable(newest, now, DUES_NO_MONTH), DUES_MONTH_PAYABLE);
        assert_int_equal(dues_month_payable(now, now, now), DUES_MONTH_PAYABLE);
        assert_int_equal(dues_month_payable(oldest - 1, now, DUES_NO_MONTH), DUES_MONTH_TOO_OLD);
        assert_int_equal(dues_month_payable(newest + 1, now, DUES_NO_MONTH), DUES_MONTH_TOO_FAR);
        assert_int_equal(dues_month_payable(now - 1, now, now), DUES_MONTH_NOT_OWED);
    }
    /* In January the window reaches back into the old year. */
    assert_int_equal(dues_month_payable(month(2025, 7), month(2026, 1), DUES_NO_MONTH), DUES_MONTH_PAYABLE);
    assert_int_equal(dues_month_payable(month(2025, 6), month(2026, 1), DUES_NO_MONTH), DUES_MONTH_TOO_OLD);
}

static void defers_what_is_not_yet_overdue(void **state)
{
    (void)state;
    assert_int_equal(dues_unpaid_state(month(2026, 10), month(2026, 10), false), DUES_MONTH_DEFERRED);
    assert_int_equal(dues_unpaid_state(month(2026, 10), month(2026, 11), false), DUES_MONTH_UNPAID);
    assert_int_equal(dues_unpaid_state(month(2026, 10), month(2026, 12), true), DUES_MONTH_DEFERRED);
    assert_int_equal(dues_unpaid_state(month(2026, 10), month(2027, 1), true), DUES_MONTH_UNPAID);
}

/* Builds months from a string, oldest first: p paid, u unpaid, x exempt, d deferred, '-' absent. */
static struct dues_run run_of(const char *picture, int32_t first)
{
    struct dues_month months[64];
    size_t count = 0;
    for (size_t i = 0; picture[i] != '\0'; i++) {
        if (picture[i] == '-')
            continue;
        months[count].month = first + (int32_t)i;
        months[count++].state = picture[i] == 'p'   ? DUES_MONTH_PAID
                                : picture[i] == 'u' ? DUES_MONTH_UNPAID
                                : picture[i] == 'x' ? DUES_MONTH_EXEMPT
                                                    : DUES_MONTH_DEFERRED;
    }
    return dues_unpaid_run(months, count);
}

static void raises_the_alarm_after_six_months(void **state)
{
    (void)state;
    static const struct {
        const char *picture;
        size_t months;
        int since;
    } cases[] = {
        {"", 0, -1},           {"pppppp", 0, -1},   {"uuuuup", 0, -1},      {"puuuuu", 5, 1},    {"uuuuuu", 6, 0},
        {"uuupuuu", 3, 4},     {"uuuxxuuu", 6, 0}, /* exempt months are left out */
        {"uuuddduuu", 6, 0},                       /* deferred ones too */
        {"uuuuudd", 5, 0},     {"puuuuuudd", 6, 1}, {"pxuuuuux", 5, 2},     {"uuu---uuu", 6, 0}, /* months without a
                                                                                                    bill */
        {"ppuuuuuuuuu", 9, 2}, {"xxxxxxxx", 0, -1}, {"puxuxuxuxuxu", 6, 1},
    };
    int32_t october = month(2025, 10); /* every case of more than three months crosses the end of the year */
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct dues_run run = run_of(cases[i].picture, october);
        assert_int_equal(run.months, cases[i].months);
        assert_int_equal(run.since, cases[i].since < 0 ? DUES_NO_MONTH : october + cases[i].since);
        assert_int_equal(run.alarm, cases[i].months >= 6);
    }
}

static void takes_the_exact_amount_only(void **state)
{
    (void)state;
    static const int64_t bills[] = {4500, 4500, 20};
    int64_t expected;
    assert_int_equal(dues_amount_check(bills, 3, 9020, &expected), DUES_AMOUNT_EXACT);
    assert_int_equal(dues_amount_check(bills, 3, 9019, &expected), DUES_AMOUNT_UNDER);
    assert_int_equal(expected, 9020);
    assert_int_equal(dues_amount_check(bills, 2, 9001, &expected), DUES_AMOUNT_OVER);
    assert_int_equal(expected, 9000);
    assert_int_equal(dues_amount_check(NULL, 0, 0, &expected), DUES_AMOUNT_EXACT);
    assert_int_equal(dues_amount_check(NULL, 0, 1, &expected), DUES_AMOUNT_OVER);
    static const int64_t absurd[] = {INT64_MAX, 1};
    assert_int_equal(dues_amount_check(absurd, 2, INT64_MAX, &expected), DUES_AMOUNT_UNDER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quotes_the_vectors),
        cmocka_unit_test(rounds_half_up),
        cmocka_unit_test(refuses_what_makes_no_sense),
        cmocka_unit_test(holds_street_amounts_to_the_law),
        cmocka_unit_test(agrees_with_the_model),
        cmocka_unit_test(leaps_at_each_edge),
        cmocka_unit_test(finds_the_first_month),
        cmocka_unit_test(opens_the_months_that_may_be_paid),
        cmocka_unit_test(defers_what_is_not_yet_overdue),
        cmocka_unit_test(raises_the_alarm_after_six_months),
        cmocka_unit_test(takes_the_exact_amount_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
