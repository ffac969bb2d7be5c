/* A branch's roster, as branches keep it: .xlsx or .csv, read in one pass with memory that does not grow with the rows
 * (but for 12 to 24 bytes a person, to find people who are in it twice).
 *
 * Every row after the heading is exactly one of: good (delivered), bad (its bad cells delivered), blank, or skipped (a
 * total, a remark at the foot, a repeated heading). */
#ifndef DANDELION_ROSTER_ROSTER_H
#define DANDELION_ROSTER_ROSTER_H

#include "identity/person.h"
#include "identity/roster/columns.h"
#include "identity/roster/values.h"

enum {
    ROSTER_ADDRESS_CHARACTERS = 200,
    ROSTER_BRANCH_CHARACTERS = 120, /* "community/branch" */
    ROSTER_POSITION_CHARACTERS = 100,
    ROSTER_SHOWN_SIZE = 64,   /* bytes of a bad cell's text */
    ROSTER_IGNORED_MAX = 100, /* ignored columns that are named */
    ROSTER_ROWS_DEFAULT = 1000000,
};

#define ROSTER_BIT(field) (UINT32_C(1) << (field))
/* Without these nobody can be found or registered. */
#define ROSTER_REQUIRED_DEFAULT (ROSTER_BIT(ROSTER_NAME) | ROSTER_BIT(ROSTER_ID_NUMBER))
/* A birth month is enough, because the ID number has the day. Elsewhere the day is not known and is never guessed. */
#define ROSTER_MONTHS_DEFAULT ROSTER_BIT(ROSTER_BIRTH_DATE)

struct roster_options {
    int32_t today;     /* bounds all dates */
    const char *sheet; /* of an .xlsx; NULL: the first visible one */
    uint32_t rows_max; /* good and bad rows together; more: ERR_IMPORT_TOO_MANY_ROWS */
    uint32_t required; /* fields whose column and whose every cell must be there, a ROSTER_BIT for each */
    uint32_t months;   /* date fields that may lack the day */
};

enum roster_category { ROSTER_CATEGORY_NONE = 0, ROSTER_FULL, ROSTER_PROBATIONARY }; /* numbered as the contract's */

struct roster_row {
    uint32_t number;  /* as a spreadsheet program numbers it */
    uint32_t present; /* fields whose cell was not empty, a ROSTER_BIT for each */
    char name[PERSON_NAME_SIZE];
    struct id_number id_number;
    enum sex sex;                 /* as stated; SEX_UNKNOWN if it is not */
    struct value_date birth_date; /* as stated; the one to keep is id_number.birth_date */
    const char *ethnic_group;     /* GB/T 3304; "" if absent */
    const char *education;        /* GB/T 4658; "" if absent */
    char phone[PERSON_PHONE_SIZE];
    char address[ROSTER_ADDRESS_CHARACTERS * 4 + 1];
    char branch[ROSTER_BRANCH_CHARACTERS * 4 + 1]; /* a name; which branch that is, the register knows */
    char position[ROSTER_POSITION_CHARACTERS * 4 + 1];
    enum roster_category category;
    struct value_date joined_on; /* day CLOCK_NO_DATE if absent */
    struct value_date full_since;
    int dues_category;     /* enum dues_category; 0 if absent */
    int64_t dues_base_fen; /* -1 if absent */
};

struct roster_fault {
    uint32_t row;
    enum roster_field field;             /* ROSTER_FIELDS: a cell outside the known columns */
    int at;                              /* the column from 0; only for ROSTER_FIELDS */
    char column[TABLE_COLUMN_NAME_SIZE]; /* "" when there is no such column */
    char title[COLUMNS_TITLE_SIZE];      /* as the file writes it */
    char text[ROSTER_SHOWN_SIZE];        /* what the cell holds, cut; ID and telephone numbers masked */
    struct err error;                    /* code and parameters */
};

/* Both are called in the order of the rows; all faults of a row together. -1 (with `err` filled) ends the reading. */
struct roster_sink {
    int (*row)(void *context, const struct roster_row *row, struct err *err);
    int (*bad)(void *context, const struct roster_fault *fault, struct err *err);
    void *context;
};

struct roster_column {
    char column[TABLE_COLUMN_NAME_SIZE];
    char title[COLUMNS_TITLE_SIZE];
};

struct roster_summary {
    uint32_t header_row;
    uint32_t last_row; /* good + bad + blank + skipped is last_row - header_row */
    uint32_t good;
    uint32_t bad;
    uint32_t blank;
    uint32_t skipped;
    uint32_t bad_cells;
    uint32_t columns_known; /* fields that have a column, a ROSTER_BIT for each */
    size_t ignored_count;   /* columns with a heading that is not known; running numbers are not counted */
    struct roster_column ignored[ROSTER_IGNORED_MAX];
    struct roster_column places[ROSTER_FIELDS]; /* where each field stands; "" for one without a column */
};

/* Reads the file, whose kind is told by its content. The summary is valid after 0. Returns -1 with an ERR_IMPORT_…
 * (ERR_IMPORT_EMPTY when no row follows the heading) or the sink's error; what was delivered until then is void. */
int roster_read(const char *path, const struct roster_options *options, const struct roster_sink *sink,
                struct roster_summary *summary, struct err *err);

#endif
