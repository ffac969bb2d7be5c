/* An arena of doubling blocks. The first is kept over a reset, so that a steady load allocates nothing. */
#include "base/arena.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_BLOCK = 4096 - 64, LARGEST_STEP = 64 * 1024, ALIGNMENT = alignof(max_align_t) };

struct block {
    struct block *next; /* the one before; NULL in the first */
    size_t capacity, used;
    alignas(max_align_t) unsigned char bytes[];
};

struct arena {
    size_t cap, used;
    struct block *block; /* the one being filled */
};

struct arena *arena_new(size_t cap)
{
    struct arena *arena = calloc(1, sizeof *arena);
    if (arena)
        arena->cap = cap;
    return arena;
}

void arena_destroy(struct arena **arena)
{
    if (!*arena)
        return;
    for (struct block *block = (*arena)->block, *next; block; block = next) {
        next = block->next;
        free(block);
    }
    free(*arena);
    *arena = NULL;
}

void arena_reset(struct arena *arena)
{
    arena->used = 0;
    while (arena->block && arena->block->next) {
        struct block *next = arena->block->next;
        free(arena->block);
        arena->block = next;
    }
    if (arena->block)
        arena->block->used = 0;
}

static struct block *add_block(struct arena *arena, size_t size)
{
    size_t capacity = arena->block ? arena->block->capacity * 2 : FIRST_BLOCK;
    if (capacity > LARGEST_STEP)
        capacity = LARGEST_STEP;
    if (capacity < size)
        capacity = size;
    struct block *block = malloc(sizeof *block + capacity);
    if (!block)
        return NULL;
    *block = (struct block){.next = arena->block, .capacity = capacity};
    arena->block = block;
    return block;
}

static void *take(struct arena *arena, size_t size)
{
    if (size > arena->cap)
        return NULL;
    size = (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    if (size > arena->cap || arena->used > arena->cap - size)
        return NULL;
    struct block *block = arena->block;
    if (!block || block->capacity - block->used < size)
        block = add_block(arena, size);
    if (!block)
        return NULL;
    void *start = block->bytes + block->used;
    block->used += size;
    arena->used += size;
    return start;
}

void *arena_alloc(struct arena *arena, size_t size)
{
    void *start = take(arena, size ? size : 1);
    if (start)
        memset(start, 0, size);
    return start;
}

void *arena_array(struct arena *arena, size_t count, size_t size)
{
    size_t total;
    if (__builtin_mul_overflow(count, size, &total))
        return NULL;
    return arena_alloc(arena, total);
}

void *arena_copy(struct arena *arena, const void *bytes, size_t size)
{
    char *copy = size < SIZE_MAX ? take(arena, size + 1) : NULL;
    if (!copy)
        return NULL;
    if (size)
        memcpy(copy, bytes, size);
    copy[size] = '\0';
    return copy;
}

char *arena_strdup(struct arena *arena, const char *string)
{
    return arena_copy(arena, string, strlen(string));
}

char *arena_printf(struct arena *arena, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int length = vsnprintf(NULL, 0, format, args);
    va_end(args);
    char *text = length < 0 ? NULL : take(arena, (size_t)length + 1);
    if (text)
        vsnprintf(text, (size_t)length + 1, format, again);
    va_end(again);
    return text;
}

size_t arena_used(const struct arena *arena)
{
    return arena->used;
}
