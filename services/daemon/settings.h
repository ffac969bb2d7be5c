/* The configuration keys that every daemon has. */
#ifndef DANDELION_DAEMON_SETTINGS_H
#define DANDELION_DAEMON_SETTINGS_H

#include <stdio.h>

#include "base/conf.h"
#include "base/err.h"

/* Reads the file for [common] and the daemon's own section, and sets the log level. NULL with `err` filled. */
struct conf *settings_load(const char *service, const char *path, struct err *err);

/* Reads the file again and takes over what may change while the daemon runs. */
int settings_reload(const struct conf *conf, struct err *err);

/* Prints every key with its meaning. Returns the exit status. */
int settings_describe(const char *service, FILE *out);

#endif
