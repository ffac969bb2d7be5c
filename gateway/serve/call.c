/* From a message to its daemon and back. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "errors.h"
#include "gateway/serve/exchange.h"

/* An operation's id begins with the service that does the work: "identity.0190…". */
static struct upstream *upstream_of(struct exchange *exchange)
{
    const struct route *route = exchange->route;
    char service[32];
    if (strcmp(route->service, "kit") != 0)
        return gateway_upstream(exchange->gateway, route->service);
    const char *id = exchange->match.variables_count ? exchange->match.variables[0].value : "";
    snprintf(service, sizeof service, "%.*s", (int)strcspn(id, "."), id);
    return gateway_upstream(exchange->gateway, service);
}

static void on_reply(void *context, const struct bus_reply *reply)
{
    struct exchange *exchange = context;
    if (reply->err) {
        exchange_refuse(exchange, reply->err);
        return;
    }
    /* A command of identity may have changed who may do what; the next request must see it. */
    if (exchange->route->kind == DANDELION__KIND__COMMAND && strcmp(exchange->route->service, "identity") == 0)
        sessions_forget(exchange->gateway->sessions);
    exchange_answer(exchange, reply);
}

void exchange_call(struct exchange *exchange)
{
    Dandelion__Bus__Request envelope = DANDELION__BUS__REQUEST__INIT;
    Dandelion__Bus__Caller caller = DANDELION__BUS__CALLER__INIT;
    char traceparent[TRACE_TEXT_SIZE];
    struct err err = {0};
    struct upstream *upstream = upstream_of(exchange);
    if (!upstream) {
        err_set(&err, ERR_NOT_FOUND, "no such service");
        exchange_refuse(exchange, &err);
        return;
    }
    envelope.method = (char *)exchange->route->method;
    envelope.deadline_unix_ms = clock_now_ms() + exchange->route->deadline_ms;
    envelope.traceparent = trace_format(&exchange->trace, traceparent);
    if (exchange->caller)
        caller = *exchange->caller;
    caller.client_address = (char *)http_request_peer(exchange->request);
    envelope.caller = &caller;
    envelope.idempotency_key = (char *)exchange->idempotency_key;
    envelope.if_match = exchange->if_match;
    envelope.language = (char *)language_tag(exchange->language);
    struct bus_client_request request = {
        .envelope = &envelope,
        .message = exchange->message,
        .repeatable = exchange->route->kind != DANDELION__KIND__COMMAND || *exchange->idempotency_key,
    };
    if (bus_client_send(upstream->client, &request, on_reply, exchange, &err) != 0)
        exchange_refuse(exchange, &err);
}
