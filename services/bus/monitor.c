/* libzmq reports on an inproc pair: a frame with the event's number (16 bits) and value (32 bits), one with the
 * address. */
#include "bus/monitor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bus/bridge.h"
#include "bus/frame.h"
#include "bus/socket.h"

struct monitor {
    zsock_t *watched, *reports;
    struct bridge *bridge;
    void (*changed)(void *arg, bool connected);
    void *arg;
};

static bool on_report(void *arg)
{
    struct monitor *monitor = arg;
    zmq_msg_t frames[2];
    uint16_t event = 0;
    int count = bridge_receive(monitor->bridge, frames, 2);
    if (count <= 0)
        return count < 0;
    if (zmq_msg_size(&frames[0]) >= sizeof event)
        memcpy(&event, zmq_msg_data(&frames[0]), sizeof event);
    frames_close(frames, count);
    if (event == ZMQ_EVENT_HANDSHAKE_SUCCEEDED)
        monitor->changed(monitor->arg, true);
    else if (event == ZMQ_EVENT_DISCONNECTED)
        monitor->changed(monitor->arg, false);
    return true;
}

static int attach(struct monitor *monitor, struct event_base *base, struct err *err)
{
    char address[64];
    snprintf(address, sizeof address, "inproc://monitor-%p", (void *)monitor);
    monitor->reports = socket_new(ZMQ_PAIR, err);
    if (!monitor->reports)
        return -1;
    if (zmq_socket_monitor(zsock_resolve(monitor->watched), address,
                           ZMQ_EVENT_HANDSHAKE_SUCCEEDED | ZMQ_EVENT_DISCONNECTED) < 0 ||
        zmq_connect(zsock_resolve(monitor->reports), address) < 0)
        return err_set(err, ERR_LOCAL, "cannot monitor a socket: %s", zmq_strerror(errno));
    monitor->bridge = bridge_new(base, zsock_resolve(monitor->reports), on_report, monitor, err);
    return monitor->bridge ? 0 : -1;
}

struct monitor *monitor_new(struct event_base *base, zsock_t *socket, void (*changed)(void *arg, bool connected),
                            void *arg, struct err *err)
{
    struct monitor *monitor = calloc(1, sizeof *monitor);
    if (!monitor) {
        err_set(err, ERR_LOCAL, "out of memory");
        return NULL;
    }
    *monitor = (struct monitor){.watched = socket, .changed = changed, .arg = arg};
    if (attach(monitor, base, err) < 0)
        monitor_destroy(&monitor);
    return monitor;
}

void monitor_destroy(struct monitor **monitor)
{
    if (!*monitor)
        return;
    zmq_socket_monitor(zsock_resolve((*monitor)->watched), NULL, 0);
    bridge_destroy(&(*monitor)->bridge);
    zsock_destroy(&(*monitor)->reports);
    free(*monitor);
    *monitor = NULL;
}
