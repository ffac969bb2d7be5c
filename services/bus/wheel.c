/* A hashed timer wheel: a node lies in the slot of its tick, whatever the turn. Slots are looked at as their tick has
 * passed; a node of a later turn stays. */
#include "bus/wheel.h"

void wheel_init(struct wheel *wheel, int64_t now_us)
{
    for (int i = 0; i < WHEEL_SLOTS; i++)
        LIST_INIT(&wheel->slots[i]);
    wheel->tick = now_us / WHEEL_TICK_US;
}

void wheel_add(struct wheel *wheel, struct wheel_node *node, int64_t due_us)
{
    int64_t tick = due_us / WHEEL_TICK_US;
    if (tick < wheel->tick)
        tick = wheel->tick;
    node->due_us = due_us;
    LIST_INSERT_HEAD(&wheel->slots[tick % WHEEL_SLOTS], node, link);
}

void wheel_remove(struct wheel_node *node)
{
    LIST_REMOVE(node, link);
}

/* Collects first and calls afterwards, so that `expired` may change the wheel. */
void wheel_advance(struct wheel *wheel, int64_t now_us, void (*expired)(void *arg, struct wheel_node *node), void *arg)
{
    struct wheel_slot due = LIST_HEAD_INITIALIZER(due);
    struct wheel_node *node, *next;
    int64_t now = now_us / WHEEL_TICK_US;
    int64_t first = now - wheel->tick < WHEEL_SLOTS ? wheel->tick : now - WHEEL_SLOTS;
    for (int64_t tick = first; tick < now; tick++) {
        for (node = LIST_FIRST(&wheel->slots[tick % WHEEL_SLOTS]); node; node = next) {
            next = LIST_NEXT(node, link);
            if (node->due_us > now_us)
                continue;
            LIST_REMOVE(node, link);
            LIST_INSERT_HEAD(&due, node, link);
        }
    }
    wheel->tick = now > wheel->tick ? now : wheel->tick;
    while ((node = LIST_FIRST(&due))) {
        LIST_REMOVE(node, link);
        expired(arg, node);
    }
}
