/* Requests of one service's callers, from their sending to their reply.
 *
 * A request lies in a slot of a table; its id is the slot's index and a number that is never used again, so a reply
 * finds its slot without a search and a late one finds nothing. A request is either with an endpoint (sent) or parked
 * (no endpoint can take it now); either way it has one place in the timer wheel. */
#include "bus/client.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/queue.h>

#include "base/arena.h"
#include "base/clock.h"
#include "bus/endpoint.h"
#include "bus/frame.h"
#include "bus/validate.h"
#include "bus/wheel.h"
#include "errors.h"

enum { IN_FLIGHT_DEFAULT = 4096, WAIT_DEFAULT_MS = 1500, INDEX_BITS = 16, INDEX_MASK = (1 << INDEX_BITS) - 1 };
enum { ATTEMPTS_MAX = 8, REPLY_MEMORY = 64 * 1024 };

struct pending {
    struct wheel_node timer;   /* first: the wheel's pointer is the request's */
    TAILQ_ENTRY(pending) link; /* parked, sent or free */
    struct endpoint *endpoint; /* NULL while parked */
    uint64_t id;               /* 0 while free */
    int64_t deadline_us, park_until_us, sent_us;
    zmq_msg_t envelope, payload;
    void (*done)(void *arg, const struct bus_reply *reply);
    void *arg;
    unsigned attempts;
    bool repeatable;
};

TAILQ_HEAD(pendings, pending);

struct bus_client {
    struct bus_client_options options; /* its endpoints are the caller's and not used after the start */
    struct endpoint *endpoints[BUS_CLIENT_ENDPOINTS_MAX];
    size_t endpoints_count;
    struct pending *table;
    size_t table_used; /* slots beyond have never been touched */
    struct pendings unused, parked, sent;
    size_t in_flight;
    uint64_t number;
    const struct message_rules *rules;
    struct arena *arena; /* of the reply being handled */
    struct wheel wheel;
    struct event *tick;
    bool ticking, closing;
    struct bus_client_stats stats;
};

/* Frees the request, then tells its caller. */
static void finish(struct bus_client *client, struct pending *pending, const struct bus_reply *reply)
{
    void (*done)(void *arg, const struct bus_reply *reply) = pending->done;
    void *arg = pending->arg;
    wheel_remove(&pending->timer);
    if (pending->endpoint)
        endpoint_settled(pending->endpoint);
    TAILQ_REMOVE(pending->endpoint ? &client->sent : &client->parked, pending, link);
    zmq_msg_close(&pending->envelope);
    zmq_msg_close(&pending->payload);
    pending->id = 0;
    TAILQ_INSERT_HEAD(&client->unused, pending, link);
    client->in_flight--;
    done(arg, reply);
}

static void fail(struct bus_client *client, struct pending *pending, int code, const char *why)
{
    struct err err;
    err_set(&err, code, "%s", why);
    finish(client, pending, &(struct bus_reply){.err = &err});
}

static void set_timer(struct bus_client *client, struct pending *pending, int64_t due_us)
{
    static const struct timeval tick = {0, WHEEL_TICK_US};
    wheel_add(&client->wheel, &pending->timer, due_us < pending->deadline_us ? due_us : pending->deadline_us);
    if (!client->ticking) {
        client->ticking = true;
        event_add(client->tick, &tick);
    }
}

/* Gives a parked request to an endpoint, if one can take it. */
static bool try_send(struct bus_client *client, struct pending *pending, const struct endpoint *except)
{
    int64_t now = clock_monotonic_us();
    struct endpoint *endpoint = endpoint_choose(client->endpoints, client->endpoints_count, except, now);
    if (!endpoint || endpoint_send(endpoint, &pending->envelope, &pending->payload) < 0)
        return false;
    pending->endpoint = endpoint;
    pending->sent_us = now;
    client->stats.sent++;
    if (pending->attempts++)
        client->stats.repeated++;
    TAILQ_REMOVE(&client->parked, pending, link);
    TAILQ_INSERT_TAIL(&client->sent, pending, link);
    wheel_remove(&pending->timer);
    set_timer(client, pending, pending->deadline_us);
    return true;
}

static void try_parked(struct bus_client *client)
{
    struct pending *pending, *next;
    for (pending = TAILQ_FIRST(&client->parked); pending; pending = next) {
        next = TAILQ_NEXT(pending, link);
        if (!try_send(client, pending, NULL))
            return;
    }
}

/* Takes a request back from its endpoint. It may be parked up to the limit it has. */
static void park(struct bus_client *client, struct pending *pending)
{
    endpoint_settled(pending->endpoint);
    pending->endpoint = NULL;
    TAILQ_REMOVE(&client->sent, pending, link);
    TAILQ_INSERT_TAIL(&client->parked, pending, link);
    wheel_remove(&pending->timer);
    set_timer(client, pending, pending->park_until_us);
}

static void on_expired(void *arg, struct wheel_node *node)
{
    struct bus_client *client = arg;
    struct pending *pending = (struct pending *)node;
    int64_t now = clock_monotonic_us();
    bool late = pending->deadline_us <= now;
    wheel_add(&client->wheel, node, now); /* finish takes it out */
    if (late && pending->endpoint)
        endpoint_suspect(pending->endpoint, pending->sent_us, now);
    if (late) {
        client->stats.expired++;
        fail(client, pending, ERR_DEADLINE_EXCEEDED, pending->endpoint ? "no reply in time" : "not sent in time");
    } else {
        fail(client, pending, ERR_UNAVAILABLE, "no instance is connected");
    }
}

static void on_tick(evutil_socket_t fd, short what, void *arg)
{
    (void)fd, (void)what;
    struct bus_client *client = arg;
    wheel_advance(&client->wheel, clock_monotonic_us(), on_expired, client);
    try_parked(client);
    if (client->in_flight == 0) {
        event_del(client->tick);
        client->ticking = false;
    }
}

/* Whether a request that an instance did not touch goes on elsewhere. One that leaves is avoided and waited out; one
 * that is overloaded is only passed by, as its advice is worth more to the caller than a queue here. */
static bool goes_on(struct bus_client *client, struct pending *pending, uint32_t code)
{
    struct endpoint *endpoint = pending->endpoint;
    if (pending->attempts >= ATTEMPTS_MAX)
        return false;
    if (code == ERR_UNAVAILABLE) {
        endpoint_avoid(endpoint, clock_monotonic_us());
        park(client, pending);
        try_send(client, pending, NULL);
        return true;
    }
    if (!endpoint_choose(client->endpoints, client->endpoints_count, endpoint, clock_monotonic_us()))
        return false;
    park(client, pending);
    try_send(client, pending, endpoint);
    return true;
}

static void read_error(const Dandelion__Bus__Error *from, struct err *err)
{
    err_field(err, (int)from->code, from->field, "said by the service");
    for (size_t i = 0; i < from->n_params && i < ERR_PARAMS_MAX; i++)
        err_param(err, from->params[i]->name, "%s", from->params[i]->value);
}

static void on_reply(void *arg, struct endpoint *endpoint, zmq_msg_t *envelope, zmq_msg_t *payload)
{
    struct bus_client *client = arg;
    struct err err = {0};
    (void)endpoint;
    arena_reset(client->arena);
    const Dandelion__Bus__Reply *reply =
        (const Dandelion__Bus__Reply *)validate_unpack(client->rules, frame_bytes(envelope), client->arena, NULL);
    if (!reply) {
        client->stats.malformed++;
        return;
    }
    size_t index = reply->id & INDEX_MASK;
    struct pending *pending = index < client->table_used ? &client->table[index] : NULL;
    if (!pending || reply->id == 0 || pending->id != reply->id) {
        client->stats.late++;
        return;
    }
    /* A parked request whose first sending is answered after all is answered. */
    if (reply->error && reply->untouched && (!pending->endpoint || goes_on(client, pending, reply->error->code)))
        return;
    struct bus_reply result = {.version = reply->version, .retry_after_ms = reply->retry_after_ms};
    if (reply->error) {
        read_error(reply->error, &err);
        result.err = &err;
    } else {
        result.payload = frame_bytes(payload);
    }
    client->stats.replied++;
    finish(client, pending, &result);
}

static void on_malformed(void *arg)
{
    ((struct bus_client *)arg)->stats.malformed++;
}

static void on_connected(void *arg, struct endpoint *endpoint)
{
    (void)endpoint;
    try_parked(arg);
}

/* What the lost instance was sent may have been done or not: it is repeated only if that does no harm. Callers that are
 * told may send anew; that changes neither the next request nor what is with this endpoint. */
static void on_lost(void *arg, struct endpoint *endpoint)
{
    struct bus_client *client = arg;
    struct pending *pending, *next;
    for (pending = TAILQ_FIRST(&client->sent); pending; pending = next) {
        next = TAILQ_NEXT(pending, link);
        if (pending->endpoint != endpoint)
            continue;
        if (pending->repeatable && pending->attempts < ATTEMPTS_MAX) {
            pending->park_until_us = clock_monotonic_us() + INT64_C(1000) * client->options.wait_ms;
            park(client, pending);
        } else {
            fail(client, pending, ERR_UNAVAILABLE, "the connection broke; it may have been done");
        }
    }
    try_parked(client);
}

static int open_client(struct bus_client *client, struct event_base *base, struct err *err)
{
    struct endpoint_handler handler = {on_reply, on_malformed, on_connected, on_lost, client};
    client->rules = message_rules_find(&dandelion__bus__reply__descriptor);
    client->arena = arena_new(REPLY_MEMORY);
    client->table = calloc(client->options.max_in_flight, sizeof *client->table);
    client->tick = event_new(base, -1, EV_PERSIST, on_tick, client);
    if (!client->arena || !client->table || !client->tick)
        return err_set(err, ERR_LOCAL, "out of memory");
    for (size_t i = 0; i < client->options.endpoints_count; i++) {
        client->endpoints[i] = endpoint_new(base, client->options.endpoints[i], &handler, err);
        if (!client->endpoints[i])
            return -1;
        client->endpoints_count++;
    }
    return 0;
}

struct bus_client *bus_client_new(struct event_base *base, const struct bus_client_options *options, struct err *err)
{
    if (options->endpoints_count == 0 || options->endpoints_count > BUS_CLIENT_ENDPOINTS_MAX ||
        options->max_in_flight > INDEX_MASK) {
        err_set(err, ERR_LOCAL, "a service has 1 to %d endpoints, a client at most %d requests in flight",
                BUS_CLIENT_ENDPOINTS_MAX, INDEX_MASK);
        return NULL;
    }
    struct bus_client *client = calloc(1, sizeof *client);
    if (!client) {
        err_set(err, ERR_LOCAL, "out of memory");
        return NULL;
    }
    client->options = *options;
    if (client->options.max_in_flight == 0)
        client->options.max_in_flight = IN_FLIGHT_DEFAULT;
    if (client->options.wait_ms == 0)
        client->options.wait_ms = WAIT_DEFAULT_MS;
    TAILQ_INIT(&client->unused);
    TAILQ_INIT(&client->parked);
    TAILQ_INIT(&client->sent);
    wheel_init(&client->wheel, clock_monotonic_us());
    if (open_client(client, base, err) < 0)
        bus_client_destroy(&client);
    return client;
}

void bus_client_destroy(struct bus_client **client)
{
    struct pending *pending;
    if (!*client)
        return;
    (*client)->closing = true;
    while ((pending = TAILQ_FIRST(&(*client)->sent)) || (pending = TAILQ_FIRST(&(*client)->parked)))
        fail(*client, pending, ERR_UNAVAILABLE, "the caller is shutting down");
    for (size_t i = 0; i < (*client)->endpoints_count; i++)
        endpoint_destroy(&(*client)->endpoints[i]);
    if ((*client)->tick)
        event_free((*client)->tick);
    arena_destroy(&(*client)->arena);
    free((*client)->table);
    free(*client);
    *client = NULL;
}

/* Packs both frames of a request. */
static int pack(struct pending *pending, const struct bus_client_request *request, uint64_t id, struct err *err)
{
    Dandelion__Bus__Request envelope = *request->envelope;
    envelope.id = id;
    int rc = frame_pack(&pending->payload, request->message, request->payload);
    if (rc == 0) {
        rc = frame_pack(&pending->envelope, &envelope.base, (struct bytes){NULL, 0});
        if (rc < 0)
            zmq_msg_close(&pending->payload);
    }
    if (rc == 0)
        return 0;
    if (errno != EMSGSIZE)
        return err_set(err, ERR_OVERLOADED, "no memory for a request");
    err_set(err, ERR_BODY_TOO_LARGE, "%s: a frame is larger than %d bytes", envelope.method, FRAME_MAX);
    return err_param(err, "max", "%d", FRAME_MAX);
}

/* A slot for a new request, still among the unused; NULL when all are in flight. */
static struct pending *unused_slot(struct bus_client *client)
{
    if (TAILQ_EMPTY(&client->unused) && client->table_used < client->options.max_in_flight) {
        struct pending *fresh = &client->table[client->table_used++];
        TAILQ_INSERT_HEAD(&client->unused, fresh, link);
    }
    return TAILQ_FIRST(&client->unused);
}

int bus_client_send(struct bus_client *client, const struct bus_client_request *request,
                    void (*done)(void *arg, const struct bus_reply *reply), void *arg, struct err *err)
{
    struct pending *pending = client->closing ? NULL : unused_slot(client);
    if (!pending)
        return err_set(err, ERR_OVERLOADED, "%zu requests are in flight", client->in_flight);
    uint64_t id = ++client->number << INDEX_BITS | (uint64_t)(pending - client->table);
    if (pack(pending, request, id, err) < 0)
        return -1;
    int64_t now = clock_monotonic_us();
    TAILQ_REMOVE(&client->unused, pending, link);
    TAILQ_INSERT_TAIL(&client->parked, pending, link);
    client->in_flight++;
    pending->endpoint = NULL;
    pending->id = id;
    pending->deadline_us = now + INT64_C(1000) * (request->envelope->deadline_unix_ms - clock_now_ms());
    pending->park_until_us = now + INT64_C(1000) * client->options.wait_ms;
    pending->done = done;
    pending->arg = arg;
    pending->attempts = 0;
    pending->repeatable = request->repeatable;
    set_timer(client, pending, pending->park_until_us);
    if (TAILQ_FIRST(&client->parked) == pending) /* those that wait go first */
        try_send(client, pending, NULL);
    return 0;
}

size_t bus_client_connected(const struct bus_client *client)
{
    size_t connected = 0;
    for (size_t i = 0; i < client->endpoints_count; i++)
        connected += endpoint_connected(client->endpoints[i]);
    return connected;
}

size_t bus_client_in_flight(const struct bus_client *client)
{
    return client->in_flight;
}

const struct bus_client_stats *bus_client_stats(const struct bus_client *client)
{
    return &client->stats;
}
