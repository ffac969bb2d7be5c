/* A sensitive value as its two columns hold it. */
#ifndef DANDELION_IDENTITY_SEALED_H
#define DANDELION_IDENTITY_SEALED_H

#include "base/arena.h"
#include "store/crypto.h"

struct sealed {
    struct bytes value; /* NULL for "" */
    struct bytes index;
};

/* Whose value it is, and where the result shall live. */
struct sealer {
    const struct crypto *crypto;
    struct arena *arena;
    struct uuid street_id, owner_id;
};

/* Seals `text` for its field, with its blind index. Returns -1 with ERR_OVERLOADED when the arena is full. */
int sealer_seal(const struct sealer *sealer, const char *field, const char *text, struct sealed *out, struct err *err);

#endif
