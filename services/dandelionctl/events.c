/* dandelionctl events: the logs of the services, and what follows.
 *
 * The bell of a service says only that there is something; what there is, is always read from its log. */
#include <fnmatch.h>
#include <stdio.h>
#include <string.h>

#include "bus/pb_arena.h"
#include "bus/subscriber.h"
#include "dandelionctl/cloudevent.h"
#include "dandelionctl/commands.h"
#include "dandelionctl/request.h"
#include "errors.h"

enum { PAGE = 500, RETRY_MS = 500, POLL_MS = 2000, FIRST_STEP = 1024 };

/* The reading of one service's log. */
struct tail {
    struct events *events;
    struct ctl_service *service;
    struct bus_subscriber *bell;
    struct event *again;
    int64_t position; /* the last that was read */
    /* The search for the end of the log: it is at `position` or later, and before `beyond` (0: not known yet). */
    bool searching;
    int64_t probe, beyond;
    uint32_t limit;
    bool reading, rung, ended;
};

struct events {
    struct ctl *ctl;
    struct tail tails[CTL_SERVICES_MAX];
    size_t count, open;
    struct arena *arena; /* of the event being written */
    struct str line;
    int status;
};

static void read_next(struct tail *tail);

static void again_in(struct tail *tail, int ms)
{
    struct timeval time = {.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000};
    evtimer_add(tail->again, &time);
}

/* This log is read to its end: wait for more, or leave when all are. */
static void rest(struct tail *tail)
{
    struct events *events = tail->events;
    if (events->ctl->options->follow) {
        again_in(tail, POLL_MS);
        return;
    }
    tail->ended = true;
    if (--events->open == 0)
        event_base_loopbreak(events->ctl->base);
}

static void fail(struct tail *tail, const struct err *err)
{
    struct events *events = tail->events;
    if (events->ctl->options->follow && ctl_status(err) == EXIT_UNAVAILABLE) {
        again_in(tail, RETRY_MS);
        return;
    }
    events->status = ctl_complain(events->ctl, tail->service->name, err);
    event_base_loopbreak(events->ctl->base);
}

static void write_page(struct tail *tail, const Dandelion__Kit__ReadEventsReply *page)
{
    struct events *events = tail->events;
    for (size_t i = 0; i < page->n_events; i++) {
        const Dandelion__Kit__LoggedEvent *event = page->events[i];
        tail->position = event->position;
        if (fnmatch(events->ctl->options->type, event->type, 0) != 0)
            continue;
        arena_reset(events->arena);
        str_reset(&events->line);
        cloudevent_write(tail->service->name, event, events->arena, &events->line);
        puts(str_text(&events->line));
    }
}

/* Positions are dense, so the end is found by halving. */
static void search_step(struct tail *tail, bool something)
{
    if (something)
        tail->position = tail->probe + 1;
    else
        tail->beyond = tail->probe + 1;
    tail->searching = tail->beyond != tail->position + 1;
    read_next(tail);
}

static void on_page(void *context, const struct bus_reply *reply)
{
    struct tail *tail = context;
    struct ctl *ctl = tail->events->ctl;
    struct err err = {0};
    tail->reading = false;
    if (reply->err && reply->err->code == ERR_REPLY_TOO_LARGE && tail->limit > 1) {
        tail->limit /= 2;
        read_next(tail);
        return;
    }
    arena_reset(ctl->work);
    ProtobufCAllocator allocator = pb_arena(ctl->work);
    const Dandelion__Kit__ReadEventsReply *page =
        reply->err ? NULL
                   : dandelion__kit__read_events_reply__unpack(&allocator, reply->payload.size, reply->payload.data);
    if (!page) {
        err_set(&err, ERR_INTERNAL, "the events cannot be unpacked");
        fail(tail, reply->err ? reply->err : &err);
        return;
    }
    if (tail->searching) {
        search_step(tail, page->n_events > 0);
        return;
    }
    write_page(tail, page);
    fflush(stdout);
    if (page->n_events == tail->limit || tail->rung)
        read_next(tail);
    else
        rest(tail);
}

/* After which position to look for the end next: far ahead as long as there is something, then halfway. */
static int64_t next_probe(const struct tail *tail)
{
    if (tail->beyond == 0)
        return tail->position * 2 + FIRST_STEP;
    return tail->position + (tail->beyond - 1 - tail->position) / 2;
}

static void read_next(struct tail *tail)
{
    char input[64];
    struct err err = {0};
    if (tail->reading)
        return;
    tail->reading = true;
    tail->rung = false;
    tail->probe = next_probe(tail);
    int length =
        snprintf(input, sizeof input, "{\"after\":%lld,\"limit\":%u}",
                 (long long)(tail->searching ? tail->probe : tail->position), tail->searching ? 1 : tail->limit);
    struct request request = {
        .rpc = rpc_find("Kit.ReadEvents"), .service = tail->service, .input = input, .length = (size_t)length};
    if (request_send(tail->events->ctl, &request, on_page, tail, &err) != 0) {
        tail->reading = false;
        fail(tail, &err);
    }
}

static void ring(struct tail *tail)
{
    tail->rung = true;
    read_next(tail);
}

static void on_again(evutil_socket_t fd, short what, void *context)
{
    (void)fd, (void)what;
    ring(context);
}

static void on_bell(void *context, const Dandelion__Bus__Event *event)
{
    struct tail *tail = context;
    if (event->position > tail->position)
        ring(tail);
}

static int tail_open(struct events *events, struct ctl_service *service, struct err *err)
{
    struct ctl *ctl = events->ctl;
    struct tail *tail = &events->tails[events->count++];
    char bell[512];
    *tail = (struct tail){.events = events, .service = service, .limit = PAGE};
    tail->searching = ctl->options->from == OPTIONS_FROM_END;
    tail->position = tail->searching ? 0 : ctl->options->from;
    tail->again = evtimer_new(ctl->base, on_again, tail);
    if (!tail->again)
        return err_set(err, ERR_LOCAL, "out of memory");
    if (ctl->options->follow) {
        snprintf(bell, sizeof bell, "ipc://%s/%s.events", conf_text(ctl->conf, "bus_directory"), service->name);
        struct bus_subscriber_options options = {.endpoint = bell, .type_prefix = "", .event = on_bell, .arg = tail};
        tail->bell = bus_subscriber_new(ctl->base, &options, err);
        if (!tail->bell)
            return -1;
    }
    events->open++;
    read_next(tail);
    return 0;
}

static int tails_open(struct events *events, struct err *err)
{
    const char *wanted = events->ctl->options->service;
    for (size_t i = 0; i < events->ctl->services_count; i++) {
        struct ctl_service *service = &events->ctl->services[i];
        if (service->on_bus && (!wanted || strcmp(wanted, service->name) == 0) && tail_open(events, service, err) != 0)
            return -1;
    }
    if (events->count == 0)
        return err_set(err, ERR_LOCAL, "the configuration names no such service on the bus: %s", wanted ? wanted : "");
    return 0;
}

int events_run(struct ctl *ctl)
{
    struct events events = {.ctl = ctl, .arena = arena_new(4 << 20), .line = str_new(0)};
    struct err err = {0};
    if (!events.arena)
        err_set(&err, ERR_LOCAL, "out of memory");
    if (err.code || tails_open(&events, &err) != 0)
        events.status = ctl_complain(ctl, "", &err);
    else
        event_base_dispatch(ctl->base);
    for (size_t i = 0; i < events.count; i++) {
        bus_subscriber_destroy(&events.tails[i].bell);
        if (events.tails[i].again)
            event_free(events.tails[i].again);
    }
    str_destroy(&events.line);
    arena_destroy(&events.arena);
    return events.status;
}
