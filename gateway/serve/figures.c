#include "gateway/serve/figures.h"

#include <stdlib.h>

#include "gateway/serve/gateway.h"
#include "routes.h"

enum { BUCKETS = 10 };

static const int64_t bounds_us[BUCKETS] = {500, 1000, 2500, 5000, 10000, 25000, 100000, 500000, 1000000, 5000000};

struct series {
    uint64_t classes[6]; /* answers by class: [2] is 2xx */
    uint64_t buckets[BUCKETS];
    uint64_t count;
    int64_t sum_us;
};

struct figures {
    struct series *series; /* as routes[] */
};

struct figures *figures_new(void)
{
    struct figures *figures = calloc(1, sizeof *figures);
    if (figures && !(figures->series = calloc(routes_count, sizeof *figures->series)))
        figures_destroy(&figures);
    return figures;
}

void figures_destroy(struct figures **figures)
{
    if (*figures)
        free((*figures)->series);
    free(*figures);
    *figures = NULL;
}

void figures_count(struct figures *figures, const struct route *route, int status, int64_t duration_us)
{
    struct series *series = &figures->series[route - routes];
    series->classes[status / 100 % 6]++;
    series->count++;
    series->sum_us += duration_us;
    for (size_t i = 0; i < BUCKETS; i++)
        series->buckets[i] += duration_us <= bounds_us[i];
}

static void series_write(const struct series *series, const char *method, struct str *out)
{
    for (size_t i = 0; i < BUCKETS; i++)
        str_printf(out, "dandelion_http_seconds_bucket{method=\"%s\",le=\"%g\"} %llu\n", method,
                   (double)bounds_us[i] / 1e6, (unsigned long long)series->buckets[i]);
    str_printf(out, "dandelion_http_seconds_bucket{method=\"%s\",le=\"+Inf\"} %llu\n", method,
               (unsigned long long)series->count);
    str_printf(out, "dandelion_http_seconds_sum{method=\"%s\"} %.6f\n", method, (double)series->sum_us / 1e6);
    str_printf(out, "dandelion_http_seconds_count{method=\"%s\"} %llu\n", method, (unsigned long long)series->count);
}

static void answers_write(const struct figures *figures, struct str *out)
{
    str_puts(out, "# HELP dandelion_http_answers_total Answers by method and class of status.\n"
                  "# TYPE dandelion_http_answers_total counter\n");
    for (size_t i = 0; i < routes_count; i++)
        for (int class = 2; class < 6; class ++)
            if (figures->series[i].classes[class])
                str_printf(out, "dandelion_http_answers_total{method=\"%s\",class=\"%dxx\"} %llu\n", routes[i].method,
                           class, (unsigned long long)figures->series[i].classes[class]);
}

static void gauge_write(struct str *out, const char *name, const char *help, double value)
{
    str_printf(out, "# HELP dandelion_%s %s\n# TYPE dandelion_%s gauge\ndandelion_%s %.17g\n", name, help, name, name,
               value);
}

void figures_write(const struct gateway *gateway, struct str *out)
{
    const struct http_counters *http = http_server_counters(gateway->server);
    str_puts(out, "# HELP dandelion_http_seconds Time from the head of a request to its answer.\n"
                  "# TYPE dandelion_http_seconds histogram\n");
    for (size_t i = 0; i < routes_count; i++)
        if (gateway->figures->series[i].count)
            series_write(&gateway->figures->series[i], routes[i].method, out);
    answers_write(gateway->figures, out);
    gauge_write(out, "http_connections", "Connections open now.", http->open);
    gauge_write(out, "http_connections_accepted", "Connections since the start.", (double)http->accepted);
    gauge_write(out, "http_cut_off", "Connections dropped because the client did not read.", (double)http->cut_off);
    gauge_write(out, "session_cache_size", "Sessions held for a few seconds.",
                (double)sessions_count(gateway->sessions));
    str_puts(out, "# HELP dandelion_upstream_ready Whether a service answered the last ping.\n"
                  "# TYPE dandelion_upstream_ready gauge\n");
    for (size_t i = 0; i < gateway->upstreams_count; i++)
        str_printf(out, "dandelion_upstream_ready{service=\"%s\"} %d\n", gateway->upstreams[i].name,
                   gateway->upstreams[i].ready);
}
