/* The first cells of a roster that cannot be taken in, in the order of the file. */
#ifndef DANDELION_INTAKE_BAD_CELLS_H
#define DANDELION_INTAKE_BAD_CELLS_H

#include <stddef.h>
#include <stdint.h>

#include "identity/roster/roster.h"

enum { BAD_CELLS_MAX = 100, BAD_CELL_MESSAGE_SIZE = 1024 };

struct bad_cell {
    uint32_t row;
    enum roster_field field; /* ROSTER_FIELDS: none of the known columns */
    char column[TABLE_COLUMN_NAME_SIZE];
    char title[COLUMNS_TITLE_SIZE];
    struct err error;
};

struct bad_cells {
    struct bad_cell all[BAD_CELLS_MAX];
    size_t count;
};

/* Adds a cell where it belongs; of more than BAD_CELLS_MAX the first are kept. */
void bad_cells_add(struct bad_cells *cells, const struct bad_cell *cell);

/* Names the columns of cells that were found without knowing where their field stands. */
void bad_cells_place(struct bad_cells *cells, const struct roster_summary *summary);

/* What people are told of it: text and advice of the catalogue ("zh-CN" or "en"), its parameters filled in. */
void bad_cell_message(const struct bad_cell *cell, const char *language, char message[BAD_CELL_MESSAGE_SIZE]);

#endif
