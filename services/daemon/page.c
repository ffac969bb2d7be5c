#include "daemon/page.h"

#include <sodium.h>
#include <string.h>

#include "errors.h"

enum { MAC_SIZE = 8, VARIANT = sodium_base64_VARIANT_URLSAFE_NO_PADDING };

static void mac_of(const unsigned char *key, const char *method, const char *cursor, size_t length,
                   unsigned char mac[crypto_generichash_BYTES_MIN])
{
    crypto_generichash_state state;
    crypto_generichash_init(&state, key, PAGE_KEY_SIZE, crypto_generichash_BYTES_MIN);
    crypto_generichash_update(&state, (const unsigned char *)method, strlen(method) + 1);
    crypto_generichash_update(&state, (const unsigned char *)cursor, length);
    crypto_generichash_final(&state, mac, crypto_generichash_BYTES_MIN);
}

char *page_token_make(const unsigned char key[PAGE_KEY_SIZE], const char *method, const char *cursor,
                      struct arena *arena)
{
    unsigned char plain[crypto_generichash_BYTES_MIN + PAGE_CURSOR_MAX];
    size_t length = strnlen(cursor, PAGE_CURSOR_MAX);
    mac_of(key, method, cursor, length, plain);
    memcpy(plain + MAC_SIZE, cursor, length);
    size_t size = sodium_base64_encoded_len(MAC_SIZE + length, VARIANT);
    char *token = arena_alloc(arena, size);
    if (token)
        sodium_bin2base64(token, size, plain, MAC_SIZE + length, VARIANT);
    return token;
}

int page_token_read(const unsigned char key[PAGE_KEY_SIZE], const char *method, const char *token, struct arena *arena,
                    const char **cursor, struct err *err)
{
    unsigned char plain[MAC_SIZE + PAGE_CURSOR_MAX];
    unsigned char mac[crypto_generichash_BYTES_MIN];
    size_t size;
    if (!*token) {
        *cursor = "";
        return 0;
    }
    if (sodium_base642bin(plain, sizeof plain, token, strlen(token), NULL, &size, NULL, VARIANT) != 0 ||
        size < MAC_SIZE)
        return err_field(err, ERR_PAGE_TOKEN_INVALID, "page_token", "not a token");
    mac_of(key, method, (const char *)plain + MAC_SIZE, size - MAC_SIZE, mac);
    if (sodium_memcmp(mac, plain, MAC_SIZE) != 0)
        return err_field(err, ERR_PAGE_TOKEN_INVALID, "page_token", "not of this list");
    *cursor = arena_copy(arena, plain + MAC_SIZE, size - MAC_SIZE);
    return *cursor ? 0 : err_set(err, ERR_REPLY_TOO_LARGE, "no room for a cursor");
}
