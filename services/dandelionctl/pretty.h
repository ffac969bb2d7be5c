/* JSON for people. */
#ifndef DANDELION_DANDELIONCTL_PRETTY_H
#define DANDELION_DANDELIONCTL_PRETTY_H

#include "base/str.h"

/* Appends well-formed JSON of one line with line breaks and two spaces a level; empty lists and objects stay short. */
void pretty_json(const char *json, struct str *out);

#endif
