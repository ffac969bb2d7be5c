/* A run of bytes that belongs to someone else. */
#ifndef DANDELION_BASE_BYTES_H
#define DANDELION_BASE_BYTES_H

#include <stddef.h>

struct bytes {
    const void *data; /* NULL stands for "none" (SQL NULL), which an empty run is not */
    size_t size;
};

#endif
