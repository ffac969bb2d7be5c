/* The rules of notes: pure functions, no clock, no I/O. */
#ifndef DANDELION_SAMPLE_RULES_H
#define DANDELION_SAMPLE_RULES_H

#include <stdbool.h>
#include <stdint.h>

/* May a note be about this day? A note tells what happened, so not about a day to come. Dates as in base/clock.h. */
bool sample_day_allowed(int32_t day, int32_t today);

#endif
