/* The one place where a ZeroMQ socket meets libevent.
 *
 * ZMQ_FD is edge-triggered and says "look at ZMQ_EVENTS", not "readable"; a send may swallow the edge of a message that
 * came in. So the bridge reads until nothing is left or a burst is over, then lets the loop see to others before it
 * goes on; and it looks again after it was made and after every send. Whoever has a socket on a bridge reads and writes
 * it by bridge_receive and bridge_send only. */
#ifndef DANDELION_BUS_BRIDGE_H
#define DANDELION_BUS_BRIDGE_H

#include <event2/event.h>
#include <stdbool.h>
#include <stddef.h>
#include <zmq.h>

#include "base/err.h"

struct bridge;

enum { BRIDGE_BURST = 64 };

/* Watches `socket` (a raw ZeroMQ socket, which must outlive the bridge). `readable` is called from the loop; it takes
 * one message by bridge_receive and returns whether there was one. */
struct bridge *bridge_new(struct event_base *base, void *socket, bool (*readable)(void *arg), void *arg,
                          struct err *err);

void bridge_destroy(struct bridge **bridge);

/* Receives one message of at most `room` frames without waiting. Returns the number of frames, which the caller closes;
 * 0 when no message waits; -1 when a message with more frames was received and dropped. */
int bridge_receive(struct bridge *bridge, zmq_msg_t *frames, size_t room);

/* Sends the frames as one message without waiting. Returns 0 and has taken the frames; or -1 and has left them alone,
 * with errno EAGAIN (the peer's queue is full, or there is no peer) or EHOSTUNREACH (a ROUTER knows no such peer). */
int bridge_send(struct bridge *bridge, zmq_msg_t *frames, size_t count);

#endif
