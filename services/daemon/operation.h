/* Operations: long work that others may watch.
 *
 * The operation of a request is named by its service and its idempotency key, which the caller chose: so it can be
 * asked for before the answer is there. Its row is written when the work begins, every second while it runs, and when
 * it ends. The rows are notes: losing one delays what a watcher sees and nothing else. */
#ifndef DANDELION_DAEMON_OPERATION_H
#define DANDELION_DAEMON_OPERATION_H

#include <stdint.h>

struct call;
struct daemon;
struct operation;

/* Begins the operation of a call whose work starts now; does nothing for a method that is none. */
void operation_begin(struct call *call);

/* How far the work is; may be called from the thread that does it. */
void operation_progress(struct operation *operation, int64_t done, int64_t total);

/* Ends the operation of a call that is about to be answered, by its success or its error. */
void operation_end(struct call *call);

/* Frees the timer when the daemon ends. */
void operations_stop(struct daemon *daemon);

#endif
