/* Protobuf-c messages to JSON: the proto3 JSON mapping with the names of the contract (snake_case).
 *
 * Every field is always there: "" for an absent string, [] for an empty list, null for an absent message. 64-bit
 * integers are strings, enums names, bytes base64. What the contract says of a field's sensitivity holds: SECRET
 * fields are left out, and SENSITIVE ones are masked unless the caller asks otherwise:
 *   ID numbers (18 characters)    110105********002X
 *   mobile numbers (11 digits)    138****5678
 *   any other text                ***
 *   numbers, enums and the rest   null */
#ifndef DANDELION_GATEWAY_JSON_ENCODE_H
#define DANDELION_GATEWAY_JSON_ENCODE_H

#include <protobuf-c/protobuf-c.h>

#include "base/str.h"
#include "bus/field_rule.h"

enum json_view { JSON_MASKED, JSON_UNMASKED };

/* Appends the message as one JSON object. `rules` are those of its type. Returns 0, or -1 when the buffer failed or
 * the message holds what has no JSON form: an enum number without a name, a floating number. Strings are
 * trusted to be UTF-8: the bus validated the message. */
__attribute__((warn_unused_result)) int json_encode(const ProtobufCMessage *message, const struct message_rules *rules,
                                                    enum json_view view, struct str *out);

/* Appends a text as a JSON string with its quotes. */
void json_encode_text(const char *text, struct str *out);

#endif
