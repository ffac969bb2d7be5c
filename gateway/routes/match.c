#include "gateway/routes/match.h"

#include <string.h>

#include "routes.h"

struct segment {
    const char *text;
    size_t length;
};

enum { SEGMENTS_MAX = 8 };

/* Cuts "/v1/members/x:archive" into its segments and the action of the last. Returns the count, 0 for too many. */
static size_t path_cut(const char *path, struct segment segments[SEGMENTS_MAX], const char **action)
{
    size_t count = 0;
    *action = NULL;
    while (*path == '/' && count < SEGMENTS_MAX) {
        segments[count].text = ++path;
        segments[count].length = strcspn(path, "/");
        path += segments[count++].length;
    }
    if (*path || count == 0)
        return 0;
    struct segment *last = &segments[count - 1];
    const char *colon = memchr(last->text, ':', last->length);
    if (colon) {
        *action = colon + 1;
        last->length = (size_t)(colon - last->text);
    }
    return count;
}

static bool action_equal(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

/* Does the path fit the route? Then its variables are filled in. */
static bool route_fits(const struct route *route, const struct segment *segments, size_t count, const char *action,
                       struct match *match)
{
    if (route->pieces_count != count || !action_equal(route->action, action))
        return false;
    match->variables_count = 0;
    for (size_t i = 0; i < count; i++) {
        const struct route_piece *piece = &route->pieces[i];
        if (piece->literal) {
            if (strlen(piece->literal) != segments[i].length ||
                memcmp(piece->literal, segments[i].text, segments[i].length) != 0)
                return false;
            continue;
        }
        if (segments[i].length == 0 || segments[i].length >= MATCH_VALUE_MAX ||
            match->variables_count == MATCH_VARIABLES_MAX)
            return false;
        match->variables[match->variables_count].field = piece->field;
        char *value = match->variables[match->variables_count++].value;
        memcpy(value, segments[i].text, segments[i].length);
        value[segments[i].length] = '\0';
    }
    return true;
}

void match_path(enum route_verb verb, const char *path, struct match *match)
{
    struct segment segments[SEGMENTS_MAX];
    const char *action;
    size_t count = path_cut(path, segments, &action);
    match->route = NULL;
    match->verbs = 0;
    for (size_t i = 0; i < routes_count && count; i++) {
        struct match found;
        if (!route_fits(&routes[i], segments, count, action, &found))
            continue;
        unsigned verbs = match->verbs | 1u << routes[i].verb;
        if (routes[i].verb == verb && !match->route) {
            *match = found;
            match->route = &routes[i];
        }
        match->verbs = verbs;
    }
}
