/* Whose session a token opens. Answers are kept for a few seconds; what identity tells of roles and sessions empties
 * the cache at once, so that a revoked role is gone with the next request. */
#ifndef DANDELION_GATEWAY_SERVE_SESSIONS_H
#define DANDELION_GATEWAY_SERVE_SESSIONS_H

#include <stddef.h>

#include "base/err.h"
#include "dandelion/bus.pb-c.h"

struct gateway;
struct sessions;

struct sessions *sessions_new(struct gateway *gateway, struct err *err);
void sessions_destroy(struct sessions **sessions);

/* Finds out who holds `token` and calls `done`, perhaps before this returns. `caller` is NULL with `err` filled when
 * the token opens no session (ERR_UNAUTHENTICATED) or identity does not answer; else it is valid within the call. */
void sessions_resolve(struct sessions *sessions, const char *token,
                      void (*done)(void *context, const Dandelion__Bus__Caller *caller, const struct err *err),
                      void *context);

/* Forgets all that is kept. */
void sessions_forget(struct sessions *sessions);

size_t sessions_count(const struct sessions *sessions);

#endif
