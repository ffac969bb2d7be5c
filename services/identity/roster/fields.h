/* The fields of one row: each read from its cell, then compared with each other. */
#ifndef DANDELION_ROSTER_FIELDS_H
#define DANDELION_ROSTER_FIELDS_H

#include "identity/roster/roster.h"

/* At most two for a field (its form, its agreement with others) and one beyond them. */
enum { ROW_FAULTS_MAX = ROSTER_FIELDS * 2 + 1 };

struct row_faults {
    size_t count;
    struct roster_fault all[ROW_FAULTS_MAX];
};

struct fields_context {
    const struct roster_options *options;
    bool epoch_1904;
    struct id_number_evidence *evidence;
};

/* A row in which every field is absent. */
void fields_clear(struct roster_row *row, uint32_t number);

/* Adds a fault. */
struct roster_fault *fields_fault(struct row_faults *faults, enum roster_field field, int code);

/* Reads a field from its cell into the row, or adds a fault. An empty cell, and a sign for "none" (/, —, 无), leave it
 * absent, which is a fault if it is required. */
void fields_read(const struct fields_context *context, enum roster_field field, const struct cell *cell,
                 struct roster_row *row, struct row_faults *faults);

/* Adds faults for fields that contradict each other: sex and birth date against the ID number, the order of the days.
 */
void fields_compare(const struct fields_context *context, const struct roster_row *row, struct row_faults *faults);

/* A bad cell's text for people to see: cut, and masked where the field identifies a person. */
void fields_show(enum roster_field field, const char *raw, char text[ROSTER_SHOWN_SIZE]);

#endif
