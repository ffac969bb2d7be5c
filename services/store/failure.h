/* What PostgreSQL's refusals mean to us. */
#ifndef DANDELION_STORE_FAILURE_H
#define DANDELION_STORE_FAILURE_H

#include <libpq-fe.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

/* Turns a failed result into an error; a violated constraint is ERR_INTERNAL until its owner explains it. Only the
 * primary message is kept: the detail holds values. The name of a violated constraint is copied to `constraint`, else
 * "". */
void failure_read(const PGresult *result, struct err *err, char *constraint, size_t size);

/* May the same work succeed when it is simply done again? */
bool failure_is_transient(int code);

#endif
