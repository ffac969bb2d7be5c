/* Which styles of an .xlsx file show a number as a date. */
#ifndef DANDELION_ROSTER_STYLES_H
#define DANDELION_ROSTER_STYLES_H

#include <stdbool.h>
#include <stdint.h>

#include "identity/roster/source.h"

enum { STYLES_MAX = 65536 }; /* more than spreadsheet programs allow */

struct styles {
    uint8_t date_formats[STYLES_MAX / 8]; /* a bit for each number format */
    uint8_t date_styles[STYLES_MAX / 8];  /* a bit for each cell style (cellXfs) */
    uint32_t count;                       /* cell styles seen */
    bool in_cell_styles;
};

/* Reads the part "styles.xml". Returns 0, or -1 with ERR_IMPORT_UNREADABLE. */
int styles_read(struct styles *styles, const struct source *source, struct err *err);

bool styles_is_date(const struct styles *styles, uint32_t style);

/* Does a format code like `yyyy"年"m"月"` or `[$-804]d/m/yy` show a date? */
bool styles_is_date_code(const char *code);

#endif
