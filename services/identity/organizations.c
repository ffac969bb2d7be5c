/* The tree of organisations: looked at, grown, renamed. */
#include <string.h>

#include "base/clock.h"
#include "dandelion/identity_events.pb-c.h"
#include "errors.h"
#include "identity.methods.h"
#include "identity/names.h"
#include "identity/organization.h"
#include "identity/rules.h"
#include "identity/text.h"

enum { NAME_SIZE = 60 * 4 + 1 };

int identity_get_organization_query(struct call *call, const Dandelion__Identity__GetOrganizationRequest *request)
{
    return identity_get_organization(
        call, &(struct identity_get_organization){call->street_id, call_uuid(request->id), call->scope});
}

int identity_list_organizations_query(struct call *call, const Dandelion__Identity__ListOrganizationsRequest *request)
{
    struct identity_list_organizations present = {
        .scope = call->scope,
        .street_id = call->street_id,
        .within_id = call_uuid(request->within_id),
        .parent_id = call_uuid(request->parent_id),
        .level = LEVEL_NAME(request->level),
        .name = request->name,
    };
    if (call_page(call, request->page_size, request->page_token, &present.after, &present.limit) != 0)
        return -1;
    if (!*request->as_of)
        return identity_list_organizations(call, &present);
    struct identity_list_former_organizations former = {
        .street_id = present.street_id,
        .scope = present.scope,
        .as_of = call_date(request->as_of),
        .within_id = present.within_id,
        .after = present.after,
        .parent_id = present.parent_id,
        .level = present.level,
        .name = present.name,
        .limit = present.limit,
    };
    return identity_list_former_organizations(call, &former);
}

/* A name as it is kept; refuses one that is nothing but space. */
static const char *name_tidy(struct call *call, const char *name)
{
    char tidy[NAME_SIZE];
    if (text_tidy(name, tidy, sizeof tidy) != 0 || !*tidy) {
        call_refuse_field(call, ERR_FIELD_REQUIRED, "name", "a name of spaces");
        return NULL;
    }
    return arena_strdup(call->arena, tidy);
}

/* --- create */

int identity_create_organization_load(struct call *call, const Dandelion__Identity__CreateOrganizationRequest *request)
{
    return street_load(call) == 0 ? organization_load(call, call_uuid(request->parent_id)) : -1;
}

static int parent_check(struct call *call, const struct identity_load_organization_row *parent,
                        enum organization_level level)
{
    if (!parent)
        return call_refuse_field(call, ERR_IDENTITY_PARENT_UNKNOWN, "parent_id", "not in the caller's scope");
    if (strcmp(parent->state, "ACTIVE") != 0)
        return call_refuse_field(call, ERR_IDENTITY_ORGANIZATION_DISSOLVED, "parent_id", "dissolved");
    if (organization_parent_allowed(level, (enum organization_level)LEVEL_VALUE(parent->level)))
        return 0;
    call_refuse_field(call, ERR_IDENTITY_LEVEL_MISMATCH, "parent_id", "level %d under %s", (int)level, parent->level);
    return err_param(&call->err, "expected", "%s",
                     level > LEVEL_WORKING_COMMITTEE ? organization_level_name(level - 1) : "—");
}

static int creation_save(struct call *call, const struct identity_load_street_row *street,
                         const struct identity_load_organization_row *parent,
                         const struct identity_load_organization_row *made)
{
    struct identity_insert_organization row = {
        .street_id = call->street_id,
        .id = made->id,
        .parent_id = parent->id,
        .level = made->level,
        .name = made->name,
        .path = made->path,
        .established_on = made->established_on,
    };
    struct identity_open_history history = {call->street_id, made->path, false, made->established_on};
    if (street_change(call, street, 1) != 0 || identity_insert_organization(call, &row) != 0 ||
        identity_open_history(call, &history) != 0)
        return -1;
    Dandelion__Identity__OrganizationCreated event = DANDELION__IDENTITY__ORGANIZATION_CREATED__INIT;
    event.organization_id = (char *)call_uuid_text(call, made->id);
    event.parent_id = (char *)call_uuid_text(call, parent->id);
    event.level = LEVEL_VALUE(made->level);
    event.name = (char *)made->name;
    event.path = (char *)made->path;
    call_audit(call, event.organization_id, made->id);
    return call_event(call, &event.base, made->path);
}

int identity_create_organization_decide(struct call *call,
                                        const Dandelion__Identity__CreateOrganizationRequest *request,
                                        Dandelion__Identity__Organization *reply)
{
    const struct identity_load_street_row *street = street_find(call);
    const struct identity_load_organization_row *parent = organization_find(call, call_uuid(request->parent_id));
    int32_t established_on = *request->established_on ? call_date(request->established_on) : call->today;
    if (!street || parent_check(call, parent, (enum organization_level)request->level) != 0)
        return -1;
    if (established_on > call->today)
        return call_refuse_field(call, ERR_FIELD_DATE_IN_FUTURE, "established_on", "after today");
    struct identity_load_organization_row made = {
        .id = uuid_new(call->now),
        .parent_id = parent->id,
        .level = LEVEL_NAME(request->level),
        .name = name_tidy(call, request->name),
        .path = organization_path(call, parent->path, street->next_label),
        .state = "ACTIVE",
        .established_on = established_on,
        .dissolved_on = CLOCK_NO_DATE,
        .version = 1,
    };
    if (!made.name || !made.path || creation_save(call, street, parent, &made) != 0)
        return -1;
    organization_fill(call, &made, reply);
    return 0;
}

/* --- rename */

int identity_update_organization_load(struct call *call, const Dandelion__Identity__UpdateOrganizationRequest *request)
{
    return street_load(call) == 0 ? organization_load(call, call_uuid(request->id)) : -1;
}

static int renaming_save(struct call *call, const struct identity_load_organization_row *row, const char *name)
{
    const struct identity_load_street_row *street = street_find(call);
    struct identity_rename_organization renamed = {call->street_id, row->id, row->version, name};
    if (!street || street_change(call, street, 0) != 0 || identity_rename_organization(call, &renamed) != 0 ||
        organization_history(call, row->path, row->path, false) != 0)
        return -1;
    Dandelion__Identity__OrganizationRenamed event = DANDELION__IDENTITY__ORGANIZATION_RENAMED__INIT;
    event.organization_id = (char *)call_uuid_text(call, row->id);
    event.name = (char *)name;
    call_audit(call, event.organization_id, row->id);
    return call_event(call, &event.base, row->path);
}

int identity_update_organization_decide(struct call *call,
                                        const Dandelion__Identity__UpdateOrganizationRequest *request,
                                        Dandelion__Identity__Organization *reply)
{
    const struct identity_load_organization_row *row = organization_find(call, call_uuid(request->id));
    if (!row)
        return call_refuse(call, ERR_NOT_FOUND, "no such organisation in the scope");
    if (call_match(call, row->version) != 0)
        return -1;
    if (strcmp(row->state, "ACTIVE") != 0)
        return call_refuse(call, ERR_IDENTITY_ORGANIZATION_DISSOLVED, "dissolved");
    struct identity_load_organization_row after = *row;
    if (call_updates(request->update_mask, request->n_update_mask, "name")) {
        after.name = name_tidy(call, request->name);
        after.version++;
        if (!after.name || renaming_save(call, row, after.name) != 0)
            return -1;
    }
    organization_fill(call, &after, reply);
    return 0;
}
