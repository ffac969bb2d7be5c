/* Signing in. Whether the user name or the password is wrong cannot be told from the answer, nor from the time that it
 * takes. */
#include <sodium.h>
#include <string.h>

#include "base/clock.h"
#include "daemon/daemon.h"
#include "dandelion/identity_events.pb-c.h"
#include "errors.h"
#include "identity.methods.h"
#include "identity/access/account.h"
#include "identity/access/password.h"
#include "identity/organization.h"

enum { TOKEN_BYTES = 32, TOKEN_SIZE = 44, TOKEN_HASH_SIZE = 32 }; /* 256 bits as base64url without padding */

int identity_sign_in_load(struct call *call, const Dandelion__Identity__SignInRequest *request)
{
    const char *username = username_fold(call, request->username);
    struct uuid attempts;
    if (!username)
        return -1;
    /* Attempts on one user name run one after the other, so that none escapes the count. */
    crypto_generichash(attempts.bytes, sizeof attempts.bytes, (const unsigned char *)username, strlen(username), NULL,
                       0);
    call_aggregate(call, attempts);
    if (identity_load_credential_grants(call, &(struct identity_load_credential_grants){username}) != 0)
        return -1;
    return identity_load_credentials(call, &(struct identity_load_credentials){username});
}

/* The account of the user name; NULL when there is none. */
static const struct identity_load_credentials_row *account_find(const struct call *call)
{
    const struct identity_load_credentials_row *row;
    return identity_load_credentials_rows(call, &row) == 1 ? row : NULL;
}

static bool is_locked(const struct call *call, const struct identity_load_credentials_row *account)
{
    return account && account->locked_until != CLOCK_NO_INSTANT && account->locked_until > call->now;
}

/* In a thread: compares the password, and leaves its verdict. */
int identity_sign_in_work(struct call *call, const Dandelion__Identity__SignInRequest *request)
{
    const struct identity_load_credentials_row *account = account_find(call);
    bool *right = arena_alloc(call->arena, sizeof *right);
    if (!right)
        return call_refuse(call, ERR_OVERLOADED, "no room for a verdict");
    call->worked = right;
    if (is_locked(call, account))
        return 0;
    return password_verify(daemon_pepper_key_file(call->daemon), request->password,
                           account ? account->password_hash : NULL, right, &call->err);
}

static int failure_count(struct call *call, const struct identity_load_credentials_row *account, int32_t failures,
                         int64_t locked_until)
{
    return identity_count_failure(call, &(struct identity_count_failure){
                                            .street_id = account->street_id,
                                            .id = account->account_id,
                                            .seen = account->failures,
                                            .failures = failures,
                                            .locked_until = locked_until,
                                        });
}

static int refuse_locked(struct call *call, const struct identity_load_credentials_row *account)
{
    int64_t minutes = (account->locked_until - call->now + 59999) / 60000;
    call_refuse(call, ERR_IDENTITY_ACCOUNT_LOCKED, "locked");
    return err_param(&call->err, "minutes", "%lld", (long long)minutes);
}

/* Counts the failure; the fifth locks the account. */
static int refuse_wrong(struct call *call, const struct identity_load_credentials_row *account)
{
    int32_t failures = account->failures + 1;
    bool locks = failures >= SIGN_IN_FAILURES_MAX;
    call_belongs_to(call, account->street_id, account->account_id);
    call_audit(call, locks ? "locked" : "refused", (struct uuid){{0}});
    if (failure_count(call, account, locks ? 0 : failures,
                      locks ? call->now + SIGN_IN_LOCK_MINUTES * INT64_C(60000) : account->locked_until) != 0)
        return -1;
    return call_refuse_saved(call, ERR_IDENTITY_WRONG_CREDENTIALS, "wrong password");
}

static int account_fill(struct call *call, const struct identity_load_credentials_row *account,
                        Dandelion__Identity__Account *reply)
{
    const struct identity_load_credential_grants_row *rows;
    size_t count = identity_load_credential_grants_rows(call, &rows);
    dandelion__identity__account__init(reply);
    reply->id = (char *)call_uuid_text(call, account->account_id);
    reply->username = (char *)account->username;
    reply->name = (char *)account->name;
    reply->person_id = (char *)call_uuid_text(call, account->person_id);
    reply->street_id = (char *)call_uuid_text(call, account->street_id);
    reply->version = account->version;
    reply->roles = arena_array(call->arena, count + 1, sizeof *reply->roles);
    if (!reply->roles)
        return call_refuse(call, ERR_OVERLOADED, "no room for roles");
    for (; reply->n_roles < count; reply->n_roles++) {
        const struct identity_load_credential_grants_row *row = &rows[reply->n_roles];
        reply->roles[reply->n_roles] = grant_new(call, row->role, row->organization_id, row->organization_name);
        if (!reply->roles[reply->n_roles])
            return -1;
    }
    return 0;
}

/* Makes the token, and saves what it is recognised by. */
static int session_open(struct call *call, const struct identity_load_credentials_row *account,
                        Dandelion__Identity__Session *reply)
{
    unsigned char secret[TOKEN_BYTES];
    char *token = arena_alloc(call->arena, TOKEN_SIZE);
    unsigned char *hash = arena_alloc(call->arena, TOKEN_HASH_SIZE);
    struct uuid id = uuid_new(call->now);
    if (!token || !hash)
        return call_refuse(call, ERR_OVERLOADED, "no room for a token");
    randombytes_buf(secret, sizeof secret);
    sodium_bin2base64(token, TOKEN_SIZE, secret, sizeof secret, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    crypto_generichash(hash, TOKEN_HASH_SIZE, (const unsigned char *)token, strlen(token), NULL, 0);
    reply->token = token;
    reply->expires_at = (char *)call_instant_text(call, call->now + SESSION_LASTS_MS);
    struct identity_forget_sessions old = {account->street_id, account->account_id, call->now};
    struct identity_open_session session = {
        .street_id = account->street_id,
        .id = id,
        .account_id = account->account_id,
        .token_hash = {hash, TOKEN_HASH_SIZE},
        .created_at = call->now,
        .expires_at = call->now + SESSION_LASTS_MS,
    };
    if (identity_forget_sessions(call, &old) != 0 || identity_open_session(call, &session) != 0)
        return -1;
    Dandelion__Identity__SessionOpened event = DANDELION__IDENTITY__SESSION_OPENED__INIT;
    event.account_id = (char *)call_uuid_text(call, account->account_id);
    event.session_id = (char *)call_uuid_text(call, id);
    call_audit(call, event.session_id, (struct uuid){{0}});
    return call_event(call, &event.base, ORGANIZATION_ROOT_PATH);
}

int identity_sign_in_decide(struct call *call, const Dandelion__Identity__SignInRequest *request,
                            Dandelion__Identity__Session *reply)
{
    const struct identity_load_credentials_row *account = account_find(call);
    const bool *right = call->worked;
    (void)request;
    if (is_locked(call, account))
        return refuse_locked(call, account);
    if (!account)
        return call_refuse(call, ERR_IDENTITY_WRONG_CREDENTIALS, "no such user name");
    if (!*right)
        return refuse_wrong(call, account);
    call_belongs_to(call, account->street_id, account->account_id);
    reply->account = arena_alloc(call->arena, sizeof *reply->account);
    if (!reply->account)
        return call_refuse(call, ERR_OVERLOADED, "no room for an account");
    if (account->failures > 0 && failure_count(call, account, 0, CLOCK_NO_INSTANT) != 0)
        return -1;
    return account_fill(call, account, reply->account) == 0 ? session_open(call, account, reply) : -1;
}
