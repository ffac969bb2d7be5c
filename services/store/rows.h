/* Rows of a result in binary format, as the C structs that the statement declares. */
#ifndef DANDELION_STORE_ROWS_H
#define DANDELION_STORE_ROWS_H

#include <libpq-fe.h>
#include <stdint.h>

#include "base/err.h"
#include "store/statement.h"

/* Does the result have the columns that the statement declares? Checked once per result, before any row is read. */
int rows_check(const PGresult *result, const struct statement *statement, struct err *err);

/* Fills one row struct. Texts and bytes point into the result and live as long as it. */
void row_read(const PGresult *result, const struct statement *statement, int row, void *out);

/* The first column of a set-based statement: which of the rows given to it this row belongs to. */
int32_t row_ord(const PGresult *result, int row);

#endif
