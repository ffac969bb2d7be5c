/* The HTTP/1.1 server: connections on one libevent loop. No globals: several loops may each run a server, on the same
 * port with `reuse_port`. Everything here is called in the loop's own thread.
 *
 * The life of a request. When its head is complete the server calls `on_request`, and the application does one of:
 *   - http_reply at once (the body, if any, is thrown away);
 *   - http_request_collect: wait for the whole body in memory, then be called;
 *   - http_request_stream: take the body piece by piece;
 *   - none of them yet: the body waits in the client, until one of these is called later.
 * The answer is http_reply, or http_stream_start … http_stream_end; now or at any later time.
 *
 * Who owns the request: while the server reads a body for the application (between collect or stream and the end of the
 * body) the server does; if the body never comes whole, `on_closed` is the last the application hears of it. At all
 * other times the application does, and it owes exactly one answer, even after `on_closed`; the request stays
 * valid until then, and the answer goes nowhere.
 *
 * Requests of one connection are answered in order, one in hand at a time. Malformed, slow and too large ones are
 * refused here, with an application/problem+json body, and their connection is closed. */
#ifndef DANDELION_GATEWAY_HTTP_SERVER_H
#define DANDELION_GATEWAY_HTTP_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"
#include "gateway/http/head.h"
#include "gateway/http/tls.h"

struct event_base;
struct http_server;
struct http_request;

/* Times in ms. http_server_defaults fills it; tests shorten the times. */
struct http_server_config {
    const char *address;              /* numeric: "127.0.0.1", "::"; default "127.0.0.1" */
    uint16_t port;                    /* 0: any free one, see http_server_port */
    bool reuse_port;                  /* SO_REUSEPORT: several loops share the port */
    struct http_tls *tls;             /* NULL: plain. Borrowed; must outlive the server */
    unsigned connections_max;         /* 10000; one more is answered 503 and closed */
    unsigned connections_per_address; /* 256, an IPv6 /64 is one address; 0: no limit (behind a proxy) */
    unsigned sweep_ms;                /* 1000: how often deadlines are looked at */
    unsigned head_ms;   /* 5000: from the connection, or the first byte of a later request, to the whole head */
    unsigned idle_ms;   /* 60000: between requests */
    unsigned body_ms;   /* 5000: in each such span the client must send body_rate bytes/s of the body */
    unsigned body_rate; /* 1024 */
    unsigned stall_ms;  /* 30000: in each such span it must take body_rate bytes/s of what waits for it */
    unsigned linger_ms; /* 2000: after a refusal, how long to read on so that the client gets to see the answer */
    size_t stream_max;  /* 262144: a reader of a stream who leaves more than this unread is cut off */
    const char *content_security_policy; /* of answers that do not bring their own */
};

void http_server_defaults(struct http_server_config *config);

struct http_handler {
    /* The head of a request is complete. */
    void (*on_request)(struct http_request *request, void *context);
    /* The request ends without the answer: the client is gone, or the body was refused. See above on who owns it. May
     * be NULL. */
    void (*on_closed)(struct http_request *request, void *context);
    /* Writes the problem (application/problem+json) of a refusal of the server's own. `request` is NULL when its head
     * was not whole. May be NULL: then the problem says no more than its status and the reason. */
    void (*problem)(struct http_request *request, int status, const char *reason, struct str *body, void *context);
};

/* What happened so far. `refusals` counts what the server itself refused, by the statuses of http_refusal_statuses. */
enum { HTTP_REFUSALS = 9 };
extern const int http_refusal_statuses[HTTP_REFUSALS];
struct http_counters {
    uint64_t accepted;   /* connections, those turned away included */
    uint64_t requests;   /* whole heads */
    uint64_t replies[6]; /* answers of the application by class: [2] is 2xx */
    uint64_t refusals[HTTP_REFUSALS];
    uint64_t cut_off; /* connections dropped because the client did not read, or fell silent in a refused request */
    uint64_t accept_paused; /* times we stopped accepting because file descriptors ran out */
    unsigned open;          /* connections now */
};

/* Listens and serves. NULL, with `err` filled, when it cannot listen. `config` and `handler` are copied. The process
 * ignores SIGPIPE from then on: a client that hangs up fails a write, and libevent and OpenSSL have no other way. */
struct http_server *http_server_new(struct event_base *base, const struct http_server_config *config,
                                    const struct http_handler *handler, void *context, struct err *err);

/* Closes everything at once. Requests the application still owns get on_closed, stay valid and are still to be
 * answered (into the void). Not from within a callback of this server. */
void http_server_destroy(struct http_server **server);

/* Stops accepting, closes idle connections, lets requests in hand finish (their answers say "Connection: close") and
 * then calls `done`, from the loop, never from here. Streams are the application's to end. */
void http_server_drain(struct http_server *server, void (*done)(void *arg), void *arg);

/* New connections use this certificate from now on (as after a renewal). Only for a server that has one. */
void http_server_set_tls(struct http_server *server, struct http_tls *tls);

uint16_t http_server_port(const struct http_server *server);
const struct http_counters *http_server_counters(const struct http_server *server);

/* The head, valid as long as the request. */
const struct http_head *http_request_head(const struct http_request *request);

/* The client's address, numeric, without the port; that of the proxy when there is one. */
const char *http_request_peer(const struct http_request *request);

/* Whether the client is gone. Then the body will not come either: answer, into the void, instead of asking for it. */
bool http_request_closed(const struct http_request *request);

/* The application's own pointer, NULL at first. */
void http_request_set_data(struct http_request *request, void *data);
void *http_request_data(const struct http_request *request);

/* Waits for the whole body, at most `most` bytes (more is refused with 413), then calls `done`. `body` is followed by a
 * NUL and stays valid until the answer. */
void http_request_collect(struct http_request *request, size_t most,
                          void (*done)(struct http_request *request, const char *body, size_t length));

/* Takes the body as it comes, at most `most` bytes. Either callback may answer at once, and then hears no more. */
struct http_body_sink {
    void (*piece)(struct http_request *request, const char *bytes, size_t length);
    void (*end)(struct http_request *request);
};
void http_request_stream(struct http_request *request, uint64_t most, const struct http_body_sink *sink);

/* Answers. `fields` adds header fields, or replaces the defaults Content-Security-Policy, Cache-Control and
 * Referrer-Policy; names and values must be well-formed, else the answer becomes a 500. `content_type` may be NULL
 * when there is no body. Everything is copied. To HEAD the body's length is told and the body left out. JSON and text
 * of 1 KiB or more is compressed when the client takes gzip, unless a field Content-Encoding is given ("identity"
 * is not sent on: it only forbids compression, as for answers that hold a secret beside what the client wrote). */
void http_reply(struct http_request *request, int status, const char *content_type, const struct http_header *fields,
                size_t fields_count, const char *body, size_t length);

/* Begins an answer of unknown length, as server-sent events or a long export. May call on_closed before it returns. */
void http_stream_start(struct http_request *request, int status, const char *content_type,
                       const struct http_header *fields, size_t fields_count);

/* Sends a piece now. Returns 0, or -1 when the client is gone or left more than stream_max unread (it is then dropped,
 * and on_closed is not called for it). http_stream_end is still owed. */
int http_stream_chunk(struct http_request *request, const char *bytes, size_t length);

/* Calls `drained` once, when all that was sent has left for the network (from the loop). To write a long export no
 * faster than it is read. Not called when the client goes. */
void http_stream_when_drained(struct http_request *request, void (*drained)(struct http_request *request));

void http_stream_end(struct http_request *request);

#endif
