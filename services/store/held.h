/* What running units hold: aggregates and idempotency keys. At most one unit holds each; others wait behind it. */
#ifndef DANDELION_STORE_HELD_H
#define DANDELION_STORE_HELD_H

#include <stdbool.h>
#include <stdint.h>

#include "store/unit.h"

struct held; /* a hash table; NULL is the empty one */

/* Sixteen bytes that stand for what is held. */
struct held_name {
    uint8_t bytes[16];
};

struct held_name held_aggregate(const struct unit *unit);
struct held_name held_key(const struct unit *unit);

/* Takes `name`; true when it was free. Otherwise `waiter`, if not NULL, is put in line. */
bool held_take(struct held **table, struct held_name name, struct unit *waiter);

/* Lets go. If somebody waits, `next` becomes the one who holds it now; without `next` nobody may wait. */
void held_release(struct held **table, struct held_name name, struct unit **next);

void held_clear(struct held **table);

#endif
