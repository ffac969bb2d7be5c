/* The shared strings of an .xlsx file: every text that its cells refer to by number. A roster of a million rows has
 * millions of them, so they lie in an unnamed temporary file; memory holds an index of blocks and a few blocks. */
#ifndef DANDELION_ROSTER_STRINGS_H
#define DANDELION_ROSTER_STRINGS_H

#include <stdint.h>

#include "base/str.h"
#include "identity/roster/source.h"

struct strings;

/* Reads the part "sharedStrings.xml". NULL with ERR_IMPORT_UNREADABLE (damage, more than 1 GiB of strings). */
struct strings *strings_read(const struct source *source, struct err *err);
void strings_close(struct strings **strings);

/* Sets `text` to string number `index` from 0. Returns 0, or -1 with ERR_IMPORT_UNREADABLE when there is no such
 * string. */
int strings_get(struct strings *strings, uint32_t index, struct str *text, struct err *err);

/* Appends text as XML holds it, with Excel's escapes resolved: "_x000D_" is a carriage return. What does not stand for
 * a character stays as it is. */
void strings_append_unescaped(struct str *text, const char *raw, size_t length);

#endif
