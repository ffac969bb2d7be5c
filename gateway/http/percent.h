/* Percent-encoding (RFC 3986). Internal to this folder. */
#ifndef DANDELION_GATEWAY_HTTP_PERCENT_H
#define DANDELION_GATEWAY_HTTP_PERCENT_H

#include <stdbool.h>
#include <stddef.h>

/* Decodes `length` bytes to `out`, which may be the same memory, and adds a NUL. With `form`, '+' is a space and tab,
 * CR and LF may be encoded; without, an encoded '/' or '\' is refused, as it would change the path's meaning. Returns
 * the decoded length, or -1 for a bad encoding, a control byte or bad UTF-8. */
long percent_decode(char *out, const char *in, size_t length, bool form);

#endif
