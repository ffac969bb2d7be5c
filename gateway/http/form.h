/* Names and values of a query string or an application/x-www-form-urlencoded body. Pure and strict. */
#ifndef DANDELION_GATEWAY_HTTP_FORM_H
#define DANDELION_GATEWAY_HTTP_FORM_H

#include <stddef.h>

enum { HTTP_FORM_MAX = 64 };

struct http_pair {
    char *name;  /* decoded: valid UTF-8 without control bytes but tab, CR and LF; never empty */
    char *value; /* likewise; "" when there is no '=' or nothing behind it */
};

struct http_form {
    size_t count;
    struct http_pair pairs[HTTP_FORM_MAX]; /* in the order received; names may repeat */
};

/* Decodes "a=b&c=d" of `length` bytes in place: '+' is a space, %XX a byte. `text` must have one more byte, for a NUL,
 * and must outlive the form. "" has no pairs. Returns 0, or -1 for a bad percent-encoding, an empty name or pair, bad
 * UTF-8, NUL or more than HTTP_FORM_MAX pairs; then the form is undefined. */
__attribute__((warn_unused_result)) int http_form_decode(struct http_form *form, char *text, size_t length);

/* The value of the first pair `name`, or NULL. */
const char *http_form_get(const struct http_form *form, const char *name);

#endif
