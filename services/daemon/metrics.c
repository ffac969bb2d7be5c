#include "daemon/metrics.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/exposition.h"

enum { CODES = 16, LABELS_SIZE = 160 };

struct series {
    const struct method *method;
    struct histogram time;
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
    histogram_count(&series->time, duration_us);
    if (code)
        error_count(series, code);
}

void metrics_gauge(struct str *out, const char *service, const char *name, const char *help, double value)
{
    char full[LABELS_SIZE], labels[LABELS_SIZE];
    snprintf(full, sizeof full, "dandelion_%s", name);
    snprintf(labels, sizeof labels, "service=\"%s\"", service);
    exposition_gauge(out, full, labels, help, value);
}

static void histogram_write(const struct series *series, const char *service, struct str *out)
{
    char labels[LABELS_SIZE];
    snprintf(labels, sizeof labels, "service=\"%s\",method=\"%s\"", service, series->method->name);
    exposition_histogram(out, "dandelion_call_seconds", labels, &series->time);
}

void metrics_write(const struct metrics *metrics, const char *service, struct str *out)
{
    exposition_head(out, "dandelion_call_seconds", "histogram", "Time from the arrival of a call to its answer.");
    for (size_t i = 0; i < metrics->count; i++)
        if (metrics->series[i].time.count)
            histogram_write(&metrics->series[i], service, out);
    exposition_head(out, "dandelion_call_errors_total", "counter", "Calls refused, by the number of the error.");
    for (size_t i = 0; i < metrics->count; i++)
        for (size_t e = 0; e < CODES && metrics->series[i].errors[e].code; e++)
            str_printf(out, "dandelion_call_errors_total{service=\"%s\",method=\"%s\",code=\"%d\"} %llu\n", service,
                       metrics->series[i].method->name, metrics->series[i].errors[e].code,
                       (unsigned long long)metrics->series[i].errors[e].count);
}
