/* Page tokens: where the next page begins, sealed against change. */
#ifndef DANDELION_DAEMON_PAGE_H
#define DANDELION_DAEMON_PAGE_H

#include "base/arena.h"
#include "base/err.h"

enum { PAGE_SIZE_DEFAULT = 20, PAGE_KEY_SIZE = 16, PAGE_CURSOR_MAX = 300 };

/* The token for the page after `cursor` of `method`; NULL when the arena is full. */
char *page_token_make(const unsigned char key[PAGE_KEY_SIZE], const char *method, const char *cursor,
                      struct arena *arena);

/* Reads a token into `cursor`; "" gives "". Returns 0, or -1 with ERR_PAGE_TOKEN_INVALID for one that this method
 * did not make. */
int page_token_read(const unsigned char key[PAGE_KEY_SIZE], const char *method, const char *token, struct arena *arena,
                    const char **cursor, struct err *err);

#endif
