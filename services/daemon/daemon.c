#include "daemon/daemon.h"

#include <event2/thread.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "bus/server.h"
#include "daemon/health.h"
#include "daemon/operation.h"
#include "daemon/signals.h"
#include "errors.h"
#include "kit.methods.h"
#include "kit.queries.h"

enum { QUEUE_MAX = 8192 };

const unsigned char *daemon_page_key(const struct daemon *daemon)
{
    return daemon->page_key;
}

const struct crypto *daemon_crypto(const struct daemon *daemon)
{
    return daemon->crypto;
}

struct fills *daemon_fills(struct daemon *daemon)
{
    return &daemon->fills;
}

const char *daemon_database(const struct daemon *daemon)
{
    return conf_text(daemon->conf, "database");
}

const char *daemon_files_directory(const struct daemon *daemon)
{
    return conf_text(daemon->conf, "files_directory");
}

const char *daemon_pepper_key_file(const struct daemon *daemon)
{
    return conf_text(daemon->conf, "session_pepper_key_file");
}

static int store_start(struct daemon *daemon, struct err *err)
{
    static const struct statement *const *catalogue[3];
    catalogue[0] = kit_statements;
    catalogue[1] = daemon->spec->statements;
    struct connection_options connection = {
        .base = daemon->base,
        .dsn = daemon_database(daemon),
        .catalogue = catalogue,
        .statement_timeout_ms = (unsigned)conf_number(daemon->conf, "statement_timeout_ms"),
    };
    struct committer_options commits = {
        .connection = connection,
        .constraints = daemon->spec->constraints,
        .connections = (size_t)conf_number(daemon->conf, "commit_connections"),
        .queue_max = QUEUE_MAX,
    };
    struct reader_options reads = {
        .connection = connection,
        .connections = (size_t)conf_number(daemon->conf, "read_connections"),
        .queue_max = QUEUE_MAX,
    };
    daemon->committer = committer_new(&commits);
    daemon->reader = reader_new(&reads);
    daemon->workers = workers_new(daemon->base, (size_t)conf_number(daemon->conf, "worker_threads"), 200);
    if (!daemon->committer || !daemon->reader || !daemon->workers)
        return err_set(err, ERR_INTERNAL, "out of memory for the store");
    return 0;
}

static int bus_start(struct daemon *daemon, struct err *err)
{
    char endpoint[512], bell[512];
    const char *directory = conf_text(daemon->conf, "bus_directory");
    snprintf(endpoint, sizeof endpoint, "ipc://%s/%s", directory, daemon->spec->name);
    snprintf(bell, sizeof bell, "ipc://%s/%s.events", directory, daemon->spec->name);
    struct bus_server_options options = {.endpoint = endpoint, .handle = runner_handle, .arg = daemon};
    daemon->server = bus_server_new(daemon->base, &options, err);
    if (daemon->server)
        daemon->publisher = bus_publisher_new(daemon->base, bell, err);
    return daemon->publisher ? 0 : -1;
}

static int followers_start(struct daemon *daemon, struct err *err)
{
    size_t count = 0;
    while (daemon->spec->follows && daemon->spec->follows[count].service)
        count++;
    daemon->followers = calloc(count + 1, sizeof(struct follower *));
    if (!daemon->followers)
        return err_set(err, ERR_INTERNAL, "out of memory for followers");
    for (size_t i = 0; i < count; i++) {
        daemon->followers[i] = follower_new(daemon, &daemon->spec->follows[i], err);
        if (!daemon->followers[i])
            return -1;
        daemon->followers_count++;
    }
    return 0;
}

int daemon_start(struct daemon *daemon, struct err *err)
{
    if (sodium_init() < 0)
        return err_set(err, ERR_INTERNAL, "libsodium cannot start");
    evthread_use_pthreads();
    daemon->base = event_base_new();
    if (!daemon->base)
        return err_set(err, ERR_INTERNAL, "libevent cannot start");
    const char *clock_file = conf_text(daemon->conf, "clock_file");
    if (*clock_file && clock_share(clock_file, err) != 0)
        return -1;
    daemon->crypto =
        crypto_new(conf_text(daemon->conf, "column_key_file"), conf_text(daemon->conf, "blind_index_key_file"), err);
    if (!daemon->crypto)
        return -1;
    crypto_subkey(daemon->crypto, "page token", daemon->page_key, sizeof daemon->page_key);
    crypto_subkey(daemon->crypto, "request", daemon->request_key, sizeof daemon->request_key);
    daemon->metrics = metrics_new(daemon->spec->methods, *daemon->spec->methods_count, kit_methods, kit_methods_count);
    if (!daemon->metrics)
        return err_set(err, ERR_INTERNAL, "out of memory for metrics");
    if (signals_watch(daemon, err) != 0 || store_start(daemon, err) != 0 || bus_start(daemon, err) != 0 ||
        followers_start(daemon, err) != 0)
        return -1;
    daemon->health = health_new(daemon, (uint16_t)conf_number(daemon->conf, "health_port"), err);
    return daemon->health ? 0 : -1;
}

void daemon_end(struct daemon *daemon)
{
    health_destroy(&daemon->health);
    workers_destroy(&daemon->workers);
    bus_server_destroy(&daemon->server);
    for (size_t i = 0; i < daemon->followers_count; i++)
        follower_destroy(&daemon->followers[i]);
    free(daemon->followers);
    committer_destroy(&daemon->committer);
    reader_destroy(&daemon->reader);
    bus_publisher_destroy(&daemon->publisher);
    signals_forget(daemon);
    operations_stop(daemon);
    fills_destroy(&daemon->fills);
    metrics_destroy(&daemon->metrics);
    crypto_destroy(&daemon->crypto);
    conf_destroy(&daemon->conf);
    if (daemon->base)
        event_base_free(daemon->base);
    libevent_global_shutdown();
}
