/* What the contract says about each field beyond its type: bounds, format, sensitivity.
 *
 * The tables are generated from (dandelion.field) by proto/gen/fields.py into build/gen/field_rules.c. A field's JSON
 * name is its name in the descriptor (snake_case), so it is not repeated here. */
#ifndef DANDELION_BUS_FIELD_RULE_H
#define DANDELION_BUS_FIELD_RULE_H

#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dandelion/options.pb-c.h"

struct message_rules;

/* One field. For a repeated field, everything but the item counts and `required` (which then means "at least one")
 * holds for each element. Absence is the default value: an optional string may be "", an optional number 0, an
 * optional message NULL; only a value that is there is held against the bounds. */
struct field_rule {
    const struct message_rules *message; /* rules of a message-typed field; NULL for others and for foreign types */
    const char *title;                   /* what people call it, in Chinese; NULL if it has none */
    const char *pattern;                 /* POSIX extended, written ^…$; NULL for any */
    int64_t min, max;                    /* numbers, when `bounded` */
    uint32_t min_length, max_length;     /* characters of a string, bytes of a bytes field; max 0 is no limit here */
    uint32_t min_items, max_items;       /* repeated fields; max 0 is no limit here */
    Dandelion__Format format;
    Dandelion__Sensitivity sensitivity;
    bool required;
    bool bounded;
};

/* One message. fields[i] is the rule of descriptor->fields[i]. */
struct message_rules {
    const ProtobufCMessageDescriptor *descriptor;
    const struct field_rule *fields;
    bool sensitive; /* a field of it, or of a message below it, is SENSITIVE or SECRET */
};

/* The rules of a message of the contract; NULL for a foreign message. A binary search by name: fine at start-up; on
 * the hot path use the pointers in struct method, struct route and struct field_rule. */
const struct message_rules *message_rules_find(const ProtobufCMessageDescriptor *descriptor);

#endif
