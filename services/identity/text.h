/* What people paste into forms and spreadsheets, made comparable. */
#ifndef DANDELION_IDENTITY_TEXT_H
#define DANDELION_IDENTITY_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* White space of any script (tab, line ends, no-break, full-width …) and the zero-width characters that survive copying
 * from web pages. */
bool text_is_space(uint32_t character);

/* A character that has no place in a value: C0 and C1 controls other than white space, direction overrides,
 * noncharacters. */
bool text_is_control(uint32_t character);

/* Nothing but space, or nothing at all. */
bool text_is_blank(const char *text);

/* For numbers and codes: full-width forms (Ａ, ３, ．) become ASCII and all space goes. Returns 0, or -1 if the text is
 * not UTF-8, holds a control character, or does not fit into `size` bytes with its NUL; then `out` is "". */
int text_compact(const char *text, char *out, size_t size);

/* For texts: space at the ends goes, space inside becomes one ' ', zero-width characters go. Returns as text_compact.
 */
int text_tidy(const char *text, char *out, size_t size);

#endif
