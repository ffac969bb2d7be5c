/* One request inside a daemon, as its handlers see it: who asks, what may be seen, what was loaded, what shall be
 * written. Handlers do no I/O; they fill the call and the kit does the rest. */
#ifndef DANDELION_DAEMON_CALL_H
#define DANDELION_DAEMON_CALL_H

#include <protobuf-c/protobuf-c.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/uuid.h"
#include "bus/method.h"
#include "store/crypto.h"
#include "store/statement.h"
#include "store/unit.h"

struct daemon;
struct ask;
struct operation;
struct bus_request;

struct call {
    struct daemon *daemon;
    struct arena *arena; /* lives as long as the call */
    const struct method *method;

    /* Who asks. None for a caller without a session, and for daemons. */
    struct uuid street_id, account_id, person_id, session_id;
    const char *scope;    /* paths below which the caller may do this, as a text[] literal for the statements */
    const char *language; /* "zh-CN" or "en" */

    int64_t now;      /* unix ms; the same throughout the call */
    int32_t today;    /* the civil date of now */
    int64_t if_match; /* the version that the caller saw; 0: none was given */

    void *worked; /* what the work step left for decide, in the arena */
    struct err err;
    struct err verdict; /* see call_refuse_saved */

    /* The kit's own from here on. */
    struct bus_request *bus_request; /* NULL: the call is the daemon's own */
    const ProtobufCMessage *request;
    ProtobufCMessage *reply;
    struct bytes packed; /* the reply of a command */
    struct unit unit;    /* what will be loaded and written */
    struct ask *asks;    /* what will be asked */
    size_t asks_open;
    void (*asks_done)(struct call *call);
    uint32_t page_size;
    bool working;                /* the rows are for the work step; nothing is written yet */
    struct operation *operation; /* long work that others may watch; NULL: none */
    int64_t began_us;
};

/* Refuses the call. Returns -1, so that a handler can say `return call_refuse(call, ERR_NOT_FOUND, "…")`. */
__attribute__((format(printf, 3, 4))) int call_refuse(struct call *call, int code, const char *detail, ...);

/* As call_refuse, for a field of the request. */
__attribute__((format(printf, 4, 5))) int call_refuse_field(struct call *call, int code, const char *field,
                                                            const char *detail, ...);

/* Refuses the caller, but what decide has written is saved: a failed sign-in is counted. Returns 0, for decide to
 * return; parameters of the text go to `call->verdict`. */
__attribute__((format(printf, 3, 4))) int call_refuse_saved(struct call *call, int code, const char *detail, ...);

/* The id in a validated field; none for "". */
struct uuid call_uuid(const char *text);

/* An id as text in the call's arena; "" for none. */
const char *call_uuid_text(struct call *call, struct uuid id);

/* An instant, a date or a month as text in the call's arena; "" for none. */
const char *call_instant_text(struct call *call, int64_t unix_ms);
const char *call_date_text(struct call *call, int32_t date);
const char *call_month_text(struct call *call, int32_t month);

/* The date or month in a validated field; CLOCK_NO_DATE for "". */
int32_t call_date(const char *text);
int32_t call_month(const char *text);

/* Was the field named in a partial update? */
bool call_updates(char *const *update_mask, size_t count, const char *field);

/* --- load: which rows decide will need */

/* The call touches many rows that have just been written: its statements are planned for them. */
void call_plan_anew(struct call *call);

/* Two calls on the same aggregate never run together. */
void call_aggregate(struct call *call, struct uuid id);

/* Adds a row of arguments of a load statement. Generated functions call these four. */
int call_load(struct call *call, const struct statement *statement, const void *args);
const void *call_rows(const struct call *call, const struct statement *statement, size_t *count);
int call_save(struct call *call, const struct statement *statement, const void *args);
int call_ask(struct call *call, const struct statement *statement, const void *args);

/* --- decide: what shall be written */

/* As call_save, for statements that lock what everyone needs: they append to the event log themselves, or number
 * without gaps. They run within the commit, in the order of their names. */
int call_save_last(struct call *call, const struct statement *statement, const void *args);

/* Appends an event: a message with the option (dandelion.event). It is packed here; `organization_path` must live as
 * long as the call. */
int call_event(struct call *call, const ProtobufCMessage *event, const char *organization_path);

/* Names what the audit entry is about. */
void call_audit(struct call *call, const char *subject, struct uuid organization_id);

/* No audit entry: for what no person decided, such as noting that a session is in use. It may then be done twice when a
 * connection is lost at the wrong moment. */
void call_quiet(struct call *call);

/* Whose call it turned out to be, where nobody was signed in: a sign-in, the founding of a street. */
void call_belongs_to(struct call *call, struct uuid street_id, struct uuid account_id);

/* The version that the reply shows, for the ETag. */
void call_version(struct call *call, int64_t version);

/* Compares If-Match with the version loaded: 0, or -1 with 412 (stale) or 428 (not given). */
int call_match(struct call *call, int64_t version);

/* --- work: in a thread */

/* Says how far the work of an operation is: units done and, when it is known, in all (else 0). */
void call_progress(struct call *call, int64_t done, int64_t total);

/* --- query: pages */

/* Reads page_size and page_token: how many rows the statement shall return at most (one more than a page, so that the
 * kit sees whether there is a next one) and after which cursor. The statement has the parameters @after and @limit
 * and the column `cursor`. */
int call_page(struct call *call, uint32_t page_size, const char *page_token, const char **after, int32_t *limit);

/* Keys for sensitive columns. */
const struct crypto *call_crypto(const struct call *call);

#endif
