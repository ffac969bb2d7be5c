/* Requests per second over the bus: a client process, a server process, an ipc socket between them; and the time a
 * request takes alone. Prints one line per figure. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "bus/client.h"
#include "bus/server.h"

enum { WARM_UP_MS = 300, MEASURE_MS = 2000, PAYLOAD = 120 };

struct load {
    struct event_base *base;
    struct bus_client *client;
    uint64_t done, failed;
    bool stop;
};

static void answer(void *arg, struct bus_request *request)
{
    (void)arg;
    bus_reply(request, &(struct bus_reply){.payload = request->payload});
}

static void serve(const char *endpoint)
{
    struct err err = {0};
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* never outlive the client */
    struct event_base *base = event_base_new();
    struct bus_server_options options = {.endpoint = endpoint, .handle = answer};
    struct bus_server *server = bus_server_new(base, &options, &err);
    if (!server) {
        fprintf(stderr, "bus_bench: %s\n", err.detail);
        _exit(1);
    }
    event_base_dispatch(base);
    _exit(0);
}

static void ask(struct load *load);

static void answered(void *arg, const struct bus_reply *reply)
{
    struct load *load = arg;
    load->done++;
    load->failed += reply->err != NULL;
    if (!load->stop)
        ask(load);
}

static void ask(struct load *load)
{
    static char payload[PAYLOAD];
    static Dandelion__Bus__Grant grant = DANDELION__BUS__GRANT__INIT;
    static Dandelion__Bus__Grant *grants[] = {&grant};
    Dandelion__Bus__Request envelope = DANDELION__BUS__REQUEST__INIT;
    Dandelion__Bus__Caller caller = DANDELION__BUS__CALLER__INIT;
    struct err err;
    memset(payload, 'x', sizeof payload);
    grant.role = DANDELION__ROLE__dues_collector;
    grant.organization_id = "01900000-0000-7000-8000-000000000001";
    grant.path = "/1/4/1c/";
    caller.street_id = caller.account_id = caller.person_id = grant.organization_id;
    caller.grants = grants;
    caller.n_grants = 1;
    envelope.method = "Dues.Pay";
    envelope.deadline_unix_ms = clock_now_ms() + 5000;
    envelope.caller = &caller;
    envelope.traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    envelope.idempotency_key = grant.organization_id;
    struct bus_client_request request = {
        .envelope = &envelope, .payload = {payload, sizeof payload}, .repeatable = true};
    if (bus_client_send(load->client, &request, answered, load, &err) < 0)
        load->failed++;
}

static void run_for(struct event_base *base, int ms)
{
    struct timeval time = {ms / 1000, ms % 1000 * 1000};
    event_base_loopexit(base, &time);
    event_base_dispatch(base);
}

static void measure(struct load *load, int in_flight)
{
    load->stop = false;
    for (int i = 0; i < in_flight; i++)
        ask(load);
    run_for(load->base, WARM_UP_MS);
    uint64_t before = load->done;
    int64_t start = clock_monotonic_us();
    run_for(load->base, MEASURE_MS);
    double seconds = (double)(clock_monotonic_us() - start) / 1e6;
    double rate = (double)(load->done - before) / seconds;
    load->stop = true;
    run_for(load->base, WARM_UP_MS);
    printf("bus: %4d in flight: %8.0f requests/s, %6.1f us each, %llu failed\n", in_flight, rate,
           1e6 * in_flight / rate, (unsigned long long)load->failed);
}

int main(void)
{
    char directory[] = "/tmp/dandelion-bench-XXXXXX", endpoint[64];
    struct err err = {0};
    if (!mkdtemp(directory))
        return 1;
    snprintf(endpoint, sizeof endpoint, "ipc://%s/bus", directory);
    pid_t child = fork();
    if (child == 0)
        serve(endpoint);
    struct load load = {.base = event_base_new()};
    const char *endpoints[] = {endpoint};
    load.client = bus_client_new(load.base, &(struct bus_client_options){endpoints, 1, 0, 3000}, &err);
    if (!load.client) {
        fprintf(stderr, "bus_bench: %s\n", err.detail);
        return 1;
    }
    static const int levels[] = {1, 16, 64, 256, 1000};
    for (size_t i = 0; i < sizeof levels / sizeof *levels; i++)
        measure(&load, levels[i]);
    bus_client_destroy(&load.client);
    event_base_free(load.base);
    kill(child, SIGTERM);
    waitpid(child, NULL, 0);
    unlink(endpoint + strlen("ipc://"));
    rmdir(directory);
    return load.failed != 0;
}
