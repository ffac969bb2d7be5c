/* The rules of party dues: pure functions over integers, no clock, no I/O.
 *
 * Sources, cited beside each number below:
 *   [2008]  中组发〔2008〕3号, 关于中国共产党党费收缴、使用和管理的规定
 *   [2017]  组电明字〔2017〕5号, on the base of wage earners and the monthly ceiling
 *   [ours]  no binding text fixes it; a default of this project
 * Money is fen (int64_t). A month is year * 12 + (month - 1), as clock_month_from makes it. */
#ifndef DANDELION_DUES_RULES_H
#define DANDELION_DUES_RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum dues_category {
    DUES_WAGE = 1,      /* paid monthly: the whole monthly wage after tax */
    DUES_RETIRED,       /* the basic pension */
    DUES_SELF_EMPLOYED, /* average monthly net income of the previous quarter */
    DUES_FARMER,
    DUES_STUDENT,
    DUES_UNEMPLOYED,
    DUES_RELIEF, /* living on relief or the subsistence allowance (低保) */
    DUES_CATEGORIES
};

#define DUES_MONTHLY_CAP_FEN    INT64_C(100000)       /* 1000 yuan; more is voluntary [2017] */
#define DUES_BASE_MAX_FEN       INT64_C(100000000000) /* a thousand million yuan: above it is a typing error [ours] */
#define DUES_ARREARS_MONTHS_MAX 6                     /* months in arrears that may still be made up [2008] */
#define DUES_ALARM_MONTHS       6 /* consecutive months unpaid without reason [2008, after the Party's constitution] */
#define DUES_BASIS_POINTS       10000     /* a rate of 10000 is the whole base */
#define DUES_NO_MONTH           INT32_MIN /* stands for "none" */

/* The amounts per month, by category, of those who do not pay by rate. The street chooses them within the legal range.
 * Categories that pay by rate are not looked at. */
struct dues_parameters {
    int64_t fixed_fen[DUES_CATEGORIES];
};

/* Defaults: 0.20 yuan everywhere, the least that the law asks of farmers and exactly what it asks of the others. */
struct dues_parameters dues_parameters_default(void);

/* The legal range of a fixed monthly amount, both ends included. Returns false for a category that pays by rate. */
bool dues_fixed_range(enum dues_category category, int64_t *min_fen, int64_t *max_fen);

enum dues_refusal {
    DUES_ACCEPTED = 0,
    DUES_UNKNOWN_CATEGORY,
    DUES_BASE_OUT_OF_RANGE, /* negative or above DUES_BASE_MAX_FEN */
    DUES_PARAMETER_ILLEGAL, /* the street's fixed amount lies outside dues_fixed_range */
};

struct dues_quote {
    int64_t monthly_fen;
    int32_t rate_basis_points; /* 50 is 0.5 %; 0 for a fixed amount */
    bool capped;               /* the rate gave more than DUES_MONTHLY_CAP_FEN */
    const char *rule;          /* key of the text of the rule that was applied, e.g. "wage_up_to_5000" */
};

/* What a member of this category owes each month. One rate holds for the WHOLE base, so the amount leaps at the edge
 * of a bracket: that is the rule. Rounded half up to the fen [ours]. `base_fen` is not looked at when the amount is
 * fixed. Writes *quote only when DUES_ACCEPTED. */
enum dues_refusal dues_quote(enum dues_category category, int64_t base_fen, const struct dues_parameters *parameters,
                             struct dues_quote *quote);

/* The first month a member owes to this branch: the month of the branch meeting that admitted them (a probationary
 * member pays from that month), or the month after `paid_until` of the letter they transferred with, whichever is
 * later. Either may be DUES_NO_MONTH; both: DUES_NO_MONTH. */
int32_t dues_first_month(int32_t admitted_month, int32_t paid_until);

/* The last month of the month's quarter. */
int32_t dues_quarter_end(int32_t month);

enum dues_month_verdict {
    DUES_MONTH_PAYABLE = 0,
    DUES_MONTH_NOT_OWED, /* before the member's first month */
    DUES_MONTH_TOO_OLD,  /* more than DUES_ARREARS_MONTHS_MAX months back */
    DUES_MONTH_TOO_FAR,  /* after the end of the current quarter [ours] */
};

/* May `month` be paid in the month `now` by a member who owes from `first` (DUES_NO_MONTH: from ever)? Whether it is
 * paid already is the ledger's question. */
enum dues_month_verdict dues_month_payable(int32_t month, int32_t now, int32_t first);

/* The months that may be paid in the month `now`, both ends included. */
void dues_payable_window(int32_t now, int32_t *oldest, int32_t *newest);

enum dues_month_state { DUES_MONTH_PAID, DUES_MONTH_UNPAID, DUES_MONTH_EXEMPT, DUES_MONTH_DEFERRED };

/* The state of a month that has no payment. Deferred while it is not yet overdue: until its own end, or, where the
 * branch agreed to pay quarterly, until the end of its quarter. */
enum dues_month_state dues_unpaid_state(int32_t month, int32_t now, bool quarterly);

struct dues_month {
    int32_t month;
    enum dues_month_state state;
};

struct dues_run {
    size_t months; /* unpaid without reason, in a row */
    int32_t since; /* the first of them; DUES_NO_MONTH when there is none */
    bool alarm;    /* DUES_ALARM_MONTHS or more */
};

/* The run of unpaid months that ends at the newest month. `months` ascend; years' ends mean nothing. Exempt, deferred
 * and absent months are left out: they neither count nor break the run. A paid month ends it. */
struct dues_run dues_unpaid_run(const struct dues_month *months, size_t count);

enum dues_amount_verdict { DUES_AMOUNT_EXACT = 0, DUES_AMOUNT_UNDER, DUES_AMOUNT_OVER };

/* Is `paid_fen` exactly the sum of the bills? *expected_fen becomes that sum, also when it is not. */
enum dues_amount_verdict dues_amount_check(const int64_t *bills_fen, size_t count, int64_t paid_fen,
                                           int64_t *expected_fen);

#endif
