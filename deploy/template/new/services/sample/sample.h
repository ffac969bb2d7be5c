/* The daemon of notes: what happened in an organisation on a day. */
#ifndef DANDELION_SAMPLE_SAMPLE_H
#define DANDELION_SAMPLE_SAMPLE_H

#include "daemon/daemon.h"

extern const struct daemon_spec sample_spec;

#endif
