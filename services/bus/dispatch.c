/* The checks that stand before every handler. */
#include "bus/dispatch.h"

#include <string.h>

#include "base/arena.h"
#include "bus/validate.h"
#include "errors.h"

static bool below(const char *path, const char *prefix)
{
    return strncmp(path, prefix, strlen(prefix)) == 0;
}

/* Adds a path unless one that is there contains it; drops those that it contains. */
static size_t add_path(const char **scope, size_t count, const char *path)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++)
        if (below(path, scope[i]))
            return count;
    for (size_t i = 0; i < count; i++)
        if (!below(scope[i], path))
            scope[kept++] = scope[i];
    scope[kept++] = path;
    return kept;
}

static int collect_scope(const struct method *method, const Dandelion__Bus__Caller *caller, struct arena *arena,
                         struct dispatched *result, struct err *err)
{
    result->scope = arena_array(arena, caller->n_grants, sizeof *result->scope);
    if (!result->scope)
        return err_set(err, ERR_INTERNAL, "%s: %zu grants do not fit", method->name, caller->n_grants);
    for (size_t i = 0; i < caller->n_grants; i++) {
        const Dandelion__Bus__Grant *grant = caller->grants[i];
        /* A grant without a path would contain everything. */
        if (METHOD_ROLE(grant->role) & method->roles && *grant->path)
            result->scope_count = add_path(result->scope, result->scope_count, grant->path);
    }
    if (result->scope_count == 0)
        return err_set(err, ERR_FORBIDDEN, "%s: no role of the caller holds the permission", method->name);
    return 0;
}

static int check_permission(const struct method *method, const Dandelion__Bus__Caller *caller, struct arena *arena,
                            struct dispatched *result, struct err *err)
{
    bool signed_in = caller && *caller->account_id;
    if (method->roles & METHOD_ANYONE)
        return 0;
    if (method->roles & METHOD_INTERNAL) {
        if (caller && *caller->service && !signed_in)
            return 0;
        return err_set(err, ERR_FORBIDDEN, "%s is for daemons only", method->name);
    }
    if (!signed_in)
        return err_set(err, ERR_UNAUTHENTICATED, "%s needs an account", method->name);
    if (method->roles & METHOD_SIGNED_IN)
        return 0;
    return collect_scope(method, caller, arena, result, err);
}

int dispatch_request(const struct method *method, const struct bus_request *request, int64_t now_ms,
                     struct dispatched *result, struct err *err)
{
    const Dandelion__Bus__Request *envelope = request->envelope;
    struct dispatched found = {.method = method};
    if (!method)
        return err_set(err, ERR_METHOD_UNKNOWN, "%s is not known here", envelope->method);
    if (envelope->deadline_unix_ms && envelope->deadline_unix_ms <= now_ms)
        return err_set(err, ERR_DEADLINE_EXCEEDED, "%s came after its deadline", method->name);
    if (check_permission(method, envelope->caller, request->arena, &found, err) < 0)
        return -1;
    if (method->idempotent && !*envelope->idempotency_key)
        return err_set(err, ERR_IDEMPOTENCY_KEY_REQUIRED, "%s needs an idempotency key", method->name);
    if (method->if_match && envelope->if_match == 0)
        return err_set(err, ERR_IF_MATCH_REQUIRED, "%s needs a version", method->name);
    found.input = validate_unpack(method->input_rules, request->payload, request->arena, err);
    if (!found.input)
        return -1;
    *result = found;
    return 0;
}
