/* Holds a message against the contract, once, at the boundary.
 *
 * protobuf-c takes a string with an inner NUL for a shorter string and does not look at UTF-8; the contract's bounds it
 * does not know. What has passed here needs no further check of form anywhere. */
#ifndef DANDELION_BUS_VALIDATE_H
#define DANDELION_BUS_VALIDATE_H

#include <protobuf-c/protobuf-c.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/err.h"
#include "bus/field_rule.h"

/* Unpacks a message into the arena and validates it. NULL with `err` filled: ERR_MESSAGE_MALFORMED for bytes that are
 * no such message, ERR_BODY_TOO_LARGE past the arena's cap, or what validate_message says. */
ProtobufCMessage *validate_unpack(const struct message_rules *rules, struct bytes packed, struct arena *arena,
                                  struct err *err);

/* Checks every field: UTF-8, enum values, required, lengths in characters, bounds, items, pattern, format. `err` names
 * the first offending field by its path ("members[2].phone") and carries the bound as a parameter. No allocation when
 * all is well. Returns 0 or -1. */
__attribute__((warn_unused_result)) int validate_message(const struct message_rules *rules,
                                                         const ProtobufCMessage *message, struct err *err);

#endif
