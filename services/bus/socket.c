/* Socket options and endpoint rules. */
#include "bus/socket.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "bus/frame.h"

/* Messages that may wait per peer. A publisher's queue rides out a slow reader for longer: what it drops costs a read
 * from the log. */
enum { QUEUE_LENGTH = 1000, EVENT_QUEUE_LENGTH = 10000 };

enum {
    HEARTBEAT_MS = 2000,
    HEARTBEAT_TIMEOUT_MS = 6000,
    HANDSHAKE_MS = 5000,
    RECONNECT_MS = 50,
    RECONNECT_MAX_MS = 500,
    LINGER_MS = 1000, /* of those who answer; those who ask do not linger */
};

static void set_options(zsock_t *socket, int type)
{
    int queue = type == ZMQ_XPUB || type == ZMQ_SUB ? EVENT_QUEUE_LENGTH : QUEUE_LENGTH;
    zsock_set_sndhwm(socket, queue);
    zsock_set_rcvhwm(socket, queue);
    zsock_set_maxmsgsize(socket, FRAME_MAX);
    zsock_set_linger(socket, type == ZMQ_ROUTER ? LINGER_MS : 0);
    zsock_set_heartbeat_ivl(socket, HEARTBEAT_MS);
    zsock_set_heartbeat_timeout(socket, HEARTBEAT_TIMEOUT_MS);
    zsock_set_heartbeat_ttl(socket, HEARTBEAT_TIMEOUT_MS);
    zsock_set_handshake_ivl(socket, HANDSHAKE_MS);
    zsock_set_reconnect_ivl(socket, RECONNECT_MS);
    zsock_set_reconnect_ivl_max(socket, RECONNECT_MAX_MS);
    if (type == ZMQ_ROUTER)
        zsock_set_router_mandatory(socket, 1); /* an unknown peer is an error, not a silent drop */
    if (type == ZMQ_DEALER)
        zsock_set_immediate(socket, 1); /* queue nothing for a peer that is not there */
}

zsock_t *socket_new(int type, struct err *err)
{
    zsys_handler_set(NULL);
    zsock_t *socket = zsock_new(type);
    if (!socket) {
        err_set(err, ERR_LOCAL, "cannot make a ZeroMQ socket: %s", zmq_strerror(errno));
        return NULL;
    }
    set_options(socket, type);
    return socket;
}

/* The socket file of a well-formed endpoint; NULL with `err` filled for any other. */
static const char *endpoint_path(const char *endpoint, struct err *err)
{
    static const size_t scheme = sizeof "ipc://" - 1;
    if (strncmp(endpoint, "tcp://", 6) == 0)
        err_set(err, ERR_LOCAL, "%s: tcp needs CURVE keys and an allow-list, and none are configured; use ipc://",
                endpoint);
    else if (strncmp(endpoint, "ipc:///", scheme + 1) != 0)
        err_set(err, ERR_LOCAL, "%s: an endpoint is ipc:// and an absolute path", endpoint);
    else if (strlen(endpoint + scheme) >= sizeof((struct sockaddr_un *)0)->sun_path)
        err_set(err, ERR_LOCAL, "%s: the path is too long for a unix socket", endpoint);
    else
        return endpoint + scheme;
    return NULL;
}

/* The directory must be ours and closed to others. */
static int check_directory(const char *path, struct err *err)
{
    char directory[sizeof((struct sockaddr_un *)0)->sun_path];
    struct stat status;
    size_t length = (size_t)(strrchr(path, '/') - path);
    memcpy(directory, path, length);
    memcpy(directory + length, "/", 2);
    if (stat(directory, &status) < 0)
        return err_set(err, ERR_LOCAL, "%s: %s", directory, strerror(errno));
    if (!S_ISDIR(status.st_mode) || status.st_uid != geteuid() || (status.st_mode & 077) != 0)
        return err_set(err, ERR_LOCAL, "%s: must be a directory of this user with mode 0700", directory);
    return 0;
}

/* ZeroMQ unlinks a socket file before it binds, also that of a living process. */
static bool someone_listens(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    memcpy(address.sun_path, path, strlen(path));
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool connected = fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address) == 0;
    if (fd >= 0)
        close(fd);
    return connected;
}

int socket_bind(zsock_t *socket, const char *endpoint, struct err *err)
{
    const char *path = endpoint_path(endpoint, err);
    if (!path || check_directory(path, err) < 0)
        return -1;
    if (someone_listens(path))
        return err_set(err, ERR_LOCAL, "%s: another process answers there", endpoint);
    if (zmq_bind(zsock_resolve(socket), endpoint) < 0)
        return err_set(err, ERR_LOCAL, "%s: %s", endpoint, zmq_strerror(errno));
    return 0;
}

int socket_connect(zsock_t *socket, const char *endpoint, struct err *err)
{
    const char *path = endpoint_path(endpoint, err);
    if (!path || check_directory(path, err) < 0)
        return -1;
    if (zmq_connect(zsock_resolve(socket), endpoint) < 0)
        return err_set(err, ERR_LOCAL, "%s: %s", endpoint, zmq_strerror(errno));
    return 0;
}
