/* Figures in the text form that Prometheus reads. */
#ifndef DANDELION_BASE_EXPOSITION_H
#define DANDELION_BASE_EXPOSITION_H

#include <stdint.h>

#include "base/str.h"

enum { HISTOGRAM_BUCKETS = 12 }; /* from a hundred microseconds to five seconds */

/* How long something took, counted. All zero is empty. */
struct histogram {
    uint64_t count;
    int64_t sum_us;
    uint64_t buckets[HISTOGRAM_BUCKETS];
};

void histogram_count(struct histogram *histogram, int64_t duration_us);

/* Writes the help and type lines that come before the samples of a figure. */
void exposition_head(struct str *out, const char *name, const char *type, const char *help);

/* Writes the samples of a histogram. `labels` is `method="Dues.Pay"` and the like, not empty. */
void exposition_histogram(struct str *out, const char *name, const char *labels, const struct histogram *histogram);

/* Writes a gauge, head and all. `labels` may be empty. */
void exposition_gauge(struct str *out, const char *name, const char *labels, const char *help, double value);

#endif
