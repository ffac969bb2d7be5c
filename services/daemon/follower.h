/* Applies the events of another service: a copy of its facts in this daemon's own schema.
 *
 * The bell only rings; events are always read from the log by position, and the checkpoint moves in the transaction of
 * their effects. So effects happen exactly once, whatever is lost or killed. */
#ifndef DANDELION_DAEMON_FOLLOWER_H
#define DANDELION_DAEMON_FOLLOWER_H

#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct call;
struct daemon;
struct follower;

/* Applies one event by adding writes to the call. `event` is the unpacked message of the type. */
typedef int follow_apply_fn(struct call *call, const ProtobufCMessage *event);

struct follow_handler {
    const char *type; /* "dandelion.identity.member.registered.v1" */
    follow_apply_fn *apply;
    bool alone; /* touches what other events touch too, so it does not share a transaction with them */
};

struct follow {
    const char *service;
    const struct follow_handler *handlers; /* ended by a NULL type; other types are passed over */
};

struct follower *follower_new(struct daemon *daemon, const struct follow *follow, struct err *err);
void follower_destroy(struct follower **follower);

const char *follower_service(const struct follower *follower);

/* The last position applied; -1 while it is not known yet. */
int64_t follower_position(const struct follower *follower);

/* Lets the batch in hand end and begins no other. */
void follower_stop(struct follower *follower);
bool follower_idle(const struct follower *follower);

#endif
