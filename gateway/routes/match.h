/* From a verb and a path to a route. */
#ifndef DANDELION_GATEWAY_ROUTES_MATCH_H
#define DANDELION_GATEWAY_ROUTES_MATCH_H

#include "gateway/routes/route.h"

enum { MATCH_VARIABLES_MAX = 4, MATCH_VALUE_MAX = 192 };

struct match {
    const struct route *route; /* NULL: no route has this path, or none with this verb */
    unsigned verbs;            /* bits (1 << enum route_verb) of the routes that have this path */
    size_t variables_count;
    struct {
        unsigned field; /* index in the route's input */
        char value[MATCH_VALUE_MAX];
    } variables[MATCH_VARIABLES_MAX];
};

/* Finds the route for a decoded path. A segment longer than MATCH_VALUE_MAX - 1 matches no variable. */
void match_path(enum route_verb verb, const char *path, struct match *match);

#endif
