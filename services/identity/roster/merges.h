/* Merged cells of a sheet: the text of the top left cell stands for all of them. A sheet names them behind its rows, so
 * they are collected by a pass of their own. */
#ifndef DANDELION_ROSTER_MERGES_H
#define DANDELION_ROSTER_MERGES_H

#include <stddef.h>
#include <stdint.h>

#include "identity/roster/source.h"
#include "identity/roster/table.h"

struct merge {
    uint32_t first_row;
    uint32_t last_row;
    uint16_t first_column; /* from 0 */
    uint16_t last_column;
};

struct carried; /* a merge that covers the present row */

struct merges {
    struct merge *all; /* by first_row */
    size_t count;
    size_t room;
    size_t next;
    struct carried *carried;
    size_t carried_count;
    size_t carried_bytes;
};

/* Collects the merges of a sheet. Returns 0, or -1 with ERR_IMPORT_UNREADABLE when there are absurdly many. The scan
 * looks for the tags alone: it costs a tenth of reading the sheet as XML, and what it takes for a tag wrongly (inside a
 * comment) can only repeat a cell's text. */
int merges_scan(struct merges *merges, const struct source *source, struct err *err);
void merges_close(struct merges *merges);

/* Copies the texts of merged cells into the cells they cover in this row; rows come in ascending order. Returns 0, or
 * -1 with ERR_IMPORT_UNREADABLE when merges overlap beyond any use. */
int merges_fill(struct merges *merges, uint32_t row, struct row_builder *builder, struct err *err);

/* Reads "B12" into a column from 0 and a row from 1; returns the place after it, or NULL. */
const char *merges_read_place(const char *text, uint32_t *column, uint32_t *row);

#endif
