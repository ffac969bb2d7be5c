/* Takes a request through its method: compute, query, or load, decide and save. Handlers are pure; every step that
 * waits for something happens here. */
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "bus/dispatch.h"
#include "bus/server.h"
#include "daemon/ask.h"
#include "daemon/daemon.h"
#include "daemon/operation.h"
#include "errors.h"
#include "kit.methods.h"

#define KEPT_REPLY "kept reply"

enum { RETRY_AFTER_MS = 1000 };

static struct call *call_of(struct unit *unit)
{
    return (struct call *)(void *)((char *)unit - offsetof(struct call, unit));
}

static void call_log(const struct call *call)
{
    const struct error_text *entry = call->err.code ? error_text_find(call->err.code) : NULL;
    enum log_level level = entry && entry->status >= 500 ? LOG_ERROR : LOG_DEBUG;
    log_line(level, "call", "method=%s code=%s field=%s detail=%s us=%lld traceparent=%s", call->method->name,
             entry ? entry->code : "ok", log_quoted(call->err.field), log_quoted(call->err.detail),
             (long long)(clock_monotonic_us() - call->began_us), call->unit.traceparent);
}

/* Answers the call and frees it. */
static void call_answer(struct call *call, struct bytes payload)
{
    struct bus_reply reply = {.payload = payload, .version = call->unit.version};
    if (call->err.code) {
        reply = (struct bus_reply){.err = &call->err};
        if (call->err.code == ERR_OVERLOADED || call->err.code == ERR_UNAVAILABLE)
            reply.retry_after_ms = RETRY_AFTER_MS;
    } else if (!payload.data) {
        reply.message = call->reply;
    }
    metrics_count(call->daemon->metrics, call->method, call->err.code, clock_monotonic_us() - call->began_us);
    call_log(call);
    bus_reply(call->bus_request, &reply);
}

static void call_answer_message(struct call *call)
{
    call_answer(call, (struct bytes){NULL, 0});
}

static ProtobufCMessage *reply_new(struct call *call)
{
    ProtobufCMessage *reply = arena_alloc(call->arena, call->method->output->sizeof_message);
    if (reply)
        protobuf_c_message_init(call->method->output, reply);
    else
        call_refuse(call, ERR_OVERLOADED, "no room for a reply");
    return reply;
}

/* The handler's error, or one of our own should it have failed without. */
static void handler_failed(struct call *call)
{
    if (!call->err.code)
        call_refuse(call, ERR_INTERNAL, "%s failed without a reason", call->method->name);
}

/* --- commands */

static int command_load(struct unit *unit, struct err *err)
{
    struct call *call = call_of(unit);
    err_clear(&call->err);
    err_clear(&call->verdict);
    if (call->method->load(call, call->request) == 0)
        return 0;
    handler_failed(call);
    *err = call->err;
    return -1;
}

/* Packs the reply for the caller. What is kept for repeats is sealed: a reply may hold what the tables hold sealed. */
static int reply_pack(struct call *call)
{
    size_t size = protobuf_c_message_get_packed_size(call->reply);
    uint8_t *packed = arena_alloc(call->arena, size + 1);
    if (!packed)
        return call_refuse(call, ERR_OVERLOADED, "no room for a packed reply");
    protobuf_c_message_pack(call->reply, packed);
    call->packed = (struct bytes){packed, size};
    if (!call->unit.idempotency_key)
        return 0;
    call->unit.reply = crypto_seal_bytes(call->daemon->crypto, call->arena, KEPT_REPLY, &call->street_id,
                                         &call->account_id, call->packed);
    return call->unit.reply.data ? 0 : call_refuse(call, ERR_OVERLOADED, "no room for a sealed reply");
}

/* Answers with the first answer to the same request. */
static void replay_answer(struct call *call, const struct unit_replay *replay)
{
    call->unit.version = replay->version;
    crypto_open_bytes(call->daemon->crypto, call->arena, KEPT_REPLY, &call->street_id, &call->account_id, replay->reply,
                      &call->packed, &call->err);
    call_answer(call, call->packed);
}

static int command_decide(struct unit *unit, struct err *err)
{
    struct call *call = call_of(unit);
    if (call->working) {
        unit->peeks = true;
        return unit_keep_loaded(unit, err);
    }
    call->reply = reply_new(call);
    if (call->reply && call->method->decide(call, call->request, call->reply) == 0 && reply_pack(call) == 0)
        return 0;
    handler_failed(call);
    *err = call->err;
    return -1;
}

/* Ends a command: its operation, if it is one, ends with it. */
static void command_answer(struct call *call)
{
    operation_end(call);
    if (call->err.code)
        call_answer_message(call);
    else
        call_answer(call, call->packed);
}

static void work_in_thread(void *job)
{
    struct call *call = job;
    if (call->method->work(call, call->request) != 0)
        handler_failed(call);
}

static void work_done(void *job)
{
    struct call *call = job;
    if (call->err.code) {
        command_answer(call);
        return;
    }
    call->working = false;
    call->unit.peeks = false;
    unit_rewind(&call->unit);
    committer_submit(call->daemon->committer, &call->unit);
}

static void command_done(struct unit *unit, const struct err *err)
{
    struct call *call = call_of(unit);
    if (err) {
        call->err = *err;
        command_answer(call);
    } else if (unit->replay) {
        replay_answer(call, unit->replay);
    } else if (call->working) {
        operation_begin(call);
        if (!workers_run(call->daemon->workers, work_in_thread, work_done, call)) {
            call_refuse(call, ERR_OVERLOADED, "too much slow work waits");
            command_answer(call);
        }
    } else {
        runner_publish(call->daemon, unit);
        call->err = call->verdict;
        command_answer(call);
    }
}

static const struct unit_callbacks command_callbacks = {command_load, command_decide, command_done};

/* What is kept of a request, to compare a repeat with: a keyed digest, because a request may hold a password. */
static int request_digest(struct call *call, struct bytes payload, struct bytes *digest)
{
    unsigned char *out = arena_alloc(call->arena, crypto_generichash_BYTES);
    if (!out)
        return call_refuse(call, ERR_OVERLOADED, "no room for a digest");
    crypto_generichash(out, crypto_generichash_BYTES, payload.data, payload.size, call->daemon->request_key,
                       sizeof call->daemon->request_key);
    *digest = (struct bytes){out, crypto_generichash_BYTES};
    return 0;
}

static void command_run(struct call *call, const Dandelion__Bus__Request *envelope)
{
    struct unit *unit = &call->unit;
    unit->callbacks = &command_callbacks;
    unit->method = call->method->name;
    if (call->method->idempotent) {
        unit->idempotency_key = envelope->idempotency_key;
        if (request_digest(call, call->bus_request->payload, &unit->request) != 0) {
            call_answer_message(call);
            return;
        }
    }
    unit->audited = true;
    call->working = call->method->work != NULL;
    committer_submit(call->daemon->committer, unit);
}

/* --- queries and computations */

static void query_run(struct call *call)
{
    ProtobufCMessage *reply = reply_new(call);
    if (!reply || call->method->query(call, call->request) != 0) {
        handler_failed(call);
        call_answer_message(call);
        return;
    }
    ask_run(call, call->daemon->reader, reply, call_answer_message);
}

static void compute_run(struct call *call)
{
    call->reply = reply_new(call);
    if (!call->reply || call->method->compute(call, call->request, call->reply) != 0)
        handler_failed(call);
    call_answer_message(call);
}

/* --- arrival */

/* The scope as an array literal; paths hold only digits, lower-case letters and slashes. */
static const char *scope_text(struct call *call, const struct dispatched *dispatched)
{
    size_t size = 3;
    if (call->method->roles & METHOD_INTERNAL)
        return "{/}";
    for (size_t i = 0; i < dispatched->scope_count; i++)
        size += strlen(dispatched->scope[i]) + 1;
    char *text = arena_alloc(call->arena, size);
    if (!text)
        return NULL;
    char *end = text;
    *end++ = '{';
    for (size_t i = 0; i < dispatched->scope_count; i++)
        end += snprintf(end, size - (size_t)(end - text), "%s%s", i ? "," : "", dispatched->scope[i]);
    *end = '}';
    return text;
}

static int call_fill(struct call *call, const Dandelion__Bus__Request *envelope, const struct dispatched *dispatched)
{
    if (envelope->caller) {
        call->street_id = call_uuid(envelope->caller->street_id);
        call->account_id = call_uuid(envelope->caller->account_id);
        call->person_id = call_uuid(envelope->caller->person_id);
        call->session_id = call_uuid(envelope->caller->session_id);
    }
    call->request = dispatched->input;
    call->if_match = envelope->if_match;
    call->today = clock_date_of(call->now);
    call->unit.arena = call->arena;
    call->unit.id = uuid_new(call->now);
    call->unit.street_id = call->street_id;
    call->unit.account_id = call->account_id;
    call->unit.now = call->now;
    call->unit.deadline = envelope->deadline_unix_ms;
    call->scope = scope_text(call, dispatched);
    return call->scope ? 0 : call_refuse(call, ERR_OVERLOADED, "no room for the scope");
}

static const struct method *method_of(const struct daemon *daemon, const char *name)
{
    const struct method *method = method_find(daemon->spec->methods, *daemon->spec->methods_count, name);
    return method ? method : method_find(kit_methods, kit_methods_count, name);
}

static void request_refuse(struct bus_request *request, int code, const char *detail)
{
    struct err err = {0};
    err_set(&err, code, "%s", detail);
    bus_reply(request, &(struct bus_reply){.err = &err, .retry_after_ms = RETRY_AFTER_MS});
}

void runner_handle(void *argument, struct bus_request *request)
{
    struct daemon *daemon = argument;
    const Dandelion__Bus__Request *envelope = request->envelope;
    struct dispatched dispatched;
    const struct method *method = method_of(daemon, envelope->method);
    struct call *call = arena_alloc(request->arena, sizeof *call);
    if (!method || !call) {
        request_refuse(request, method ? ERR_OVERLOADED : ERR_METHOD_UNKNOWN, envelope->method);
        return;
    }
    call->daemon = daemon;
    call->arena = request->arena;
    call->method = method;
    call->bus_request = request;
    call->began_us = request->received_us;
    call->language = *envelope->language ? envelope->language : "zh-CN";
    call->unit.traceparent = envelope->traceparent;
    call->now = clock_now_ms();
    if (dispatch_request(method, request, call->now, &dispatched, &call->err) != 0 ||
        call_fill(call, envelope, &dispatched) != 0)
        call_answer_message(call);
    else if (method->kind == DANDELION__KIND__COMMAND)
        command_run(call, envelope);
    else if (method->kind == DANDELION__KIND__QUERY)
        query_run(call);
    else
        compute_run(call);
}

void runner_publish(struct daemon *daemon, const struct unit *unit)
{
    char source[48], street[UUID_TEXT_SIZE], id[UUID_TEXT_SIZE], time[CLOCK_INSTANT_SIZE];
    /* Positions that were lost with a connection stay unknown: subscribers find those events in the log. */
    if (!unit->events || unit->events->position == 0 || bus_publisher_subscriptions(daemon->publisher) == 0)
        return;
    snprintf(source, sizeof source, "/dandelion/%s", daemon->spec->name);
    uuid_format(&unit->street_id, street);
    clock_instant_format(unit->now, time);
    for (const struct unit_event *event = unit->events; event; event = event->next) {
        Dandelion__Bus__Event message = DANDELION__BUS__EVENT__INIT;
        message.id = uuid_format(&event->id, id);
        message.source = source;
        message.spec_version = (char *)"1.0";
        message.type = (char *)event->type;
        message.subject = (char *)event->subject;
        message.street_id = street;
        message.organization_path = (char *)(event->organization_path ? event->organization_path : "");
        message.time = time;
        message.position = event->position;
        message.traceparent = (char *)(unit->traceparent ? unit->traceparent : "");
        message.data = (ProtobufCBinaryData){event->data.size, (uint8_t *)event->data.data};
        bus_publisher_send(daemon->publisher, &message);
    }
}
