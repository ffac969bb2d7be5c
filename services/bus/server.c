/* The ROUTER of a daemon. Requests and their arenas are kept for use again, so that a steady load allocates nothing
 * but ZeroMQ's own memory. */
#include "bus/server.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/queue.h>

#include "base/clock.h"
#include "bus/bridge.h"
#include "bus/frame.h"
#include "bus/socket.h"
#include "bus/validate.h"
#include "errors.h"

enum { IN_FLIGHT_DEFAULT = 4096, SPARE_MAX = 256, OVERLOAD_RETRY_MS = 1000, DRAIN_RETRY_MS = 500 };
enum { ADDRESS, ENVELOPE, PAYLOAD, FRAMES };

struct slot {
    struct bus_request request; /* first: the handler's pointer is the slot's */
    struct bus_server *server;
    LIST_ENTRY(slot) link; /* in flight or spare */
    zmq_msg_t address, payload;
};

LIST_HEAD(slots, slot);

struct bus_server {
    struct bus_server_options options;
    zsock_t *socket;
    struct bridge *bridge;
    const struct message_rules *rules;
    struct slots live, spare;
    size_t live_count, spare_count;
    bool draining;
    struct bus_server_stats stats;
};

static struct slot *slot_take(struct bus_server *server)
{
    struct slot *slot = LIST_FIRST(&server->spare);
    if (slot) {
        LIST_REMOVE(slot, link);
        server->spare_count--;
        return slot;
    }
    slot = calloc(1, sizeof *slot);
    if (slot)
        slot->request.arena = arena_new(BUS_REQUEST_MEMORY);
    if (!slot || !slot->request.arena) {
        free(slot);
        return NULL;
    }
    slot->server = server;
    return slot;
}

static void slot_free(struct slot *slot)
{
    arena_destroy(&slot->request.arena);
    free(slot);
}

static void slot_give(struct bus_server *server, struct slot *slot)
{
    if (server->spare_count >= SPARE_MAX) {
        slot_free(slot);
        return;
    }
    arena_reset(slot->request.arena);
    LIST_INSERT_HEAD(&server->spare, slot, link);
    server->spare_count++;
}

/* The error as it travels; `to` and `params` belong to the caller. */
static void envelope_error(const struct err *err, Dandelion__Bus__Error *to, Dandelion__Bus__ErrorParam *params,
                           Dandelion__Bus__ErrorParam **list)
{
    to->code = (uint32_t)err->code;
    to->field = (char *)(uintptr_t)err->field;
    for (size_t i = 0; i < err->params_count; i++) {
        dandelion__bus__error_param__init(&params[i]);
        params[i].name = (char *)(uintptr_t)err->params[i].name;
        params[i].value = (char *)(uintptr_t)err->params[i].value;
        list[i] = &params[i];
    }
    to->params = list;
    to->n_params = err->params_count;
}

/* Packs and sends a reply to the address, which it consumes. Returns -1, with nothing sent, when the payload is too
 * large (errno EMSGSIZE) or cannot leave. */
static int send_reply(struct bus_server *server, zmq_msg_t *address, uint64_t id, const struct bus_reply *reply,
                      bool untouched)
{
    static const struct bytes none;
    Dandelion__Bus__Reply envelope = DANDELION__BUS__REPLY__INIT;
    Dandelion__Bus__Error error = DANDELION__BUS__ERROR__INIT;
    Dandelion__Bus__ErrorParam params[ERR_PARAMS_MAX], *list[ERR_PARAMS_MAX];
    zmq_msg_t frames[FRAMES];
    envelope.id = id;
    envelope.version = reply->version;
    envelope.retry_after_ms = reply->retry_after_ms;
    envelope.untouched = untouched;
    if (reply->err) {
        envelope_error(reply->err, &error, params, list);
        envelope.error = &error;
    }
    if (frame_pack(&frames[PAYLOAD], reply->err ? NULL : reply->message, reply->err ? none : reply->payload) < 0)
        return -1;
    if (frame_pack(&frames[ENVELOPE], &envelope.base, none) < 0) {
        zmq_msg_close(&frames[PAYLOAD]);
        return -1;
    }
    zmq_msg_init(&frames[ADDRESS]);
    zmq_msg_move(&frames[ADDRESS], address);
    if (bridge_send(server->bridge, frames, FRAMES) == 0)
        return 0;
    int reason = errno;
    frames_close(frames, FRAMES);
    errno = reason;
    return -1;
}

static void count_reply(struct bus_server *server, int sent)
{
    if (sent == 0)
        server->stats.replied++;
    else if (errno == EHOSTUNREACH)
        server->stats.unroutable++;
    else
        server->stats.peer_full++;
}

void bus_reply(struct bus_request *request, const struct bus_reply *reply)
{
    struct slot *slot = (struct slot *)request;
    struct bus_server *server = slot->server;
    int sent = send_reply(server, &slot->address, request->envelope->id, reply, false);
    if (sent < 0 && errno == EMSGSIZE) {
        struct err err;
        err_set(&err, ERR_REPLY_TOO_LARGE, "the reply is larger than a frame may be");
        sent = send_reply(server, &slot->address, request->envelope->id, &(struct bus_reply){.err = &err}, false);
    }
    count_reply(server, sent);
    zmq_msg_close(&slot->address);
    zmq_msg_close(&slot->payload);
    LIST_REMOVE(slot, link);
    server->live_count--;
    slot_give(server, slot);
}

/* Answers a request that is not begun. */
static void refuse(struct bus_server *server, zmq_msg_t *address, uint64_t id, int code, uint32_t retry_after_ms)
{
    struct err err;
    err_set(&err, code, "not begun");
    struct bus_reply reply = {.err = &err, .retry_after_ms = retry_after_ms};
    server->stats.refused++;
    count_reply(server, send_reply(server, address, id, &reply, true));
}

/* Takes over the frames that it needs; the caller closes all of them. */
static void accept_request(struct bus_server *server, zmq_msg_t *frames)
{
    struct slot *slot = slot_take(server);
    Dandelion__Bus__Request *envelope =
        slot ? (Dandelion__Bus__Request *)validate_unpack(server->rules, frame_bytes(&frames[ENVELOPE]),
                                                          slot->request.arena, NULL)
             : NULL;
    if (!envelope || envelope->id == 0) {
        server->stats.malformed++;
    } else if (server->draining) {
        refuse(server, &frames[ADDRESS], envelope->id, ERR_UNAVAILABLE, DRAIN_RETRY_MS);
    } else if (server->live_count >= server->options.max_in_flight) {
        refuse(server, &frames[ADDRESS], envelope->id, ERR_OVERLOADED, OVERLOAD_RETRY_MS);
    } else {
        zmq_msg_init(&slot->address);
        zmq_msg_move(&slot->address, &frames[ADDRESS]);
        zmq_msg_init(&slot->payload);
        zmq_msg_move(&slot->payload, &frames[PAYLOAD]);
        slot->request.envelope = envelope;
        slot->request.payload = frame_bytes(&slot->payload);
        slot->request.received_us = clock_monotonic_us();
        LIST_INSERT_HEAD(&server->live, slot, link);
        server->live_count++;
        server->stats.received++;
        server->options.handle(server->options.arg, &slot->request);
        return;
    }
    if (slot)
        slot_give(server, slot);
}

static bool on_message(void *arg)
{
    struct bus_server *server = arg;
    zmq_msg_t frames[FRAMES];
    int count = bridge_receive(server->bridge, frames, FRAMES);
    if (count == 0)
        return false;
    if (count == FRAMES)
        accept_request(server, frames);
    else
        server->stats.malformed++;
    frames_close(frames, count);
    return true;
}

static int open_socket(struct bus_server *server, struct event_base *base, struct err *err)
{
    server->rules = message_rules_find(&dandelion__bus__request__descriptor);
    server->socket = socket_new(ZMQ_ROUTER, err);
    if (!server->socket || socket_bind(server->socket, server->options.endpoint, err) < 0)
        return -1;
    server->bridge = bridge_new(base, zsock_resolve(server->socket), on_message, server, err);
    return server->bridge ? 0 : -1;
}

struct bus_server *bus_server_new(struct event_base *base, const struct bus_server_options *options, struct err *err)
{
    struct bus_server *server = calloc(1, sizeof *server);
    if (!server) {
        err_set(err, ERR_LOCAL, "out of memory");
        return NULL;
    }
    server->options = *options;
    if (server->options.max_in_flight == 0)
        server->options.max_in_flight = IN_FLIGHT_DEFAULT;
    LIST_INIT(&server->live);
    LIST_INIT(&server->spare);
    if (open_socket(server, base, err) < 0)
        bus_server_destroy(&server);
    return server;
}

void bus_server_destroy(struct bus_server **server)
{
    struct slot *slot;
    if (!*server)
        return;
    while ((slot = LIST_FIRST(&(*server)->live))) {
        LIST_REMOVE(slot, link);
        zmq_msg_close(&slot->address);
        zmq_msg_close(&slot->payload);
        slot_free(slot);
    }
    while ((slot = LIST_FIRST(&(*server)->spare))) {
        LIST_REMOVE(slot, link);
        slot_free(slot);
    }
    bridge_destroy(&(*server)->bridge);
    zsock_destroy(&(*server)->socket);
    free(*server);
    *server = NULL;
}

void bus_server_drain(struct bus_server *server)
{
    server->draining = true;
}

size_t bus_server_in_flight(const struct bus_server *server)
{
    return server->live_count;
}

const struct bus_server_stats *bus_server_stats(const struct bus_server *server)
{
    return &server->stats;
}
