/* The gateway: HTTP on one side, the bus on the other. It knows routes and messages, and no domain. */
#ifndef DANDELION_GATEWAY_SERVE_GATEWAY_H
#define DANDELION_GATEWAY_SERVE_GATEWAY_H

#include <event2/event.h>
#include <stdbool.h>

#include "base/arena.h"
#include "base/conf.h"
#include "base/str.h"
#include "bus/client.h"
#include "gateway/http/server.h"
#include "gateway/routes/route.h"
#include "gateway/serve/figures.h"
#include "gateway/serve/files.h"
#include "gateway/serve/sessions.h"

enum { GATEWAY_ARENAS_MAX = 256 };

/* One service that answers behind us. */
struct upstream {
    const char *name;
    struct bus_client *client;
    bool ready; /* answered the last ping */
};

struct gateway {
    struct conf *conf;
    struct event_base *base;
    struct http_tls *tls;
    struct http_server *server; /* for people */
    struct http_server *health; /* for the operator, on loopback */
    struct upstream *upstreams;
    size_t upstreams_count;
    struct sessions *sessions;
    struct files *files;
    struct figures *figures;
    struct event *on_signal[3];
    struct event *ping;
    struct event *drain_limit;
    bool draining;
    struct str text;                          /* for the answer being written */
    struct arena *arenas[GATEWAY_ARENAS_MAX]; /* used before, ready for another request */
    size_t arenas_count;
};

/* Runs the gateway until SIGTERM. Returns the exit status, as daemon_run does. */
int gateway_run(int argc, char **argv);

/* The service of that name; NULL when there is none. */
struct upstream *gateway_upstream(const struct gateway *gateway, const char *service);

/* Memory for one request, and its return. NULL when memory is short. */
struct arena *gateway_arena(struct gateway *gateway);
void gateway_arena_return(struct gateway *gateway, struct arena *arena);

#endif
