/* Sensitive columns: sealed with a key that is not in the database, found again by a blind index.
 *
 * A sealed value is one byte of key number, 24 bytes of nonce and the XChaCha20-Poly1305 ciphertext; it is bound to
 * its field, street and owner, so that it cannot be moved to another row. The blind index is a keyed BLAKE2b-128 of
 * the normalised value: equal values of one street have equal indexes, and that is all it tells. */
#ifndef DANDELION_STORE_CRYPTO_H
#define DANDELION_STORE_CRYPTO_H

#include "base/arena.h"
#include "base/bytes.h"
#include "base/err.h"
#include "base/uuid.h"

struct crypto;

/* Reads the two key files of 32 bytes each. NULL with `err` filled. */
struct crypto *crypto_new(const char *column_key_file, const char *index_key_file, struct err *err);
void crypto_destroy(struct crypto **crypto);

/* Seals `text`; "" and NULL become NULL. The result lives in the arena; data is NULL when the arena is full. */
struct bytes crypto_seal(const struct crypto *crypto, struct arena *arena, const char *field,
                         const struct uuid *street_id, const struct uuid *owner_id, const char *text);

/* Opens what crypto_seal made, with the same field, street and owner. NULL stays "". Returns NULL and the error when
 * the value was altered, moved or sealed with another key. */
const char *crypto_open(const struct crypto *crypto, struct arena *arena, const char *field,
                        const struct uuid *street_id, const struct uuid *owner_id, struct bytes sealed,
                        struct err *err);

/* As crypto_seal and crypto_open, for bytes of any kind, empty ones too. The plain bytes are followed by a NUL that is
 * not counted. */
struct bytes crypto_seal_bytes(const struct crypto *crypto, struct arena *arena, const char *field,
                               const struct uuid *street_id, const struct uuid *owner_id, struct bytes plain);
int crypto_open_bytes(const struct crypto *crypto, struct arena *arena, const char *field, const struct uuid *street_id,
                      const struct uuid *owner_id, struct bytes sealed, struct bytes *plain, struct err *err);

/* The 16-byte blind index of a normalised value; "" and NULL become NULL. */
struct bytes crypto_index(const struct crypto *crypto, struct arena *arena, const char *field,
                          const struct uuid *street_id, const char *text);

/* A key of its own for another purpose, derived from the index key. `size` is 16 to 64 bytes. */
void crypto_subkey(const struct crypto *crypto, const char *purpose, unsigned char *out, size_t size);

#endif
