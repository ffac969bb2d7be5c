/* Accounts, their roles and their sessions, as several topics need them. */
#ifndef DANDELION_IDENTITY_ACCOUNT_H
#define DANDELION_IDENTITY_ACCOUNT_H

#include "daemon/call.h"
#include "dandelion/identity.pb-c.h"

/* How long a session may last, and how long it may lie unused (GB/T 22239-2019 8.1.4.1: automatic end after a time of
 * inaction; the values are the defaults of the rule book, section 9). */
#define SESSION_LASTS_MS (INT64_C(12) * 3600 * 1000)
#define SESSION_IDLE_MS  (INT64_C(30) * 60 * 1000)
#define SESSION_TOUCH_MS (INT64_C(60) * 1000) /* use is noted at most this often */

/* Wrong passwords until an account is locked, and for how long (the same sources). */
enum { SIGN_IN_FAILURES_MAX = 5, SIGN_IN_LOCK_MINUTES = 10 };

enum { ACCOUNT_ROLES_MAX = 64, USERNAME_SIZE = 65 };

/* A user name as it is kept: in lower case. NULL with the call refused when there is no room. */
const char *username_fold(struct call *call, const char *username);

/* work: refuses a password that is easy to guess; leaves the hash of another in call->worked. */
int account_password_work(struct call *call, const char *password, const char *username, const char *name);

/* May the role be held in an organisation of that level? */
bool role_fits(Dandelion__Role role, const char *level);

/* load: the organisations that the grants name. */
int grants_load(struct call *call, size_t count, Dandelion__Identity__RoleGrant *const *grants);

/* decide: are the grants well placed, each given once, and their organisations within the caller's reach? Their
 * organisation names are filled in. */
int grants_check(struct call *call, size_t count, Dandelion__Identity__RoleGrant *const *grants);

/* A grant as a message; NULL with the call refused when there is no room. */
Dandelion__Identity__RoleGrant *grant_new(struct call *call, const char *role, struct uuid organization_id,
                                          const char *organization_name);

#endif
