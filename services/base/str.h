/* A growing byte buffer that fails whole.
 *
 * After an append could not be done (out of memory, over the cap) the buffer is marked failed and all later appends
 * are ignored; the caller checks once, at the end, with str_ok. */
#ifndef DANDELION_BASE_STR_H
#define DANDELION_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>

struct str {
    char *data; /* always NUL-terminated once something was appended */
    size_t length;
    size_t capacity;
    size_t cap; /* most bytes it may grow to; 0 is no limit */
    bool failed;
};

/* An empty buffer that may grow to `cap` bytes (0: no limit). Needs no free until something is appended. */
struct str str_new(size_t cap);
void str_destroy(struct str *str);

/* Empties the buffer, keeps its memory, clears the failure. */
void str_reset(struct str *str);

void str_append(struct str *str, const void *bytes, size_t size);
void str_puts(struct str *str, const char *string);
void str_putc(struct str *str, char c);
__attribute__((format(printf, 2, 3))) void str_printf(struct str *str, const char *format, ...);

/* Room for `size` more bytes; returns where to write them and counts them as written, or NULL on failure. */
char *str_extend(struct str *str, size_t size);

bool str_ok(const struct str *str);

/* The text, "" when empty or failed; owned by the buffer. */
const char *str_text(const struct str *str);

#endif
