/* One request on its way through the gateway: route, session, message, bus, answer. */
#ifndef DANDELION_GATEWAY_SERVE_EXCHANGE_H
#define DANDELION_GATEWAY_SERVE_EXCHANGE_H

#include <protobuf-c/protobuf-c.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "bus/reply.h"
#include "bus/trace.h"
#include "dandelion/bus.pb-c.h"
#include "gateway/json/language.h"
#include "gateway/routes/match.h"
#include "gateway/serve/gateway.h"

struct upload;

/* The longest body, and the longest file of a form. */
enum { EXCHANGE_BODY_MAX = 1 << 20, EXCHANGE_FILE_MAX = 128 << 20 };

struct exchange {
    struct gateway *gateway;
    struct http_request *request;
    struct arena *arena;
    struct match match;
    const struct route *route;
    enum language language;
    struct trace trace;
    char trace_id[TRACE_ID_TEXT_SIZE];
    int64_t began_us;
    ProtobufCMessage *message;
    const Dandelion__Bus__Caller *caller; /* until the message is sent; NULL: nobody is signed in */
    const char *idempotency_key;          /* "" for none */
    int64_t if_match;                     /* 0 for none */
    struct upload *upload;
};

/* Takes a request for one of the routes. */
void exchange_begin(struct gateway *gateway, struct http_request *request);

/* The client is gone while the server had the body: nothing more will come. */
void exchange_closed(struct http_request *request);

/* The problem of a request that the server refused, of an exchange or before one began (refusal.c). */
void exchange_problem(struct http_request *request, int status, const char *reason, struct str *body, void *context);

/* Answers with a problem, and ends the exchange. */
void exchange_refuse(struct exchange *exchange, const struct err *err);

/* Sends the message to its daemon; the answer ends the exchange (call.c). */
void exchange_call(struct exchange *exchange);

/* Answers with what the daemon replied, and ends the exchange (reply.c). */
void exchange_answer(struct exchange *exchange, const struct bus_reply *reply);

/* Gives back the memory of an answered exchange. */
void exchange_end(struct exchange *exchange, int status);

/* Takes the body as a file of a form and stores it; then goes on with exchange_call (upload.c). */
void upload_begin(struct exchange *exchange);
void upload_destroy(struct upload **upload);

#endif
