/* The other end of the bell: a SUB socket on one publisher.
 *
 * It detects no gaps: positions are checked by the layer above, which reads what it missed from the service. It should
 * do so after every `connected`, and now and then besides, since an event may pass while the connection is made. */
#ifndef DANDELION_BUS_SUBSCRIBER_H
#define DANDELION_BUS_SUBSCRIBER_H

#include <event2/event.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "dandelion/bus.pb-c.h"

struct bus_subscriber;

struct bus_subscriber_options {
    const char *endpoint;    /* the publisher's */
    const char *type_prefix; /* "" for all events, "dandelion.identity.member." for some */
    /* An event that has been validated; gone when this returns. */
    void (*event)(void *arg, const Dandelion__Bus__Event *event);
    void (*connected)(void *arg); /* each time a connection is made; may be NULL */
    void *arg;
};

/* Starts connecting, and connects again for as long as it lives. */
struct bus_subscriber *bus_subscriber_new(struct event_base *base, const struct bus_subscriber_options *options,
                                          struct err *err);

void bus_subscriber_destroy(struct bus_subscriber **subscriber);

/* Messages dropped because they were no valid event. */
uint64_t bus_subscriber_malformed(const struct bus_subscriber *subscriber);

#endif
