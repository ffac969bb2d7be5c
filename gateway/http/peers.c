#include "gateway/http/peers.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

struct peer {
    struct peer_key key;
    unsigned connections;
    UT_hash_handle hh;
};

void peer_read(const struct sockaddr *address, struct peer_key *key, char text[PEER_TEXT_SIZE])
{
    struct in6_addr ip = IN6ADDR_ANY_INIT;
    if (address->sa_family == AF_INET6) {
        ip = ((const struct sockaddr_in6 *)address)->sin6_addr;
    } else {
        ip.s6_addr[10] = ip.s6_addr[11] = 0xFF;
        memcpy(ip.s6_addr + 12, &((const struct sockaddr_in *)address)->sin_addr, 4);
    }
    memcpy(key->bytes, ip.s6_addr, sizeof key->bytes);
    if (IN6_IS_ADDR_V4MAPPED(&ip)) {
        inet_ntop(AF_INET, ip.s6_addr + 12, text, PEER_TEXT_SIZE);
    } else {
        inet_ntop(AF_INET6, &ip, text, PEER_TEXT_SIZE);
        memset(key->bytes + 8, 0, 8);
    }
}

bool peers_enter(struct peers *peers, const struct peer_key *key, unsigned most)
{
    struct peer *peer;
    if (most == 0)
        return true;
    HASH_FIND(hh, peers->by_key, key, sizeof *key, peer);
    if (peer == NULL) {
        peer = calloc(1, sizeof *peer);
        if (peer == NULL)
            return false;
        peer->key = *key;
        HASH_ADD(hh, peers->by_key, key, sizeof peer->key, peer);
    }
    if (peer->connections == most)
        return false;
    peer->connections++;
    return true;
}

void peers_leave(struct peers *peers, const struct peer_key *key)
{
    struct peer *peer;
    HASH_FIND(hh, peers->by_key, key, sizeof *key, peer);
    if (peer != NULL && --peer->connections == 0) {
        HASH_DEL(peers->by_key, peer);
        free(peer);
    }
}
