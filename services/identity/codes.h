/* The code tables of the national standards, with the names and the synonyms that people write. */
#ifndef DANDELION_IDENTITY_CODES_H
#define DANDELION_IDENTITY_CODES_H

#include <stddef.h>

enum code_table {
    CODES_SEX,          /* GB/T 2261.1-2003: "0" … "9" */
    CODES_ETHNIC_GROUP, /* GB/T 3304-1991: "01" 汉族 … "56" 基诺族 */
    CODES_EDUCATION,    /* GB/T 4658: "10" 研究生 … "90" 其他, the nine groups */
};

struct code {
    const char *code;
    const char *name;
    const char *synonyms; /* separated by '|', or NULL */
};

/* The table's entries, in the order of their codes. */
const struct code *codes_all(enum code_table table, size_t *count);

/* The name of a code, or NULL. */
const char *codes_name(enum code_table table, const char *code);

/* The entry an input means: its code (also without the leading zero), its name, or a synonym; spaces and width do not
 * matter. NULL if there is none: nothing is guessed. */
const struct code *codes_find(enum code_table table, const char *input);

#endif
