/* ZMQ_FD on libevent: see bridge.h for the traps. To look again, the bridge uses a timer that is due at once and not
 * event_active: libevent runs an event that is activated anew before it polls, so others would starve. */
#include "bus/bridge.h"

#include <errno.h>
#include <stdlib.h>

struct bridge {
    void *socket;
    bool (*readable)(void *arg);
    void *arg;
    struct event *edge, *again;
    bool again_pending, reading;
};

static void look_again(struct bridge *bridge)
{
    static const struct timeval at_once = {0, 0};
    if (bridge->again_pending)
        return;
    bridge->again_pending = true;
    event_add(bridge->again, &at_once);
}

/* Reads a burst. When `readable` finds nothing, ZeroMQ has seen to its commands and will signal the next one; when it
 * was still finding messages, nothing will signal what is left. */
static void read_burst(struct bridge *bridge)
{
    int left = BRIDGE_BURST;
    bridge->reading = true;
    while (left && bridge->readable(bridge->arg))
        left--;
    bridge->reading = false;
    if (left == 0)
        look_again(bridge);
}

static void on_edge(evutil_socket_t fd, short what, void *arg)
{
    (void)fd, (void)what;
    read_burst(arg);
}

static void on_again(evutil_socket_t fd, short what, void *arg)
{
    (void)fd, (void)what;
    struct bridge *bridge = arg;
    bridge->again_pending = false;
    read_burst(bridge);
}

struct bridge *bridge_new(struct event_base *base, void *socket, bool (*readable)(void *arg), void *arg,
                          struct err *err)
{
    evutil_socket_t fd;
    size_t size = sizeof fd;
    struct bridge *bridge = calloc(1, sizeof *bridge);
    if (!bridge || zmq_getsockopt(socket, ZMQ_FD, &fd, &size) < 0)
        goto failed;
    *bridge = (struct bridge){.socket = socket, .readable = readable, .arg = arg};
    bridge->edge = event_new(base, fd, EV_READ | EV_PERSIST, on_edge, bridge);
    bridge->again = evtimer_new(base, on_again, bridge);
    if (!bridge->edge || !bridge->again || event_add(bridge->edge, NULL) < 0)
        goto failed;
    look_again(bridge);
    return bridge;
failed:
    bridge_destroy(&bridge);
    err_set(err, ERR_LOCAL, "cannot watch a ZeroMQ socket: %s", zmq_strerror(errno));
    return NULL;
}

void bridge_destroy(struct bridge **bridge)
{
    if (!*bridge)
        return;
    if ((*bridge)->edge)
        event_free((*bridge)->edge);
    if ((*bridge)->again)
        event_free((*bridge)->again);
    free(*bridge);
    *bridge = NULL;
}

static int receive_frame(void *socket, zmq_msg_t *frame)
{
    int rc;
    zmq_msg_init(frame);
    do
        rc = zmq_msg_recv(frame, socket, ZMQ_DONTWAIT);
    while (rc < 0 && errno == EINTR);
    return rc;
}

static void drop_rest(void *socket)
{
    zmq_msg_t frame;
    bool more = true;
    while (more && receive_frame(socket, &frame) >= 0) {
        more = zmq_msg_more(&frame);
        zmq_msg_close(&frame);
    }
}

int bridge_receive(struct bridge *bridge, zmq_msg_t *frames, size_t room)
{
    for (size_t count = 0; count < room; count++) {
        if (receive_frame(bridge->socket, &frames[count]) < 0)
            return 0; /* only ever at the first frame: messages arrive whole */
        if (!zmq_msg_more(&frames[count]))
            return (int)count + 1;
    }
    for (size_t i = 0; i < room; i++)
        zmq_msg_close(&frames[i]);
    drop_rest(bridge->socket);
    return -1;
}

static int send_frame(void *socket, zmq_msg_t *frame, int flags)
{
    int rc;
    do
        rc = zmq_msg_send(frame, socket, flags | ZMQ_DONTWAIT);
    while (rc < 0 && errno == EINTR);
    return rc;
}

/* A send looks at ZeroMQ's commands about once in a millisecond, so it may take a peer for full or away that is not.
 * Reading ZMQ_EVENTS makes it look. */
static int send_first(void *socket, zmq_msg_t *frame, int flags)
{
    int events;
    size_t size = sizeof events;
    int rc = send_frame(socket, frame, flags);
    if (rc >= 0 || errno != EAGAIN)
        return rc;
    zmq_getsockopt(socket, ZMQ_EVENTS, &events, &size);
    return send_frame(socket, frame, flags);
}

int bridge_send(struct bridge *bridge, zmq_msg_t *frames, size_t count)
{
    int rc = 0;
    for (size_t i = 0; i < count && rc >= 0; i++) {
        int flags = i + 1 < count ? ZMQ_SNDMORE : 0;
        rc = i == 0 ? send_first(bridge->socket, &frames[i], flags) : send_frame(bridge->socket, &frames[i], flags);
    }
    if (!bridge->reading)
        look_again(bridge);
    return rc < 0 ? -1 : 0;
}
