/* Counts and times per method, in the form that Prometheus reads. */
#ifndef DANDELION_DAEMON_METRICS_H
#define DANDELION_DAEMON_METRICS_H

#include <stddef.h>
#include <stdint.h>

#include "base/str.h"
#include "bus/method.h"

struct metrics;

/* Room for every method of the two tables. */
struct metrics *metrics_new(const struct method *methods, size_t count, const struct method *more, size_t more_count);
void metrics_destroy(struct metrics **metrics);

/* Counts one call: `code` is 0 or the number of its error. */
void metrics_count(struct metrics *metrics, const struct method *method, int code, int64_t duration_us);

/* Writes all of it in the text exposition format. */
void metrics_write(const struct metrics *metrics, const char *service, struct str *out);

/* Writes one figure with its type and help line. */
void metrics_gauge(struct str *out, const char *service, const char *name, const char *help, double value);

#endif
