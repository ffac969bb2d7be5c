/* Memory that is freed all at once, with a cap.
 *
 * One arena lives as long as one request. Nothing allocated from it is freed on its own, and no pointer into it may
 * outlive it. When the cap is reached arena_alloc returns NULL and the request is refused; the daemon goes on. */
#ifndef DANDELION_BASE_ARENA_H
#define DANDELION_BASE_ARENA_H

#include <stddef.h>

struct arena;

/* A new arena that holds at most `cap` bytes; NULL when memory is short. The first block is allocated lazily. */
struct arena *arena_new(size_t cap);

/* Frees the arena and all that came from it, and sets the caller's pointer to NULL. Takes NULL. */
void arena_destroy(struct arena **arena);

/* Forgets all allocations but keeps the first block for use again. */
void arena_reset(struct arena *arena);

/* `size` bytes aligned for any type, zeroed; NULL past the cap. */
void *arena_alloc(struct arena *arena, size_t size);

/* As arena_alloc for `count` elements; NULL when the product overflows. */
void *arena_array(struct arena *arena, size_t count, size_t size);

/* A copy of `size` bytes, followed by a NUL that is not counted. */
void *arena_copy(struct arena *arena, const void *bytes, size_t size);

/* A copy of a string. */
char *arena_strdup(struct arena *arena, const char *string);

/* A formatted string. */
__attribute__((format(printf, 2, 3))) char *arena_printf(struct arena *arena, const char *format, ...);

/* Bytes handed out so far. */
size_t arena_used(const struct arena *arena);

#endif
