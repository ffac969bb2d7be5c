/* What the server needs of TLS. Internal to this folder. */
#ifndef DANDELION_GATEWAY_HTTP_TLS_ACCEPT_H
#define DANDELION_GATEWAY_HTTP_TLS_ACCEPT_H

struct bufferevent;
struct event_base;
struct http_tls;

/* A bufferevent that does the server's side of the handshake and owns `fd`; NULL, and `fd` is left alone, when memory
 * is short. */
struct bufferevent *tls_accept(struct http_tls *tls, struct event_base *base, int fd);

/* Tells the client that no more will be sent. */
void tls_shutdown(struct bufferevent *bev);

#endif
