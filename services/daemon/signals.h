/* SIGTERM and SIGINT: finish what was begun, then leave; a second one leaves at once. SIGHUP: read the level of the log
 * anew. */
#ifndef DANDELION_DAEMON_SIGNALS_H
#define DANDELION_DAEMON_SIGNALS_H

#include "base/err.h"

struct daemon;

int signals_watch(struct daemon *daemon, struct err *err);
void signals_forget(struct daemon *daemon);

#endif
