/* The commands. Each returns the exit status. */
#ifndef DANDELION_DANDELIONCTL_COMMANDS_H
#define DANDELION_DANDELIONCTL_COMMANDS_H

#include "dandelionctl/ctl.h"

int call_run(struct ctl *ctl);
int batch_run(struct ctl *ctl);
int health_run(struct ctl *ctl);
int events_run(struct ctl *ctl);
int methods_run(const struct options *options);

#endif
