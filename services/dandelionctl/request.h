/* One call: from JSON to a method, and its reply back to JSON. */
#ifndef DANDELION_DANDELIONCTL_REQUEST_H
#define DANDELION_DANDELIONCTL_REQUEST_H

#include <stddef.h>
#include <stdint.h>

#include "base/str.h"
#include "bus/reply.h"
#include "dandelionctl/ctl.h"
#include "dandelionctl/rpc.h"

struct request {
    const struct rpc *rpc;
    struct ctl_service *service; /* NULL: the one that the method belongs to */
    const char *input;           /* a JSON object of `length` bytes */
    size_t length;
    const char *key;  /* NULL: a new one where the method needs one */
    int64_t if_match; /* 0: none */
};

/* Sends it as the caller of the command line; copies what it needs. Returns 0, and `done` will be called once from the
 * loop; or -1 with `err` filled when the input is none of the method or nothing can be sent. */
int request_send(struct ctl *ctl, const struct request *request,
                 void (*done)(void *context, const struct bus_reply *reply), void *context, struct err *err);

/* Appends the reply's message as JSON, sensitive values masked. Returns 0, or -1 with `err` filled. */
int request_reply_json(struct ctl *ctl, const struct rpc *rpc, const struct bus_reply *reply, struct str *out,
                       struct err *err);

#endif
