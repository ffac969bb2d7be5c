/* From a request to a method that may run: known, in time, allowed, well-formed. What the handler needs is gathered
 * here once, so that no handler can forget a check. */
#ifndef DANDELION_BUS_DISPATCH_H
#define DANDELION_BUS_DISPATCH_H

#include <protobuf-c/protobuf-c.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "bus/method.h"
#include "bus/server.h"

/* What the caller asked for. Lives in the request's arena. */
struct dispatched {
    const struct method *method;
    ProtobufCMessage *input; /* validated */
    /* Paths of the organisations below which the caller may do this; none contains another. Empty for methods that
     * anyone, any account, or only daemons may call. */
    const char **scope;
    size_t scope_count;
};

/* Checks a request against its method (method_find of its name; NULL is answered ERR_METHOD_UNKNOWN), in this order:
 * deadline (ERR_DEADLINE_EXCEEDED), permission (ERR_UNAUTHENTICATED, ERR_FORBIDDEN), idempotency key and version where
 * the method asks for them (ERR_IDEMPOTENCY_KEY_REQUIRED, ERR_IF_MATCH_REQUIRED), input (see validate_unpack). Returns
 * 0 and fills `result`, or -1 with `err` filled. `now_ms` is clock_now_ms(). */
__attribute__((warn_unused_result)) int dispatch_request(const struct method *method, const struct bus_request *request,
                                                         int64_t now_ms, struct dispatched *result, struct err *err);

#endif
