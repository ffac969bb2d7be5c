/* UUIDs: RFC 9562. Ids are version 7, so that they sort by time of creation. */
#ifndef DANDELION_BASE_UUID_H
#define DANDELION_BASE_UUID_H

#include <stdbool.h>
#include <stdint.h>

enum { UUID_TEXT_SIZE = 37 };

struct uuid {
    uint8_t bytes[16]; /* all zero stands for "none" */
};

/* A new version 7 UUID for the time `unix_ms`. Monotonic within a thread. */
struct uuid uuid_new(int64_t unix_ms);

/* The smallest version 7 UUID of the time `unix_ms`: what was made before it sorts before it. */
struct uuid uuid_first(int64_t unix_ms);

/* Reads the 36-character form, either case. Returns 0 or -1. */
__attribute__((warn_unused_result)) int uuid_parse(const char *text, struct uuid *uuid);

/* Writes the 36 lower-case characters and a NUL. Returns `text`. */
char *uuid_format(const struct uuid *uuid, char text[UUID_TEXT_SIZE]);

bool uuid_is_none(const struct uuid *uuid);
bool uuid_equal(const struct uuid *a, const struct uuid *b);

#endif
