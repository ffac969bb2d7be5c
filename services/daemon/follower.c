#include "daemon/follower.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "bus/client.h"
#include "bus/event_type.h"
#include "bus/pb_arena.h"
#include "bus/subscriber.h"
#include "daemon/daemon.h"
#include "dandelion/kit.pb-c.h"
#include "errors.h"
#include "kit.queries.h"
#include "store/rows.h"

enum { BATCH_MAX = 256, POLL_MS = 1000, RETRY_MS = 100, READ_DEADLINE_MS = 5000, BATCH_MEMORY = 16 << 20 };

struct follower {
    struct daemon *daemon;
    const struct follow *follow;
    struct bus_client *client;
    struct bus_subscriber *subscriber;
    struct event *again;
    struct question checkpoint;
    struct kit_read_checkpoint checkpoint_args;
    int64_t position;
    bool known; /* position was read */
    bool busy;  /* a read or a batch is under way */
    bool rung;  /* something happened meanwhile */
    bool stopping;
    struct arena *arena;
    Dandelion__Kit__ReadEventsReply *events; /* in the arena */
    size_t next;                             /* of events, not applied yet */
    size_t taken;                            /* by the batch under way */
    struct call call;
};

static void read_next(struct follower *follower);
static void batch_run(struct follower *follower);

static void again_in(struct follower *follower, int ms)
{
    struct timeval time = {.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000};
    evtimer_add(follower->again, &time);
}

static void step_failed(struct follower *follower, const char *step, const struct err *err)
{
    log_line(LOG_WARN, "follow", "service=%s step=%s position=%lld detail=%s", follower->follow->service, step,
             (long long)follower->position, log_quoted(err->detail));
    follower->busy = false;
    again_in(follower, RETRY_MS);
}

static const struct follow_handler *handler_of(const struct follower *follower, const char *type)
{
    for (const struct follow_handler *handler = follower->follow->handlers; handler->type; handler++)
        if (strcmp(handler->type, type) == 0)
            return handler;
    return NULL;
}

/* Has an event of the batch the same subject? Then its effect must be committed first. */
static bool subject_taken(const struct follower *follower, const char *subject, size_t until)
{
    for (size_t i = follower->next; i < until; i++)
        if (strcmp(follower->events->events[i]->subject, subject) == 0)
            return true;
    return false;
}

/* --- a batch as a unit of work */

static int event_apply(struct follower *follower, const Dandelion__Kit__LoggedEvent *event,
                       const struct follow_handler *handler)
{
    struct call *call = &follower->call;
    const struct event_type *type = event_type_find(event->type);
    ProtobufCAllocator allocator = pb_arena(follower->arena);
    ProtobufCMessage *message =
        type ? protobuf_c_message_unpack(type->descriptor, &allocator, event->data.len, event->data.data) : NULL;
    if (!message)
        return call_refuse(call, ERR_INTERNAL, "event %lld of type %s cannot be read", (long long)event->position,
                           event->type);
    call->street_id = call_uuid(event->street_id);
    return handler->apply(call, message);
}

static int batch_load(struct unit *unit, struct err *err)
{
    (void)unit;
    (void)err;
    return 0;
}

static int batch_decide(struct unit *unit, struct err *err)
{
    struct follower *follower = (void *)((char *)unit - offsetof(struct call, unit) - offsetof(struct follower, call));
    struct call *call = &follower->call;
    size_t i = follower->next;
    for (; i < follower->events->n_events; i++) {
        const Dandelion__Kit__LoggedEvent *event = follower->events->events[i];
        const struct follow_handler *handler = handler_of(follower, event->type);
        if (!handler)
            continue;
        if (i > follower->next && (handler->alone || subject_taken(follower, event->subject, i)))
            break;
        if (event_apply(follower, event, handler) != 0) {
            *err = call->err;
            return -1;
        }
        if (handler->alone) {
            i++;
            break;
        }
    }
    follower->taken = i - follower->next;
    struct kit_move_checkpoint args = {
        .source = follower->follow->service,
        .position = follower->events->events[i - 1]->position,
        .after = follower->position,
    };
    return kit_move_checkpoint(call, &args);
}

static void batch_done(struct unit *unit, const struct err *err)
{
    struct follower *follower = (void *)((char *)unit - offsetof(struct call, unit) - offsetof(struct follower, call));
    if (err) {
        follower->known = false; /* the commit may have happened, or another instance was first */
        step_failed(follower, "apply", err);
        return;
    }
    follower->next += follower->taken;
    follower->position = follower->events->events[follower->next - 1]->position;
    if (follower->next < follower->events->n_events) {
        batch_run(follower);
        return;
    }
    follower->busy = false;
    read_next(follower); /* until there is nothing more */
}

static const struct unit_callbacks batch_callbacks = {batch_load, batch_decide, batch_done};

static void batch_run(struct follower *follower)
{
    struct call *call = &follower->call;
    *call = (struct call){.daemon = follower->daemon, .arena = follower->arena, .now = clock_now_ms(), .scope = "{/}"};
    call->today = clock_date_of(call->now);
    call->unit = (struct unit){
        .callbacks = &batch_callbacks,
        .arena = follower->arena,
        .id = uuid_new(call->now),
        .method = "Follow",
        .now = call->now,
        .deadline = CLOCK_NO_INSTANT,
    };
    committer_submit(follower->daemon->committer, &call->unit);
}

/* --- reading */

static void on_events(void *argument, const struct bus_reply *reply)
{
    struct follower *follower = argument;
    if (reply->err) {
        step_failed(follower, "read", reply->err);
        return;
    }
    arena_reset(follower->arena);
    ProtobufCAllocator allocator = pb_arena(follower->arena);
    follower->next = 0;
    follower->events = dandelion__kit__read_events_reply__unpack(&allocator, reply->payload.size, reply->payload.data);
    if (!follower->events) {
        struct err err = {0};
        err_set(&err, ERR_INTERNAL, "the events read cannot be unpacked");
        step_failed(follower, "unpack", &err);
    } else if (follower->events->n_events) {
        batch_run(follower);
    } else {
        follower->busy = false;
        if (follower->rung)
            read_next(follower);
    }
}

static void read_next(struct follower *follower)
{
    Dandelion__Kit__ReadEventsRequest message = DANDELION__KIT__READ_EVENTS_REQUEST__INIT;
    Dandelion__Bus__Request envelope = DANDELION__BUS__REQUEST__INIT;
    Dandelion__Bus__Caller caller = DANDELION__BUS__CALLER__INIT;
    struct err err = {0};
    if (follower->busy || !follower->known || follower->stopping)
        return;
    follower->busy = true;
    follower->rung = false;
    message.after = follower->position;
    message.limit = BATCH_MAX;
    caller.service = (char *)follower->daemon->spec->name;
    envelope.method = (char *)"Kit.ReadEvents";
    envelope.deadline_unix_ms = clock_now_ms() + READ_DEADLINE_MS;
    envelope.caller = &caller;
    struct bus_client_request request = {.envelope = &envelope, .message = &message.base, .repeatable = true};
    if (bus_client_send(follower->client, &request, on_events, follower, &err) != 0)
        step_failed(follower, "ask", &err);
}

static void on_bell(void *argument, const Dandelion__Bus__Event *event)
{
    struct follower *follower = argument;
    if (event->position <= follower->position)
        return;
    follower->rung = true;
    read_next(follower);
}

static void on_connected(void *argument)
{
    struct follower *follower = argument;
    follower->rung = true;
    read_next(follower);
}

static void on_checkpoint(struct question *question, const struct answer *answer, const struct err *err)
{
    struct follower *follower = (void *)((char *)question - offsetof(struct follower, checkpoint));
    follower->busy = false;
    if (err)
        return; /* asked again at the next tick */
    struct kit_read_checkpoint_row row = {0};
    if (answer->count)
        row_read(answer->result, &kit_read_checkpoint_statement, answer->rows[0], &row);
    follower->position = row.position;
    follower->known = true;
    read_next(follower);
}

static void checkpoint_ask(struct follower *follower)
{
    follower->busy = true;
    follower->checkpoint_args.source = follower->follow->service;
    follower->checkpoint = (struct question){
        .statement = &kit_read_checkpoint_statement,
        .args = &follower->checkpoint_args,
        .deadline = CLOCK_NO_INSTANT,
        .done = on_checkpoint,
    };
    reader_ask(follower->daemon->reader, &follower->checkpoint);
}

/* Now and then also without the bell: it promises nothing. */
static void on_again(evutil_socket_t fd, short what, void *argument)
{
    struct follower *follower = argument;
    (void)fd;
    (void)what;
    again_in(follower, POLL_MS);
    if (follower->busy || follower->stopping)
        return;
    if (follower->known)
        read_next(follower);
    else
        checkpoint_ask(follower);
}

struct follower *follower_new(struct daemon *daemon, const struct follow *follow, struct err *err)
{
    char endpoint[512], bell[512];
    const char *directory = conf_text(daemon->conf, "bus_directory");
    snprintf(endpoint, sizeof endpoint, "ipc://%s/%s", directory, follow->service);
    snprintf(bell, sizeof bell, "ipc://%s/%s.events", directory, follow->service);
    struct follower *follower = calloc(1, sizeof *follower);
    if (!follower) {
        err_set(err, ERR_INTERNAL, "out of memory");
        return NULL;
    }
    follower->daemon = daemon;
    follower->follow = follow;
    follower->position = -1;
    follower->arena = arena_new(BATCH_MEMORY);
    follower->again = evtimer_new(daemon->base, on_again, follower);
    const char *endpoints[] = {endpoint};
    struct bus_client_options client = {.endpoints = endpoints, .endpoints_count = 1};
    follower->client = bus_client_new(daemon->base, &client, err);
    struct bus_subscriber_options subscriber = {
        .endpoint = bell, .type_prefix = "", .event = on_bell, .connected = on_connected, .arg = follower};
    follower->subscriber = follower->client ? bus_subscriber_new(daemon->base, &subscriber, err) : NULL;
    if (!follower->arena || !follower->again || !follower->subscriber) {
        follower_destroy(&follower);
        return NULL;
    }
    again_in(follower, 0);
    return follower;
}

void follower_destroy(struct follower **follower)
{
    struct follower *self = *follower;
    if (!self)
        return;
    *follower = NULL;
    self->stopping = true;
    bus_subscriber_destroy(&self->subscriber);
    bus_client_destroy(&self->client);
    if (self->again)
        event_free(self->again);
    arena_destroy(&self->arena);
    free(self);
}

const char *follower_service(const struct follower *follower)
{
    return follower->follow->service;
}

int64_t follower_position(const struct follower *follower)
{
    return follower->known ? follower->position : -1;
}

void follower_stop(struct follower *follower)
{
    follower->stopping = true;
}

bool follower_idle(const struct follower *follower)
{
    return !follower->busy;
}
