/* protobuf-c's allocator interface over an arena. */
#include "bus/pb_arena.h"

static void *take(void *arena, size_t size)
{
    return arena_alloc(arena, size);
}

static void keep(void *arena, void *memory)
{
    (void)arena, (void)memory;
}

ProtobufCAllocator pb_arena(struct arena *arena)
{
    return (ProtobufCAllocator){.alloc = take, .free = keep, .allocator_data = arena};
}
