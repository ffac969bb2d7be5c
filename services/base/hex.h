/* Bytes as text: lower-case hexadecimal, and base64url without padding (RFC 4648, section 5). */
#ifndef DANDELION_BASE_HEX_H
#define DANDELION_BASE_HEX_H

#include <stddef.h>

/* The value of a hexadecimal digit of either case, or -1. */
int hex_digit(char c);

/* Writes 2 * size digits, without a NUL. */
void hex_encode(const void *bytes, size_t size, char *text);

/* Reads `length` digits, an even number, into length / 2 bytes. Returns 0 or -1. */
__attribute__((warn_unused_result)) int hex_decode(const char *text, size_t length, void *bytes);

/* The characters that base64url_encode writes for `size` bytes, without the NUL. */
size_t base64url_length(size_t size);

/* Writes base64url_length(size) characters and a NUL. Returns `text`. */
char *base64url_encode(const void *bytes, size_t size, char *text);

/* Reads `length` characters into at most `room` bytes; refuses padding, other characters, and bits that a proper
 * encoder leaves zero, so that a text has one form only. Returns 0 and sets *size, or -1. */
__attribute__((warn_unused_result)) int base64url_decode(const char *text, size_t length, void *bytes, size_t room,
                                                         size_t *size);

#endif
