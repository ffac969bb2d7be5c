/* The rows of one sheet of an .xlsx file. */
#ifndef DANDELION_ROSTER_SHEET_H
#define DANDELION_ROSTER_SHEET_H

#include "identity/roster/merges.h"
#include "identity/roster/source.h"
#include "identity/roster/strings.h"
#include "identity/roster/styles.h"
#include "identity/roster/table.h"

/* What the sheet's cells refer to; strings and styles may be NULL, merges not. */
struct sheet_context {
    struct strings *strings;
    const struct styles *styles;
    struct merges *merges;
    bool epoch_1904;
};

/* Reads the part "sheet1.xml" row by row into the sink. Rows that the file leaves out are not delivered: they are
 * empty. Returns 0, or -1 with ERR_IMPORT_UNREADABLE or the sink's error. */
int sheet_read(const struct source *source, const struct sheet_context *context, const struct table_sink *sink,
               struct err *err);

#endif
