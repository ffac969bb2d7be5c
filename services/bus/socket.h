/* Making ZeroMQ sockets: every limit and time-out that the bus wants, and the rules for endpoints, in one place.
 *
 * An endpoint is "ipc://" and an absolute path in a directory that only this user may enter (0700). Peers within it are
 * trusted: whoever can open the socket is one of the daemons. "tcp://" has no such door; it is refused as long as keys
 * (CURVE) and an allow-list are not there to guard it. */
#ifndef DANDELION_BUS_SOCKET_H
#define DANDELION_BUS_SOCKET_H

#include <czmq.h>

#include "base/err.h"

/* A socket of a ZMQ_ type with the bus's options set; NULL with `err` filled. The caller destroys it with
 * zsock_destroy. CZMQ's signal handlers are switched off. */
zsock_t *socket_new(int type, struct err *err);

/* Binds. Refused while another process answers at the endpoint; a file left by a dead one is replaced. */
int socket_bind(zsock_t *socket, const char *endpoint, struct err *err);

/* Starts connecting, and connecting again whenever the connection is lost. */
int socket_connect(zsock_t *socket, const char *endpoint, struct err *err);

#endif
