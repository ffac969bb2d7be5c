/* The kinds of events, and which message and which field of it each is made of.
 *
 * Generated from (dandelion.event) by proto/gen/events.py into build/gen/event_types.[ch]. */
#ifndef DANDELION_BUS_EVENT_TYPE_H
#define DANDELION_BUS_EVENT_TYPE_H

#include <protobuf-c/protobuf-c.h>
#include <stddef.h>

struct event_type {
    const char *type;    /* "dandelion.dues.payment.recorded.v1" */
    const char *service; /* "dues": who says it */
    const ProtobufCMessageDescriptor *descriptor;
    unsigned subject; /* index in descriptor->fields of the string that names the entity */
};

/* Sorted by type. */
extern const struct event_type event_types[];
extern const size_t event_types_count;

/* The kind of event that a message is; NULL for a message that is none. */
const struct event_type *event_type_of(const ProtobufCMessageDescriptor *descriptor);

/* The kind of event of that type; NULL if there is none. */
const struct event_type *event_type_find(const char *type);

#endif
