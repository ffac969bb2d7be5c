#include "identity/access/account.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "daemon/daemon.h"
#include "errors.h"
#include "identity/access/password.h"
#include "identity/names.h"
#include "identity/organization.h"

const char *username_fold(struct call *call, const char *username)
{
    char *folded = arena_strdup(call->arena, username);
    for (char *c = folded; c && *c; c++)
        *c = (char)tolower((unsigned char)*c);
    if (!folded)
        call_refuse(call, ERR_OVERLOADED, "no room for a user name");
    return folded;
}

int account_password_work(struct call *call, const char *password, const char *username, const char *name)
{
    if (password_is_weak(password, username, name))
        return call_refuse_field(call, ERR_IDENTITY_PASSWORD_WEAK, "password", "easy to guess");
    char *hash = arena_alloc(call->arena, PASSWORD_HASH_SIZE);
    if (!hash)
        return call_refuse(call, ERR_OVERLOADED, "no room for a hash");
    call->worked = hash;
    return password_hash(daemon_pepper_key_file(call->daemon), password, hash, &call->err);
}

/* Levels as bits, in the order of the contract's enumeration. */
enum {
    AT_STREET = 1 << DANDELION__IDENTITY__LEVEL__working_committee,
    AT_COMMUNITY = 1 << DANDELION__IDENTITY__LEVEL__community_committee,
    AT_AREA = 1 << DANDELION__IDENTITY__LEVEL__area,
    AT_GRID = 1 << DANDELION__IDENTITY__LEVEL__grid,
    AT_BRANCH = 1 << DANDELION__IDENTITY__LEVEL__branch,
};

bool role_fits(Dandelion__Role role, const char *level)
{
    static const int places[] = {
        [DANDELION__ROLE__street_administrator] = AT_STREET,
        [DANDELION__ROLE__community_secretary] = AT_COMMUNITY,
        [DANDELION__ROLE__area_lead] = AT_AREA,
        [DANDELION__ROLE__grid_worker] = AT_GRID,
        [DANDELION__ROLE__branch_secretary] = AT_BRANCH,
        [DANDELION__ROLE__branch_committee_member] = AT_BRANCH,
        [DANDELION__ROLE__dues_collector] = AT_BRANCH | AT_COMMUNITY | AT_STREET,
        [DANDELION__ROLE__member] = AT_BRANCH,
        [DANDELION__ROLE__resident] = AT_STREET | AT_COMMUNITY | AT_AREA | AT_GRID,
        [DANDELION__ROLE__analyst] = AT_STREET | AT_COMMUNITY,
        [DANDELION__ROLE__auditor] = AT_STREET | AT_COMMUNITY,
        [DANDELION__ROLE__system_operator] = AT_STREET,
    };
    if ((size_t)role >= sizeof places / sizeof *places)
        return false;
    return (places[role] & 1 << LEVEL_VALUE(level)) != 0;
}

int grants_load(struct call *call, size_t count, Dandelion__Identity__RoleGrant *const *grants)
{
    for (size_t i = 0; i < count; i++)
        if (organization_load(call, call_uuid(grants[i]->organization_id)) != 0)
            return -1;
    return 0;
}

static int grant_check(struct call *call, const char *field, Dandelion__Identity__RoleGrant *grant)
{
    const struct identity_load_organization_row *row = organization_find(call, call_uuid(grant->organization_id));
    if (!row)
        return call_refuse_field(call, ERR_IDENTITY_ROLE_OUT_OF_REACH, field, "not in the caller's scope");
    if (strcmp(row->state, "ACTIVE") != 0)
        return call_refuse_field(call, ERR_IDENTITY_ORGANIZATION_DISSOLVED, field, "dissolved");
    if (!role_fits(grant->role, row->level))
        return call_refuse_field(call, ERR_IDENTITY_ROLE_MISPLACED, field, "%s at a %s", ROLE_NAME(grant->role),
                                 row->level);
    grant->organization_name = (char *)row->name;
    return 0;
}

int grants_check(struct call *call, size_t count, Dandelion__Identity__RoleGrant *const *grants)
{
    char field[32];
    for (size_t i = 0; i < count; i++) {
        snprintf(field, sizeof field, "roles[%zu]", i);
        for (size_t j = 0; j < i; j++)
            if (grants[j]->role == grants[i]->role &&
                strcmp(grants[j]->organization_id, grants[i]->organization_id) == 0)
                return call_refuse_field(call, ERR_FIELD_DUPLICATE_ITEM, field, "as roles[%zu]", j);
        if (grant_check(call, field, grants[i]) != 0)
            return -1;
    }
    return 0;
}

Dandelion__Identity__RoleGrant *grant_new(struct call *call, const char *role, struct uuid organization_id,
                                          const char *organization_name)
{
    Dandelion__Identity__RoleGrant *grant = arena_alloc(call->arena, sizeof *grant);
    if (!grant) {
        call_refuse(call, ERR_OVERLOADED, "no room for a role");
        return NULL;
    }
    dandelion__identity__role_grant__init(grant);
    grant->role = ROLE_VALUE(role);
    grant->organization_id = (char *)call_uuid_text(call, organization_id);
    grant->organization_name = (char *)organization_name;
    return grant;
}
