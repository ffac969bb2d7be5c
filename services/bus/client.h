/* The asking end of the bus: all instances of one service, one DEALER socket each, and a balancer among them.
 *
 * An instance is preferred that is connected and has answered lately, and among those the one with the fewest requests
 * in flight. A request that finds no connected instance waits for one, up to `wait_ms`, so that the restart of a daemon
 * is a delay and not a failure. A request is sent again only if it cannot have been begun (it never left, or the
 * instance said that it did not touch it), or if the caller says that it is safe to repeat and its connection broke. */
#ifndef DANDELION_BUS_CLIENT_H
#define DANDELION_BUS_CLIENT_H

#include <event2/event.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"
#include "bus/reply.h"
#include "dandelion/bus.pb-c.h"

struct bus_client;

struct bus_client_options {
    const char *const *endpoints; /* of the instances, as for bus_server_options */
    size_t endpoints_count;       /* 1 to BUS_CLIENT_ENDPOINTS_MAX */
    size_t max_in_flight;         /* 0 stands for 4096; at most 65535 */
    uint32_t wait_ms;             /* the longest wait for a connection; 0 stands for 1500 */
};

enum { BUS_CLIENT_ENDPOINTS_MAX = 16 };

struct bus_client_request {
    /* method, deadline_unix_ms (never 0), caller, traceparent …; the id is the client's to set. */
    const Dandelion__Bus__Request *envelope;
    const ProtobufCMessage *message; /* the input, to be packed; or NULL and `payload` */
    struct bytes payload;
    bool repeatable; /* doing it twice does no harm: a query, or it has an idempotency key */
};

/* Figures since the start, for metrics. */
struct bus_client_stats {
    uint64_t sent;     /* sends, those of repeats included */
    uint64_t replied;  /* replies given to their callers */
    uint64_t repeated; /* sends again, after a broken connection or an untouched request */
    uint64_t expired;  /* deadlines that passed */
    uint64_t late;     /* replies that nobody waits for any more, dropped */
    uint64_t malformed;
};

/* Starts connecting; returns at once, also when no instance is there yet. NULL with `err` filled when an endpoint is
 * refused. */
struct bus_client *bus_client_new(struct event_base *base, const struct bus_client_options *options, struct err *err);

/* Answers all that is in flight with ERR_UNAVAILABLE, then closes. Takes NULL, clears the caller's pointer. */
void bus_client_destroy(struct bus_client **client);

/* Sends a request; copies what it needs. Returns 0, and `done` will be called exactly once, from the loop and never
 * before this returns; the reply and what it points to are gone when `done` returns. Failures that arise here carry
 * ERR_UNAVAILABLE (no instance, or its connection broke) or ERR_DEADLINE_EXCEEDED. Returns -1 with `err` filled, and
 * never calls `done`, when too much is in flight (ERR_OVERLOADED) or the input is too large (ERR_BODY_TOO_LARGE). */
__attribute__((warn_unused_result)) int bus_client_send(struct bus_client *client,
                                                        const struct bus_client_request *request,
                                                        void (*done)(void *arg, const struct bus_reply *reply),
                                                        void *arg, struct err *err);

/* Instances connected now; for readiness. */
size_t bus_client_connected(const struct bus_client *client);

/* Requests not yet answered. */
size_t bus_client_in_flight(const struct bus_client *client);

const struct bus_client_stats *bus_client_stats(const struct bus_client *client);

#endif
