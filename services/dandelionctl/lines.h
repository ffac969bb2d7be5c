/* Standard input, line by line, as fast as it is wanted. */
#ifndef DANDELION_DANDELIONCTL_LINES_H
#define DANDELION_DANDELIONCTL_LINES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

/* More than a line with the largest input can have. */
enum { LINE_MAX_BYTES = 2 * 1024 * 1024 };

struct lines {
    int fd;
    struct str text; /* read and not yet taken */
    size_t taken;
    bool ended, failed; /* the input has ended; it could not be read, or a line is too long */
};

struct lines lines_new(int fd);
void lines_destroy(struct lines *lines);

/* Reads once; waits if nothing is there. */
void lines_read(struct lines *lines);

/* The next line, ended by a NUL, without its line break; it is valid until lines_read. NULL when no whole line is there
 * (the last one is whole without a line break once the input has ended). */
char *lines_next(struct lines *lines, size_t *length);

#endif
