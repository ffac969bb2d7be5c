/* /livez, /readyz and /metrics on a port of the daemon's own, on loopback.
 *
 * Alive: the loop turns. Ready: what it depends on is there; each is named, with the reason when it is not. */
#ifndef DANDELION_DAEMON_HEALTH_H
#define DANDELION_DAEMON_HEALTH_H

#include <stdint.h>

#include "base/err.h"

struct daemon;
struct health;

struct health *health_new(struct daemon *daemon, uint16_t port, struct err *err);
void health_destroy(struct health **health);

#endif
