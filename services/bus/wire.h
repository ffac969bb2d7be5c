/* What protobuf-c does not tell about the bytes of a message. */
#ifndef DANDELION_BUS_WIRE_H
#define DANDELION_BUS_WIRE_H

#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>

#include "base/bytes.h"

/* Whether a string field in the packed message, or in a message within it, contains a NUL, which would end the C string
 * early. Writes the path of the field, without indexes, into `field`. Bytes that are no such message are not judged:
 * protobuf-c will refuse them. */
bool wire_has_inner_nul(const ProtobufCMessageDescriptor *descriptor, struct bytes packed, char *field, size_t room);

#endif
