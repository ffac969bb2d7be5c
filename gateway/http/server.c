/* Listening, accepting, the sweep over deadlines, draining. */
#include "gateway/http/server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "gateway/http/connection.h"

enum { BACKLOG = 1024, ANSWER_HEAD_MAX = 16 * 1024 };

void http_server_defaults(struct http_server_config *config)
{
    *config = (struct http_server_config){
        .address = "127.0.0.1",
        .connections_max = 10000,
        .connections_per_address = 256,
        .sweep_ms = 1000,
        .head_ms = 5000,
        .idle_ms = 60000,
        .body_ms = 5000,
        .body_rate = 1024,
        .stall_ms = 30000,
        .linger_ms = 2000,
        .stream_max = 256 * 1024,
        .content_security_policy = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    };
}

/* Tells a client that we have no place for it. Its request, not read, may make the kernel reset the connection before
 * it sees this; under overload that is good enough. */
static void turn_away(struct http_server *server, int fd)
{
    static const char busy[] = "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nConnection: close\r\n"
                               "Content-Length: 0\r\n\r\n";
    if (server->config.tls == NULL) {
        (void)!send(fd, busy, sizeof busy - 1, MSG_NOSIGNAL | MSG_DONTWAIT);
        shutdown(fd, SHUT_WR);
    }
    http_count_refusal(server, 503);
    close(fd);
}

static void accepted(struct evconnlistener *listener, evutil_socket_t fd, struct sockaddr *address, int length,
                     void *arg)
{
    struct http_server *server = arg;
    struct peer_key key;
    char text[PEER_TEXT_SIZE];
    (void)listener;
    (void)length;
    server->counters.accepted++;
    peer_read(address, &key, text);
    if (server->counters.open >= server->config.connections_max ||
        !peers_enter(&server->peers, &key, server->config.connections_per_address))
        turn_away(server, fd);
    else
        connection_open(server, fd, &key, text);
}

/* Without file descriptors the listener would be called again and again: let the connections in hand end first. */
static void accept_failed(struct evconnlistener *listener, void *arg)
{
    struct http_server *server = arg;
    evconnlistener_disable(listener);
    server->paused = true;
    server->counters.accept_paused++;
}

static void sweep(evutil_socket_t fd, short what, void *arg)
{
    struct http_server *server = arg;
    int64_t now_ms = clock_monotonic_us() / 1000;
    (void)fd;
    (void)what;
    if (server->paused && server->listener != NULL) {
        server->paused = false;
        evconnlistener_enable(server->listener);
    }
    for (struct connection *at = TAILQ_FIRST(&server->connections); at != NULL; at = server->next) {
        server->next = TAILQ_NEXT(at, link);
        connection_check(at, now_ms);
    }
}

static void settled(evutil_socket_t fd, short what, void *arg)
{
    struct http_server *server = arg;
    void (*drained)(void *) = server->drained;
    (void)fd;
    (void)what;
    server->drained = NULL;
    if (drained != NULL)
        drained(server->drained_arg);
}

void http_server_settle(struct http_server *server)
{
    if (server->draining && server->counters.open == 0)
        event_active(server->settled, EV_TIMEOUT, 0);
}

static int listen_on(struct http_server *server, struct err *err)
{
    const struct http_server_config *config = &server->config;
    struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_port = htons(config->port)};
    struct sockaddr_in four = {.sin_family = AF_INET, .sin_port = htons(config->port)};
    unsigned flags = LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC | LEV_OPT_REUSEABLE |
                     (config->reuse_port ? LEV_OPT_REUSEABLE_PORT : 0);
    struct sockaddr *address = (struct sockaddr *)&four;
    int length = sizeof four;
    if (inet_pton(AF_INET, config->address, &four.sin_addr) != 1) {
        if (inet_pton(AF_INET6, config->address, &six.sin6_addr) != 1)
            return err_set(err, ERR_LOCAL, "%s is no numeric address", config->address);
        address = (struct sockaddr *)&six;
        length = sizeof six;
    }
    server->listener = evconnlistener_new_bind(server->base, accepted, server, flags, BACKLOG, address, length);
    if (server->listener == NULL)
        return err_set(err, ERR_LOCAL, "cannot listen on %s port %u: %s", config->address, (unsigned)config->port,
                       strerror(errno));
    evconnlistener_set_error_cb(server->listener, accept_failed);
    return 0;
}

static int start_events(struct http_server *server, struct err *err)
{
    const struct timeval every = {server->config.sweep_ms / 1000, (server->config.sweep_ms % 1000) * 1000};
    server->sweep = event_new(server->base, -1, EV_PERSIST, sweep, server);
    server->settled = event_new(server->base, -1, 0, settled, server);
    if (server->sweep == NULL || server->settled == NULL || event_add(server->sweep, &every) != 0 ||
        http_compose_defaults(server) != 0)
        return err_set(err, ERR_LOCAL, "out of memory");
    return 0;
}

struct http_server *http_server_new(struct event_base *base, const struct http_server_config *config,
                                    const struct http_handler *handler, void *context, struct err *err)
{
    struct http_server *server = calloc(1, sizeof *server);
    if (server == NULL) {
        err_set(err, ERR_LOCAL, "out of memory");
        return NULL;
    }
    signal(SIGPIPE, SIG_IGN);
    server->base = base;
    server->config = *config;
    server->handler = *handler;
    server->context = context;
    server->head = str_new(ANSWER_HEAD_MAX);
    server->date_second = -1;
    TAILQ_INIT(&server->connections);
    if (start_events(server, err) != 0 || listen_on(server, err) != 0)
        http_server_destroy(&server);
    return server;
}

static void destroy(struct http_server *server)
{
    if (server->listener != NULL)
        evconnlistener_free(server->listener);
    while (!TAILQ_EMPTY(&server->connections))
        connection_drop(TAILQ_FIRST(&server->connections), true);
    if (server->sweep != NULL)
        event_free(server->sweep);
    if (server->settled != NULL)
        event_free(server->settled);
    for (int i = 0; i < HTTP_DEFAULT_FIELDS; i++)
        free(server->defaults[i]);
    str_destroy(&server->head);
    http_gzip_close(&server->gzip);
    free(server);
}

void http_server_destroy(struct http_server **server)
{
    if (*server != NULL)
        destroy(*server);
    *server = NULL;
}

void http_server_drain(struct http_server *server, void (*done)(void *arg), void *arg)
{
    server->draining = true;
    server->drained = done;
    server->drained_arg = arg;
    if (server->listener != NULL)
        evconnlistener_free(server->listener);
    server->listener = NULL;
    for (struct connection *at = TAILQ_FIRST(&server->connections); at != NULL; at = server->next) {
        server->next = TAILQ_NEXT(at, link);
        if (at->phase == PHASE_IDLE || (at->phase == PHASE_HEAD && !http_reader_started(at->reader)))
            connection_drop(at, false);
    }
    http_server_settle(server);
}

void http_server_set_tls(struct http_server *server, struct http_tls *tls)
{
    server->config.tls = tls;
}

uint16_t http_server_port(const struct http_server *server)
{
    struct sockaddr_in6 address = {0}; /* the port is at the same place in both families */
    socklen_t length = sizeof address;
    if (server->listener == NULL ||
        getsockname(evconnlistener_get_fd(server->listener), (struct sockaddr *)&address, &length) != 0)
        return 0;
    return ntohs(address.sin6_port);
}

const struct http_counters *http_server_counters(const struct http_server *server)
{
    return &server->counters;
}
