/* Base64 (RFC 4648), as the proto3 JSON mapping has it for bytes. */
#ifndef DANDELION_GATEWAY_JSON_BASE64_H
#define DANDELION_GATEWAY_JSON_BASE64_H

#include <stddef.h>
#include <stdint.h>

#define BASE64_ENCODED_SIZE(size)  (((size) + 2) / 3 * 4)
#define BASE64_DECODED_MAX(length) (((length) + 3) / 4 * 3)

/* Writes BASE64_ENCODED_SIZE(size) characters in the standard alphabet, padded; no NUL. */
void base64_encode(const uint8_t *bytes, size_t size, char *text);

/* Reads the standard or the URL-safe alphabet, padded or not, up to BASE64_DECODED_MAX(length) bytes. Returns -1 for
 * anything else: other characters, a lone character, left-over bits that are not zero. */
__attribute__((warn_unused_result)) int base64_decode(const char *text, size_t length, uint8_t *bytes, size_t *size);

#endif
