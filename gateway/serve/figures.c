#include "gateway/serve/figures.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/exposition.h"
#include "gateway/serve/gateway.h"
#include "routes.h"

enum { LABELS_SIZE = 128 };

struct series {
    uint64_t classes[6]; /* answers by class: [2] is 2xx */
    struct histogram time;
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
    histogram_count(&series->time, duration_us);
}

static void times_write(const struct figures *figures, struct str *out)
{
    char labels[LABELS_SIZE];
    exposition_head(out, "dandelion_http_seconds", "histogram", "Time from the head of a request to its answer.");
    for (size_t i = 0; i < routes_count; i++) {
        if (figures->series[i].time.count == 0)
            continue;
        snprintf(labels, sizeof labels, "method=\"%s\"", routes[i].method);
        exposition_histogram(out, "dandelion_http_seconds", labels, &figures->series[i].time);
    }
}

static void answers_write(const struct figures *figures, struct str *out)
{
    exposition_head(out, "dandelion_http_answers_total", "counter", "Answers by method and class of status.");
    for (size_t i = 0; i < routes_count; i++)
        for (int class = 2; class < 6; class ++)
            if (figures->series[i].classes[class])
                str_printf(out, "dandelion_http_answers_total{method=\"%s\",class=\"%dxx\"} %llu\n", routes[i].method,
                           class, (unsigned long long)figures->series[i].classes[class]);
}

void figures_write(const struct gateway *gateway, struct str *out)
{
    const struct http_counters *http = http_server_counters(gateway->server);
    times_write(gateway->figures, out);
    answers_write(gateway->figures, out);
    exposition_gauge(out, "dandelion_http_connections", "", "Connections open now.", http->open);
    exposition_gauge(out, "dandelion_http_connections_accepted", "", "Connections since the start.",
                     (double)http->accepted);
    exposition_gauge(out, "dandelion_http_cut_off", "", "Connections dropped because the client did not read.",
                     (double)http->cut_off);
    exposition_gauge(out, "dandelion_session_cache_size", "", "Sessions held for a few seconds.",
                     (double)sessions_count(gateway->sessions));
    exposition_head(out, "dandelion_upstream_ready", "gauge", "Whether a service answered the last ping.");
    for (size_t i = 0; i < gateway->upstreams_count; i++)
        str_printf(out, "dandelion_upstream_ready{service=\"%s\"} %d\n", gateway->upstreams[i].name,
                   gateway->upstreams[i].ready);
}
