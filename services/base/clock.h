/* The one source of time. Instants are milliseconds since 1970 in UTC; civil dates are Asia/Shanghai (UTC+8, no
 * summer time since 1991), counted as days since 1970-01-01.
 *
 * Rules never read the clock: they are given `now`. Tests and the demonstration run through years by sharing a clock
 * file whose eight bytes are an offset in milliseconds (little endian), added to the real time. */
#ifndef DANDELION_BASE_CLOCK_H
#define DANDELION_BASE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

enum { CLOCK_DATE_SIZE = 11, CLOCK_MONTH_SIZE = 8, CLOCK_INSTANT_SIZE = 25 };

/* A civil date that stands for "none". */
#define CLOCK_NO_DATE INT32_MIN
/* An instant that stands for "none". */
#define CLOCK_NO_INSTANT INT64_MIN

/* Maps the clock file (see above); every later clock_now_ms adds its offset. Returns 0 or -1. */
int clock_share(const char *path, struct err *err);

int64_t clock_now_ms(void);
/* Monotonic, for measuring and time-outs; never shifted. */
int64_t clock_monotonic_us(void);

int32_t clock_date_of(int64_t unix_ms);                /* the civil date in Shanghai */
int32_t clock_date_from(int year, int month, int day); /* CLOCK_NO_DATE if there is no such day */
void clock_date_split(int32_t date, int *year, int *month, int *day);

/* A month is year * 12 + (month - 1), so that months subtract. */
int32_t clock_month_of(int32_t date);
int32_t clock_month_from(int year, int month);

/* Calendar months later; a missing day becomes the last day of the month. */
int32_t clock_date_add_months(int32_t date, int months);

__attribute__((warn_unused_result)) int clock_date_parse(const char *text, int32_t *date);       /* 2026-11-23 */
__attribute__((warn_unused_result)) int clock_month_parse(const char *text, int32_t *month);     /* 2026-11 */
__attribute__((warn_unused_result)) int clock_instant_parse(const char *text, int64_t *unix_ms); /* RFC 3339 */
char *clock_date_format(int32_t date, char text[CLOCK_DATE_SIZE]);
char *clock_month_format(int32_t month, char text[CLOCK_MONTH_SIZE]);
char *clock_instant_format(int64_t unix_ms, char text[CLOCK_INSTANT_SIZE]); /* 2026-11-23T06:10:13.123Z */

#endif
