#include "dues/payment.h"

#include "base/clock.h"
#include "dues.queries.h"
#include "dues/months.h"
#include "errors.h"

static const char *value_name(const ProtobufCEnumDescriptor *descriptor, int value)
{
    return protobuf_c_enum_descriptor_get_value(descriptor, value)->name;
}

static int value_of(const ProtobufCEnumDescriptor *descriptor, const char *name)
{
    const ProtobufCEnumValue *value = protobuf_c_enum_descriptor_get_value_by_name(descriptor, name);
    return value ? value->value : 0;
}

const char *payment_channel_name(Dandelion__Dues__Channel channel)
{
    return value_name(&dandelion__dues__channel__descriptor, (int)channel);
}

const char *payment_state_name(Dandelion__Dues__Payment__State state)
{
    return value_name(&dandelion__dues__payment__state__descriptor, (int)state);
}

int payment_load(struct call *call, const char *id)
{
    struct dues_load_payment args = {.street_id = call->street_id, .id = call_uuid(id), .scope = call->scope};
    call_aggregate(call, args.id);
    return dues_load_payment(call, &args);
}

int payment_loaded(struct call *call, const char *id, struct payment *payment)
{
    const struct dues_load_payment_row *rows;
    size_t count = dues_load_payment_rows(call, &rows);
    if (count == 0)
        return call_refuse(call, ERR_NOT_FOUND, "no such payment in the scope");
    if (count > PAYMENT_MONTHS_MAX)
        return call_refuse(call, ERR_INTERNAL, "a payment of %zu months", count);
    *payment = (struct payment){
        .id = call_uuid(id),
        .member_id = rows->member_id,
        .organization_id = rows->organization_id,
        .organization_path = rows->organization_path,
        .months_count = count,
        .amount_fen = rows->amount_fen,
        .channel = (Dandelion__Dues__Channel)value_of(&dandelion__dues__channel__descriptor, rows->channel),
        .state = (Dandelion__Dues__Payment__State)value_of(&dandelion__dues__payment__state__descriptor, rows->state),
        .on_behalf_by = rows->on_behalf_by,
        .received_by = rows->received_by,
        .paid_at = rows->paid_at,
        .reason = rows->reason,
        .version = rows->version,
    };
    for (size_t i = 0; i < count; i++)
        payment->months[i] = month_of_date(rows[i].month);
    return 0;
}

int payment_change(struct call *call, struct payment *payment, Dandelion__Dues__Payment__State state,
                   const char *reason, const char *bills)
{
    struct dues_change_payment change = {
        .street_id = call->street_id,
        .id = payment->id,
        .state = payment_state_name(state),
        .reason = reason,
        .version = payment->version,
    };
    if (dues_change_payment(call, &change) != 0)
        return -1;
    for (size_t i = 0; i < payment->months_count; i++) {
        struct dues_change_bill bill = {
            .street_id = call->street_id,
            .member_id = payment->member_id,
            .month = month_date(payment->months[i]),
            .payment_id = payment->id,
            .state = bills,
        };
        if (dues_change_bill(call, &bill) != 0)
            return -1;
    }
    payment->state = state;
    payment->reason = reason;
    payment->version++;
    return 0;
}

int payment_book(struct call *call, const struct payment *payment, enum payment_booking booking)
{
    static const char *const accounts[] = {
        [DANDELION__DUES__CHANNEL__CASH] = "cash",
        [DANDELION__DUES__CHANNEL__BANK] = "bank",
        [DANDELION__DUES__CHANNEL__WECHAT] = "wechat",
        [DANDELION__DUES__CHANNEL__OTHER] = "other",
    };
    const char *money = accounts[payment->channel];
    const char *months = months_joined(call, payment->months, payment->months_count, "、");
    bool received = booking == PAYMENT_RECEIVED;
    struct dues_book posting = {
        .street_id = call->street_id,
        .payment_id = payment->id,
        .organization_id = payment->organization_id,
        .debit_account = received ? money : "dues",
        .credit_account = received ? "dues" : money,
        .amount_fen = payment->amount_fen,
        .summary = months ? arena_printf(call->arena, received ? "收党费 %s" : "冲正党费 %s", months) : NULL,
        .booked_at = call->now,
    };
    if (!posting.summary)
        return call_refuse(call, ERR_OVERLOADED, "no room for a summary");
    /* The head of the ledger is a row that all payments change: it is taken where the commit follows at once. */
    return call_save_last(call, &dues_book_statement, &posting);
}

int payment_reply(struct call *call, const struct payment *payment, Dandelion__Dues__Payment *reply)
{
    reply->id = (char *)call_uuid_text(call, payment->id);
    reply->member_id = (char *)call_uuid_text(call, payment->member_id);
    reply->months = months_texts(call, payment->months, payment->months_count);
    reply->n_months = reply->months ? payment->months_count : 0;
    reply->amount_fen = payment->amount_fen;
    reply->channel = payment->channel;
    reply->state = payment->state;
    reply->on_behalf_by = (char *)payment->on_behalf_by;
    reply->received_by = (char *)call_uuid_text(call, payment->received_by);
    reply->paid_at = (char *)call_instant_text(call, payment->paid_at);
    reply->reason = (char *)payment->reason;
    reply->version = payment->version;
    if (!reply->id || !reply->member_id || !reply->months || !reply->received_by || !reply->paid_at)
        return call_refuse(call, ERR_OVERLOADED, "no room for a payment");
    call_version(call, payment->version);
    call_audit(call, reply->id, payment->organization_id);
    return 0;
}
