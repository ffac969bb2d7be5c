#include "gateway/http/connection.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/event.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "gateway/http/tls_accept.h"

/* Input that waits while a request is in hand; the memory of a body kept for the next request; the most that waits
 * unsent in the kernel, so that what a client does not read shows here. */
enum { INPUT_MAX = 64 * 1024, BODY_KEEP_MAX = 64 * 1024, UNSENT_MAX = 128 * 1024 };

static int64_t now_ms(void)
{
    return clock_monotonic_us() / 1000;
}

static void enter(struct connection *connection, enum phase phase)
{
    connection->phase = phase;
    connection->since_ms = now_ms();
    connection->span = phase == PHASE_BODY ? connection->taken : connection->queued - connection_unsent(connection);
}

void connection_hold(struct connection *connection)
{
    connection->holds++;
}

/* Frees the struct when nobody needs it any more. */
static void bury(struct connection *connection)
{
    if (connection->holds > 0 || connection->running || connection->bev != NULL || connection->request.owed)
        return;
    http_reader_destroy(&connection->reader);
    str_destroy(&connection->body);
    free(connection);
}

void connection_release(struct connection *connection)
{
    connection->holds--;
    bury(connection);
}

void connection_drop(struct connection *connection, bool tell)
{
    struct http_server *server = connection->server;
    struct http_request *request = &connection->request;
    if (connection->bev == NULL)
        return;
    connection_hold(connection);
    bool waiting = request->owed || (connection->phase == PHASE_BODY && request->body_use != BODY_DISCARD);
    bufferevent_free(connection->bev);
    connection->bev = NULL;
    if (server->next == connection)
        server->next = TAILQ_NEXT(connection, link);
    TAILQ_REMOVE(&server->connections, connection, link);
    peers_leave(&server->peers, &connection->peer);
    server->counters.open--;
    http_server_settle(server);
    if (tell && waiting && server->handler.on_closed != NULL)
        server->handler.on_closed(request, server->context);
    connection_release(connection);
}

/* Ends a connection whose answers have all left. If the client may still be sending, closing at once would reset the
 * connection, and the reset can overtake the answer: so we close our side only and read on for a while. */
static void finish(struct connection *connection)
{
    if (connection->tls != NULL)
        tls_shutdown(connection->bev);
    if (connection->eof ||
        (connection->request.body_ended && evbuffer_get_length(bufferevent_get_input(connection->bev)) == 0)) {
        connection_drop(connection, false);
        return;
    }
    shutdown(bufferevent_getfd(connection->bev), SHUT_WR);
    enter(connection, PHASE_LINGER);
}

static void next_request(struct connection *connection)
{
    http_reader_next(connection->reader);
    if (connection->body.capacity > BODY_KEEP_MAX)
        str_destroy(&connection->body);
    str_reset(&connection->body);
    connection->taken = 0;
    connection->request = (struct http_request){0};
    enter(connection, PHASE_IDLE);
}

/* The answer has left, whole. */
static void go_on(struct connection *connection)
{
    if (connection->close_after) {
        finish(connection);
    } else if (connection->request.body_ended) {
        next_request(connection);
    } else {
        connection->request.body_use = BODY_DISCARD;
        http_reader_limit_body(connection->reader, connection->taken + HTTP_DISCARD_MAX);
        enter(connection, PHASE_BODY);
    }
}

void connection_answered(struct connection *connection)
{
    connection->request.owed = false;
    if (connection->bev == NULL)
        return;
    enter(connection, PHASE_FLUSH);
    if (connection_unsent(connection) == 0)
        go_on(connection);
    connection_run(connection);
}

size_t connection_unsent(const struct connection *connection)
{
    return connection->bev != NULL ? evbuffer_get_length(bufferevent_get_output(connection->bev)) : 0;
}

/* Queues what is left of the parts after the first `sent` bytes, in one piece, so that TLS makes one record of it. */
static void queue(struct connection *connection, const struct iovec *parts, int count, size_t sent)
{
    struct evbuffer *output = bufferevent_get_output(connection->bev);
    size_t total = 0;
    for (int i = 0; i < count; i++)
        total += parts[i].iov_len;
    evbuffer_expand(output, total - sent);
    for (int i = 0; i < count; i++) {
        size_t skip = sent < parts[i].iov_len ? sent : parts[i].iov_len;
        sent -= skip;
        evbuffer_add(output, (const char *)parts[i].iov_base + skip, parts[i].iov_len - skip);
        connection->queued += parts[i].iov_len - skip;
    }
}

/* Writing to the socket here, when nothing waits before, spares the loop two epoll_ctl and a turn for each answer. */
void connection_send(struct connection *connection, const struct iovec *parts, int count)
{
    struct msghdr message = {.msg_iov = (struct iovec *)(uintptr_t)parts, .msg_iovlen = (size_t)count};
    ssize_t sent = 0;
    size_t total = 0;
    if (connection->tls == NULL && connection_unsent(connection) == 0) {
        sent = sendmsg(bufferevent_getfd(connection->bev), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0 && errno != EAGAIN && errno != EINTR) {
            connection_drop(connection, true);
            return;
        }
    }
    for (int i = 0; i < count; i++)
        total += parts[i].iov_len;
    if (sent < (ssize_t)total)
        queue(connection, parts, count, sent > 0 ? (size_t)sent : 0);
}

/* The refusal of a request whose body the application waits for, or of one it never saw. */
static void refuse_reading(struct connection *connection, int status, const char *reason)
{
    struct http_server *server = connection->server;
    bool told = connection->phase == PHASE_BODY;
    if (told && connection->request.body_use == BODY_DISCARD) { /* answered already */
        connection->close_after = true;
        finish(connection);
        return;
    }
    connection_refuse(connection, status, reason);
    if (told && server->handler.on_closed != NULL)
        server->handler.on_closed(&connection->request, server->context);
}

/* The client that waits for it is told to send its body, unless that is on its way or will be refused. */
static void send_continue(struct connection *connection, uint64_t most)
{
    static char line[] = "HTTP/1.1 100 Continue\r\n\r\n";
    const struct http_head *head = http_reader_head(connection->reader);
    if (head->expect_continue && head->content_length <= most &&
        evbuffer_get_length(bufferevent_get_input(connection->bev)) == 0)
        connection_send(connection, &(struct iovec){line, sizeof line - 1}, 1);
}

void connection_begin_body(struct connection *connection, enum body_use use, uint64_t most)
{
    connection_hold(connection);
    connection->request.body_use = use;
    connection->request.owed = false;
    http_reader_limit_body(connection->reader, most);
    enter(connection, PHASE_BODY);
    send_continue(connection, most);
    connection_run(connection);
    connection_release(connection);
}

static void head_ended(struct connection *connection)
{
    struct http_server *server = connection->server;
    struct http_request *request = &connection->request;
    const struct http_head *head = http_reader_head(connection->reader);
    server->counters.requests++;
    if (!head->chunked && head->content_length == 0) {
        enum http_reader_event event;
        http_reader_feed(connection->reader, NULL, 0, &event);
        request->body_ended = true;
    }
    request->owed = true;
    request->without_body = head->method == HTTP_HEAD;
    enter(connection, PHASE_CHOICE);
    server->handler.on_request(request, server->context);
}

static void body_came(struct connection *connection)
{
    struct http_request *request = &connection->request;
    size_t length;
    const char *piece = http_reader_piece(connection->reader, &length);
    connection->taken += length;
    if (request->body_use == BODY_COLLECT) {
        str_append(&connection->body, piece, length);
        if (connection->body.failed)
            refuse_reading(connection, 503, "The server is out of memory.");
    } else if (request->body_use == BODY_STREAM) {
        request->sink.piece(request, piece, length);
    }
}

static void body_ended(struct connection *connection)
{
    struct http_request *request = &connection->request;
    request->body_ended = true;
    if (request->body_use == BODY_DISCARD) {
        next_request(connection);
        return;
    }
    request->owed = true;
    enter(connection, PHASE_ANSWER);
    if (request->body_use == BODY_COLLECT)
        request->collected(request, str_text(&connection->body), connection->body.length);
    else
        request->sink.end(request);
}

/* Takes one step through the input. Returns whether there may be another. */
static bool step(struct connection *connection)
{
    struct evbuffer *input = bufferevent_get_input(connection->bev);
    struct evbuffer_iovec span = {NULL, 0};
    if (connection->phase == PHASE_LINGER) {
        evbuffer_drain(input, evbuffer_get_length(input));
        return false;
    }
    if (evbuffer_peek(input, -1, NULL, &span, 1) < 1)
        span.iov_len = 0;
    if (connection->phase == PHASE_IDLE && span.iov_len > 0)
        enter(connection, PHASE_HEAD);

    enum http_reader_event event;
    size_t used = http_reader_feed(connection->reader, span.iov_base, span.iov_len, &event);
    const struct http_refusal *refusal = http_reader_refusal(connection->reader);
    if (event == HTTP_READER_BODY) /* the piece lies in the input */
        body_came(connection);
    if (connection->bev != NULL)
        evbuffer_drain(input, used);
    if (event == HTTP_READER_HEAD)
        head_ended(connection);
    else if (event == HTTP_READER_END)
        body_ended(connection);
    else if (event == HTTP_READER_REFUSED)
        refuse_reading(connection, refusal->status, refusal->reason);
    return event != HTTP_READER_MORE || span.iov_len > 0;
}

static bool reads(enum phase phase)
{
    return phase == PHASE_IDLE || phase == PHASE_HEAD || phase == PHASE_BODY || phase == PHASE_LINGER;
}

void connection_run(struct connection *connection)
{
    if (connection->running)
        return;
    connection->running = true;
    while (connection->bev != NULL && reads(connection->phase) && step(connection))
        continue;
    connection->running = false;
    if (connection->bev != NULL && connection->eof && reads(connection->phase))
        connection_drop(connection, true);
    else
        bury(connection);
}

static void readable(struct bufferevent *bev, void *arg)
{
    (void)bev;
    connection_run(arg);
}

/* All that waited has left. */
static void written(struct bufferevent *bev, void *arg)
{
    struct connection *connection = arg;
    void (*drained)(struct http_request *) = connection->request.drained;
    if (evbuffer_get_length(bufferevent_get_output(bev)) > 0)
        return;
    connection_hold(connection);
    if (connection->phase == PHASE_FLUSH) {
        go_on(connection);
        connection_run(connection);
    } else if (drained != NULL) {
        connection->request.drained = NULL;
        drained(&connection->request);
    }
    connection_release(connection);
}

/* A client that has sent its last byte may still wait for answers; but who reads a stream does not hang up half. */
static void ended(struct bufferevent *bev, short what, void *arg)
{
    struct connection *connection = arg;
    (void)bev;
    if ((what & BEV_EVENT_CONNECTED) != 0)
        return;
    connection->eof = true;
    if ((what & BEV_EVENT_EOF) == 0 || connection->request.streaming)
        connection_drop(connection, true);
    else
        connection_run(connection);
}

void connection_open(struct http_server *server, int fd, const struct peer_key *peer, const char *peer_text)
{
    struct connection *connection = calloc(1, sizeof *connection);
    struct http_reader *reader = http_reader_new();
    struct bufferevent *bev = NULL;
    if (connection != NULL && reader != NULL)
        bev = server->config.tls != NULL ? tls_accept(server->config.tls, server->base, fd)
                                         : bufferevent_socket_new(server->base, fd, BEV_OPT_CLOSE_ON_FREE);
    if (bev == NULL) {
        free(connection);
        http_reader_destroy(&reader);
        close(fd);
        peers_leave(&server->peers, peer);
        return;
    }
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
    setsockopt(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &(int){UNSENT_MAX}, sizeof(int));
    connection->server = server;
    connection->bev = bev;
    connection->tls = server->config.tls;
    connection->reader = reader;
    connection->peer = *peer;
    memcpy(connection->peer_text, peer_text, sizeof connection->peer_text);
    enter(connection, PHASE_HEAD);
    TAILQ_INSERT_TAIL(&server->connections, connection, link);
    server->counters.open++;
    bufferevent_setcb(bev, readable, written, ended, connection);
    bufferevent_setwatermark(bev, EV_READ, 0, INPUT_MAX);
    bufferevent_enable(bev, EV_READ | EV_WRITE);
}

/* Whether at least body_rate bytes a second were moved in the span that is over; begins the next one. */
static bool fast_enough(struct connection *connection, uint64_t moved, unsigned span_ms, int64_t now)
{
    uint64_t least = (uint64_t)connection->server->config.body_rate * span_ms / 1000;
    bool enough = moved - connection->span >= least;
    connection->span = moved;
    connection->since_ms = now;
    return enough;
}

static void cut_off(struct connection *connection)
{
    connection->server->counters.cut_off++;
    connection_drop(connection, true);
}

static void check_output(struct connection *connection, int64_t now)
{
    const struct http_server_config *config = &connection->server->config;
    size_t unsent = connection_unsent(connection);
    if (unsent == 0) {
        connection->since_ms = now;
        connection->span = connection->queued;
    } else if (now - connection->since_ms >= config->stall_ms &&
               !fast_enough(connection, connection->queued - unsent, config->stall_ms, now)) {
        cut_off(connection);
    }
}

void connection_check(struct connection *connection, int64_t now)
{
    const struct http_server_config *config = &connection->server->config;
    int64_t age = now - connection->since_ms;
    switch (connection->phase) {
    case PHASE_IDLE:
        if (age >= config->idle_ms)
            connection_drop(connection, false);
        return;
    case PHASE_HEAD:
        if (age < config->head_ms)
            return;
        if (http_reader_started(connection->reader))
            connection_refuse(connection, 408, "The head did not come in time.");
        else
            connection_drop(connection, false);
        return;
    case PHASE_BODY:
        if (age >= config->body_ms && !fast_enough(connection, connection->taken, config->body_ms, now))
            refuse_reading(connection, 408, "The body did not come in time.");
        return;
    case PHASE_LINGER:
        if (age >= config->linger_ms)
            connection_drop(connection, false);
        return;
    default:
        check_output(connection, now);
    }
}
