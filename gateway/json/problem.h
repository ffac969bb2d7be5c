/* Errors as RFC 9457 problems (application/problem+json), in the caller's language.
 *
 *     {"type":"/docs/errors.html#dues.amount_mismatch","title":"…","status":422,"code":"dues.amount_mismatch",
 *      "number":2001,"detail":"what is wrong, and what to do","field":"amount_fen","params":{"expected":"45.00"},
 *      "trace_id":"4bf92f3577b34da6a3ce929d0e0e4736"}
 *
 * Programs test `code` (or `number`), never a text. `field`, `params` and `trace_id` are left out when empty. */
#ifndef DANDELION_GATEWAY_JSON_PROBLEM_H
#define DANDELION_GATEWAY_JSON_PROBLEM_H

#include "base/err.h"
#include "base/str.h"
#include "gateway/json/language.h"

/* Appends the problem and returns the HTTP status it is sent with. err->detail, which is the operator's, is not in it.
 * A code that the catalogue does not know is an internal error. `trace_id` may be NULL. */
int problem_write(const struct err *err, enum language language, const char *trace_id, struct str *out);

/* Appends only what a person reads, without quotes: what is wrong, and what to do. */
void problem_explain(const struct err *err, enum language language, struct str *out);

#endif
