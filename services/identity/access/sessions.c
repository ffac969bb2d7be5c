/* Sessions in use: whose they are, that they are used, that they end. */
#include "base/clock.h"
#include "dandelion/identity_events.pb-c.h"
#include "errors.h"
#include "identity.methods.h"
#include "identity.queries.h"
#include "identity/access/account.h"
#include "identity/organization.h"

int identity_get_me_query(struct call *call, const Dandelion__Identity__GetMeRequest *request)
{
    (void)request;
    struct identity_get_account account = {call->street_id, call->account_id, "{/}"};
    struct identity_get_account__roles roles = {call->street_id, call->account_id};
    return identity_get_account(call, &account) == 0 ? identity_get_account__roles(call, &roles) : -1;
}

int identity_resolve_session_query(struct call *call, const Dandelion__Identity__ResolveSessionRequest *request)
{
    struct bytes hash = {request->token_hash.data, request->token_hash.len};
    struct identity_resolve_session session = {hash, call->now, call->now - SESSION_IDLE_MS};
    struct identity_resolve_session__grants grants = {hash};
    return identity_resolve_session(call, &session) == 0 ? identity_resolve_session__grants(call, &grants) : -1;
}

/* --- use */

int identity_touch_session_load(struct call *call, const Dandelion__Identity__TouchSessionRequest *request)
{
    struct uuid id = call_uuid(request->session_id);
    call_aggregate(call, id);
    return identity_load_session(call, &(struct identity_load_session){call_uuid(request->street_id), id});
}

int identity_touch_session_decide(struct call *call, const Dandelion__Identity__TouchSessionRequest *request,
                                  Dandelion__Identity__TouchSessionReply *reply)
{
    const struct identity_load_session_row *row;
    (void)reply;
    call_quiet(call);
    if (identity_load_session_rows(call, &row) != 1 || row->ended_at != CLOCK_NO_INSTANT)
        return call_refuse(call, ERR_NOT_FOUND, "no such session is open");
    if (call->now - row->last_seen_at < SESSION_TOUCH_MS)
        return 0;
    return identity_touch_session(call, &(struct identity_touch_session){
                                            .street_id = call_uuid(request->street_id),
                                            .id = call_uuid(request->session_id),
                                            .at = call->now,
                                        });
}

/* --- end */

int identity_sign_out_load(struct call *call, const Dandelion__Identity__SignOutRequest *request)
{
    (void)request;
    call_aggregate(call, call->session_id);
    return identity_load_session(call, &(struct identity_load_session){call->street_id, call->session_id});
}

int identity_sign_out_decide(struct call *call, const Dandelion__Identity__SignOutRequest *request,
                             Dandelion__Identity__SignOutReply *reply)
{
    const struct identity_load_session_row *row;
    (void)request;
    (void)reply;
    if (identity_load_session_rows(call, &row) != 1 || row->ended_at != CLOCK_NO_INSTANT ||
        !uuid_equal(&row->account_id, &call->account_id))
        return call_refuse(call, ERR_UNAUTHENTICATED, "no such session is open");
    struct identity_end_session ended = {call->street_id, call->session_id, call->now};
    if (identity_end_session(call, &ended) != 0)
        return -1;
    Dandelion__Identity__SessionEnded event = DANDELION__IDENTITY__SESSION_ENDED__INIT;
    event.account_id = (char *)call_uuid_text(call, call->account_id);
    event.session_id = (char *)call_uuid_text(call, call->session_id);
    call_audit(call, event.session_id, (struct uuid){{0}});
    return call_event(call, &event.base, ORGANIZATION_ROOT_PATH);
}
