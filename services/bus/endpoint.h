/* One instance of a service as its client sees it: a DEALER, whether it is connected, how busy and how lively it is. */
#ifndef DANDELION_BUS_ENDPOINT_H
#define DANDELION_BUS_ENDPOINT_H

#include <czmq.h>
#include <event2/event.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct endpoint;

/* What an endpoint reports to its owner. */
struct endpoint_handler {
    /* A message of two frames, which are closed when this returns. */
    void (*message)(void *arg, struct endpoint *endpoint, zmq_msg_t *envelope, zmq_msg_t *payload);
    void (*malformed)(void *arg);
    void (*connected)(void *arg, struct endpoint *endpoint);
    /* The connection broke. All that it brought before has been reported. */
    void (*lost)(void *arg, struct endpoint *endpoint);
    void *arg;
};

struct endpoint *endpoint_new(struct event_base *base, const char *address, const struct endpoint_handler *handler,
                              struct err *err);

void endpoint_destroy(struct endpoint **endpoint);

/* Sends copies of the two frames, which share their memory. Returns 0, or -1 when it cannot be sent now. */
int endpoint_send(struct endpoint *endpoint, zmq_msg_t *envelope, zmq_msg_t *payload);

bool endpoint_connected(const struct endpoint *endpoint);

/* A request it was sent has its answer, or will have none. */
void endpoint_settled(struct endpoint *endpoint);

/* It let the deadline of a request pass that was sent at `sent_us`. If it has been silent since, others are preferred
 * for a while. */
void endpoint_suspect(struct endpoint *endpoint, int64_t sent_us, int64_t now_us);

/* It is going away: not to be used for a moment, even if there is no other. */
void endpoint_avoid(struct endpoint *endpoint, int64_t now_us);

/* The one to use among `count`, `except` (or NULL) left out: connected, not suspect if possible, least in flight; equal
 * ones take turns. NULL when there is none. */
struct endpoint *endpoint_choose(struct endpoint *const *endpoints, size_t count, const struct endpoint *except,
                                 int64_t now_us);

#endif
