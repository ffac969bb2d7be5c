#include "gateway/serve/gateway.h"

#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/options.h"
#include "errors.h"
#include "gateway/serve/exchange.h"
#include "gateway/serve/probes.h"
#include "routes.h"
#include "version.h"

enum { ARENA_CAP = 8 << 20, PING_MS = 1000, DRAIN_MAX_MS = 10000, UPSTREAMS_MAX = 16 };

static const struct conf_key gateway_keys[] = {
    {"address", CONF_TEXT, "127.0.0.1", 0, 0, "Numeric address on which people are served."},
    {"port", CONF_NUMBER, "8080", 1, 65535, "Its port."},
    {"health_port", CONF_NUMBER, NULL, 1, 65535, "Port of /livez, /readyz and /metrics on loopback."},
    {"connections_max", CONF_NUMBER, "10000", 16, 100000, "Most connections at a time."},
    {"connections_per_address", CONF_NUMBER, "256", 0, 100000, "Most connections of one address; 0 behind a proxy."},
    {"certificate_file", CONF_TEXT, "", 0, 0, "PEM certificate chain; with it the gateway speaks TLS only."},
    {"certificate_key_file", CONF_TEXT, "", 0, 0, "PEM private key of the certificate."},
    {"web_directory", CONF_TEXT, "", 0, 0, "Folder of openapi.json and the documents; empty for none."},
    {NULL, CONF_TEXT, NULL, 0, 0, NULL},
};

struct upstream *gateway_upstream(const struct gateway *gateway, const char *service)
{
    for (size_t i = 0; i < gateway->upstreams_count; i++)
        if (strcmp(gateway->upstreams[i].name, service) == 0)
            return &gateway->upstreams[i];
    return NULL;
}

struct arena *gateway_arena(struct gateway *gateway)
{
    return gateway->arenas_count ? gateway->arenas[--gateway->arenas_count] : arena_new(ARENA_CAP);
}

void gateway_arena_return(struct gateway *gateway, struct arena *arena)
{
    if (gateway->arenas_count == GATEWAY_ARENAS_MAX) {
        arena_destroy(&arena);
        return;
    }
    arena_reset(arena);
    gateway->arenas[gateway->arenas_count++] = arena;
}

/* --- requests */

static void on_request(struct http_request *request, void *context)
{
    struct gateway *gateway = context;
    if (!probes_serve(gateway, request) && !files_serve(gateway->files, request))
        exchange_begin(gateway, request);
}

static void on_closed(struct http_request *request, void *context)
{
    (void)context;
    exchange_closed(request);
}

static void on_probe(struct http_request *request, void *context)
{
    if (!probes_serve(context, request))
        http_reply(request, 404, NULL, NULL, 0, NULL, 0);
}

/* --- upstreams: one for each service that has a route */

static int upstream_add(struct gateway *gateway, const char *service, struct err *err)
{
    char endpoint[512];
    const char *endpoints[] = {endpoint};
    if (strcmp(service, "kit") == 0 || gateway_upstream(gateway, service))
        return 0;
    snprintf(endpoint, sizeof endpoint, "ipc://%s/%s", conf_text(gateway->conf, "bus_directory"), service);
    struct bus_client_options options = {.endpoints = endpoints, .endpoints_count = 1};
    struct upstream *upstream = &gateway->upstreams[gateway->upstreams_count];
    upstream->name = service;
    upstream->client = bus_client_new(gateway->base, &options, err);
    if (!upstream->client)
        return -1;
    gateway->upstreams_count++;
    return 0;
}

static void on_pong(void *context, const struct bus_reply *reply)
{
    struct upstream *upstream = context;
    upstream->ready = !reply->err;
}

static void on_ping(evutil_socket_t fd, short what, void *context)
{
    struct gateway *gateway = context;
    (void)fd;
    (void)what;
    for (size_t i = 0; i < gateway->upstreams_count; i++) {
        struct upstream *upstream = &gateway->upstreams[i];
        Dandelion__Bus__Request envelope = DANDELION__BUS__REQUEST__INIT;
        Dandelion__Bus__Caller caller = DANDELION__BUS__CALLER__INIT;
        struct err err = {0};
        caller.service = (char *)"gateway";
        envelope.method = (char *)"Kit.Ping";
        envelope.caller = &caller;
        envelope.deadline_unix_ms = clock_now_ms() + PING_MS;
        struct bus_client_request request = {.envelope = &envelope, .repeatable = true};
        if (bus_client_send(upstream->client, &request, on_pong, upstream, &err) != 0)
            upstream->ready = false;
    }
}

static int upstreams_start(struct gateway *gateway, struct err *err)
{
    struct timeval every = {.tv_sec = PING_MS / 1000};
    gateway->upstreams = calloc(UPSTREAMS_MAX, sizeof *gateway->upstreams);
    gateway->ping = event_new(gateway->base, -1, EV_PERSIST, on_ping, gateway);
    if (!gateway->upstreams || !gateway->ping)
        return err_set(err, ERR_INTERNAL, "out of memory for upstreams");
    for (size_t i = 0; i < routes_count; i++)
        if (upstream_add(gateway, routes[i].service, err) != 0)
            return -1;
    event_add(gateway->ping, &every);
    on_ping(-1, 0, gateway);
    return 0;
}

/* --- start and stop */

static void leave(void *context)
{
    event_base_loopbreak(((struct gateway *)context)->base);
}

static void on_drain_limit(evutil_socket_t fd, short what, void *context)
{
    (void)fd;
    (void)what;
    leave(context);
}

static void on_stop(evutil_socket_t number, short what, void *context)
{
    struct gateway *gateway = context;
    struct timeval limit = {.tv_sec = DRAIN_MAX_MS / 1000};
    (void)what;
    if (gateway->draining) {
        leave(gateway);
        return;
    }
    log_line(LOG_INFO, "stopping", "signal=%d", (int)number);
    gateway->draining = true;
    event_add(gateway->drain_limit, &limit);
    http_server_drain(gateway->server, leave, gateway);
}

/* SIGHUP: the level of the log and a renewed certificate. */
static void on_reload(evutil_socket_t number, short what, void *context)
{
    struct gateway *gateway = context;
    struct err err = {0};
    (void)number;
    (void)what;
    if (gateway->tls) {
        struct http_tls *fresh = http_tls_new(conf_text(gateway->conf, "certificate_file"),
                                              conf_text(gateway->conf, "certificate_key_file"), &err);
        if (fresh) {
            http_server_set_tls(gateway->server, fresh);
            http_tls_destroy(&gateway->tls);
            gateway->tls = fresh;
        }
    }
    if (err.code || conf_reload(gateway->conf, &err) != 0)
        log_line(LOG_ERROR, "not reloaded", "detail=%s", log_quoted(err.detail));
    else
        log_line(LOG_INFO, "reloaded", "service=gateway");
}

static int signals_watch(struct gateway *gateway, struct err *err)
{
    static const int numbers[] = {SIGTERM, SIGINT, SIGHUP};
    signal(SIGPIPE, SIG_IGN);
    for (size_t i = 0; i < 3; i++) {
        gateway->on_signal[i] =
            evsignal_new(gateway->base, numbers[i], numbers[i] == SIGHUP ? on_reload : on_stop, gateway);
        if (!gateway->on_signal[i] || event_add(gateway->on_signal[i], NULL) != 0)
            return err_set(err, ERR_INTERNAL, "out of memory for signals");
    }
    gateway->drain_limit = evtimer_new(gateway->base, on_drain_limit, gateway);
    return gateway->drain_limit ? 0 : err_set(err, ERR_INTERNAL, "out of memory for signals");
}

static int servers_start(struct gateway *gateway, struct err *err)
{
    const struct http_handler people = {on_request, on_closed, exchange_problem};
    const struct http_handler operators = {.on_request = on_probe};
    struct http_server_config config;
    http_server_defaults(&config);
    config.port = (uint16_t)conf_number(gateway->conf, "health_port");
    gateway->health = http_server_new(gateway->base, &config, &operators, gateway, err);
    if (!gateway->health)
        return -1;
    const char *certificate = conf_text(gateway->conf, "certificate_file");
    if (*certificate) {
        gateway->tls = http_tls_new(certificate, conf_text(gateway->conf, "certificate_key_file"), err);
        if (!gateway->tls)
            return -1;
    }
    config.address = conf_text(gateway->conf, "address");
    config.port = (uint16_t)conf_number(gateway->conf, "port");
    config.connections_max = (unsigned)conf_number(gateway->conf, "connections_max");
    config.connections_per_address = (unsigned)conf_number(gateway->conf, "connections_per_address");
    config.tls = gateway->tls;
    gateway->server = http_server_new(gateway->base, &config, &people, gateway, err);
    return gateway->server ? 0 : -1;
}

static int gateway_start(struct gateway *gateway, struct err *err)
{
    if (sodium_init() < 0)
        return err_set(err, ERR_INTERNAL, "libsodium cannot start");
    gateway->base = event_base_new();
    gateway->figures = figures_new();
    if (!gateway->base || !gateway->figures)
        return err_set(err, ERR_INTERNAL, "out of memory");
    const char *clock_file = conf_text(gateway->conf, "clock_file");
    if (*clock_file && clock_share(clock_file, err) != 0)
        return -1;
    gateway->files = files_load(conf_text(gateway->conf, "web_directory"), err);
    if (!gateway->files || signals_watch(gateway, err) != 0 || upstreams_start(gateway, err) != 0)
        return -1;
    gateway->sessions = sessions_new(gateway, err);
    return gateway->sessions ? servers_start(gateway, err) : -1;
}

static void gateway_end(struct gateway *gateway)
{
    http_server_destroy(&gateway->server);
    http_server_destroy(&gateway->health);
    for (size_t i = 0; i < gateway->upstreams_count; i++)
        bus_client_destroy(&gateway->upstreams[i].client);
    free(gateway->upstreams);
    sessions_destroy(&gateway->sessions);
    http_tls_destroy(&gateway->tls);
    files_destroy(&gateway->files);
    figures_destroy(&gateway->figures);
    for (size_t i = 0; i < 3; i++)
        if (gateway->on_signal[i])
            event_free(gateway->on_signal[i]);
    if (gateway->ping)
        event_free(gateway->ping);
    if (gateway->drain_limit)
        event_free(gateway->drain_limit);
    while (gateway->arenas_count)
        arena_destroy(&gateway->arenas[--gateway->arenas_count]);
    str_destroy(&gateway->text);
    conf_destroy(&gateway->conf);
    if (gateway->base)
        event_base_free(gateway->base);
    libevent_global_shutdown();
}

static int serve(struct gateway *gateway, const char *config, bool check)
{
    struct err err = {0};
    int status = 0;
    log_open("gateway", LOG_INFO);
    gateway->text = str_new(0);
    gateway->conf = conf_load("gateway", gateway_keys, config, &err);
    if (!gateway->conf || conf_open_log(gateway->conf, &err) != 0) {
        log_line(LOG_ERROR, "configuration refused", "detail=%s", log_quoted(err.detail));
        status = 2;
    } else if (!check && gateway_start(gateway, &err) != 0) {
        log_line(LOG_ERROR, "cannot start", "detail=%s", log_quoted(err.detail));
        status = 1;
    } else if (!check) {
        log_line(LOG_INFO, "started", "version=%s port=%u", DANDELION_VERSION, http_server_port(gateway->server));
        event_base_dispatch(gateway->base);
    }
    gateway_end(gateway);
    log_line(LOG_INFO, "stopped", "status=%d", status);
    return status;
}

static int usage(FILE *out, int status)
{
    fputs("usage: gateway --config FILE [--check-config | --describe-config | --version]\n"
          "Serves Dandelion over HTTP until SIGTERM. SIGHUP reads the log level and the certificate anew.\n",
          out);
    return status;
}

int gateway_run(int argc, char **argv)
{
    struct gateway gateway = {0};
    const char *config;
    enum options_action action = options_read(argc, argv, &config);
    if (action == OPTIONS_WRONG)
        return usage(stderr, 2);
    if (action == OPTIONS_HELP)
        return usage(stdout, 0);
    if (action == OPTIONS_VERSION)
        return printf("gateway %s\n", DANDELION_VERSION) < 0;
    if (action == OPTIONS_DESCRIBE_CONFIG) {
        conf_describe("gateway", gateway_keys, stdout);
        return 0;
    }
    return serve(&gateway, config, action == OPTIONS_CHECK_CONFIG);
}
