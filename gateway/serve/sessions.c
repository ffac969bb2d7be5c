#include "gateway/serve/sessions.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "base/clock.h"
#include "bus/subscriber.h"
#include "dandelion/identity.pb-c.h"
#include "errors.h"
#include "gateway/serve/gateway.h"

enum { KEEP_MS = 5000, TOUCH_MS = 60000, SESSIONS_MAX = 20000, RESOLVE_MS = 4000, HASH_SIZE = 32 };

/* A session that was resolved. */
struct known {
    uint8_t hash[HASH_SIZE];        /* of the token; the token itself is not kept */
    Dandelion__Bus__Caller *caller; /* packed and unpacked once: owns its memory */
    int64_t since_ms;               /* of the shared clock, so that a test that moves it moves this too */
    UT_hash_handle hh;
};

/* Someone who waits for an answer of identity. */
struct waiting {
    struct sessions *sessions;
    uint8_t hash[HASH_SIZE];
    unsigned generation;
    void (*done)(void *context, const Dandelion__Bus__Caller *caller, const struct err *err);
    void *context;
};

/* When a session was last reported as in use, by the shared clock. Outlives the cache's entry. */
struct touched {
    char id[40];
    int64_t at_ms;
    UT_hash_handle hh;
};

struct sessions {
    struct gateway *gateway;
    struct bus_subscriber *subscriber;
    struct known *known;
    struct touched *touched;
    unsigned generation; /* counts forgets: an answer asked for before one is not kept */
};

static void known_free(struct known *known)
{
    dandelion__bus__caller__free_unpacked(known->caller, NULL);
    free(known);
}

void sessions_forget(struct sessions *sessions)
{
    struct known *known = sessions->known;
    sessions->generation++;
    HASH_CLEAR(hh, sessions->known); /* frees the table, not its elements, which stay linked */
    for (struct known *next; known; known = next) {
        next = known->hh.next;
        known_free(known);
    }
}

/* Whatever identity says of accounts, sessions or the tree may change who may do what. */
static void on_event(void *context, const Dandelion__Bus__Event *event)
{
    static const char *const prefixes[] = {"dandelion.identity.account.", "dandelion.identity.session.ended",
                                           "dandelion.identity.organization."};
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
        if (strncmp(event->type, prefixes[i], strlen(prefixes[i])) == 0)
            sessions_forget(context);
}

static void on_connected(void *context)
{
    sessions_forget(context);
}

struct sessions *sessions_new(struct gateway *gateway, struct err *err)
{
    char endpoint[512];
    struct sessions *sessions = calloc(1, sizeof *sessions);
    if (!sessions) {
        err_set(err, ERR_INTERNAL, "out of memory for sessions");
        return NULL;
    }
    sessions->gateway = gateway;
    snprintf(endpoint, sizeof endpoint, "ipc://%s/identity.events", conf_text(gateway->conf, "bus_directory"));
    struct bus_subscriber_options options = {
        .endpoint = endpoint,
        .type_prefix = "dandelion.identity.",
        .event = on_event,
        .connected = on_connected,
        .arg = sessions,
    };
    sessions->subscriber = bus_subscriber_new(gateway->base, &options, err);
    if (!sessions->subscriber)
        sessions_destroy(&sessions);
    return sessions;
}

static void touched_clear(struct sessions *sessions)
{
    struct touched *touched = sessions->touched;
    HASH_CLEAR(hh, sessions->touched);
    for (struct touched *next; touched; touched = next) {
        next = touched->hh.next;
        free(touched);
    }
}

void sessions_destroy(struct sessions **sessions)
{
    struct sessions *self = *sessions;
    if (!self)
        return;
    *sessions = NULL;
    bus_subscriber_destroy(&self->subscriber);
    sessions_forget(self);
    touched_clear(self);
    free(self);
}

size_t sessions_count(const struct sessions *sessions)
{
    return HASH_COUNT(sessions->known);
}

static void ignore_reply(void *context, const struct bus_reply *reply)
{
    (void)context;
    (void)reply;
}

static int identity_send(struct sessions *sessions, const char *method, const ProtobufCMessage *message,
                         void (*done)(void *arg, const struct bus_reply *reply), void *arg, struct err *err)
{
    Dandelion__Bus__Request envelope = DANDELION__BUS__REQUEST__INIT;
    Dandelion__Bus__Caller caller = DANDELION__BUS__CALLER__INIT;
    struct upstream *identity = gateway_upstream(sessions->gateway, "identity");
    caller.service = (char *)"gateway";
    envelope.method = (char *)method;
    envelope.deadline_unix_ms = clock_now_ms() + RESOLVE_MS;
    envelope.caller = &caller;
    struct bus_client_request request = {.envelope = &envelope, .message = message, .repeatable = true};
    return bus_client_send(identity->client, &request, done, arg, err);
}

/* Tells identity, once a minute at most, that the session is in use. A tell that is lost is made good by the next. */
static void session_touch(struct sessions *sessions, const Dandelion__Bus__Caller *caller)
{
    Dandelion__Identity__TouchSessionRequest message = DANDELION__IDENTITY__TOUCH_SESSION_REQUEST__INIT;
    struct touched *touched;
    struct err err = {0};
    int64_t now = clock_now_ms();
    HASH_FIND_STR(sessions->touched, caller->session_id, touched);
    if (touched && now >= touched->at_ms && now - touched->at_ms < TOUCH_MS)
        return;
    if (!touched) {
        if (HASH_COUNT(sessions->touched) >= SESSIONS_MAX)
            touched_clear(sessions);
        touched = calloc(1, sizeof *touched);
        if (!touched)
            return;
        snprintf(touched->id, sizeof touched->id, "%s", caller->session_id);
        HASH_ADD_STR(sessions->touched, id, touched);
    }
    touched->at_ms = now;
    message.session_id = caller->session_id;
    message.street_id = caller->street_id;
    if (identity_send(sessions, "Identity.TouchSession", &message.base, ignore_reply, NULL, &err) != 0)
        touched->at_ms = now - TOUCH_MS;
}

/* The envelope's caller from identity's answer; a copy of its own. NULL when memory is short. */
static Dandelion__Bus__Caller *caller_of(const Dandelion__Identity__ResolvedSession *session)
{
    Dandelion__Bus__Caller caller = DANDELION__BUS__CALLER__INIT;
    Dandelion__Bus__Grant grants[64], *pointers[64];
    size_t count = session->n_grants < 64 ? session->n_grants : 64;
    for (size_t i = 0; i < count; i++) {
        grants[i] = (Dandelion__Bus__Grant)DANDELION__BUS__GRANT__INIT;
        grants[i].role = session->grants[i]->role;
        grants[i].organization_id = session->grants[i]->organization_id;
        grants[i].path = session->grants[i]->path;
        pointers[i] = &grants[i];
    }
    caller.street_id = session->street_id;
    caller.account_id = session->account_id;
    caller.person_id = session->person_id;
    caller.session_id = session->session_id;
    caller.n_grants = count;
    caller.grants = pointers;
    size_t size = dandelion__bus__caller__get_packed_size(&caller);
    uint8_t *packed = malloc(size + 1);
    if (!packed)
        return NULL;
    dandelion__bus__caller__pack(&caller, packed);
    Dandelion__Bus__Caller *copy = dandelion__bus__caller__unpack(NULL, size, packed);
    free(packed);
    return copy;
}

/* Keeps what was resolved. Takes ownership of `caller`. Returns it as kept, or NULL when it may not be kept. */
static const Dandelion__Bus__Caller *known_add(struct sessions *sessions, const uint8_t hash[HASH_SIZE],
                                               Dandelion__Bus__Caller *caller)
{
    struct known *known;
    HASH_FIND(hh, sessions->known, hash, HASH_SIZE, known);
    if (known) {
        HASH_DEL(sessions->known, known);
        known_free(known);
    }
    if (HASH_COUNT(sessions->known) >= SESSIONS_MAX)
        sessions_forget(sessions);
    known = calloc(1, sizeof *known);
    if (!known)
        return NULL;
    memcpy(known->hash, hash, HASH_SIZE);
    known->caller = caller;
    known->since_ms = clock_now_ms();
    HASH_ADD(hh, sessions->known, hash, HASH_SIZE, known);
    return caller;
}

static void waiting_fail(struct waiting *waiting, int code, const char *detail)
{
    struct err err = {0};
    err_set(&err, code, "%s", detail);
    waiting->done(waiting->context, NULL, &err);
}

static void on_resolved(void *context, const struct bus_reply *reply)
{
    struct waiting *waiting = context;
    Dandelion__Identity__ResolvedSession *session = NULL;
    if (reply->err && reply->err->code == ERR_NOT_FOUND) {
        waiting_fail(waiting, ERR_UNAUTHENTICATED, "the token opens no session");
    } else if (reply->err) {
        waiting->done(waiting->context, NULL, reply->err);
    } else if (!(session =
                     dandelion__identity__resolved_session__unpack(NULL, reply->payload.size, reply->payload.data))) {
        waiting_fail(waiting, ERR_INTERNAL, "identity's answer cannot be read");
    } else {
        Dandelion__Bus__Caller *caller = caller_of(session);
        bool keep = caller && waiting->generation == waiting->sessions->generation;
        const Dandelion__Bus__Caller *kept = keep ? known_add(waiting->sessions, waiting->hash, caller) : NULL;
        if (caller) {
            session_touch(waiting->sessions, caller);
            waiting->done(waiting->context, caller, NULL);
        } else {
            waiting_fail(waiting, ERR_OVERLOADED, "out of memory for a session");
        }
        if (caller && !kept)
            dandelion__bus__caller__free_unpacked(caller, NULL);
    }
    dandelion__identity__resolved_session__free_unpacked(session, NULL);
    free(waiting);
}

static void resolve_ask(struct sessions *sessions, struct waiting *waiting)
{
    Dandelion__Identity__ResolveSessionRequest message = DANDELION__IDENTITY__RESOLVE_SESSION_REQUEST__INIT;
    struct err err = {0};
    message.token_hash = (ProtobufCBinaryData){HASH_SIZE, waiting->hash};
    if (identity_send(sessions, "Identity.ResolveSession", &message.base, on_resolved, waiting, &err) != 0) {
        waiting->done(waiting->context, NULL, &err);
        free(waiting);
    }
}

void sessions_resolve(struct sessions *sessions, const char *token,
                      void (*done)(void *context, const Dandelion__Bus__Caller *caller, const struct err *err),
                      void *context)
{
    uint8_t hash[HASH_SIZE];
    struct known *known;
    struct err err = {0};
    crypto_generichash(hash, sizeof hash, (const unsigned char *)token, strlen(token), NULL, 0);
    HASH_FIND(hh, sessions->known, hash, HASH_SIZE, known);
    int64_t age = known ? clock_now_ms() - known->since_ms : -1;
    if (age >= 0 && age < KEEP_MS) {
        done(context, known->caller, NULL);
        return;
    }
    struct waiting *waiting = malloc(sizeof *waiting);
    if (!waiting) {
        err_set(&err, ERR_OVERLOADED, "out of memory for a session");
        done(context, NULL, &err);
        return;
    }
    *waiting =
        (struct waiting){.sessions = sessions, .generation = sessions->generation, .done = done, .context = context};
    memcpy(waiting->hash, hash, sizeof hash);
    resolve_ask(sessions, waiting);
}
