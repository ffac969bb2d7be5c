/* The table of methods that a daemon answers.
 *
 * Generated from the contract by proto/gen/methods.py: build/gen/<service>.methods.h declares the handlers that the
 * service writes and `<service>_methods[]`; a handler that is missing is a link error, one with a wrong signature a
 * compile error in the file that defines it (which includes the generated header). */
#ifndef DANDELION_BUS_METHOD_H
#define DANDELION_BUS_METHOD_H

#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bus/field_rule.h"
#include "dandelion/options.pb-c.h"

struct call;

/* Who may call: the bit of each role that holds the method's permission, or one of the special bits. 0 is nobody. */
#define METHOD_ROLE(role) (UINT32_C(1) << (role)) /* role: Dandelion__Role */
#define METHOD_INTERNAL   (UINT32_C(1) << 29)     /* only other daemons and the gateway itself */
#define METHOD_SIGNED_IN  (UINT32_C(1) << 30)     /* any account */
#define METHOD_ANYONE     (UINT32_C(1) << 31)     /* also without a session */

/* Handlers return 0, or -1 after they have set the call's error. Requests were validated; replies are initialised
 * and allocated from the call's arena. Which are set depends on the kind; the others are NULL. */
typedef int method_request_fn(struct call *call, const ProtobufCMessage *request);
typedef int method_reply_fn(struct call *call, const ProtobufCMessage *request, ProtobufCMessage *reply);

struct method {
    const char *name; /* "Dues.Pay" */
    const ProtobufCMessageDescriptor *input, *output;
    const struct message_rules *input_rules, *output_rules;
    uint32_t roles; /* bits, see METHOD_ROLE */
    Dandelion__Permission permission;
    Dandelion__Kind kind;
    bool idempotent;          /* needs an idempotency key */
    bool if_match;            /* needs the version that the caller saw */
    bool operation;           /* long work that others may ask for while it runs; has `work` and is idempotent */
    uint32_t deadline_ms;     /* time allowed; never 0 */
    method_reply_fn *compute; /* COMPUTE: a pure function of the request */
    method_request_fn *query; /* QUERY: fills one statement's arguments */
    method_request_fn *load;  /* COMMAND: fills the load statements' arguments, names the aggregate */
    method_request_fn *work;  /* with `worker`: runs in a thread between load and decide; may only touch the call */
    method_reply_fn *decide;  /* COMMAND: pure; adds writes and events, fills the reply */
};

/* The method of that name in a table sorted by name, or NULL. */
const struct method *method_find(const struct method *methods, size_t count, const char *name);

#endif
