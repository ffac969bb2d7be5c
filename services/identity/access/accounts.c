/* Accounts: looked at and made. */
#include <string.h>

#include "daemon/daemon.h"
#include "dandelion/identity_events.pb-c.h"
#include "errors.h"
#include "identity.methods.h"
#include "identity/access/account.h"
#include "identity/names.h"
#include "identity/organization.h"

int identity_get_account_query(struct call *call, const Dandelion__Identity__GetAccountRequest *request)
{
    struct uuid id = call_uuid(request->id);
    struct identity_get_account__roles roles = {call->street_id, id};
    if (identity_get_account(call, &(struct identity_get_account){call->street_id, id, call->scope}) != 0)
        return -1;
    return identity_get_account__roles(call, &roles);
}

/* --- create */

int identity_create_account_load(struct call *call, const Dandelion__Identity__CreateAccountRequest *request)
{
    struct uuid person_id = call_uuid(request->person_id);
    if (!uuid_is_none(&person_id) &&
        identity_load_member(call, &(struct identity_load_member){call->street_id, person_id, call->scope}) != 0)
        return -1;
    return grants_load(call, request->n_roles, request->roles);
}

int identity_create_account_work(struct call *call, const Dandelion__Identity__CreateAccountRequest *request)
{
    return account_password_work(call, request->password, request->username, request->name);
}

static int account_save(struct call *call, const struct identity_insert_account *account,
                        const Dandelion__Identity__CreateAccountRequest *request)
{
    Dandelion__Identity__AccountCreated event = DANDELION__IDENTITY__ACCOUNT_CREATED__INIT;
    if (identity_insert_account(call, account) != 0)
        return -1;
    for (size_t i = 0; i < request->n_roles; i++) {
        struct identity_insert_grant grant = {
            .street_id = call->street_id,
            .account_id = account->id,
            .role = ROLE_NAME(request->roles[i]->role),
            .organization_id = call_uuid(request->roles[i]->organization_id),
        };
        if (identity_insert_grant(call, &grant) != 0)
            return -1;
    }
    event.account_id = (char *)call_uuid_text(call, account->id);
    event.n_roles = request->n_roles;
    event.roles = request->roles;
    call_audit(call, event.account_id, (struct uuid){{0}});
    return call_event(call, &event.base, ORGANIZATION_ROOT_PATH);
}

int identity_create_account_decide(struct call *call, const Dandelion__Identity__CreateAccountRequest *request,
                                   Dandelion__Identity__Account *reply)
{
    const struct identity_load_member_row *person;
    struct identity_insert_account account = {
        .street_id = call->street_id,
        .id = uuid_new(call->now),
        .username = username_fold(call, request->username),
        .name = request->name,
        .person_id = call_uuid(request->person_id),
        .password_hash = call->worked,
        .created_at = call->now,
    };
    if (!account.username)
        return -1;
    if (!uuid_is_none(&account.person_id) && identity_load_member_rows(call, &person) == 0)
        return call_refuse_field(call, ERR_IDENTITY_PERSON_UNKNOWN, "person_id", "not in the scope");
    if (grants_check(call, request->n_roles, request->roles) != 0 || account_save(call, &account, request) != 0)
        return -1;
    reply->id = (char *)call_uuid_text(call, account.id);
    reply->username = (char *)account.username;
    reply->name = request->name;
    reply->person_id = request->person_id;
    reply->street_id = (char *)call_uuid_text(call, call->street_id);
    reply->n_roles = request->n_roles;
    reply->roles = request->roles;
    reply->version = 1;
    call_version(call, reply->version);
    return 0;
}
