/* TLS for the server: TLS 1.2 and 1.3, no renegotiation, no stateless tickets (sessions are kept here for five minutes,
 * so that no long-lived ticket key can undo forward secrecy), ALPN http/1.1. */
#ifndef DANDELION_GATEWAY_HTTP_TLS_H
#define DANDELION_GATEWAY_HTTP_TLS_H

#include "base/err.h"

struct http_tls;

/* Loads a PEM certificate chain and its private key. NULL, with `err` filled, when they cannot be read or do not belong
 * together. May be shared by servers of several loops. */
struct http_tls *http_tls_new(const char *certificate_file, const char *key_file, struct err *err);

/* Connections that use it live on. */
void http_tls_destroy(struct http_tls **tls);

#endif
