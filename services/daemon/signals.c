#include "daemon/signals.h"

#include <signal.h>

#include "base/clock.h"
#include "base/log.h"
#include "bus/server.h"
#include "daemon/daemon.h"
#include "errors.h"

enum { DRAIN_MAX_MS = 10000, DRAIN_TICK_MS = 20 };

static bool idle(const struct daemon *daemon)
{
    for (size_t i = 0; i < daemon->followers_count; i++)
        if (!follower_idle(daemon->followers[i]))
            return false;
    return bus_server_in_flight(daemon->server) == 0 && committer_idle(daemon->committer);
}

static void on_drain_tick(evutil_socket_t fd, short what, void *context)
{
    struct daemon *daemon = context;
    (void)fd;
    (void)what;
    if (idle(daemon) || clock_monotonic_us() / 1000 > daemon->drain_until)
        event_base_loopbreak(daemon->base);
}

/* Takes no new requests, finishes those in hand, then leaves. A second signal leaves at once. */
static void on_stop(evutil_socket_t number, short what, void *context)
{
    struct daemon *daemon = context;
    struct timeval tick = {.tv_usec = DRAIN_TICK_MS * 1000};
    (void)what;
    if (daemon->draining) {
        event_base_loopbreak(daemon->base);
        return;
    }
    log_line(LOG_INFO, "stopping", "signal=%d", (int)number);
    daemon->draining = true;
    daemon->drain_until = clock_monotonic_us() / 1000 + DRAIN_MAX_MS;
    bus_server_drain(daemon->server);
    for (size_t i = 0; i < daemon->followers_count; i++)
        follower_stop(daemon->followers[i]);
    event_add(daemon->drain_tick, &tick);
}

/* SIGHUP: what may change while it runs is the log level. */
static void on_reload(evutil_socket_t number, short what, void *context)
{
    struct daemon *daemon = context;
    struct err err = {0};
    (void)number;
    (void)what;
    if (conf_reload(daemon->conf, &err) != 0)
        log_line(LOG_ERROR, "not reloaded", "detail=%s", log_quoted(err.detail));
    else
        log_line(LOG_INFO, "reloaded", "service=%s", daemon->spec->name);
}

int signals_watch(struct daemon *daemon, struct err *err)
{
    static const int numbers[] = {SIGTERM, SIGINT, SIGHUP};
    signal(SIGPIPE, SIG_IGN);
    for (size_t i = 0; i < 3; i++) {
        daemon->on_signal[i] =
            evsignal_new(daemon->base, numbers[i], numbers[i] == SIGHUP ? on_reload : on_stop, daemon);
        if (!daemon->on_signal[i] || event_add(daemon->on_signal[i], NULL) != 0)
            return err_set(err, ERR_INTERNAL, "out of memory for signals");
    }
    daemon->drain_tick = event_new(daemon->base, -1, EV_PERSIST, on_drain_tick, daemon);
    return daemon->drain_tick ? 0 : err_set(err, ERR_INTERNAL, "out of memory for signals");
}

void signals_forget(struct daemon *daemon)
{
    for (size_t i = 0; i < 3; i++)
        if (daemon->on_signal[i])
            event_free(daemon->on_signal[i]);
    if (daemon->drain_tick)
        event_free(daemon->drain_tick);
}
