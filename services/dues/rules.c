#include "dues/rules.h"

/* A bracket: bases up to and including `up_to_fen` pay `rate` basis points of the whole base. */
struct bracket {
    int64_t up_to_fen;
    int32_t rate;
    const char *rule;
};

/* Wage earners [2008, section 1; base by 2017]. 以下 includes the number: 3000 yuan exactly pays 0.5 %. */
static const struct bracket wage_brackets[] = {
    {300000, 50, "wage_up_to_3000"},
    {500000, 100, "wage_up_to_5000"},
    {1000000, 150, "wage_up_to_10000"},
    {INT64_MAX, 200, "wage_above_10000"},
};

/* The retired, on their basic pension [2008, section 3]. */
static const struct bracket retired_brackets[] = {
    {500000, 50, "retired_up_to_5000"},
    {INT64_MAX, 100, "retired_above_5000"},
};

/* Not paid monthly: last quarter's average month in the wage brackets [2008, section 2]. */
static const struct bracket self_employed_brackets[] = {
    {300000, 50, "self_employed_up_to_3000"},
    {500000, 100, "self_employed_up_to_5000"},
    {1000000, 150, "self_employed_up_to_10000"},
    {INT64_MAX, 200, "self_employed_above_10000"},
};

/* How a category pays: by brackets, or a fixed amount within a legal range. */
struct scheme {
    const struct bracket *brackets; /* NULL: fixed */
    int64_t fixed_min_fen;
    int64_t fixed_max_fen;
    const char *fixed_rule;
};

static const struct scheme schemes[DUES_CATEGORIES] = {
    [DUES_WAGE] = {.brackets = wage_brackets},
    [DUES_RETIRED] = {.brackets = retired_brackets},
    [DUES_SELF_EMPLOYED] = {.brackets = self_employed_brackets},
    [DUES_FARMER] = {.fixed_min_fen = 20, .fixed_max_fen = 100, .fixed_rule = "farmer_fixed"},  /* [2008, section 4] */
    [DUES_STUDENT] = {.fixed_min_fen = 20, .fixed_max_fen = 20, .fixed_rule = "student_fixed"}, /* [2008, section 5] */
    [DUES_UNEMPLOYED] = {.fixed_min_fen = 20, .fixed_max_fen = 20, .fixed_rule = "unemployed_fixed"}, /* the same */
    [DUES_RELIEF] = {.fixed_min_fen = 20, .fixed_max_fen = 20, .fixed_rule = "relief_fixed"},         /* the same */
};

static const struct scheme *scheme_of(enum dues_category category)
{
    if ((int)category < DUES_WAGE || (int)category >= DUES_CATEGORIES)
        return NULL;
    return &schemes[category];
}

bool dues_fixed_range(enum dues_category category, int64_t *min_fen, int64_t *max_fen)
{
    const struct scheme *scheme = scheme_of(category);
    if (scheme == NULL || scheme->brackets != NULL)
        return false;
    *min_fen = scheme->fixed_min_fen;
    *max_fen = scheme->fixed_max_fen;
    return true;
}

struct dues_parameters dues_parameters_default(void)
{
    struct dues_parameters parameters = {{0}};
    for (int category = DUES_WAGE; category < DUES_CATEGORIES; category++)
        parameters.fixed_fen[category] = schemes[category].fixed_min_fen;
    return parameters;
}

static enum dues_refusal quote_fixed(enum dues_category category, const struct scheme *scheme,
                                     const struct dues_parameters *parameters, struct dues_quote *quote)
{
    int64_t fen = parameters->fixed_fen[category];
    if (fen < scheme->fixed_min_fen || fen > scheme->fixed_max_fen)
        return DUES_PARAMETER_ILLEGAL;
    *quote = (struct dues_quote){.monthly_fen = fen, .rule = scheme->fixed_rule};
    return DUES_ACCEPTED;
}

enum dues_refusal dues_quote(enum dues_category category, int64_t base_fen, const struct dues_parameters *parameters,
                             struct dues_quote *quote)
{
    const struct scheme *scheme = scheme_of(category);
    if (scheme == NULL)
        return DUES_UNKNOWN_CATEGORY;
    if (scheme->brackets == NULL)
        return quote_fixed(category, scheme, parameters, quote);
    if (base_fen < 0 || base_fen > DUES_BASE_MAX_FEN)
        return DUES_BASE_OUT_OF_RANGE;

    const struct bracket *bracket = scheme->brackets;
    while (base_fen > bracket->up_to_fen)
        bracket++;
    int64_t fen = (base_fen * bracket->rate + DUES_BASIS_POINTS / 2) / DUES_BASIS_POINTS;
    bool capped = fen > DUES_MONTHLY_CAP_FEN;
    *quote = (struct dues_quote){.monthly_fen = capped ? DUES_MONTHLY_CAP_FEN : fen,
                                 .rate_basis_points = bracket->rate,
                                 .capped = capped,
                                 .rule = bracket->rule};
    return DUES_ACCEPTED;
}

int32_t dues_first_month(int32_t admitted_month, int32_t paid_until)
{
    int32_t after = paid_until == DUES_NO_MONTH ? DUES_NO_MONTH : paid_until + 1;
    return after > admitted_month ? after : admitted_month; /* DUES_NO_MONTH is the smallest number */
}

int32_t dues_quarter_end(int32_t month)
{
    return month - month % 3 + 2;
}

void dues_payable_window(int32_t now, int32_t *oldest, int32_t *newest)
{
    *oldest = now - DUES_ARREARS_MONTHS_MAX;
    *newest = dues_quarter_end(now);
}

enum dues_month_verdict dues_month_payable(int32_t month, int32_t now, int32_t first)
{
    int32_t oldest;
    int32_t newest;
    dues_payable_window(now, &oldest, &newest);
    if (month < first)
        return DUES_MONTH_NOT_OWED;
    if (month < oldest)
        return DUES_MONTH_TOO_OLD;
    if (month > newest)
        return DUES_MONTH_TOO_FAR;
    return DUES_MONTH_PAYABLE;
}

enum dues_month_state dues_unpaid_state(int32_t month, int32_t now, bool quarterly)
{
    int32_t due = quarterly ? dues_quarter_end(month) : month;
    return now > due ? DUES_MONTH_UNPAID : DUES_MONTH_DEFERRED;
}

struct dues_run dues_unpaid_run(const struct dues_month *months, size_t count)
{
    struct dues_run run = {.since = DUES_NO_MONTH};
    for (size_t i = count; i > 0 && months[i - 1].state != DUES_MONTH_PAID; i--) {
        if (months[i - 1].state != DUES_MONTH_UNPAID)
            continue;
        run.months++;
        run.since = months[i - 1].month;
    }
    run.alarm = run.months >= DUES_ALARM_MONTHS;
    return run;
}

enum dues_amount_verdict dues_amount_check(const int64_t *bills_fen, size_t count, int64_t paid_fen,
                                           int64_t *expected_fen)
{
    int64_t sum = 0;
    for (size_t i = 0; i < count; i++) {
        if (__builtin_add_overflow(sum, bills_fen[i], &sum)) {
            *expected_fen = INT64_MAX;
            return DUES_AMOUNT_UNDER; /* no payment reaches such a sum */
        }
    }
    *expected_fen = sum;
    if (paid_fen == sum)
        return DUES_AMOUNT_EXACT;
    return paid_fen < sum ? DUES_AMOUNT_UNDER : DUES_AMOUNT_OVER;
}
