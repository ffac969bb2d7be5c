/* The exit statuses, which scripts rely on. */
#ifndef DANDELION_DANDELIONCTL_EXIT_H
#define DANDELION_DANDELIONCTL_EXIT_H

enum exit_status { EXIT_DONE = 0, EXIT_REFUSED = 1, EXIT_USAGE = 2, EXIT_UNAVAILABLE = 3 };

#endif
