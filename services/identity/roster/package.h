/* The parts of an .xlsx file, which is a zip file, read with limits that a hostile one cannot pass: number of entries,
 * size of a part, how much a part may grow by unpacking. Nothing is ever written to a path that the file names. */
#ifndef DANDELION_ROSTER_PACKAGE_H
#define DANDELION_ROSTER_PACKAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "identity/roster/source.h"

enum { PACKAGE_NAME_SIZE = 256 };

struct package;
struct part;

/* Opens the file. NULL with ERR_IMPORT_FILE_TYPE (an old .xls, no zip file) or ERR_IMPORT_UNREADABLE (a password,
 * damage, too many entries). */
struct package *package_open(const char *path, struct err *err);
void package_close(struct package **package);

/* Opens a part for reading; at most `limit` bytes may come out of it. NULL with ERR_IMPORT_UNREADABLE. */
struct part *part_open(struct package *package, const char *name, uint64_t limit, struct err *err);
void part_close(struct part **part);

/* The part's bytes. Valid while the part is open. */
struct source part_source(struct part *part);

/* The name of the part that `target` means in a relationship of the part `base` ("xl/workbook.xml", or "" for the
 * package). Returns false for a target that leaves the package, climbs ("..") or is no path. */
bool package_resolve(const char *base, const char *target, char name[PACKAGE_NAME_SIZE]);

/* The name of the part that holds the relationships of `base`. */
bool package_relations_of(const char *base, char name[PACKAGE_NAME_SIZE]);

#endif
