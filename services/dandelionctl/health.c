/* dandelionctl health: does each service answer on the bus, and does it call itself ready? */
#include <event2/buffer.h>
#include <event2/http.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "bus/pb_arena.h"
#include "dandelion/kit.pb-c.h"
#include "dandelionctl/commands.h"
#include "dandelionctl/request.h"
#include "gateway/json/encode.h"

enum { READY_SECONDS = 2, READY_BODY_MAX = 65536 };

struct check {
    struct health *health;
    const struct ctl_service *service;
    struct evhttp_connection *connection;
    int64_t began_us, answered_us; /* 0: no answer to the ping */
    char version[32];
    int status; /* of /readyz; 0: no answer */
    struct str problems;
};

struct health {
    struct ctl *ctl;
    struct check checks[CTL_SERVICES_MAX];
    size_t open; /* answers still to come */
};

static void settle(struct health *health)
{
    if (--health->open == 0)
        event_base_loopbreak(health->ctl->base);
}

static bool good(const struct check *check)
{
    return check->status == HTTP_OK && (check->answered_us || !check->service->on_bus);
}

/* --- the bus */

static void on_ping(void *context, const struct bus_reply *reply)
{
    struct check *check = context;
    arena_reset(check->health->ctl->work);
    ProtobufCAllocator allocator = pb_arena(check->health->ctl->work);
    const Dandelion__Kit__PingReply *ping =
        reply->err ? NULL : dandelion__kit__ping_reply__unpack(&allocator, reply->payload.size, reply->payload.data);
    if (ping) {
        check->answered_us = clock_monotonic_us() - check->began_us;
        snprintf(check->version, sizeof check->version, "%s", ping->version);
    }
    settle(check->health);
}

static void ping(struct check *check)
{
    struct ctl *ctl = check->health->ctl;
    struct request request = {
        .rpc = rpc_find("Kit.Ping"), .service = ctl_service(ctl, check->service->name), .input = "{}", .length = 2};
    struct err err = {0};
    check->health->open++;
    check->began_us = clock_monotonic_us();
    if (request_send(ctl, &request, on_ping, check, &err) != 0)
        settle(check->health);
}

/* --- /readyz */

/* Keeps the reasons of what is not ready: {"checks": [{"name": …, "ready": …, "reason": …}]}. */
static void problems_read(struct check *check, struct evbuffer *body)
{
    size_t length = evbuffer_get_length(body), i;
    json_t *one, *root = json_loadb((const char *)evbuffer_pullup(body, -1), length, 0, NULL);
    json_array_foreach(json_object_get(root, "checks"), i, one)
    {
        const char *name = json_string_value(json_object_get(one, "name"));
        const char *reason = json_string_value(json_object_get(one, "reason"));
        if (json_is_false(json_object_get(one, "ready")))
            str_printf(&check->problems, "%s%s: %s", check->problems.length ? "; " : "", name ? name : "?",
                       reason ? reason : "?");
    }
    json_decref(root);
}

static void on_ready(struct evhttp_request *request, void *context)
{
    struct check *check = context;
    if (request) {
        check->status = evhttp_request_get_response_code(request);
        problems_read(check, evhttp_request_get_input_buffer(request));
    }
    settle(check->health);
}

static void ask_ready(struct check *check)
{
    struct event_base *base = check->health->ctl->base;
    check->health->open++;
    check->connection = evhttp_connection_base_new(base, NULL, "127.0.0.1", (uint16_t)check->service->health_port);
    struct evhttp_request *request = check->connection ? evhttp_request_new(on_ready, check) : NULL;
    if (!request) {
        settle(check->health);
        return;
    }
    evhttp_connection_set_timeout(check->connection, READY_SECONDS);
    evhttp_connection_set_max_body_size(check->connection, READY_BODY_MAX);
    evhttp_add_header(evhttp_request_get_output_headers(request), "Host", "127.0.0.1");
    evhttp_make_request(check->connection, request, EVHTTP_REQ_GET, "/readyz"); /* on_ready is told of a failure */
}

/* --- the report */

static void write_table(const struct health *health)
{
    printf("%-14s %-10s %-10s %-10s %s\n", "service", "bus", "version", "ready", "health");
    for (size_t i = 0; i < health->ctl->services_count; i++) {
        const struct check *check = &health->checks[i];
        char bus[16] = "-";
        if (check->answered_us)
            snprintf(bus, sizeof bus, "%.1f ms", (double)check->answered_us / 1000);
        else if (check->service->on_bus)
            snprintf(bus, sizeof bus, "no answer");
        const char *ready = check->status == HTTP_OK ? "yes" : check->status ? "no" : "no answer";
        printf("%-14s %-10s %-10s %-10s http://127.0.0.1:%d\n", check->service->name, bus,
               *check->version ? check->version : "-", ready, check->service->health_port);
        if (check->problems.length)
            printf("  %s\n", str_text(&check->problems));
    }
}

static void write_json(const struct health *health)
{
    struct str out = str_new(0);
    for (size_t i = 0; i < health->ctl->services_count; i++) {
        const struct check *check = &health->checks[i];
        str_puts(&out, i ? ",{\"service\":" : "{\"service\":");
        json_encode_text(check->service->name, &out);
        str_printf(&out, ",\"on_bus\":%s,\"answers\":%s,\"version\":", check->service->on_bus ? "true" : "false",
                   check->answered_us ? "true" : "false");
        json_encode_text(check->version, &out);
        str_printf(&out, ",\"microseconds\":%" PRId64 ",\"ready\":%s,\"status\":%d,\"problems\":", check->answered_us,
                   check->status == HTTP_OK ? "true" : "false", check->status);
        json_encode_text(str_text(&check->problems), &out);
        str_printf(&out, ",\"health_port\":%d}", check->service->health_port);
    }
    printf("[%s]\n", str_text(&out));
    str_destroy(&out);
}

int health_run(struct ctl *ctl)
{
    struct health health = {.ctl = ctl};
    bool all = true;
    for (size_t i = 0; i < ctl->services_count; i++) {
        struct check *check = &health.checks[i];
        *check = (struct check){.health = &health, .service = &ctl->services[i], .problems = str_new(4096)};
        if (check->service->on_bus)
            ping(check);
        ask_ready(check);
    }
    if (health.open)
        event_base_dispatch(ctl->base);
    if (ctl->options->json)
        write_json(&health);
    else
        write_table(&health);
    for (size_t i = 0; i < ctl->services_count; i++) {
        all = all && good(&health.checks[i]);
        str_destroy(&health.checks[i].problems);
        if (health.checks[i].connection)
            evhttp_connection_free(health.checks[i].connection);
    }
    return all && ctl->services_count ? EXIT_DONE : EXIT_UNAVAILABLE;
}
