/* This service's own copy of organisations and members, fed by identity's events. */
#ifndef DANDELION_DUES_MEMBERS_H
#define DANDELION_DUES_MEMBERS_H

#include "daemon/follower.h"

/* What is applied of identity's events; ended by a NULL type. */
extern const struct follow_handler members_handlers[];

#endif
