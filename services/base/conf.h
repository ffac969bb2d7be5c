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
    const char *name;
    enum conf_type type;
    const char *fallback; /* NULL: must be given */
    int64_t min, max;     /* of a number */
    const char *meaning;  /* one sentence, for the documentation */
};

/* The keys of [common], which every program reads. Ended by a NULL name, as all such tables. */
extern const struct conf_key conf_common[];

struct conf;

/* Reads [common] and the program's own `section`, whose keys are `own`. NULL with `err` filled when the file cannot be
 * read, a line is wrong, a key is unknown or missing, or a number is out of its range. All arguments must outlive it.
 */
struct conf *conf_load(const char *section, const struct conf_key *own, const char *path, struct err *err);
void conf_destroy(struct conf **conf);

/* The value of a key, of [common] or of the own section: no name stands in both. Asking for one that is in neither
 * table ends the program. */
const char *conf_text(const struct conf *conf, const char *name);
int64_t conf_number(const struct conf *conf, const char *name);

/* Sets the level of the log as the configuration says, and names the program in every line. */
int conf_open_log(const struct conf *conf, struct err *err);

/* Reads the file again and takes over what may change while the program runs: the level of the log. */
int conf_reload(const struct conf *conf, struct err *err);

/* Writes every key with its type, default and meaning, as a commented configuration file. */
void conf_describe(const char *section, const struct conf_key *own, FILE *out);

#endif
