/* The answer to a request, on both sides of the bus. */
#ifndef DANDELION_BUS_REPLY_H
#define DANDELION_BUS_REPLY_H

#include <protobuf-c/protobuf-c.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"

/* On a failure `err` says why and the payload is empty. The one who answers gives either `message`, which is packed,
 * or `payload`, packed before (a stored answer); the one who asked is given `payload` only. */
struct bus_reply {
    const struct err *err; /* NULL: success */
    const ProtobufCMessage *message;
    struct bytes payload;
    int64_t version;         /* of the resource, for the ETag; 0: none */
    uint32_t retry_after_ms; /* with an error: when to try again; 0: no advice */
};

#endif
