/* protobuf-c over an arena: unpacked messages live as long as the request and are never freed on their own. */
#ifndef DANDELION_BUS_PB_ARENA_H
#define DANDELION_BUS_PB_ARENA_H

#include <protobuf-c/protobuf-c.h>

#include "base/arena.h"

/* An allocator that takes from the arena, whose cap is the cap. Freeing does nothing. */
ProtobufCAllocator pb_arena(struct arena *arena);

#endif
