#include "dandelionctl/request.h"

#include <string.h>

#include "base/clock.h"
#include "base/uuid.h"
#include "bus/pb_arena.h"
#include "bus/trace.h"
#include "errors.h"
#include "gateway/json/decode.h"
#include "gateway/json/encode.h"

/* The service that answers. What every daemon answers is asked of the first, unless an operation's id names one. */
static struct ctl_service *service_of(struct ctl *ctl, const struct request *request, struct err *err)
{
    struct ctl_service *service = request->service;
    if (!service)
        service = ctl_service(ctl, request->rpc->service);
    for (size_t i = 0; !service && strcmp(request->rpc->service, "kit") == 0 && i < ctl->services_count; i++)
        service = ctl->services[i].on_bus ? &ctl->services[i] : NULL;
    if (!service)
        err_set(err, ERR_LOCAL, "the configuration names no service %s", request->rpc->service);
    return service;
}

static ProtobufCMessage *input_read(struct ctl *ctl, const struct request *request, struct err *err)
{
    arena_reset(ctl->work);
    ProtobufCMessage *input = json_message_new(request->rpc->input, ctl->work);
    if (!input) {
        err_set(err, ERR_LOCAL, "out of memory");
        return NULL;
    }
    return json_decode(input, request->input, request->length, ctl->work, err) == 0 ? input : NULL;
}

int request_send(struct ctl *ctl, const struct request *request,
                 void (*done)(void *context, const struct bus_reply *reply), void *context, struct err *err)
{
    Dandelion__Bus__Request envelope = DANDELION__BUS__REQUEST__INIT;
    const struct rpc *rpc = request->rpc;
    char traceparent[TRACE_TEXT_SIZE], made[UUID_TEXT_SIZE];
    struct trace trace = trace_new();
    const ProtobufCMessage *input = input_read(ctl, request, err);
    struct ctl_service *service = input ? service_of(ctl, request, err) : NULL;
    struct bus_client *client = service ? ctl_client(ctl, service, err) : NULL;
    if (!client)
        return -1;
    const char *key = request->key ? request->key : "";
    if (rpc->idempotent && !*key) {
        struct uuid uuid = uuid_new(clock_now_ms());
        key = uuid_format(&uuid, made);
    }
    uint32_t timeout = ctl->options->timeout_ms ? ctl->options->timeout_ms : rpc->deadline_ms;
    envelope.method = (char *)(uintptr_t)rpc->name;
    envelope.deadline_unix_ms = clock_now_ms() + timeout;
    envelope.traceparent = trace_format(&trace, traceparent);
    envelope.caller = ctl->caller;
    envelope.idempotency_key = (char *)(uintptr_t)key;
    envelope.if_match = request->if_match;
    envelope.language = (char *)(uintptr_t)language_tag(ctl->language);
    struct bus_client_request message = {.envelope = &envelope, .message = input, .repeatable = !rpc->writes || *key};
    return bus_client_send(client, &message, done, context, err);
}

int request_reply_json(struct ctl *ctl, const struct rpc *rpc, const struct bus_reply *reply, struct str *out,
                       struct err *err)
{
    arena_reset(ctl->work);
    ProtobufCAllocator allocator = pb_arena(ctl->work);
    const ProtobufCMessage *message =
        protobuf_c_message_unpack(rpc->output, &allocator, reply->payload.size, reply->payload.data);
    if (!message || json_encode(message, rpc->output_rules, JSON_MASKED, out) != 0)
        return err_set(err, ERR_INTERNAL, "the reply has no JSON form");
    return 0;
}
