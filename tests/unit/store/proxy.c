#include "proxy.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/listener.h>
#include <libpq-fe.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/un.h>
#include <unistd.h>

/* One connection that passes through. */
struct pipe {
    LIST_ENTRY(pipe) link;
    struct proxy *proxy;
    struct bufferevent *client, *server;
    bool mute; /* the next thing that the server says is the last, and goes nowhere */
};

struct proxy {
    struct event_base *base;
    struct evconnlistener *listener;
    struct sockaddr_un server;
    char directory[64];
    enum cut cut;
    LIST_HEAD(pipe_list, pipe) pipes;
};

static void pipe_end(struct pipe *pipe)
{
    LIST_REMOVE(pipe, link);
    bufferevent_free(pipe->client);
    bufferevent_free(pipe->server);
    free(pipe);
}

static void on_client_bytes(struct bufferevent *client, void *context)
{
    struct pipe *pipe = context;
    struct proxy *proxy = pipe->proxy;
    struct evbuffer *input = bufferevent_get_input(client);
    if (proxy->cut != CUT_NOTHING && evbuffer_search(input, "COMMIT", 6, NULL).pos >= 0) {
        enum cut cut = proxy->cut;
        proxy->cut = CUT_NOTHING;
        if (cut == CUT_BEFORE_COMMIT) {
            pipe_end(pipe);
            return;
        }
        pipe->mute = true;
    }
    bufferevent_write_buffer(pipe->server, input);
}

static void on_server_bytes(struct bufferevent *server, void *context)
{
    struct pipe *pipe = context;
    if (pipe->mute)
        pipe_end(pipe);
    else
        bufferevent_write_buffer(pipe->client, bufferevent_get_input(server));
}

static void on_event(struct bufferevent *side, short what, void *context)
{
    (void)side;
    if (what & (BEV_EVENT_EOF | BEV_EVENT_ERROR))
        pipe_end(context);
}

static void on_accept(struct evconnlistener *listener, evutil_socket_t fd, struct sockaddr *address, int length,
                      void *context)
{
    struct proxy *proxy = context;
    struct pipe *pipe = calloc(1, sizeof *pipe);
    (void)listener, (void)address, (void)length;
    assert_non_null(pipe);
    pipe->proxy = proxy;
    pipe->client = bufferevent_socket_new(proxy->base, fd, BEV_OPT_CLOSE_ON_FREE);
    pipe->server = bufferevent_socket_new(proxy->base, -1, BEV_OPT_CLOSE_ON_FREE);
    LIST_INSERT_HEAD(&proxy->pipes, pipe, link);
    bufferevent_setcb(pipe->client, on_client_bytes, NULL, on_event, pipe);
    bufferevent_setcb(pipe->server, on_server_bytes, NULL, on_event, pipe);
    bufferevent_enable(pipe->client, EV_READ | EV_WRITE);
    bufferevent_enable(pipe->server, EV_READ | EV_WRITE);
    bufferevent_socket_connect(pipe->server, (struct sockaddr *)&proxy->server, sizeof proxy->server);
}

/* The server's socket, from the host of the connection string. */
static void server_find(struct proxy *proxy, const char *dsn)
{
    PQconninfoOption *options = PQconninfoParse(dsn, NULL);
    assert_non_null(options);
    proxy->server.sun_family = AF_UNIX;
    for (PQconninfoOption *option = options; option->keyword; option++)
        if (strcmp(option->keyword, "host") == 0 && option->val)
            snprintf(proxy->server.sun_path, sizeof proxy->server.sun_path, "%s/.s.PGSQL.5432", option->val);
    PQconninfoFree(options);
    assert_true(*proxy->server.sun_path);
}

struct proxy *proxy_new(struct event_base *base, const char *dsn)
{
    struct proxy *proxy = calloc(1, sizeof *proxy);
    struct sockaddr_un own = {.sun_family = AF_UNIX};
    assert_non_null(proxy);
    signal(SIGPIPE, SIG_IGN); /* a side that is gone is an event, not an end */
    proxy->base = base;
    LIST_INIT(&proxy->pipes);
    server_find(proxy, dsn);
    snprintf(proxy->directory, sizeof proxy->directory, "/tmp/dandelion-proxy-XXXXXX");
    assert_non_null(mkdtemp(proxy->directory));
    snprintf(own.sun_path, sizeof own.sun_path, "%s/.s.PGSQL.5432", proxy->directory);
    proxy->listener =
        evconnlistener_new_bind(base, on_accept, proxy, LEV_OPT_CLOSE_ON_FREE, -1, (struct sockaddr *)&own, sizeof own);
    assert_non_null(proxy->listener);
    return proxy;
}

void proxy_destroy(struct proxy **proxy)
{
    struct proxy *self = *proxy;
    char path[96];
    *proxy = NULL;
    for (struct pipe *next, *pipe = LIST_FIRST(&self->pipes); pipe; pipe = next) {
        next = LIST_NEXT(pipe, link);
        pipe_end(pipe);
    }
    evconnlistener_free(self->listener);
    snprintf(path, sizeof path, "%s/.s.PGSQL.5432", self->directory);
    unlink(path);
    rmdir(self->directory);
    free(self);
}

const char *proxy_directory(const struct proxy *proxy)
{
    return proxy->directory;
}

void proxy_cut(struct proxy *proxy, enum cut cut)
{
    proxy->cut = cut;
}
