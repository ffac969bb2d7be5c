/* Months in the three forms in which dues meets them: a number (clock.h), the text 2026-11, and in the database the
 * date of their first day. */
#ifndef DANDELION_DUES_MONTHS_H
#define DANDELION_DUES_MONTHS_H

#include <stddef.h>
#include <stdint.h>

#include "daemon/call.h"

/* The first day of a month; of DUES_NO_MONTH: CLOCK_NO_DATE. */
int32_t month_date(int32_t month);

/* The month that a date lies in; of CLOCK_NO_DATE: DUES_NO_MONTH. */
int32_t month_of_date(int32_t date);

/* A date[] literal of the first days of months, in the call's arena; NULL when it is full. */
const char *months_literal(struct call *call, const int32_t *months, size_t count);

/* The months as texts in the call's arena, joined by `separator`; NULL when it is full. */
const char *months_joined(struct call *call, const int32_t *months, size_t count, const char *separator);

/* The months as a repeated field in the call's arena; NULL when it is full. */
char **months_texts(struct call *call, const int32_t *months, size_t count);

/* Refuses a call for a month, naming it: {month}, {first} or {last} in the text of the error. Returns -1. */
int month_refuse(struct call *call, int code, const char *field, const char *param, int32_t month);

#endif
