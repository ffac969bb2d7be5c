#include "daemon/metrics.h"

#include <stdlib.h>
#include <string.h>

enum { BUCKETS = 12, CODES = 16 };

/* Upper bounds in microseconds: from a hundred microseconds to five seconds. */
static const int64_t bounds_us[BUCKETS] = {100,   250,   500,    1000,   2500,    5000,
                                           10000, 25000, 100000, 500000, 1000000, 5000000};

struct series {
    const struct method *method;
    uint64_t count;
    int64_t sum_us;
    uint64_t buckets[BUCKETS];
    struct {
        int code;
        uint64_t count;
    } errors[CODES]; /* by first appearance; a method has few */
};

struct metrics {
    size_t count;
    struct series *series;
};

struct metrics *metrics_new(const struct method *methods, size_t count, const struct method *more, size_t more_count)
{
    struct metrics *metrics = calloc(1, sizeof *metrics);
    if (!metrics)
        return NULL;
    metrics->count = count + more_count;
    metrics->series = calloc(metrics->count, sizeof *metrics->series);
    if (!metrics->series) {
        free(metrics);
        return NULL;
    }
    for (size_t i = 0; i < count; i++)
        metrics->series[i].method = &methods[i];
    for (size_t i = 0; i < more_count; i++)
        metrics->series[count + i].method = &more[i];
    return metrics;
}

void metrics_destroy(struct metrics **metrics)
{
    if (*metrics) {
        free((*metrics)->series);
        free(*metrics);
    }
    *metrics = NULL;
}

static void error_count(struct series *series, int code)
{
    for (size_t i = 0; i < CODES; i++) {
        if (series->errors[i].code != code && series->errors[i].code != 0)
            continue;
        series->errors[i].code = code;
        series->errors[i].count++;
        return;
    }
    series->errors[CODES - 1].count++;
}

void metrics_count(struct metrics *metrics, const struct method *method, int code, int64_t duration_us)
{
    size_t i = 0;
    while (i < metrics->count && metrics->series[i].method != method)
        i++;
    if (i == metrics->count)
        return;
    struct series *series = &metrics->series[i];
    series->count++;
    series->sum_us += duration_us;
    for (size_t bucket = 0; bucket < BUCKETS; bucket++)
        series->buckets[bucket] += duration_us <= bounds_us[bucket];
    if (code)
        error_count(series, code);
}

void metrics_gauge(struct str *out, const char *service, const char *name, const char *help, double value)
{
    str_printf(out, "# HELP dandelion_%s %s\n# TYPE dandelion_%s gauge\ndandelion_%s{service=\"%s\"} %.17g\n", name,
               help, name, name, service, value);
}

static void histogram_write(const struct series *series, const char *service, struct str *out)
{
    const char *method = series->method->name;
    for (size_t bucket = 0; bucket < BUCKETS; bucket++)
        str_printf(out, "dandelion_call_seconds_bucket{service=\"%s\",method=\"%s\",le=\"%g\"} %llu\n", service, method,
                   (double)bounds_us[bucket] / 1e6, (unsigned long long)series->buckets[bucket]);
    str_printf(out, "dandelion_call_seconds_bucket{service=\"%s\",method=\"%s\",le=\"+Inf\"} %llu\n", service, method,
               (unsigned long long)series->count);
    str_printf(out, "dandelion_call_seconds_sum{service=\"%s\",method=\"%s\"} %.6f\n", service, method,
               (double)series->sum_us / 1e6);
    str_printf(out, "dandelion_call_seconds_count{service=\"%s\",method=\"%s\"} %llu\n", service, method,
               (unsigned long long)series->count);
}

void metrics_write(const struct metrics *metrics, const char *service, struct str *out)
{
    str_puts(out, "# HELP dandelion_call_seconds Time from the arrival of a call to its answer.\n"
                  "# TYPE dandelion_call_seconds histogram\n");
    for (size_t i = 0; i < metrics->count; i++)
        if (metrics->series[i].count)
            histogram_write(&metrics->series[i], service, out);
    str_puts(out, "# HELP dandelion_call_errors_total Calls refused, by the number of the error.\n"
                  "# TYPE dandelion_call_errors_total counter\n");
    for (size_t i = 0; i < metrics->count; i++)
        for (size_t e = 0; e < CODES && metrics->series[i].errors[e].code; e++)
            str_printf(out, "dandelion_call_errors_total{service=\"%s\",method=\"%s\",code=\"%d\"} %llu\n", service,
                       metrics->series[i].method->name, metrics->series[i].errors[e].code,
                       (unsigned long long)metrics->series[i].errors[e].count);
}
