/* Random bytes for ids and traces, cheap enough for every request. Secrets are made by libsodium. */
#ifndef DANDELION_BASE_RANDOM_H
#define DANDELION_BASE_RANDOM_H

#include <stddef.h>

/* Fills `bytes`. Small requests are served from a block per thread, so that most cost no system call. A process that
 * forks without exec would share what is left of the block with its child: do not. */
void random_fill(void *bytes, size_t size);

#endif
