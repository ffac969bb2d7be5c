#include "daemon/health.h"

#include <event2/buffer.h>
#include <event2/http.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "bus/server.h"
#include "daemon/daemon.h"
#include "errors.h"

struct health {
    struct daemon *daemon;
    struct evhttp *http;
};

/* The readiness report while it is written. */
struct report {
    struct str text;
    bool ready;
};

static void answer(struct evhttp_request *request, int status, const char *type, struct str *text)
{
    struct evbuffer *body = evbuffer_new();
    if (body)
        evbuffer_add(body, str_text(text), text->length);
    evhttp_add_header(evhttp_request_get_output_headers(request), "Content-Type", type);
    evhttp_send_reply(request, status, NULL, body);
    if (body)
        evbuffer_free(body);
    str_destroy(text);
}

static void json_text(struct str *out, const char *text)
{
    str_putc(out, '"');
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            str_printf(out, "\\%c", *text);
        else if ((unsigned char)*text < 0x20)
            str_putc(out, ' ');
        else
            str_putc(out, *text);
    }
    str_putc(out, '"');
}

/* Adds one thing that the daemon depends on; "" is no problem. */
static void report_add(struct report *report, const char *name, const char *problem)
{
    bool good = !*problem;
    report->ready = report->ready && good;
    str_printf(&report->text, "%s{\"name\":", report->text.length ? "," : "");
    json_text(&report->text, name);
    str_printf(&report->text, ",\"ready\":%s,\"reason\":", good ? "true" : "false");
    json_text(&report->text, problem);
    str_putc(&report->text, '}');
}

static void on_livez(struct evhttp_request *request, void *context)
{
    struct str text = str_new(0);
    (void)context;
    str_puts(&text, "{\"alive\":true}\n");
    answer(request, HTTP_OK, "application/json", &text);
}

static void on_readyz(struct evhttp_request *request, void *context)
{
    const struct daemon *daemon = ((struct health *)context)->daemon;
    struct report report = {str_new(0), true};
    report_add(&report, "not stopping", daemon->draining ? "the daemon is being stopped" : "");
    report_add(&report, "database for commands", committer_problem(daemon->committer));
    report_add(&report, "database for queries", reader_problem(daemon->reader));
    for (size_t i = 0; i < daemon->followers_count; i++) {
        const struct follower *follower = daemon->followers[i];
        bool known = follower_position(follower) >= 0;
        char name[64];
        snprintf(name, sizeof name, "events of %s", follower_service(follower));
        report_add(&report, name, known ? "" : "the position reached is not known yet");
    }
    struct str text = str_new(0);
    str_printf(&text, "{\"service\":\"%s\",\"ready\":%s,\"checks\":[%s]}\n", daemon->spec->name,
               report.ready ? "true" : "false", str_text(&report.text));
    str_destroy(&report.text);
    answer(request, report.ready ? HTTP_OK : HTTP_SERVUNAVAIL, "application/json", &text);
}

static void bus_write(const struct daemon *daemon, struct str *out)
{
    const struct bus_server_stats *bus = bus_server_stats(daemon->server);
    const char *name = daemon->spec->name;
    metrics_gauge(out, name, "bus_in_flight", "Requests taken and not answered.",
                  (double)bus_server_in_flight(daemon->server));
    metrics_gauge(out, name, "bus_malformed", "Messages dropped because they were no request.", (double)bus->malformed);
    metrics_gauge(out, name, "bus_replies_dropped", "Replies whose peer was gone or did not read.",
                  (double)(bus->unroutable + bus->peer_full));
}

static void store_write(const struct daemon *daemon, struct str *out)
{
    struct committer_stats commits = committer_stats(daemon->committer);
    struct reader_stats reads = reader_stats(daemon->reader);
    const char *name = daemon->spec->name;
    metrics_gauge(out, name, "commit_queue_depth", "Commands that wait for a connection.", (double)commits.waiting);
    metrics_gauge(out, name, "commit_groups", "Groups committed.", (double)commits.groups);
    metrics_gauge(out, name, "commit_group_size", "Commands per group, on average.",
                  commits.groups ? (double)commits.units / (double)commits.groups : 0);
    metrics_gauge(out, name, "commit_groups_failed", "Groups that failed and were run one by one.",
                  (double)commits.failed_groups);
    metrics_gauge(out, name, "commit_groups_lost", "Groups whose connection was lost.", (double)commits.lost_groups);
    metrics_gauge(out, name, "read_queue_depth", "Queries that wait for a connection.", (double)reads.waiting);
    metrics_gauge(out, name, "read_share_size", "Queries per execution, on average.",
                  reads.executions ? (double)reads.questions / (double)reads.executions : 0);
}

static void on_metrics(struct evhttp_request *request, void *context)
{
    const struct daemon *daemon = ((struct health *)context)->daemon;
    struct str out = str_new(0);
    metrics_write(daemon->metrics, daemon->spec->name, &out);
    bus_write(daemon, &out);
    store_write(daemon, &out);
    for (size_t i = 0; i < daemon->followers_count; i++) {
        char name[64];
        snprintf(name, sizeof name, "follow_position_%s", follower_service(daemon->followers[i]));
        metrics_gauge(&out, daemon->spec->name, name, "Last event applied of that service.",
                      (double)follower_position(daemon->followers[i]));
    }
    answer(request, HTTP_OK, "text/plain; version=0.0.4; charset=utf-8", &out);
}

struct health *health_new(struct daemon *daemon, uint16_t port, struct err *err)
{
    struct health *health = calloc(1, sizeof *health);
    if (!health) {
        err_set(err, ERR_INTERNAL, "out of memory");
        return NULL;
    }
    health->daemon = daemon;
    health->http = evhttp_new(daemon->base);
    if (!health->http || evhttp_bind_socket(health->http, "127.0.0.1", port) != 0) {
        err_set(err, ERR_INTERNAL, "health port %u of 127.0.0.1 is taken", port);
        health_destroy(&health);
        return NULL;
    }
    evhttp_set_allowed_methods(health->http, EVHTTP_REQ_GET);
    evhttp_set_max_headers_size(health->http, 8192);
    evhttp_set_max_body_size(health->http, 0);
    evhttp_set_timeout(health->http, 5);
    evhttp_set_cb(health->http, "/livez", on_livez, health);
    evhttp_set_cb(health->http, "/readyz", on_readyz, health);
    evhttp_set_cb(health->http, "/metrics", on_metrics, health);
    return health;
}

void health_destroy(struct health **health)
{
    if (*health && (*health)->http)
        evhttp_free((*health)->http);
    free(*health);
    *health = NULL;
}
