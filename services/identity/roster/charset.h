/* A text file as UTF-8, whatever it was saved as: UTF-8 with or without a mark, UTF-16 with a mark (Excel's "Unicode
 * text"), else GB18030 (and so GBK and GB2312). */
#ifndef DANDELION_ROSTER_CHARSET_H
#define DANDELION_ROSTER_CHARSET_H

#include <stddef.h>

#include "base/err.h"

struct charset;

/* Opens the file and finds out its encoding: without a mark it is read once to see whether it is UTF-8. Returns NULL
 * with ERR_IMPORT_UNREADABLE or, when it holds NUL characters, ERR_IMPORT_ENCODING. */
struct charset *charset_open(const char *path, struct err *err);
void charset_close(struct charset **charset);

/* Reads up to `size` (at least 16) bytes of UTF-8; *length 0 is the end of the file. A character is never split.
 * Returns 0, or -1 with ERR_IMPORT_ENCODING for bytes that are no text of the encoding. */
int charset_read(struct charset *charset, char *text, size_t size, size_t *length, struct err *err);

#endif
