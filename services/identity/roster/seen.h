/* The ID numbers of a file and the row of each, to find people who are in it twice. Exact, not by digest: 17 digits fit
 * into an integer and the check character follows from them. 12 bytes a slot: 24 MiB for a million people. */
#ifndef DANDELION_ROSTER_SEEN_H
#define DANDELION_ROSTER_SEEN_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "identity/id_number.h"

struct seen {
    uint64_t *keys; /* 0: free */
    uint32_t *rows;
    size_t room; /* a power of two */
    size_t count;
    uint64_t seed; /* of the hash, so that a file cannot be made to collide */
};

/* Needs no memory until the first number. */
void seen_open(struct seen *seen);
void seen_close(struct seen *seen);

/* Notes the number's row. *first becomes the row in which it was seen before, or 0. Returns 0, or -1 when memory is
 * short. */
int seen_add(struct seen *seen, const struct id_number *number, uint32_t row, uint32_t *first, struct err *err);

#endif
