/* Deadlines by the ten thousand: adding and removing one costs a few pointer writes. They are met late by up to a tick,
 * never early. */
#ifndef DANDELION_BUS_WHEEL_H
#define DANDELION_BUS_WHEEL_H

#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

enum { WHEEL_TICK_US = 20000, WHEEL_SLOTS = 512 };

/* A deadline, kept inside what it belongs to. */
struct wheel_node {
    LIST_ENTRY(wheel_node) link;
    int64_t due_us;
};

LIST_HEAD(wheel_slot, wheel_node);

struct wheel {
    struct wheel_slot slots[WHEEL_SLOTS];
    int64_t tick; /* all before it have been looked at */
};

/* Begins at `now_us`, on the clock of clock_monotonic_us. */
void wheel_init(struct wheel *wheel, int64_t now_us);

void wheel_add(struct wheel *wheel, struct wheel_node *node, int64_t due_us);
void wheel_remove(struct wheel_node *node);

/* Takes out all that is due by `now_us` and hands it to `expired`, which may add and remove others. */
void wheel_advance(struct wheel *wheel, int64_t now_us, void (*expired)(void *arg, struct wheel_node *node), void *arg);

#endif
