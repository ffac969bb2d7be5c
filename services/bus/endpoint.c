/* A DEALER with a monitor, and the choice among several. */
#include "bus/endpoint.h"

#include <stdlib.h>

#include "base/clock.h"
#include "bus/bridge.h"
#include "bus/frame.h"
#include "bus/monitor.h"
#include "bus/socket.h"

enum { SUSPECT_US = 2000000, AVOID_US = 100000 };
enum { ENVELOPE, PAYLOAD, FRAMES };

struct endpoint {
    struct endpoint_handler handler;
    zsock_t *socket;
    struct bridge *bridge;
    struct monitor *monitor;
    bool connected;
    size_t in_flight;
    uint64_t sent; /* to take turns */
    int64_t heard_us, suspect_until_us, avoid_until_us;
};

static bool on_message(void *arg)
{
    struct endpoint *endpoint = arg;
    zmq_msg_t frames[FRAMES];
    int count = bridge_receive(endpoint->bridge, frames, FRAMES);
    if (count == 0)
        return false;
    if (count == FRAMES) {
        endpoint->heard_us = clock_monotonic_us();
        endpoint->handler.message(endpoint->handler.arg, endpoint, &frames[ENVELOPE], &frames[PAYLOAD]);
    } else {
        endpoint->handler.malformed(endpoint->handler.arg);
    }
    frames_close(frames, count);
    return true;
}

static void on_connection(void *arg, bool connected)
{
    struct endpoint *endpoint = arg;
    bool before = endpoint->connected;
    if (!connected)
        while (on_message(endpoint)) /* what arrived before it broke counts; a burst is bounded by the queue */
            ;
    endpoint->connected = connected;
    endpoint->suspect_until_us = endpoint->avoid_until_us = 0;
    if (connected)
        endpoint->handler.connected(endpoint->handler.arg, endpoint);
    else if (before)
        endpoint->handler.lost(endpoint->handler.arg, endpoint);
}

static int open_socket(struct endpoint *endpoint, struct event_base *base, const char *address, struct err *err)
{
    endpoint->socket = socket_new(ZMQ_DEALER, err);
    if (!endpoint->socket)
        return -1;
    endpoint->monitor = monitor_new(base, endpoint->socket, on_connection, endpoint, err);
    if (!endpoint->monitor || socket_connect(endpoint->socket, address, err) < 0)
        return -1;
    endpoint->bridge = bridge_new(base, zsock_resolve(endpoint->socket), on_message, endpoint, err);
    return endpoint->bridge ? 0 : -1;
}

struct endpoint *endpoint_new(struct event_base *base, const char *address, const struct endpoint_handler *handler,
                              struct err *err)
{
    struct endpoint *endpoint = calloc(1, sizeof *endpoint);
    if (!endpoint) {
        err_set(err, ERR_LOCAL, "out of memory");
        return NULL;
    }
    endpoint->handler = *handler;
    if (open_socket(endpoint, base, address, err) < 0)
        endpoint_destroy(&endpoint);
    return endpoint;
}

void endpoint_destroy(struct endpoint **endpoint)
{
    if (!*endpoint)
        return;
    bridge_destroy(&(*endpoint)->bridge);
    monitor_destroy(&(*endpoint)->monitor);
    zsock_destroy(&(*endpoint)->socket);
    free(*endpoint);
    *endpoint = NULL;
}

int endpoint_send(struct endpoint *endpoint, zmq_msg_t *envelope, zmq_msg_t *payload)
{
    zmq_msg_t frames[FRAMES];
    zmq_msg_init(&frames[ENVELOPE]);
    zmq_msg_init(&frames[PAYLOAD]);
    zmq_msg_copy(&frames[ENVELOPE], envelope);
    zmq_msg_copy(&frames[PAYLOAD], payload);
    if (bridge_send(endpoint->bridge, frames, FRAMES) < 0) {
        frames_close(frames, FRAMES);
        return -1;
    }
    endpoint->in_flight++;
    endpoint->sent++;
    return 0;
}

bool endpoint_connected(const struct endpoint *endpoint)
{
    return endpoint->connected;
}

void endpoint_settled(struct endpoint *endpoint)
{
    endpoint->in_flight--;
}

void endpoint_suspect(struct endpoint *endpoint, int64_t sent_us, int64_t now_us)
{
    if (endpoint->heard_us < sent_us)
        endpoint->suspect_until_us = now_us + SUSPECT_US;
}

void endpoint_avoid(struct endpoint *endpoint, int64_t now_us)
{
    endpoint->avoid_until_us = now_us + AVOID_US;
}

static bool better(const struct endpoint *a, const struct endpoint *b, int64_t now_us)
{
    bool a_suspect = a->suspect_until_us > now_us, b_suspect = b->suspect_until_us > now_us;
    if (a_suspect != b_suspect)
        return b_suspect;
    return a->in_flight != b->in_flight ? a->in_flight < b->in_flight : a->sent < b->sent;
}

struct endpoint *endpoint_choose(struct endpoint *const *endpoints, size_t count, const struct endpoint *except,
                                 int64_t now_us)
{
    struct endpoint *best = NULL;
    for (size_t i = 0; i < count; i++) {
        struct endpoint *endpoint = endpoints[i];
        if (endpoint->connected && endpoint != except && endpoint->avoid_until_us <= now_us &&
            (!best || better(endpoint, best, now_us)))
            best = endpoint;
    }
    return best;
}
