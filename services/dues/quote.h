/* What a member owes a month, as the contract asks and as people are told. */
#ifndef DANDELION_DUES_QUOTE_H
#define DANDELION_DUES_QUOTE_H

#include "daemon/call.h"
#include "dandelion/dues.pb-c.h"
#include "dues/rules.h"

/* Quotes by the rules; refuses the call where they do: a base that is missing, or out of range. */
int quote_make(struct call *call, Dandelion__Dues__Category category, int64_t base_fen, struct dues_quote *quote);

/* The rule of a quote in words: "zh-CN" or "en". */
const char *quote_rule_text(const char *rule, const char *language);

#endif
