#include "dues/quote.h"

#include <string.h>

#include "dues.methods.h"
#include "errors.h"

/* The contract's categories are those of the rules, by number. */
_Static_assert((int)DANDELION__DUES__CATEGORY__WAGE == (int)DUES_WAGE, "category");
_Static_assert((int)DANDELION__DUES__CATEGORY__RETIRED == (int)DUES_RETIRED, "category");
_Static_assert((int)DANDELION__DUES__CATEGORY__SELF_EMPLOYED == (int)DUES_SELF_EMPLOYED, "category");
_Static_assert((int)DANDELION__DUES__CATEGORY__FARMER == (int)DUES_FARMER, "category");
_Static_assert((int)DANDELION__DUES__CATEGORY__STUDENT == (int)DUES_STUDENT, "category");
_Static_assert((int)DANDELION__DUES__CATEGORY__UNEMPLOYED == (int)DUES_UNEMPLOYED, "category");
_Static_assert((int)DANDELION__DUES__CATEGORY__RELIEF == (int)DUES_RELIEF, "category");

static const struct rule_text {
    const char *rule, *zh, *en;
} rule_texts[] = {
    {"wage_up_to_3000", "月工资收入（税后）不超过3000元，交纳0.5%",
     "0.5 % of a monthly wage after tax of up to 3000 yuan"},
    {"wage_up_to_5000", "月工资收入（税后）超过3000元至5000元（含），交纳1%",
     "1 % of a monthly wage after tax above 3000 and up to 5000 yuan"},
    {"wage_up_to_10000", "月工资收入（税后）超过5000元至10000元（含），交纳1.5%",
     "1.5 % of a monthly wage after tax above 5000 and up to 10000 yuan"},
    {"wage_above_10000", "月工资收入（税后）超过10000元，交纳2%", "2 % of a monthly wage after tax above 10000 yuan"},
    {"retired_up_to_5000", "离退休党员，每月基本离退休费或基本养老金不超过5000元，交纳0.5%",
     "Retired: 0.5 % of a basic pension of up to 5000 yuan"},
    {"retired_above_5000", "离退休党员，每月基本离退休费或基本养老金超过5000元，交纳1%",
     "Retired: 1 % of a basic pension above 5000 yuan"},
    {"self_employed_up_to_3000", "不按月取得收入，上季度月均纯收入不超过3000元，交纳0.5%",
     "Self-employed: 0.5 % of an average monthly net income of up to 3000 yuan"},
    {"self_employed_up_to_5000", "不按月取得收入，上季度月均纯收入超过3000元至5000元（含），交纳1%",
     "Self-employed: 1 % of an average monthly net income above 3000 and up to 5000 yuan"},
    {"self_employed_up_to_10000", "不按月取得收入，上季度月均纯收入超过5000元至10000元（含），交纳1.5%",
     "Self-employed: 1.5 % of an average monthly net income above 5000 and up to 10000 yuan"},
    {"self_employed_above_10000", "不按月取得收入，上季度月均纯收入超过10000元，交纳2%",
     "Self-employed: 2 % of an average monthly net income above 10000 yuan"},
    {"farmer_fixed", "农民党员每月交纳0.2元至1元，由所在街道确定",
     "Farmers: 0.2 to 1 yuan a month, as the street decides"},
    {"student_fixed", "学生党员每月交纳0.2元", "Students: 0.2 yuan a month"},
    {"unemployed_fixed", "下岗失业的党员每月交纳0.2元", "Unemployed: 0.2 yuan a month"},
    {"relief_fixed", "依靠抚恤、救济或低保生活的党员每月交纳0.2元", "Living on relief: 0.2 yuan a month"},
};

const char *quote_rule_text(const char *rule, const char *language)
{
    for (size_t i = 0; i < sizeof rule_texts / sizeof *rule_texts; i++)
        if (strcmp(rule_texts[i].rule, rule) == 0)
            return strncmp(language, "en", 2) == 0 ? rule_texts[i].en : rule_texts[i].zh;
    return rule;
}

int quote_make(struct call *call, Dandelion__Dues__Category category, int64_t base_fen, struct dues_quote *quote)
{
    struct dues_parameters parameters = dues_parameters_default();
    enum dues_refusal refusal = dues_quote((enum dues_category)category, base_fen, &parameters, quote);
    if (refusal == DUES_BASE_OUT_OF_RANGE)
        return call_refuse_field(call, ERR_FIELD_TOO_LARGE, "base_fen", "the base is out of range");
    if (refusal != DUES_ACCEPTED)
        return call_refuse(call, ERR_INTERNAL, "the rules refuse a quote: %d", (int)refusal);
    if (quote->rate_basis_points > 0 && base_fen == 0)
        return call_refuse_field(call, ERR_DUES_BASE_REQUIRED, "base_fen", "this category pays by rate");
    return 0;
}

int dues_quote_dues(struct call *call, const Dandelion__Dues__QuoteDuesRequest *request, Dandelion__Dues__Quote *reply)
{
    struct dues_quote quote;
    if (quote_make(call, request->category, request->base_fen, &quote) != 0)
        return -1;
    reply->monthly_fen = quote.monthly_fen;
    reply->rate_basis_points = (uint32_t)quote.rate_basis_points;
    reply->capped = quote.capped;
    reply->rule = (char *)quote_rule_text(quote.rule, call->language);
    return 0;
}
