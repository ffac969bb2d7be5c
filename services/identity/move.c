/* Organisations move, with all below them, and are dissolved. */
#include <string.h>

#include "base/clock.h"
#include "dandelion/identity_events.pb-c.h"
#include "errors.h"
#include "identity.methods.h"
#include "identity/names.h"
#include "identity/organization.h"
#include "identity/rules.h"

/* What holds for both: it is there, as the caller saw it, and not the root. */
static const struct identity_load_organization_row *subject_find(struct call *call, const char *id)
{
    const struct identity_load_organization_row *row = organization_find(call, call_uuid(id));
    if (!row)
        call_refuse(call, ERR_NOT_FOUND, "no such organisation in the scope");
    else if (call_match(call, row->version) != 0)
        return NULL;
    else if (strcmp(row->state, "ACTIVE") != 0)
        call_refuse(call, ERR_IDENTITY_ORGANIZATION_DISSOLVED, "dissolved already");
    else if (uuid_is_none(&row->parent_id))
        call_refuse(call, ERR_IDENTITY_ORGANIZATION_ROOT_FIXED, "the working committee");
    else
        return row;
    return NULL;
}

/* --- move */

int identity_move_organization_load(struct call *call, const Dandelion__Identity__MoveOrganizationRequest *request)
{
    if (street_load(call) != 0 || organization_load(call, call_uuid(request->id)) != 0)
        return -1;
    return organization_load(call, call_uuid(request->parent_id));
}

static int target_check(struct call *call, const struct identity_load_organization_row *row,
                        const struct identity_load_organization_row *parent)
{
    if (!parent)
        return call_refuse_field(call, ERR_IDENTITY_PARENT_UNKNOWN, "parent_id", "not in the caller's scope");
    if (strncmp(parent->path, row->path, strlen(row->path)) == 0)
        return call_refuse_field(call, ERR_IDENTITY_MOVE_INTO_OWN_SUBTREE, "parent_id", "below itself");
    if (strcmp(parent->state, "ACTIVE") != 0)
        return call_refuse_field(call, ERR_IDENTITY_ORGANIZATION_DISSOLVED, "parent_id", "dissolved");
    enum organization_level level = (enum organization_level)LEVEL_VALUE(row->level);
    if (organization_parent_allowed(level, (enum organization_level)LEVEL_VALUE(parent->level)))
        return 0;
    call_refuse_field(call, ERR_IDENTITY_LEVEL_MISMATCH, "parent_id", "%s under %s", row->level, parent->level);
    return err_param(&call->err, "expected", "%s", organization_level_name(level - 1));
}

/* The label of an organisation stays its own wherever it hangs: it is unique in the street. */
static const char *path_below(struct call *call, const char *parent, const char *path)
{
    const char *label = path + strlen(path) - 1;
    while (label[-1] != '/')
        label--;
    return arena_printf(call->arena, "%s%s", parent, label);
}

static int move_save(struct call *call, const struct identity_load_organization_row *row,
                     const struct identity_load_organization_row *parent, const char *new_path, const char *reason)
{
    const struct identity_load_street_row *street = street_find(call);
    struct identity_hang_organization hung = {call->street_id, row->id, row->version, parent->id};
    struct identity_move_organizations moved = {call->street_id, row->path, new_path};
    struct identity_move_members members = {call->street_id, row->path, new_path};
    if (!street || street_change(call, street, 0) != 0 || identity_hang_organization(call, &hung) != 0 ||
        identity_move_organizations(call, &moved) != 0 || identity_move_members(call, &members) != 0 ||
        organization_history(call, row->path, new_path, true) != 0)
        return -1;
    Dandelion__Identity__OrganizationMoved event = DANDELION__IDENTITY__ORGANIZATION_MOVED__INIT;
    event.organization_id = (char *)call_uuid_text(call, row->id);
    event.parent_id = (char *)call_uuid_text(call, parent->id);
    event.old_path = (char *)row->path;
    event.new_path = (char *)new_path;
    event.reason = (char *)reason;
    call_audit(call, event.organization_id, row->id);
    return call_event(call, &event.base, new_path);
}

int identity_move_organization_decide(struct call *call, const Dandelion__Identity__MoveOrganizationRequest *request,
                                      Dandelion__Identity__Organization *reply)
{
    const struct identity_load_organization_row *row = subject_find(call, request->id);
    const struct identity_load_organization_row *parent = organization_find(call, call_uuid(request->parent_id));
    if (!row || target_check(call, row, parent) != 0)
        return -1;
    struct identity_load_organization_row after = *row;
    after.path = path_below(call, parent->path, row->path);
    after.parent_id = parent->id;
    if (!after.path)
        return call_refuse(call, ERR_OVERLOADED, "no room for a path");
    if (!uuid_equal(&row->parent_id, &parent->id)) {
        after.version++;
        if (move_save(call, row, parent, after.path, request->reason) != 0)
            return -1;
    }
    organization_fill(call, &after, reply);
    return 0;
}

/* --- dissolve */

int identity_dissolve_organization_load(struct call *call,
                                        const Dandelion__Identity__DissolveOrganizationRequest *request)
{
    struct uuid id = call_uuid(request->id);
    if (street_load(call) != 0 || organization_load(call, id) != 0)
        return -1;
    return identity_load_content(call, &(struct identity_load_content){call->street_id, id});
}

static int dissolution_save(struct call *call, const struct identity_load_organization_row *row, const char *reason)
{
    const struct identity_load_street_row *street = street_find(call);
    struct identity_hold_organization held = {call->street_id, row->id, row->version};
    struct identity_dissolve_organization dissolved = {call->street_id, row->id, call->today};
    struct identity_close_history closed = {call->street_id, row->path, false, call->today};
    if (!street || street_change(call, street, 0) != 0 || identity_hold_organization(call, &held) != 0 ||
        identity_dissolve_organization(call, &dissolved) != 0 || identity_close_history(call, &closed) != 0)
        return -1;
    Dandelion__Identity__OrganizationDissolved event = DANDELION__IDENTITY__ORGANIZATION_DISSOLVED__INIT;
    event.organization_id = (char *)call_uuid_text(call, row->id);
    event.reason = (char *)reason;
    call_audit(call, event.organization_id, row->id);
    return call_event(call, &event.base, row->path);
}

int identity_dissolve_organization_decide(struct call *call,
                                          const Dandelion__Identity__DissolveOrganizationRequest *request,
                                          Dandelion__Identity__Organization *reply)
{
    const struct identity_load_organization_row *row = subject_find(call, request->id);
    const struct identity_load_content_row *content;
    if (!row)
        return -1;
    if (identity_load_content_rows(call, &content) != 1 || content->organizations || content->members)
        return call_refuse(call, ERR_IDENTITY_ORGANIZATION_NOT_EMPTY, "something is left below it");
    if (dissolution_save(call, row, request->reason) != 0)
        return -1;
    struct identity_load_organization_row after = *row;
    after.state = "DISSOLVED";
    after.dissolved_on = call->today;
    after.version++;
    organization_fill(call, &after, reply);
    return 0;
}
