/* The answering end of the bus: one ROUTER socket of a daemon, driven by its libevent loop.
 *
 * A request is exactly [routing id][Request envelope][payload]; anything else is dropped and counted. The envelope has
 * been validated against the contract before the handler sees it; the payload is the business of dispatch.h. Nothing
 * here blocks: a reply that its peer cannot take is dropped and counted, and the peer's deadline tells it so.
 *
 * Overload is answered, not queued: past `max_in_flight` a new request gets ERR_OVERLOADED with a time to come back. */
#ifndef DANDELION_BUS_SERVER_H
#define DANDELION_BUS_SERVER_H

#include <event2/event.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/err.h"
#include "bus/reply.h"
#include "dandelion/bus.pb-c.h"

struct bus_server;

/* One request. It lives, with all its memory, until it is given to bus_reply. */
struct bus_request {
    const Dandelion__Bus__Request *envelope;
    struct bytes payload; /* the packed input message, not yet looked at */
    struct arena *arena;  /* for whatever lives as long as the request; capped at BUS_REQUEST_MEMORY */
    int64_t received_us;  /* clock_monotonic_us() of its arrival */
};

enum { BUS_REQUEST_MEMORY = 4 * 1024 * 1024 };

struct bus_server_options {
    const char *endpoint; /* "ipc:///run/dandelion/dues": an absolute path in a directory of mode 0700 */
    size_t max_in_flight; /* 0 stands for 4096 */
    /* Called from the loop for each request. Must see to it that bus_reply is called once, now or later. */
    void (*handle)(void *arg, struct bus_request *request);
    void *arg;
};

/* Figures since the start, for metrics. */
struct bus_server_stats {
    uint64_t received;   /* requests given to the handler */
    uint64_t replied;    /* replies handed to ZeroMQ */
    uint64_t malformed;  /* dropped: wrong number of frames, or no envelope */
    uint64_t refused;    /* answered ERR_OVERLOADED or ERR_UNAVAILABLE by the server itself */
    uint64_t unroutable; /* replies dropped because the peer is gone */
    uint64_t peer_full;  /* replies dropped because the peer does not read, or memory was short */
};

/* Binds the endpoint. NULL with `err` filled when it is refused or taken. A socket file that a dead process left
 * behind is replaced. */
struct bus_server *bus_server_new(struct event_base *base, const struct bus_server_options *options, struct err *err);

/* Closes the socket; replies already given still leave (up to a second). Frees the requests that were not answered:
 * drain first. Takes NULL, clears the caller's pointer. */
void bus_server_destroy(struct bus_server **server);

/* From now on new requests are answered ERR_UNAVAILABLE, untouched; those in flight go on. */
void bus_server_drain(struct bus_server *server);

/* Requests given to the handler and not yet answered. */
size_t bus_server_in_flight(const struct bus_server *server);

const struct bus_server_stats *bus_server_stats(const struct bus_server *server);

/* Answers a request and frees it with all its memory; the reply may point into that memory. */
void bus_reply(struct bus_request *request, const struct bus_reply *reply);

#endif
