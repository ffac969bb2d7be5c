/* The configuration keys that every daemon has in its own section. */
#ifndef DANDELION_DAEMON_SETTINGS_H
#define DANDELION_DAEMON_SETTINGS_H

#include "base/conf.h"

extern const struct conf_key settings_keys[];

#endif
