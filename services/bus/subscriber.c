/* The SUB socket of one publisher. */
#include "bus/subscriber.h"

#include <stdlib.h>

#include "base/arena.h"
#include "bus/bridge.h"
#include "bus/frame.h"
#include "bus/monitor.h"
#include "bus/socket.h"
#include "bus/validate.h"

enum { TYPE, EVENT, FRAMES, EVENT_MEMORY = 2 * FRAME_MAX };

struct bus_subscriber {
    struct bus_subscriber_options options;
    const struct message_rules *rules;
    struct arena *arena; /* of the event being handled */
    zsock_t *socket;
    struct bridge *bridge;
    struct monitor *monitor;
    uint64_t malformed;
};

static bool on_message(void *arg)
{
    struct bus_subscriber *subscriber = arg;
    zmq_msg_t frames[FRAMES];
    ProtobufCMessage *event = NULL;
    int count = bridge_receive(subscriber->bridge, frames, FRAMES);
    if (count == 0)
        return false;
    arena_reset(subscriber->arena);
    if (count == FRAMES)
        event = validate_unpack(subscriber->rules, frame_bytes(&frames[EVENT]), subscriber->arena, NULL);
    if (event)
        subscriber->options.event(subscriber->options.arg, (const Dandelion__Bus__Event *)event);
    else
        subscriber->malformed++;
    frames_close(frames, count);
    return true;
}

static void on_connection(void *arg, bool connected)
{
    struct bus_subscriber *subscriber = arg;
    if (connected && subscriber->options.connected)
        subscriber->options.connected(subscriber->options.arg);
}

static int open_socket(struct bus_subscriber *subscriber, struct event_base *base, struct err *err)
{
    subscriber->rules = message_rules_find(&dandelion__bus__event__descriptor);
    subscriber->arena = arena_new(EVENT_MEMORY);
    if (!subscriber->arena)
        return err_set(err, ERR_LOCAL, "out of memory");
    subscriber->socket = socket_new(ZMQ_SUB, err);
    if (!subscriber->socket)
        return -1;
    zsock_set_subscribe(subscriber->socket, subscriber->options.type_prefix);
    subscriber->monitor = monitor_new(base, subscriber->socket, on_connection, subscriber, err);
    if (!subscriber->monitor || socket_connect(subscriber->socket, subscriber->options.endpoint, err) < 0)
        return -1;
    subscriber->bridge = bridge_new(base, zsock_resolve(subscriber->socket), on_message, subscriber, err);
    return subscriber->bridge ? 0 : -1;
}

struct bus_subscriber *bus_subscriber_new(struct event_base *base, const struct bus_subscriber_options *options,
                                          struct err *err)
{
    struct bus_subscriber *subscriber = calloc(1, sizeof *subscriber);
    if (!subscriber) {
        err_set(err, ERR_LOCAL, "out of memory");
        return NULL;
    }
    subscriber->options = *options;
    if (open_socket(subscriber, base, err) < 0)
        bus_subscriber_destroy(&subscriber);
    return subscriber;
}

void bus_subscriber_destroy(struct bus_subscriber **subscriber)
{
    if (!*subscriber)
        return;
    bridge_destroy(&(*subscriber)->bridge);
    monitor_destroy(&(*subscriber)->monitor);
    zsock_destroy(&(*subscriber)->socket);
    arena_destroy(&(*subscriber)->arena);
    free(*subscriber);
    *subscriber = NULL;
}

uint64_t bus_subscriber_malformed(const struct bus_subscriber *subscriber)
{
    return subscriber->malformed;
}
