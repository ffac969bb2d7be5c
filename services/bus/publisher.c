/* The XPUB of a daemon. Subscriptions arrive as messages on it: one byte, 1 to begin and 0 to end, and the prefix. */
#include "bus/publisher.h"

#include <stdlib.h>
#include <string.h>

#include "bus/bridge.h"
#include "bus/frame.h"
#include "bus/socket.h"

enum { TYPE, EVENT, FRAMES };

struct bus_publisher {
    zsock_t *socket;
    struct bridge *bridge;
    size_t subscriptions;
};

static bool on_subscription(void *arg)
{
    struct bus_publisher *publisher = arg;
    zmq_msg_t frame;
    int count = bridge_receive(publisher->bridge, &frame, 1);
    if (count <= 0)
        return count < 0;
    struct bytes bytes = frame_bytes(&frame);
    if (bytes.size && *(const char *)bytes.data == 1)
        publisher->subscriptions++;
    else if (bytes.size && *(const char *)bytes.data == 0 && publisher->subscriptions)
        publisher->subscriptions--;
    zmq_msg_close(&frame);
    return true;
}

static int open_socket(struct bus_publisher *publisher, struct event_base *base, const char *endpoint, struct err *err)
{
    publisher->socket = socket_new(ZMQ_XPUB, err);
    if (!publisher->socket || socket_bind(publisher->socket, endpoint, err) < 0)
        return -1;
    publisher->bridge = bridge_new(base, zsock_resolve(publisher->socket), on_subscription, publisher, err);
    return publisher->bridge ? 0 : -1;
}

struct bus_publisher *bus_publisher_new(struct event_base *base, const char *endpoint, struct err *err)
{
    struct bus_publisher *publisher = calloc(1, sizeof *publisher);
    if (!publisher)
        err_set(err, ERR_LOCAL, "out of memory");
    else if (open_socket(publisher, base, endpoint, err) < 0)
        bus_publisher_destroy(&publisher);
    return publisher;
}

void bus_publisher_destroy(struct bus_publisher **publisher)
{
    if (!*publisher)
        return;
    bridge_destroy(&(*publisher)->bridge);
    zsock_destroy(&(*publisher)->socket);
    free(*publisher);
    *publisher = NULL;
}

void bus_publisher_send(struct bus_publisher *publisher, const Dandelion__Bus__Event *event)
{
    zmq_msg_t frames[FRAMES];
    if (frame_pack(&frames[TYPE], NULL, (struct bytes){event->type, strlen(event->type)}) < 0)
        return;
    if (frame_pack(&frames[EVENT], &event->base, (struct bytes){NULL, 0}) < 0) {
        zmq_msg_close(&frames[TYPE]);
        return;
    }
    if (bridge_send(publisher->bridge, frames, FRAMES) < 0)
        frames_close(frames, FRAMES);
}

size_t bus_publisher_subscriptions(const struct bus_publisher *publisher)
{
    return publisher->subscriptions;
}
