/* Passwords: argon2id of the password mixed with a key that is not in the database. Slow by design: worker threads
 * only. */
#ifndef DANDELION_IDENTITY_PASSWORD_H
#define DANDELION_IDENTITY_PASSWORD_H

#include <stdbool.h>

#include "base/err.h"

enum { PASSWORD_HASH_SIZE = 128 };

/* The hash to keep, salt and parameters in it. `pepper_file` holds the 32 bytes that passwords are mixed with. */
int password_hash(const char *pepper_file, const char *password, char hash[PASSWORD_HASH_SIZE], struct err *err);

/* Is it the password? A NULL `hash`, that of an account that is not there, takes as long and says no. */
int password_verify(const char *pepper_file, const char *password, const char *hash, bool *right, struct err *err);

/* Is it easy to guess: one of the most common, or made of the user name, of one character or of a run of them? Pure. */
bool password_is_weak(const char *password, const char *username, const char *name);

#endif
