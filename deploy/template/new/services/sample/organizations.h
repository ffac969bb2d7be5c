/* This service's own copy of organisations, fed by identity's events: it says what lies in a caller's scope. */
#ifndef DANDELION_SAMPLE_ORGANIZATIONS_H
#define DANDELION_SAMPLE_ORGANIZATIONS_H

#include "daemon/follower.h"

/* What is applied of identity's events; ended by a NULL type. */
extern const struct follow_handler organizations_handlers[];

#endif
