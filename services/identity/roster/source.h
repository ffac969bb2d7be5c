/* Where a reader's bytes come from: an entry of a zip file, or memory. */
#ifndef DANDELION_ROSTER_SOURCE_H
#define DANDELION_ROSTER_SOURCE_H

#include <stddef.h>

#include "base/err.h"

struct source {
    /* Reads up to `size` bytes; *length 0 is the end. Returns 0, or -1 with an ERR_IMPORT_…. */
    int (*read)(void *context, void *bytes, size_t size, size_t *length, struct err *err);
    void *context;
};

#endif
