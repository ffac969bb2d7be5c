#include "identity/intake/branches.h"

#include <stdlib.h>
#include <string.h>

#include "errors.h"
#include "identity.queries.h"
#include "identity/text.h"

enum { TEXT_SIZE = 512 };

/* Names compare without space and width; one that is no text at all compares as it is. */
static const char *compact(struct arena *arena, const char *text)
{
    char out[TEXT_SIZE];
    return arena_strdup(arena, text_compact(text, out, sizeof out) == 0 ? out : text);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct branch *)a)->name, ((const struct branch *)b)->name);
}

int branches_read(struct branches *branches, struct blocking *blocking, struct uuid street_id, const char *scope,
                  struct arena *arena, struct err *err)
{
    struct identity_list_branches args = {street_id, scope};
    const void *found;
    size_t count;
    if (blocking_list(blocking, &identity_list_branches_statement, &args, &found, &count, err) != 0)
        return -1;
    const struct identity_list_branches_row *rows = found;
    branches->all = arena_array(arena, count + 1, sizeof *branches->all);
    for (size_t i = 0; branches->all && i < count; i++) {
        struct branch *branch = &branches->all[i];
        branch->id = rows[i].id;
        branch->name = compact(arena, rows[i].name);
        branch->community = compact(arena, rows[i].community);
        branch->path = arena_strdup(arena, rows[i].path);
        if (!branch->name || !branch->community || !branch->path)
            return err_set(err, ERR_OVERLOADED, "no room for %zu branches", count);
    }
    if (!branches->all)
        return err_set(err, ERR_OVERLOADED, "no room for %zu branches", count);
    branches->count = count;
    qsort(branches->all, count, sizeof *branches->all, by_name);
    return 0;
}

/* The first of that name, and how many of them are of the community (NULL: any). */
static const struct branch *find(const struct branches *branches, const char *name, const char *community,
                                 size_t *matches)
{
    const struct branch key = {.name = name};
    const struct branch *at = bsearch(&key, branches->all, branches->count, sizeof *branches->all, by_name);
    const struct branch *first = NULL;
    *matches = 0;
    while (at && at > branches->all && strcmp(at[-1].name, name) == 0)
        at--;
    for (; at && at < branches->all + branches->count && strcmp(at->name, name) == 0; at++) {
        if (community && strcmp(at->community, community) != 0)
            continue;
        if ((*matches)++ == 0)
            first = at;
    }
    return first;
}

const struct branch *branches_find(const struct branches *branches, const char *text, struct err *fault)
{
    char name[TEXT_SIZE];
    size_t matches = 0;
    const struct branch *branch = NULL;
    if (text_compact(text, name, sizeof name) == 0) {
        char *slash = strrchr(name, '/');
        branch = find(branches, name, NULL, &matches);
        if (matches == 0 && slash) {
            *slash = '\0';
            branch = find(branches, slash + 1, name, &matches);
        }
    }
    if (matches == 1)
        return branch;
    err_set(fault, matches ? ERR_CELL_BRANCH_AMBIGUOUS : ERR_CELL_BRANCH_UNKNOWN, "%zu branches", matches);
    err_param(fault, "value", "%s", text);
    return NULL;
}

const struct branch *branches_by_id(const struct branches *branches, struct uuid id)
{
    for (size_t i = 0; i < branches->count; i++)
        if (uuid_equal(&branches->all[i].id, &id))
            return &branches->all[i];
    return NULL;
}
