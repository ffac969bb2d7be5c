/* How many connections each address has. Internal to this folder. */
#ifndef DANDELION_GATEWAY_HTTP_PEERS_H
#define DANDELION_GATEWAY_HTTP_PEERS_H

#include <stdbool.h>
#include <stdint.h>

struct sockaddr;

enum { PEER_TEXT_SIZE = 46 };

/* An IPv4 address (mapped into IPv6), or the first 64 bits of an IPv6 address: what one customer is given. */
struct peer_key {
    uint8_t bytes[16];
};

struct peers {
    struct peer *by_key; /* a uthash */
};

/* The key of an address, and its numeric form. */
void peer_read(const struct sockaddr *address, struct peer_key *key, char text[PEER_TEXT_SIZE]);

/* Counts one more connection; false, and nothing is counted, when there are already `most` (0: no limit) or memory is
 * short. */
bool peers_enter(struct peers *peers, const struct peer_key *key, unsigned most);

/* Takes back what peers_enter counted. */
void peers_leave(struct peers *peers, const struct peer_key *key);

#endif
