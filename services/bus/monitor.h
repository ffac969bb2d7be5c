/* Tells when a socket's connection is made and lost, from libzmq's monitor. For sockets with one connection. */
#ifndef DANDELION_BUS_MONITOR_H
#define DANDELION_BUS_MONITOR_H

#include <czmq.h>
#include <event2/event.h>
#include <stdbool.h>

#include "base/err.h"

struct monitor;

/* Must be made before the socket connects, and destroyed before it. */
struct monitor *monitor_new(struct event_base *base, zsock_t *socket, void (*changed)(void *arg, bool connected),
                            void *arg, struct err *err);

void monitor_destroy(struct monitor **monitor);

#endif
