#include "dandelionctl/caller.h"

#include <string.h>

#include "base/uuid.h"

static bool is_path(const char *path)
{
    size_t length = strlen(path);
    return length > 1 && path[0] == '/' && path[length - 1] == '/';
}

/* Reads "branch_secretary@0190…:/1/4/". */
static int grant_read(const char *text, struct arena *arena, Dandelion__Bus__Grant *grant, struct err *err)
{
    struct uuid id;
    const char *at = strchr(text, '@');
    const char *colon = at ? strchr(at, ':') : NULL;
    if (!colon || !is_path(colon + 1))
        return err_set(err, ERR_LOCAL, "--role %.80s: it is written ROLE@ORGANIZATION:PATH, the path like /1/4/", text);
    const char *role = arena_copy(arena, text, (size_t)(at - text));
    char *organization = arena_copy(arena, at + 1, (size_t)(colon - at - 1));
    if (!role || !organization)
        return err_set(err, ERR_LOCAL, "out of memory");
    const ProtobufCEnumValue *value = protobuf_c_enum_descriptor_get_value_by_name(&dandelion__role__descriptor, role);
    if (!value || value->value == DANDELION__ROLE__ROLE_UNSPECIFIED)
        return err_set(err, ERR_LOCAL, "--role %.80s: there is no such role", text);
    if (uuid_parse(organization, &id) != 0)
        return err_set(err, ERR_LOCAL, "--role %.80s: the organisation is given by its id", text);
    dandelion__bus__grant__init(grant);
    grant->role = (Dandelion__Role)value->value;
    grant->organization_id = organization;
    grant->path = (char *)(uintptr_t)(colon + 1);
    return 0;
}

Dandelion__Bus__Caller *caller_new(const struct options *options, struct arena *arena, struct err *err)
{
    Dandelion__Bus__Caller *caller = arena_alloc(arena, sizeof *caller);
    Dandelion__Bus__Grant **list = arena_array(arena, options->roles_count + 1, sizeof *list);
    Dandelion__Bus__Grant *grants = arena_array(arena, options->roles_count + 1, sizeof *grants);
    if (!caller || !list || !grants) {
        err_set(err, ERR_LOCAL, "out of memory");
        return NULL;
    }
    dandelion__bus__caller__init(caller);
    caller->service = (char *)(uintptr_t) "dandelionctl";
    caller->street_id = (char *)(uintptr_t)options->street;
    caller->account_id = (char *)(uintptr_t)options->account;
    for (size_t i = 0; i < options->roles_count; i++) {
        if (grant_read(options->roles[i], arena, &grants[i], err) != 0)
            return NULL;
        list[i] = &grants[i];
    }
    caller->grants = list;
    caller->n_grants = options->roles_count;
    return caller;
}
