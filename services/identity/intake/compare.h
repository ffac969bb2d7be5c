/* A row of a roster beside what the register has of the same person. */
#ifndef DANDELION_INTAKE_COMPARE_H
#define DANDELION_INTAKE_COMPARE_H

#include "identity.queries.h"
#include "identity/intake/branches.h"
#include "identity/roster/roster.h"

enum difference { ROW_NEW, ROW_CHANGED, ROW_SAME, ROW_BAD };

struct comparison {
    const struct roster_row *row;
    const struct identity_list_known_people_row *known; /* NULL: nobody of that ID number is registered */
    const struct branch *branch;                        /* where the row puts them; NULL: it does not say */
    struct bytes phone_index, address_index;            /* of the row; NULL: empty */
    int32_t today;

    /* What the member will be: the row's values, and the register's where it has none. */
    const char *category; /* "FULL", "PROBATIONARY", or "" while nobody says */
    int32_t joined_on, full_since;
    /* Why it cannot be; set with ROW_BAD. */
    enum roster_field field;
    struct err fault;
};

/* Fills in what the member will be, and says what that is compared with the register. Pure. */
enum difference comparison_make(struct comparison *comparison);

#endif
