#include "store/crypto.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "errors.h"

enum {
    KEY_NUMBER = 1,
    NONCE_SIZE = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
    TAG_SIZE = crypto_aead_xchacha20poly1305_ietf_ABYTES,
    KEY_SIZE = crypto_aead_xchacha20poly1305_ietf_KEYBYTES,
    HEAD_SIZE = 1 + NONCE_SIZE,
    INDEX_SIZE = 16,
    BINDING_MAX = 64 + 32,
};

struct crypto {
    unsigned char seal_key[KEY_SIZE];
    unsigned char index_key[KEY_SIZE];
};

static int key_read(const char *path, unsigned char key[KEY_SIZE], struct err *err)
{
    FILE *file = fopen(path, "rb");
    size_t got = file ? fread(key, 1, KEY_SIZE, file) : 0;
    bool more = file && fgetc(file) != EOF;
    if (file)
        fclose(file);
    if (got != KEY_SIZE || more)
        return err_set(err, ERR_INTERNAL, "the key file %s must hold exactly %d bytes", path, KEY_SIZE);
    return 0;
}

struct crypto *crypto_new(const char *column_key_file, const char *index_key_file, struct err *err)
{
    struct crypto *crypto = sodium_malloc(sizeof *crypto);
    if (!crypto)
        err_set(err, ERR_INTERNAL, "out of memory for keys");
    else if (key_read(column_key_file, crypto->seal_key, err) != 0 ||
             key_read(index_key_file, crypto->index_key, err) != 0)
        crypto_destroy(&crypto);
    return crypto;
}

void crypto_destroy(struct crypto **crypto)
{
    if (*crypto)
        sodium_free(*crypto);
    *crypto = NULL;
}

/* What a sealed value is bound to. */
static size_t binding_of(const char *field, const struct uuid *street_id, const struct uuid *owner_id,
                         unsigned char out[BINDING_MAX])
{
    size_t length = strnlen(field, BINDING_MAX - 32);
    memcpy(out, field, length);
    memcpy(out + length, street_id->bytes, 16);
    memcpy(out + length + 16, owner_id->bytes, 16);
    return length + 32;
}

struct bytes crypto_seal_bytes(const struct crypto *crypto, struct arena *arena, const char *field,
                               const struct uuid *street_id, const struct uuid *owner_id, struct bytes plain)
{
    unsigned char binding[BINDING_MAX];
    unsigned char *out = arena_alloc(arena, HEAD_SIZE + plain.size + TAG_SIZE);
    if (!out)
        return (struct bytes){NULL, 0};
    out[0] = KEY_NUMBER;
    randombytes_buf(out + 1, NONCE_SIZE);
    size_t bound = binding_of(field, street_id, owner_id, binding);
    crypto_aead_xchacha20poly1305_ietf_encrypt(out + HEAD_SIZE, NULL, plain.data, plain.size, binding, bound, NULL,
                                               out + 1, crypto->seal_key);
    return (struct bytes){out, HEAD_SIZE + plain.size + TAG_SIZE};
}

struct bytes crypto_seal(const struct crypto *crypto, struct arena *arena, const char *field,
                         const struct uuid *street_id, const struct uuid *owner_id, const char *text)
{
    if (!text || !*text)
        return (struct bytes){NULL, 0};
    return crypto_seal_bytes(crypto, arena, field, street_id, owner_id, (struct bytes){text, strlen(text)});
}

int crypto_open_bytes(const struct crypto *crypto, struct arena *arena, const char *field, const struct uuid *street_id,
                      const struct uuid *owner_id, struct bytes sealed, struct bytes *plain, struct err *err)
{
    unsigned char binding[BINDING_MAX];
    const unsigned char *in = sealed.data;
    if (sealed.size < HEAD_SIZE + TAG_SIZE || in[0] != KEY_NUMBER)
        return err_set(err, ERR_INTERNAL, "the sealed %s is not of a known key", field);
    size_t length = sealed.size - HEAD_SIZE - TAG_SIZE;
    unsigned char *out = arena_alloc(arena, length + 1);
    if (!out)
        return err_set(err, ERR_REPLY_TOO_LARGE, "no room for %s", field);
    size_t bound = binding_of(field, street_id, owner_id, binding);
    if (crypto_aead_xchacha20poly1305_ietf_decrypt(out, NULL, NULL, in + HEAD_SIZE, sealed.size - HEAD_SIZE, binding,
                                                   bound, in + 1, crypto->seal_key) != 0)
        return err_set(err, ERR_INTERNAL, "the sealed %s does not open", field);
    *plain = (struct bytes){out, length};
    return 0;
}

const char *crypto_open(const struct crypto *crypto, struct arena *arena, const char *field,
                        const struct uuid *street_id, const struct uuid *owner_id, struct bytes sealed, struct err *err)
{
    struct bytes plain = {NULL, 0};
    if (!sealed.data)
        return "";
    if (crypto_open_bytes(crypto, arena, field, street_id, owner_id, sealed, &plain, err) != 0)
        return NULL;
    return plain.data;
}

struct bytes crypto_index(const struct crypto *crypto, struct arena *arena, const char *field,
                          const struct uuid *street_id, const char *text)
{
    crypto_generichash_state state;
    if (!text || !*text)
        return (struct bytes){NULL, 0};
    unsigned char *out = arena_alloc(arena, INDEX_SIZE);
    if (!out)
        return (struct bytes){NULL, 0};
    crypto_generichash_init(&state, crypto->index_key, KEY_SIZE, INDEX_SIZE);
    crypto_generichash_update(&state, (const unsigned char *)field, strlen(field) + 1);
    crypto_generichash_update(&state, street_id->bytes, 16);
    crypto_generichash_update(&state, (const unsigned char *)text, strlen(text));
    crypto_generichash_final(&state, out, INDEX_SIZE);
    return (struct bytes){out, INDEX_SIZE};
}

void crypto_subkey(const struct crypto *crypto, const char *purpose, unsigned char *out, size_t size)
{
    crypto_generichash(out, size, (const unsigned char *)purpose, strlen(purpose), crypto->index_key, KEY_SIZE);
}
