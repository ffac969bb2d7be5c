#include "store/held.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

struct held {
    struct held_name name;
    struct unit *first, *last; /* waiting, linked by next */
    UT_hash_handle hh;
};

/* Two streets never share an aggregate, since ids are random; the id alone names it. */
struct held_name held_aggregate(const struct unit *unit)
{
    struct held_name name;
    memcpy(name.bytes, unit->aggregate.bytes, sizeof name.bytes);
    return name;
}

struct held_name held_key(const struct unit *unit)
{
    struct held_name name;
    crypto_generichash_state state;
    crypto_generichash_init(&state, NULL, 0, sizeof name.bytes);
    crypto_generichash_update(&state, unit->street_id.bytes, sizeof unit->street_id.bytes);
    crypto_generichash_update(&state, unit->account_id.bytes, sizeof unit->account_id.bytes);
    crypto_generichash_update(&state, (const unsigned char *)unit->idempotency_key, strlen(unit->idempotency_key));
    crypto_generichash_final(&state, name.bytes, sizeof name.bytes);
    return name;
}

bool held_take(struct held **table, struct held_name name, struct unit *waiter)
{
    struct held *held;
    HASH_FIND(hh, *table, &name, sizeof name, held);
    if (!held) {
        held = calloc(1, sizeof *held);
        if (!held)
            abort(); /* a hundred bytes: going on unheld would let two writers race */
        held->name = name;
        HASH_ADD(hh, *table, name, sizeof held->name, held);
        return true;
    }
    if (waiter) {
        waiter->next = NULL;
        if (held->last)
            held->last->next = waiter;
        else
            held->first = waiter;
        held->last = waiter;
    }
    return false;
}

void held_release(struct held **table, struct held_name name, struct unit **next)
{
    struct held *held;
    HASH_FIND(hh, *table, &name, sizeof name, held);
    if (next)
        *next = NULL;
    if (!held)
        return;
    if (next && held->first) {
        *next = held->first;
        held->first = (*next)->next;
        if (!held->first)
            held->last = NULL;
        (*next)->next = NULL;
        return;
    }
    HASH_DEL(*table, held);
    free(held);
}

void held_clear(struct held **table)
{
    struct held *held = *table;
    HASH_CLEAR(hh, *table); /* frees the table, not its elements, which stay linked */
    for (struct held *next; held; held = next) {
        next = held->hh.next;
        free(held);
    }
}
