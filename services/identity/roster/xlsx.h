/* Office Open XML workbooks (.xlsx, ECMA-376), as Excel, WPS, LibreOffice and libraries write them. */
#ifndef DANDELION_ROSTER_XLSX_H
#define DANDELION_ROSTER_XLSX_H

#include "identity/roster/table.h"

/* Reads a sheet, row by row, into the sink: the one called `sheet`, or the first visible one when it is NULL. Returns
 * 0, or -1 with an ERR_IMPORT_… or the sink's error. */
int xlsx_read(const char *path, const char *sheet, const struct table_sink *sink, struct err *err);

#endif
