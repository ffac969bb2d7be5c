/* JSON to protobuf-c messages: the proto3 JSON mapping, read strictly.
 *
 * One generic reader for every message of the contract. Refused: anything that is not one JSON object in strict UTF-8,
 * more than JSON_DEPTH_MAX levels, unknown keys, keys given twice, U+0000, enums by number, integers that are not
 * whole or do not fit, null inside a list. Accepted as the mapping says: 64-bit (and other) integers as strings, bytes
 * as base64 or base64url, null for "absent". Keys are the names of the contract (snake_case), nothing else.
 *
 * Bounds, formats and `required` are not looked at here: the bus validates every message at its boundary.
 * Every failure names the field by its path, "lines[2].amount_fen". */
#ifndef DANDELION_GATEWAY_JSON_DECODE_H
#define DANDELION_GATEWAY_JSON_DECODE_H

#include <protobuf-c/protobuf-c.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"

enum { JSON_DEPTH_MAX = 16, JSON_SIZE_MAX = 1024 * 1024 };

/* An empty message in the arena; NULL past its cap. */
ProtobufCMessage *json_message_new(const ProtobufCMessageDescriptor *type, struct arena *arena);

/* Fills an empty message from a JSON object of `length` bytes. If its type has a list `update_mask`, as requests of
 * PATCH have, the keys that are there (null ones too) are written to it; the text itself must not bring it.
 * What the message points to lives in the arena, the working memory too. Returns 0 or -1; then the message is
 * undefined. */
__attribute__((warn_unused_result)) int json_decode(ProtobufCMessage *message, const char *text, size_t length,
                                                    struct arena *arena, struct err *err);

/* Sets a field from a parameter of the path or the query: the same checks, but what stands there has no type, so that
 * "true" is a boolean and "5" a number. A repeated field takes one more value; any other that already has a value is
 * refused as given twice. Returns 0 or -1. */
__attribute__((warn_unused_result)) int json_set_text(ProtobufCMessage *message, const char *name, const char *text,
                                                      struct arena *arena, struct err *err);

#endif
