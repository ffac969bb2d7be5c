/* The daemon of the register: organisations, people, memberships, accounts, sessions. */
#ifndef DANDELION_IDENTITY_IDENTITY_H
#define DANDELION_IDENTITY_IDENTITY_H

#include "daemon/daemon.h"

extern const struct daemon_spec identity_spec;

#endif
