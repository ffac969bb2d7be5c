/* A street is founded: its working committee, and an account that administers it. */
#include "daemon/daemon.h"
#include "dandelion/identity_events.pb-c.h"
#include "errors.h"
#include "identity.methods.h"
#include "identity/access/account.h"
#include "identity/names.h"
#include "identity/organization.h"

int identity_found_street_load(struct call *call, const Dandelion__Identity__FoundStreetRequest *request)
{
    (void)call;
    (void)request;
    return 0; /* nothing is there yet; names that are taken are found by the database */
}

int identity_found_street_work(struct call *call, const Dandelion__Identity__FoundStreetRequest *request)
{
    return account_password_work(call, request->password, request->username, request->name);
}

static int committee_save(struct call *call, struct uuid id, const char *name)
{
    const char *level = LEVEL_NAME(DANDELION__IDENTITY__LEVEL__working_committee);
    struct identity_insert_organization row = {
        .street_id = call->street_id,
        .id = id,
        .level = level,
        .name = name,
        .path = ORGANIZATION_ROOT_PATH,
        .established_on = call->today,
    };
    struct identity_open_history history = {call->street_id, ORGANIZATION_ROOT_PATH, false, call->today};
    if (identity_insert_organization(call, &row) != 0 || identity_open_history(call, &history) != 0)
        return -1;
    Dandelion__Identity__OrganizationCreated event = DANDELION__IDENTITY__ORGANIZATION_CREATED__INIT;
    event.organization_id = (char *)call_uuid_text(call, id);
    event.level = LEVEL_VALUE(level);
    event.name = (char *)name;
    event.path = (char *)ORGANIZATION_ROOT_PATH;
    return call_event(call, &event.base, ORGANIZATION_ROOT_PATH);
}

static int administrator_save(struct call *call, const Dandelion__Identity__FoundStreetRequest *request,
                              struct uuid organization_id)
{
    const char *role = ROLE_NAME(DANDELION__ROLE__street_administrator);
    struct identity_insert_account account = {
        .street_id = call->street_id,
        .id = call->account_id,
        .username = username_fold(call, request->username),
        .name = request->working_committee_name,
        .password_hash = call->worked,
        .created_at = call->now,
    };
    struct identity_insert_grant grant = {call->street_id, call->account_id, role, organization_id};
    Dandelion__Identity__RoleGrant *given = grant_new(call, role, organization_id, request->working_committee_name);
    if (!account.username || !given || identity_insert_account(call, &account) != 0 ||
        identity_insert_grant(call, &grant) != 0)
        return -1;
    Dandelion__Identity__AccountCreated event = DANDELION__IDENTITY__ACCOUNT_CREATED__INIT;
    event.account_id = (char *)call_uuid_text(call, call->account_id);
    event.n_roles = 1;
    event.roles = &given;
    return call_event(call, &event.base, ORGANIZATION_ROOT_PATH);
}

int identity_found_street_decide(struct call *call, const Dandelion__Identity__FoundStreetRequest *request,
                                 Dandelion__Identity__Street *reply)
{
    struct uuid committee_id = uuid_new(call->now);
    call_belongs_to(call, uuid_new(call->now), uuid_new(call->now));
    struct identity_insert_street street = {.street_id = call->street_id, .name = request->name, .next_label = 2};
    if (identity_insert_street(call, &street) != 0 ||
        committee_save(call, committee_id, request->working_committee_name) != 0 ||
        administrator_save(call, request, committee_id) != 0)
        return -1;
    reply->id = (char *)call_uuid_text(call, call->street_id);
    reply->name = request->name;
    reply->working_committee_id = (char *)call_uuid_text(call, committee_id);
    reply->account_id = (char *)call_uuid_text(call, call->account_id);
    call_audit(call, reply->id, committee_id);
    return 0;
}
