/* The bell: one XPUB socket on which a daemon announces the events it has committed.
 *
 * A message is [type][Event envelope]; a subscription is a prefix of the type. Nothing is promised here: a subscriber
 * that is slow or away misses events, sees the gap in their positions and reads them from the log. */
#ifndef DANDELION_BUS_PUBLISHER_H
#define DANDELION_BUS_PUBLISHER_H

#include <event2/event.h>
#include <stddef.h>

#include "base/err.h"
#include "dandelion/bus.pb-c.h"

struct bus_publisher;

/* Binds the endpoint, under the rules of bus_server_options. */
struct bus_publisher *bus_publisher_new(struct event_base *base, const char *endpoint, struct err *err);

void bus_publisher_destroy(struct bus_publisher **publisher);

/* Announces an event; never waits, never fails: what cannot be taken is lost to that subscriber. */
void bus_publisher_send(struct bus_publisher *publisher, const Dandelion__Bus__Event *event);

/* Distinct subscriptions now held by subscribers. */
size_t bus_publisher_subscriptions(const struct bus_publisher *publisher);

#endif
