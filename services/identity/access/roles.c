/* Roles are given and taken. Nobody reaches beyond their own area, nobody changes their own roles, and a street keeps
 * an administrator. */
#include <string.h>

#include "dandelion/identity_events.pb-c.h"
#include "errors.h"
#include "identity.methods.h"
#include "identity/access/account.h"
#include "identity/names.h"
#include "identity/organization.h"

int identity_set_roles_load(struct call *call, const Dandelion__Identity__SetRolesRequest *request)
{
    struct uuid id = call_uuid(request->id);
    struct identity_load_other_holder holder = {call->street_id, id, ROLE_NAME(DANDELION__ROLE__street_administrator)};
    if (street_load(call) != 0 ||
        identity_load_account(call, &(struct identity_load_account){call->street_id, id}) != 0)
        return -1;
    if (identity_load_grants(call, &(struct identity_load_grants){call->street_id, id, call->scope}) != 0 ||
        identity_load_other_holder(call, &holder) != 0)
        return -1;
    return grants_load(call, request->n_roles, request->roles);
}

/* The grants before the change, and which of them stay. */
struct former {
    const struct identity_load_grants_row *rows;
    size_t count;
    bool visible; /* to the caller: none of them, or one that lies within reach */
    bool stays[ACCOUNT_ROLES_MAX];
};

static bool is_same(const struct identity_load_grants_row *row, const Dandelion__Identity__RoleGrant *grant)
{
    struct uuid id = call_uuid(grant->organization_id);
    return uuid_equal(&row->organization_id, &id) && strcmp(row->role, ROLE_NAME(grant->role)) == 0;
}

static struct former former_read(const struct call *call, const Dandelion__Identity__SetRolesRequest *request)
{
    struct former former = {.count = 0};
    former.count = identity_load_grants_rows(call, &former.rows);
    if (former.count > ACCOUNT_ROLES_MAX)
        former.count = ACCOUNT_ROLES_MAX; /* the contract gives no account more */
    former.visible = former.count == 0;
    for (size_t i = 0; i < former.count; i++) {
        former.visible |= former.rows[i].within_reach;
        for (size_t j = 0; j < request->n_roles; j++)
            former.stays[i] |= is_same(&former.rows[i], request->roles[j]);
    }
    return former;
}

/* The grants of the request that are new: those are the ones to check. What lies beyond the caller's reach may stay as
 * it is, but neither be given nor taken. */
static size_t added_collect(const struct former *former, const Dandelion__Identity__SetRolesRequest *request,
                            Dandelion__Identity__RoleGrant **added)
{
    size_t count = 0;
    for (size_t i = 0; i < request->n_roles; i++) {
        bool was = false;
        for (size_t j = 0; j < former->count; j++) {
            if (!is_same(&former->rows[j], request->roles[i]))
                continue;
            was = true;
            request->roles[i]->organization_name = (char *)former->rows[j].organization_name;
        }
        if (!was)
            added[count++] = request->roles[i];
    }
    return count;
}

static int takings_check(struct call *call, const struct former *former)
{
    const struct identity_load_other_holder_row *other;
    bool has_other = identity_load_other_holder_rows(call, &other) > 0;
    for (size_t i = 0; i < former->count; i++) {
        if (former->stays[i])
            continue;
        if (!former->rows[i].within_reach)
            return call_refuse_field(call, ERR_IDENTITY_ROLE_OUT_OF_REACH, "roles", "takes a role beyond the scope");
        if (ROLE_VALUE(former->rows[i].role) == DANDELION__ROLE__street_administrator && !has_other)
            return call_refuse_field(call, ERR_IDENTITY_LAST_ADMINISTRATOR, "roles", "the last one");
    }
    return 0;
}

static int change_save(struct call *call, const struct former *former, struct uuid account_id, int64_t version,
                       size_t added_count, Dandelion__Identity__RoleGrant *const *added)
{
    const struct identity_load_street_row *street = street_find(call);
    struct identity_change_account changed = {call->street_id, account_id, version};
    if (!street || street_change(call, street, 0) != 0 || identity_change_account(call, &changed) != 0)
        return -1;
    for (size_t i = 0; i < former->count; i++) {
        struct identity_delete_grant taken = {call->street_id, account_id, former->rows[i].role,
                                              former->rows[i].organization_id};
        if (!former->stays[i] && identity_delete_grant(call, &taken) != 0)
            return -1;
    }
    for (size_t i = 0; i < added_count; i++) {
        struct identity_insert_grant given = {call->street_id, account_id, ROLE_NAME(added[i]->role),
                                              call_uuid(added[i]->organization_id)};
        if (identity_insert_grant(call, &given) != 0)
            return -1;
    }
    return 0;
}

static int change_tell(struct call *call, const struct former *former,
                       const Dandelion__Identity__SetRolesRequest *request)
{
    Dandelion__Identity__RolesChanged event = DANDELION__IDENTITY__ROLES_CHANGED__INIT;
    event.account_id = request->id;
    event.reason = request->reason;
    event.after = request->roles;
    event.n_after = request->n_roles;
    event.before = arena_array(call->arena, former->count + 1, sizeof *event.before);
    if (!event.before)
        return call_refuse(call, ERR_OVERLOADED, "no room for roles");
    for (; event.n_before < former->count; event.n_before++) {
        const struct identity_load_grants_row *row = &former->rows[event.n_before];
        event.before[event.n_before] = grant_new(call, row->role, row->organization_id, row->organization_name);
        if (!event.before[event.n_before])
            return -1;
    }
    call_audit(call, request->id, (struct uuid){{0}});
    return call_event(call, &event.base, ORGANIZATION_ROOT_PATH);
}

int identity_set_roles_decide(struct call *call, const Dandelion__Identity__SetRolesRequest *request,
                              Dandelion__Identity__Account *reply)
{
    const struct identity_load_account_row *account;
    struct former former = former_read(call, request);
    Dandelion__Identity__RoleGrant *added[ACCOUNT_ROLES_MAX];
    if (identity_load_account_rows(call, &account) != 1 || !former.visible)
        return call_refuse(call, ERR_NOT_FOUND, "no such account in the scope");
    if (uuid_equal(&account->id, &call->account_id))
        return call_refuse(call, ERR_IDENTITY_OWN_ROLES, "the caller's own account");
    if (call_match(call, account->version) != 0)
        return -1;
    size_t added_count = added_collect(&former, request, added);
    if (grants_check(call, added_count, added) != 0 || takings_check(call, &former) != 0 ||
        change_save(call, &former, account->id, account->version, added_count, added) != 0 ||
        change_tell(call, &former, request) != 0)
        return -1;
    reply->id = request->id;
    reply->username = (char *)account->username;
    reply->name = (char *)account->name;
    reply->person_id = (char *)call_uuid_text(call, account->person_id);
    reply->street_id = (char *)call_uuid_text(call, call->street_id);
    reply->n_roles = request->n_roles;
    reply->roles = request->roles;
    reply->version = account->version + 1;
    call_version(call, reply->version);
    return 0;
}
