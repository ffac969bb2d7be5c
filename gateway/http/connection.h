/* What the files of the server share: the server, its connections, and the steps of a connection's life. Internal to
 * this folder.
 *
 *     IDLE -> HEAD -> CHOICE -> BODY -> ANSWER -> FLUSH -> IDLE, or LINGER and the end
 *
 * CHOICE waits for the application to say what to do with the body, ANSWER for its answer, FLUSH until the client has
 * taken it: the next request is not looked at before, so a client that does not read cannot make us buffer. BODY comes
 * again after FLUSH to throw away the rest of a body that was answered early. LINGER reads on after we have closed our
 * side, so that the client gets to see a refusal instead of a reset. */
#ifndef DANDELION_GATEWAY_HTTP_CONNECTION_H
#define DANDELION_GATEWAY_HTTP_CONNECTION_H

#include <event2/bufferevent.h>
#include <sys/queue.h>
#include <sys/uio.h>

#include "base/str.h"
#include "gateway/http/gzip.h"
#include "gateway/http/peers.h"
#include "gateway/http/reader.h"
#include "gateway/http/server.h"

enum phase { PHASE_IDLE, PHASE_HEAD, PHASE_CHOICE, PHASE_BODY, PHASE_ANSWER, PHASE_FLUSH, PHASE_LINGER };

enum body_use { BODY_DISCARD, BODY_COLLECT, BODY_STREAM };

/* HTTP_DISCARD_MAX: the most of an unwanted body that is read and thrown away to keep the connection. */
enum { HTTP_DEFAULT_FIELDS = 3, HTTP_DISCARD_MAX = 64 * 1024 };

struct http_request {
    bool owed; /* the application owes an answer, and the struct lives until it comes */
    bool body_ended;
    bool streaming;    /* the answer is a stream that has begun */
    bool without_body; /* the answer must not have one: HEAD, 204, 304 */
    enum body_use body_use;
    void (*collected)(struct http_request *request, const char *body, size_t length);
    struct http_body_sink sink;
    void (*drained)(struct http_request *request);
    void *data;
};

/* One connection, and the request in hand on it. It lives while its socket does, while an answer is owed, and while
 * one of our functions holds it. */
struct connection {
    struct http_request request; /* first, so that one is cast to the other */
    TAILQ_ENTRY(connection) link;
    struct http_server *server;
    struct bufferevent *bev; /* NULL: the socket is gone, and with it our place in the server */
    struct http_tls *tls;    /* NULL: plain */
    struct http_reader *reader;
    struct str body;
    enum phase phase;
    bool running;     /* connection_run is at work further down the stack */
    bool eof;         /* the client will send no more */
    bool close_after; /* close when the answer has left */
    unsigned holds;
    int64_t since_ms; /* the beginning of the phase, or of the span in which its rate is measured */
    uint64_t span;    /* the bytes taken or sent at the beginning of that span */
    uint64_t taken;   /* bytes of the body */
    uint64_t queued;  /* bytes given to the bufferevent */
    struct peer_key peer;
    char peer_text[PEER_TEXT_SIZE];
};

TAILQ_HEAD(connections, connection);

static inline struct connection *connection_of(struct http_request *request)
{
    return (struct connection *)request;
}

struct http_server {
    struct event_base *base;
    struct http_server_config config;
    struct http_handler handler;
    void *context;
    struct evconnlistener *listener; /* NULL once draining */
    struct event *sweep;
    struct event *settled; /* calls `drained` from the loop */
    struct connections connections;
    struct connection *next; /* where the walk over the connections goes on: dropping one moves it */
    struct peers peers;
    struct http_counters counters;
    bool paused; /* no file descriptor was left; the sweep resumes */
    bool draining;
    void (*drained)(void *arg);
    void *drained_arg;
    struct http_gzip gzip;
    struct str head; /* scratch for the head of an answer */
    int64_t date_second;
    char date[64]; /* the whole field */
    char *defaults[HTTP_DEFAULT_FIELDS];
};

/* Calls back whoever waits for the end of the last connection, if this was it. */
void http_server_settle(struct http_server *server);

/* A connection for a socket just accepted; on failure the socket is closed. */
void connection_open(struct http_server *server, int fd, const struct peer_key *peer, const char *peer_text);

/* Goes through what was received, as far as the phase allows. */
void connection_run(struct connection *connection);

/* Reads the body for `use`, which the application has just chosen. */
void connection_begin_body(struct connection *connection, enum body_use use, uint64_t most);

/* Ends the connection at once. With `tell`, the application hears of it if it waits for something. */
void connection_drop(struct connection *connection, bool tell);

/* Looks at the deadline of the phase. */
void connection_check(struct connection *connection, int64_t now_ms);

/* Keep the struct while callbacks may end it, and let go of it. */
void connection_hold(struct connection *connection);
void connection_release(struct connection *connection);

/* Sends parts of an answer, at once if the socket takes them. May drop the connection. */
void connection_send(struct connection *connection, const struct iovec *parts, int count);

/* Bytes that still wait for the client. */
size_t connection_unsent(const struct connection *connection);

/* The answer is complete, sent or queued. Also goes on with the next request. */
void connection_answered(struct connection *connection);

/* Answers for the server itself: a problem, and the end of the connection. */
void connection_refuse(struct connection *connection, int status, const char *reason);

/* Counts what the server itself refused. */
void http_count_refusal(struct http_server *server, int status);

/* Writes the head of an answer into server->head; `length` < 0 announces chunks. -1 when a field is malformed. */
struct http_answer {
    int status;
    const char *content_type;
    const struct http_header *fields;
    size_t fields_count;
    int64_t length;
    bool close;
    bool packed; /* gzip */
    bool varies; /* might have been packed for another client */
};
int http_compose(struct http_server *server, const struct http_answer *answer);

/* Prepares the default fields; -1 when memory is short. */
int http_compose_defaults(struct http_server *server);

/* The reason phrase of a status. */
const char *http_status_text(int status);

#endif
