/* Configuration: one file per installation, [section] and name = value, and the environment above it.
 *
 * Each program states its keys in a table: type, default, meaning. A key that is in the program's own sections but not
 * in its table is refused, so that a slip of the pen is found at start and not at night. The environment variable
 * DANDELION_<SECTION>_<NAME> overrides the file. */
#ifndef DANDELION_BASE_CONF_H
#define DANDELION_BASE_CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/err.h"

enum conf_type { CONF_TEXT, CONF_NUMBER };

struct conf_key {
    const char *section;
    const char *name;
    enum conf_type type;
    const char *fallback; /* NULL: must be given */
    int64_t min, max;     /* of a number */
    const char *meaning;  /* one sentence, for the documentation */
};

struct conf;

/* Reads `path` for the sections that `keys` (ended by a NULL name) name. NULL with `err` filled when the file cannot
 * be read, a line is wrong, a key is unknown or missing, or a number is out of its range. */
struct conf *conf_load(const struct conf_key *keys, const char *path, struct err *err);
void conf_destroy(struct conf **conf);

/* The value of a key of the table; asking for one that is not in the table ends the program. */
const char *conf_text(const struct conf *conf, const char *section, const char *name);
int64_t conf_number(const struct conf *conf, const char *section, const char *name);

/* Writes every key with its value's type, default and meaning, as a commented configuration file. */
void conf_describe(const struct conf_key *keys, FILE *out);

#endif
