/* Strict UTF-8: no overlong forms, no surrogates, nothing above U+10FFFF. A NUL is a character like any other. */
#ifndef DANDELION_BASE_UTF8_H
#define DANDELION_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Counts the characters of `size` bytes. Returns false, and leaves *characters alone, if they are not UTF-8. */
bool utf8_count(const char *text, size_t size, size_t *characters);

bool utf8_valid(const char *text, size_t size);

/* Reads the character at `text`, which has `size` > 0 bytes left. Returns its length in bytes, 0 if it is not UTF-8. */
size_t utf8_decode(const char *text, size_t size, uint32_t *character);

/* Writes a character, 1 to 4 bytes without a NUL, and returns their number; 0 for what is no character. */
size_t utf8_encode(uint32_t character, char text[4]);

/* Removes an unfinished character from the end of a NUL-terminated text that was cut by its number of bytes. */
void utf8_cut(char *text);

#endif
