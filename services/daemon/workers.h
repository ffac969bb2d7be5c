/* What is slow by nature runs in threads and comes back to the loop. */
#ifndef DANDELION_DAEMON_WORKERS_H
#define DANDELION_DAEMON_WORKERS_H

#include <event2/event.h>
#include <stdbool.h>
#include <stddef.h>

struct workers;

/* `threads` threads and at most `queue_max` jobs that wait. */
struct workers *workers_new(struct event_base *base, size_t threads, size_t queue_max);

/* Waits for the jobs that run; those that wait are forgotten. */
void workers_destroy(struct workers **workers);

/* Runs `work` in a thread, then `done` in the loop. Returns false when too many jobs wait. */
bool workers_run(struct workers *workers, void (*work)(void *job), void (*done)(void *job), void *job);

#endif
