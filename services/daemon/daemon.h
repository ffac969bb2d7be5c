/* A daemon: options, configuration, loop, health, signals, and the two ends that every daemon has, the bus and the
 * store. A service is a spec and a main of one line. */
#ifndef DANDELION_DAEMON_DAEMON_H
#define DANDELION_DAEMON_DAEMON_H

#include <event2/event.h>

#include "base/conf.h"
#include "bus/method.h"
#include "bus/publisher.h"
#include "daemon/call.h"
#include "daemon/fill.h"
#include "daemon/follower.h"
#include "daemon/metrics.h"
#include "daemon/workers.h"
#include "store/committer.h"
#include "store/reader.h"

struct daemon_spec {
    const char *name; /* "dues": its configuration section, schema, socket */
    const struct method *methods;
    const size_t *methods_count;
    const struct statement *const *statements;  /* ended by NULL */
    const struct constraint_error *constraints; /* what its schema's constraints mean; NULL: none */
    const struct follow *follows;               /* services whose events it applies; ended by a NULL service */
};

/* Runs the daemon (run.c) until SIGTERM or SIGINT: then it finishes what it has begun and returns. Returns the exit
 * status: 0, 2 for wrong options or configuration, 1 when it cannot start. `--check-config` only checks,
 * `--describe-config` prints every key with its meaning. */
int daemon_run(const struct daemon_spec *spec, int argc, char **argv);

/* The inside of a daemon, for the kit's own files. */
struct daemon {
    const struct daemon_spec *spec;
    struct conf *conf;
    struct event_base *base;
    struct bus_server *server;
    struct bus_publisher *publisher;
    struct committer *committer;
    struct reader *reader;
    struct workers *workers;
    struct operation *operations; /* whose work runs now */
    struct event *operations_tick;
    struct metrics *metrics;
    struct crypto *crypto;
    struct fills fills;
    struct follower **followers;
    size_t followers_count;
    struct health *health;
    struct event *on_signal[3];
    struct event *drain_tick;
    unsigned char page_key[16], request_key[32];
    int64_t drain_until;
    bool draining;
};

/* Starts what the configuration asks for; 0, or -1 with `err` filled. Either way daemon_end takes it down. */
int daemon_start(struct daemon *daemon, struct err *err);
void daemon_end(struct daemon *daemon);

const unsigned char *daemon_page_key(const struct daemon *daemon);
const struct crypto *daemon_crypto(const struct daemon *daemon);
struct fills *daemon_fills(struct daemon *daemon);

/* Values of the daemon's configuration for its workers: the database, where uploads are kept, and the file of the key
 * that passwords are mixed with. */
const char *daemon_database(const struct daemon *daemon);
const char *daemon_files_directory(const struct daemon *daemon);
const char *daemon_pepper_key_file(const struct daemon *daemon);

/* Takes requests from the bus (runner.c). */
struct bus_request;
void runner_handle(void *argument, struct bus_request *request);

/* Tells the bus about the events of a committed unit. */
void runner_publish(struct daemon *daemon, const struct unit *unit);

#endif
