#include "base/exposition.h"

static const int64_t bounds_us[HISTOGRAM_BUCKETS] = {100,   250,   500,    1000,   2500,    5000,
                                                     10000, 25000, 100000, 500000, 1000000, 5000000};

void histogram_count(struct histogram *histogram, int64_t duration_us)
{
    histogram->count++;
    histogram->sum_us += duration_us;
    for (size_t i = 0; i < HISTOGRAM_BUCKETS; i++)
        histogram->buckets[i] += duration_us <= bounds_us[i];
}

void exposition_head(struct str *out, const char *name, const char *type, const char *help)
{
    str_printf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

void exposition_histogram(struct str *out, const char *name, const char *labels, const struct histogram *histogram)
{
    for (size_t i = 0; i < HISTOGRAM_BUCKETS; i++)
        str_printf(out, "%s_bucket{%s,le=\"%g\"} %llu\n", name, labels, (double)bounds_us[i] / 1e6,
                   (unsigned long long)histogram->buckets[i]);
    str_printf(out, "%s_bucket{%s,le=\"+Inf\"} %llu\n", name, labels, (unsigned long long)histogram->count);
    str_printf(out, "%s_sum{%s} %.6f\n", name, labels, (double)histogram->sum_us / 1e6);
    str_printf(out, "%s_count{%s} %llu\n", name, labels, (unsigned long long)histogram->count);
}

void exposition_gauge(struct str *out, const char *name, const char *labels, const char *help, double value)
{
    exposition_head(out, name, "gauge", help);
    str_printf(out, *labels ? "%s{%s} %.17g\n" : "%s%s %.17g\n", name, labels, value);
}
