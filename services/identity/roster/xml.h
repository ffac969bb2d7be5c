/* XML as a stream of events, safe to read from strangers: no document type (so no entities but the five), bounded
 * depth, no token larger than a bound. */
#ifndef DANDELION_ROSTER_XML_H
#define DANDELION_ROSTER_XML_H

#include <stddef.h>

#include "identity/roster/source.h"

/* Names come without their namespace prefix. Any of the three may be NULL. A handler that returns -1 (with `err`
 * filled) ends the reading. */
struct xml_handler {
    int (*start)(void *context, const char *name, const char **attributes, struct err *err);
    int (*end)(void *context, const char *name, struct err *err);
    int (*text)(void *context, const char *text, size_t length, struct err *err);
    void *context;
};

/* Reads the source to its end. Returns 0, or -1 with ERR_IMPORT_UNREADABLE, the source's or a handler's error. */
int xml_read(const struct source *source, const struct xml_handler *handler, struct err *err);

/* The value of an attribute by its name without prefix; NULL if it is not there. */
const char *xml_attribute(const char **attributes, const char *name);

#endif
