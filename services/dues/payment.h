/* A payment in the hands of decide: what is loaded, replied, told and booked of it. */
#ifndef DANDELION_DUES_PAYMENT_H
#define DANDELION_DUES_PAYMENT_H

#include "daemon/call.h"
#include "dandelion/dues.pb-c.h"

enum { PAYMENT_MONTHS_MAX = 12 }; /* as in the contract */

struct payment {
    struct uuid id, member_id, organization_id;
    const char *organization_path;
    int32_t months[PAYMENT_MONTHS_MAX]; /* ascending */
    size_t months_count;
    int64_t amount_fen;
    Dandelion__Dues__Channel channel;
    Dandelion__Dues__Payment__State state;
    const char *on_behalf_by;
    struct uuid received_by;
    int64_t paid_at;
    const char *reason;
    int64_t version;
};

/* The names of values, as the database keeps them. */
const char *payment_channel_name(Dandelion__Dues__Channel channel);
const char *payment_state_name(Dandelion__Dues__Payment__State state);

/* Asks for a payment of the scope, and reads what came: 0, or -1 with ERR_NOT_FOUND. */
int payment_load(struct call *call, const char *id);
int payment_loaded(struct call *call, const char *id, struct payment *payment);

/* Writes the payment's new state and the version after it, and gives its bills the state `bills`. */
int payment_change(struct call *call, struct payment *payment, Dandelion__Dues__Payment__State state,
                   const char *reason, const char *bills);

enum payment_booking { PAYMENT_RECEIVED, PAYMENT_TAKEN_BACK };

/* Books the whole payment: from the channel's account to dues, or back. */
int payment_book(struct call *call, const struct payment *payment, enum payment_booking booking);

/* Fills the reply, its version and the subject of the audit entry. */
int payment_reply(struct call *call, const struct payment *payment, Dandelion__Dues__Payment *reply);

#endif
