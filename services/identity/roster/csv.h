/* Comma-separated values after RFC 4180, and as they are in life: any encoding of charset.h; comma, semicolon or tab,
 * found out from the file or declared by "sep=;"; CRLF, LF or CR; rows of different length; quotes inside plain fields;
 * the idioms ="0123" and '0123 by which programs keep digits. */
#ifndef DANDELION_ROSTER_CSV_H
#define DANDELION_ROSTER_CSV_H

#include "identity/roster/table.h"

/* Reads the file, row by row, into the sink. Rows are numbered as a spreadsheet program numbers them: a quoted field
 * may hold line ends. Returns 0, or -1 with an ERR_IMPORT_… or the sink's error. */
int csv_read(const char *path, const struct table_sink *sink, struct err *err);

#endif
