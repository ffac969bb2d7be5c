/* The daemon of party dues: standards, bills, payments, ledger. */
#ifndef DANDELION_DUES_DUES_H
#define DANDELION_DUES_DUES_H

#include "daemon/daemon.h"

extern const struct daemon_spec dues_spec;

#endif
