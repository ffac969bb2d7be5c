/* The columns of a roster: the heading row is found below title rows, headings are known by many names and in any
 * order, one heading may take two rows (a group above, its columns below). */
#ifndef DANDELION_ROSTER_COLUMNS_H
#define DANDELION_ROSTER_COLUMNS_H

#include <stdbool.h>
#include <stdint.h>

#include "identity/roster/table.h"

enum roster_field {
    ROSTER_NAME,
    ROSTER_ID_NUMBER,
    ROSTER_SEX,
    ROSTER_BIRTH_DATE,
    ROSTER_ETHNIC_GROUP,
    ROSTER_EDUCATION,
    ROSTER_PHONE,
    ROSTER_ADDRESS,
    ROSTER_BRANCH,
    ROSTER_CATEGORY,
    ROSTER_JOINED_ON,
    ROSTER_FULL_SINCE,
    ROSTER_DUES_CATEGORY,
    ROSTER_DUES_BASE,
    ROSTER_POSITION,
    ROSTER_FIELDS
};

enum { COLUMNS_TITLE_SIZE = 128, COLUMNS_NONE = -1 };

struct column {
    int field;                      /* enum roster_field, or COLUMNS_NONE */
    int rank;                       /* which of the field's names it is; the lower the closer */
    char title[COLUMNS_TITLE_SIZE]; /* as the file writes it, tidied, cut */
};

struct columns {
    struct column all[TABLE_COLUMNS_MAX];
    size_t count;                /* columns up to the last heading */
    int of_field[ROSTER_FIELDS]; /* the field's column, or COLUMNS_NONE */
    uint32_t header_row;         /* the last row of the heading; 0 while it is not found */
    uint32_t rows_offered;
    bool complete; /* the row after the heading has been looked at */
};

enum columns_verdict { COLUMNS_ERROR = -1, COLUMNS_NOT_DATA, COLUMNS_DATA };

void columns_open(struct columns *columns);

/* Looks at the next row: is it a title, a heading, or already data? COLUMNS_ERROR with ERR_IMPORT_NO_HEADER when none
 * was found in the first rows, ERR_IMPORT_COLUMN_TWICE, or ERR_IMPORT_COLUMN_MISSING for a field of the set `required`
 * (a bit for each, 1 << enum roster_field). */
enum columns_verdict columns_offer(struct columns *columns, const struct table_row *row, uint32_t required,
                                   struct err *err);

/* Is this the heading once more, as a printed roster repeats it on every page? */
bool columns_repeats(const struct columns *columns, const struct table_row *row);

/* Says that the rows are at an end; checks what columns_offer would have checked with the next row. Returns 0 or -1. */
int columns_close(struct columns *columns, uint32_t required, struct err *err);

/* The field's name in the contract ("id_number"), and its first heading (公民身份号码). */
const char *columns_field_name(enum roster_field field);
const char *columns_field_title(enum roster_field field);

/* Is the column a running number, which nobody misses? */
bool columns_is_counter(const struct columns *columns, size_t column);

#endif
