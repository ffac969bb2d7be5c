/* A walk over the wire format. Most messages have no zero byte at all, as proto3 leaves out zeros, and are settled by
 * one memchr. */
#include "bus/wire.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { DEPTH_MAX = 32 };
enum { VARINT = 0, FIXED64 = 1, DELIMITED = 2, FIXED32 = 5 };

struct cursor {
    const uint8_t *at, *end;
};

static bool read_varint(struct cursor *cursor, uint64_t *value)
{
    *value = 0;
    for (unsigned shift = 0; shift < 64 && cursor->at < cursor->end; shift += 7) {
        uint8_t byte = *cursor->at++;
        *value |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80)
            return true;
    }
    return false;
}

/* Moves behind a field that is not delimited. */
static bool skip(struct cursor *cursor, unsigned wire_type)
{
    uint64_t ignored;
    size_t size = wire_type == FIXED64 ? 8 : 4;
    if (wire_type == VARINT)
        return read_varint(cursor, &ignored);
    if ((wire_type != FIXED64 && wire_type != FIXED32) || (size_t)(cursor->end - cursor->at) < size)
        return false;
    cursor->at += size;
    return true;
}

/* `used` characters of the path stand in `field` already. */
static bool walk(const ProtobufCMessageDescriptor *descriptor, struct cursor cursor, char *field, size_t room,
                 size_t used, int depth)
{
    if (depth == DEPTH_MAX || !memchr(cursor.at, 0, (size_t)(cursor.end - cursor.at)))
        return false;
    while (cursor.at < cursor.end) {
        uint64_t key, size;
        if (!read_varint(&cursor, &key))
            return false;
        if ((key & 7) != DELIMITED) {
            if (!skip(&cursor, key & 7))
                return false;
            continue;
        }
        if (!read_varint(&cursor, &size) || size > (uint64_t)(cursor.end - cursor.at))
            return false;
        struct cursor value = {cursor.at, cursor.at + size};
        cursor.at += size;
        const ProtobufCFieldDescriptor *known =
            key >> 3 <= UINT32_MAX ? protobuf_c_message_descriptor_get_field(descriptor, (unsigned)(key >> 3)) : NULL;
        if (!known || size == 0)
            continue;
        int written = snprintf(field + used, room - used, "%s%s", used ? "." : "", known->name);
        size_t length = used + (size_t)written < room ? used + (size_t)written : room - 1;
        if (known->type == PROTOBUF_C_TYPE_STRING && memchr(value.at, 0, size))
            return true;
        if (known->type == PROTOBUF_C_TYPE_MESSAGE && walk(known->descriptor, value, field, room, length, depth + 1))
            return true;
    }
    return false;
}

bool wire_has_inner_nul(const ProtobufCMessageDescriptor *descriptor, struct bytes packed, char *field, size_t room)
{
    if (packed.size == 0)
        return false;
    struct cursor cursor = {packed.data, (const uint8_t *)packed.data + packed.size};
    return walk(descriptor, cursor, field, room, 0, 0);
}
