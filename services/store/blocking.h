/* A connection for worker threads, which may wait: one statement after the other. The loop never uses one. */
#ifndef DANDELION_STORE_BLOCKING_H
#define DANDELION_STORE_BLOCKING_H

#include <stddef.h>

#include "base/err.h"
#include "store/statement.h"

struct blocking;

/* Connects. NULL with ERR_UNAVAILABLE. */
struct blocking *blocking_open(const char *dsn, unsigned statement_timeout_ms, struct err *err);

/* Closes; what was begun and not committed never happened. */
void blocking_close(struct blocking **blocking);

/* A command without parameters or rows: BEGIN, COMMIT. */
int blocking_command(struct blocking *blocking, const char *command, struct err *err);

/* Runs a :list statement. *rows are `*count` row structs, valid until the next statement. */
int blocking_list(struct blocking *blocking, const struct statement *statement, const void *args, const void **rows,
                  size_t *count, struct err *err);

/* Runs a :save statement with `count` rows of arguments, `args` being an array of its arguments structs. */
int blocking_save(struct blocking *blocking, const struct statement *statement, const void *args, size_t count,
                  struct err *err);

#endif
