/* The plan of an .xlsx file: which part is the sheet to read, where its strings and styles are. */
#ifndef DANDELION_ROSTER_WORKBOOK_H
#define DANDELION_ROSTER_WORKBOOK_H

#include <stdbool.h>

#include "identity/roster/package.h"

struct workbook {
    char sheet[PACKAGE_NAME_SIZE]; /* names of parts; "" if there is none */
    char strings[PACKAGE_NAME_SIZE];
    char styles[PACKAGE_NAME_SIZE];
    bool epoch_1904;
};

/* Finds the sheet called `sheet`, or the first visible one when it is NULL. Returns 0, or -1 with
 * ERR_IMPORT_UNREADABLE, or with ERR_IMPORT_EMPTY when there is no such sheet. */
int workbook_read(struct package *package, const char *sheet, struct workbook *workbook, struct err *err);

#endif
