#include "identity/access/password.h"

#include <ctype.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "errors.h"

/* OWASP Password Storage Cheat Sheet: Argon2id with 19 MiB of memory and 2 passes. */
#define PASSES 2U
#define MEMORY ((size_t)19 << 20)

enum { PEPPER_SIZE = 32, MIXED_SIZE = 32, SHORTEST_NAME = 4 };

static int pepper_read(const char *path, unsigned char pepper[PEPPER_SIZE], struct err *err)
{
    FILE *file = fopen(path, "rbe");
    size_t got = file ? fread(pepper, 1, PEPPER_SIZE, file) : 0;
    if (file)
        fclose(file);
    return got == PEPPER_SIZE ? 0 : err_set(err, ERR_INTERNAL, "%s must hold %d bytes", path, PEPPER_SIZE);
}

/* Without the key a stolen table of hashes cannot even be tried against a list of passwords. */
static int mix(const char *pepper_file, const char *password, unsigned char mixed[MIXED_SIZE], struct err *err)
{
    unsigned char pepper[PEPPER_SIZE];
    if (pepper_read(pepper_file, pepper, err) != 0)
        return -1;
    crypto_generichash(mixed, MIXED_SIZE, (const unsigned char *)password, strlen(password), pepper, sizeof pepper);
    sodium_memzero(pepper, sizeof pepper);
    return 0;
}

int password_hash(const char *pepper_file, const char *password, char hash[PASSWORD_HASH_SIZE], struct err *err)
{
    unsigned char mixed[MIXED_SIZE];
    if (mix(pepper_file, password, mixed, err) != 0)
        return -1;
    int rc =
        crypto_pwhash_str_alg(hash, (const char *)mixed, sizeof mixed, PASSES, MEMORY, crypto_pwhash_ALG_ARGON2ID13);
    sodium_memzero(mixed, sizeof mixed);
    return rc == 0 ? 0 : err_set(err, ERR_OVERLOADED, "out of memory for argon2id");
}

int password_verify(const char *pepper_file, const char *password, const char *hash, bool *right, struct err *err)
{
    /* Of a password that nobody knows; its parameters are those above. */
    static const char nobody[] = "$argon2id$v=19$m=19456,t=2,p=1$c29tZSBzYWx0IGhlcmUhIQ"
                                 "$QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE";
    unsigned char mixed[MIXED_SIZE];
    if (mix(pepper_file, password, mixed, err) != 0)
        return -1;
    int rc = crypto_pwhash_str_verify(hash ? hash : nobody, (const char *)mixed, sizeof mixed);
    sodium_memzero(mixed, sizeof mixed);
    *right = rc == 0 && hash;
    return 0;
}

/* Does every character follow from the one before it by the same step: aaaaaaaa, 12345678, hgfedcba? */
static bool is_run(const char *password)
{
    if (!password[0] || !password[1])
        return true;
    int step = password[1] - password[0];
    if (step < -1 || step > 1)
        return false;
    for (size_t i = 1; password[i]; i++)
        if (password[i] - password[i - 1] != step)
            return false;
    return true;
}

static void lower(const char *text, char out[PASSWORD_HASH_SIZE])
{
    size_t length = 0;
    for (; length < PASSWORD_HASH_SIZE - 1 && text[length]; length++)
        out[length] = (char)tolower((unsigned char)text[length]);
    out[length] = '\0';
}

bool password_is_weak(const char *password, const char *username, const char *name)
{
    /* Those of at least 8 characters among the most common of published leaks, and their local relatives. */
    static const char *const common[] = {
        "password",   "password1",  "password12",     "password123", "passw0rd",    "p@ssw0rd",      "p@ssword",
        "iloveyou",   "sunshine",   "princess",       "football",    "baseball",    "superman",      "trustno1",
        "starwars",   "whatever",   "qwertyui",       "qwertyuiop",  "asdfghjk",    "asdfghjkl",     "zxcvbnm1",
        "1q2w3e4r",   "1q2w3e4r5t", "qwer1234",       "abcd1234",    "abc12345",    "a1234567",      "a12345678",
        "a123456789", "aa123456",   "aa12345678",     "asd123456",   "qq123456",    "q1w2e3r4",      "1qaz2wsx",
        "woaini1314", "woaini520",  "wodemima",       "5201314520",  "13145201314", "11223344",      "12344321",
        "87654321",   "123123123",  "12341234",       "123456789a",  "1234567890a", "administrator", "admin123",
        "admin1234",  "admin12345", "administrator1", "welcome1",    "welcome123",  "letmein1",      "dandelion",
        "changeme",   "changeme1",  "88888888",       "66668888",    "1234abcd",    "qweasdzxc",     "google123",
        "computer",
    };
    char plain[PASSWORD_HASH_SIZE], other[PASSWORD_HASH_SIZE];
    lower(password, plain);
    if (is_run(plain))
        return true;
    for (size_t i = 0; i < sizeof common / sizeof *common; i++)
        if (strcmp(plain, common[i]) == 0)
            return true;
    lower(username, other);
    if (strlen(other) >= SHORTEST_NAME && strstr(plain, other))
        return true;
    lower(name, other);
    return *other && strstr(plain, other);
}
