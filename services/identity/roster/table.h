/* A table as its readers deliver it, one row at a time. Memory does not grow with the number of rows. */
#ifndef DANDELION_ROSTER_TABLE_H
#define DANDELION_ROSTER_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

enum {
    TABLE_COLUMNS_MAX = 256,
    TABLE_ROWS_MAX = 1048576 * 2, /* twice what spreadsheet programs hold; a bound for .csv */
    TABLE_CELL_MAX = 128 * 1024,  /* bytes of a cell: 32,767 characters is what spreadsheet programs allow */
    TABLE_ROW_MAX = 1024 * 1024,  /* bytes of a row */
    TABLE_COLUMN_NAME_SIZE = 4,
};

enum cell_kind {
    CELL_EMPTY = 0,
    CELL_TEXT,    /* stored as text: what was typed */
    CELL_UNTYPED, /* from .csv: may have been a number once, and changed by the program that wrote it */
    CELL_NUMBER,  /* text is the number as the file spells it ("4500.5", "1.38E+10") */
    CELL_DATE,    /* a number shown as a date; text is "1987-05-01" or "1987-05-01 08:30:00" */
    CELL_BOOL,    /* "TRUE" or "FALSE" */
    CELL_ERROR    /* a formula without a result: "#N/A" */
};

struct cell {
    const char *text; /* UTF-8, NUL-terminated, never NULL */
    enum cell_kind kind;
    bool copied; /* covered by a merged cell: the text is that of the cell at its top left */
};

struct table_row {
    uint32_t number; /* from 1, as a spreadsheet program numbers it */
    const struct cell *cells;
    size_t count;    /* cells after the last are empty */
    bool epoch_1904; /* unstyled numbers that are dates count from 1904 */
};

/* Receives the rows in order. The row and its texts live until the call returns. -1 (with `err` filled) ends the
 * reading, and the reader returns -1 with that error. */
struct table_sink {
    int (*row)(void *context, const struct table_row *row, struct err *err);
    void *context;
};

/* A row in the making. */
struct row_builder {
    struct cell cells[TABLE_COLUMNS_MAX];
    size_t offsets[TABLE_COLUMNS_MAX]; /* into text, which may move until the row is finished */
    size_t count;
    struct str text;
};

void row_builder_open(struct row_builder *builder);
void row_builder_close(struct row_builder *builder);

/* Empties the row, keeps its memory. */
void row_builder_reset(struct row_builder *builder);

/* Puts a cell into a column from 0. An empty one is always welcome. Returns 0, or -1 with ERR_IMPORT_UNREADABLE when
 * the column lies beyond TABLE_COLUMNS_MAX or the row would be larger than TABLE_ROW_MAX. */
int row_builder_put(struct row_builder *builder, size_t column, enum cell_kind kind, const char *text, size_t size,
                    struct err *err);

/* The finished row; valid until the builder is touched again. */
struct table_row row_builder_finish(struct row_builder *builder, uint32_t number);

/* The name of a column from 0: "A" … "ZZZ". Returns `name`. */
char *table_column_name(size_t column, char name[TABLE_COLUMN_NAME_SIZE]);

#endif
