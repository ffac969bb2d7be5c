/* Single values: from text or a number into a field of a protobuf-c message. What JSON and the parameters of a path or
 * a query have in common. The contract has no floating types and no maps.
 *
 * The scalar_from_… functions write to `slot` and return 0, or return why they refuse: a code of "errors.h". */
#ifndef DANDELION_GATEWAY_JSON_SCALAR_H
#define DANDELION_GATEWAY_JSON_SCALAR_H

#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

/* Bytes that one value of `type` takes in a message. */
size_t scalar_size(ProtobufCType type);

/* Strings, bytes (base64), enums by name, integers in decimal without leading zeros. A string is not copied: it must
 * live as long as the message. */
int scalar_from_text(const ProtobufCFieldDescriptor *field, const char *text, size_t length, struct arena *arena,
                     void *slot);

int scalar_from_bool(const ProtobufCFieldDescriptor *field, bool value, void *slot);
int scalar_from_integer(const ProtobufCFieldDescriptor *field, int64_t value, void *slot);

/* Takes 45.0 and 1e3, which JSON allows for a whole number; nothing that a double does not hold exactly. */
int scalar_from_real(const ProtobufCFieldDescriptor *field, double value, void *slot);

/* Adds to the error `code` of a value of `field` the parameters of its text: {expected}, {min}, {max}. Returns -1. */
int scalar_explain(const ProtobufCFieldDescriptor *field, int code, struct err *err);

/* Adds room for one more value to a repeated field and returns it, or NULL past the arena's cap. */
void *scalar_push(const ProtobufCFieldDescriptor *field, ProtobufCMessage *message, struct arena *arena);

#endif
