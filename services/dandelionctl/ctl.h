/* What every command works with: configuration, loop, the connections to the services. */
#ifndef DANDELION_DANDELIONCTL_CTL_H
#define DANDELION_DANDELIONCTL_CTL_H

#include <event2/event.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/conf.h"
#include "base/err.h"
#include "base/str.h"
#include "bus/client.h"
#include "dandelion/bus.pb-c.h"
#include "dandelionctl/exit.h"
#include "dandelionctl/options.h"
#include "gateway/json/language.h"

enum { CTL_SERVICES_MAX = 32, CTL_NAME_MAX = 32 };

/* One service of the installation: a section of the configuration with a health port. */
struct ctl_service {
    char name[CTL_NAME_MAX];
    int health_port;
    bool on_bus;               /* the contract has methods of it; the gateway has none */
    struct bus_client *client; /* NULL until it is used */
};

struct ctl {
    const struct options *options;
    struct conf *conf;
    struct event_base *base;
    enum language language;
    struct arena *arena; /* lives as long as this */
    struct arena *work;  /* for one message at a time */
    Dandelion__Bus__Caller *caller;
    struct ctl_service services[CTL_SERVICES_MAX];
    size_t services_count;
};

/* Reads the configuration and makes everything ready; connects to nothing. Returns 0 or -1. ctl_close must be called
 * in either case. */
int ctl_open(struct ctl *ctl, const struct options *options, struct err *err);
void ctl_close(struct ctl *ctl);

/* The service of that name; NULL when the installation has none. */
struct ctl_service *ctl_service(struct ctl *ctl, const char *name);

/* The connection to a service, made at its first use. NULL with `err` filled. */
struct bus_client *ctl_client(struct ctl *ctl, struct ctl_service *service, struct err *err);

/* Tells the user on standard error, in their language, what went wrong with `what`. Returns the exit status. */
int ctl_complain(const struct ctl *ctl, const char *what, const struct err *err);

/* Refused, or not available? */
enum exit_status ctl_status(const struct err *err);

#endif
