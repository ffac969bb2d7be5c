/* What a roster would change: read in one pass, compared with the register in batches, and what the commit will take
 * in put aside. Memory does not grow with the rows. Runs in a worker thread. */
#ifndef DANDELION_INTAKE_PREVIEW_H
#define DANDELION_INTAKE_PREVIEW_H

#include "base/uuid.h"
#include "identity/intake/bad_cells.h"
#include "store/crypto.h"

enum { PREVIEW_ROWS_MAX = 100000 }; /* of one file */

struct preview_options {
    const char *database; /* libpq connection string */
    const char *path;     /* of the file */
    const struct crypto *crypto;
    struct uuid street_id, import_id;
    const char *scope;     /* see queries.sql */
    struct uuid branch_id; /* of rows that name none; none: they must */
    int64_t now;
    int32_t today;
    void (*progress)(void *context, uint32_t rows); /* told now and then how many rows were looked at */
    void *context;
};

struct preview {
    struct uuid import_id;
    uint32_t rows_new, rows_changed, rows_same, rows_bad; /* every row of the file is one of them */
    char ignored[8192];                                   /* titles of columns that mean nothing here, "," between */
    struct bad_cells bad;
};

/* Reads the file and puts its rows aside. Returns -1 with an ERR_IMPORT_… when it cannot be read at all. */
int preview_make(const struct preview_options *options, struct preview *preview, struct err *err);

#endif
