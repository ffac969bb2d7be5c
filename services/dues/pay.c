/* Recording a payment. Money in hand settles at once; what runs through a platform is pending until it arrives. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "dandelion/dues_events.pb-c.h"
#include "dues.methods.h"
#include "dues.queries.h"
#include "dues/months.h"
#include "dues/payment.h"
#include "dues/rules.h"
#include "errors.h"

enum { FIELD_SIZE = 32 };

static const char *month_field(size_t i, char field[FIELD_SIZE])
{
    snprintf(field, FIELD_SIZE, "months[%zu]", i);
    return field;
}

int dues_pay_load(struct call *call, const Dandelion__Dues__PayRequest *request)
{
    char field[FIELD_SIZE];
    struct dues_load_payable args = {
        .street_id = call->street_id,
        .member_id = call_uuid(request->member_id),
        .scope = call->scope,
    };
    call_aggregate(call, args.member_id);
    for (size_t i = 0; i < request->n_months; i++) {
        for (size_t j = 0; j < i; j++)
            if (strcmp(request->months[i], request->months[j]) == 0)
                return call_refuse_field(call, ERR_FIELD_DUPLICATE_ITEM, month_field(i, field), "named twice");
        args.month = month_date(call_month(request->months[i]));
        if (dues_load_payable(call, &args) != 0)
            return -1;
    }
    return 0;
}

static int member_check(struct call *call, const struct dues_load_payable_row *row)
{
    if (strcmp(row->member_state, "ACTIVE") == 0 || strcmp(row->member_state, "TRANSFERRING") == 0)
        return 0;
    return call_refuse_field(call, ERR_DUES_MEMBER_NOT_ACTIVE, "member_id", "the member is %s", row->member_state);
}

/* May this month be paid? A bill that is paid is told first, then what the rules say of the month, then its bill. */
static int month_check(struct call *call, const struct dues_load_payable_row *row, const char *field)
{
    int32_t now = clock_month_of(call->today);
    int32_t month = month_of_date(row->month);
    int32_t joined = month_of_date(row->joined_on);
    int32_t first = dues_first_month(joined, DUES_NO_MONTH);
    int32_t oldest, newest;
    if (row->bill_state && strcmp(row->bill_state, "PAID") == 0)
        return month_refuse(call, ERR_DUES_ALREADY_PAID, field, "month", month);
    if (row->bill_state && strcmp(row->bill_state, "PENDING") == 0)
        return month_refuse(call, ERR_DUES_PAYMENT_PENDING, field, "month", month);
    dues_payable_window(now, &oldest, &newest);
    switch (dues_month_payable(month, now, first)) {
    case DUES_MONTH_NOT_OWED:
        return month_refuse(call, ERR_DUES_BEFORE_JOINING, field, "first", first);
    case DUES_MONTH_TOO_OLD:
        return month_refuse(call, ERR_DUES_ARREARS_TOO_OLD, field, "first", oldest);
    case DUES_MONTH_TOO_FAR:
        return month_refuse(call, ERR_DUES_MONTH_TOO_FAR, field, "last", newest);
    case DUES_MONTH_PAYABLE:
        break;
    }
    return row->bill_state ? 0 : month_refuse(call, ERR_DUES_NO_BILL, field, "month", month);
}

static const struct dues_load_payable_row *row_of(const struct dues_load_payable_row *rows, size_t count,
                                                  const char *month)
{
    int32_t date = month_date(call_month(month));
    for (size_t i = 0; i < count; i++)
        if (rows[i].month == date)
            return &rows[i];
    return NULL;
}

static int months_check(struct call *call, const Dandelion__Dues__PayRequest *request,
                        const struct dues_load_payable_row *rows, size_t count)
{
    char field[FIELD_SIZE];
    for (size_t i = 0; i < request->n_months; i++) {
        const struct dues_load_payable_row *row = row_of(rows, count, request->months[i]);
        if (!row)
            return call_refuse(call, ERR_INTERNAL, "a month was not loaded");
        if (month_check(call, row, month_field(i, field)) != 0)
            return -1;
    }
    return 0;
}

static int amount_check(struct call *call, int64_t amount_fen, const struct dues_load_payable_row *rows, size_t count)
{
    int64_t bills_fen[PAYMENT_MONTHS_MAX], expected;
    for (size_t i = 0; i < count; i++)
        bills_fen[i] = rows[i].amount_fen;
    if (dues_amount_check(bills_fen, count, amount_fen, &expected) == DUES_AMOUNT_EXACT)
        return 0;
    call_refuse_field(call, ERR_DUES_AMOUNT_MISMATCH, "amount_fen", "%lld fen are due", (long long)expected);
    return err_param(&call->err, "expected", "%lld.%02d", (long long)(expected / 100), (int)(expected % 100));
}

static int compare_months(const void *a, const void *b)
{
    const int32_t *one = a, *other = b;
    return (*one > *other) - (*one < *other);
}

static void payment_make(struct call *call, const Dandelion__Dues__PayRequest *request,
                         const struct dues_load_payable_row *rows, size_t count, struct payment *payment)
{
    bool waits = request->channel == DANDELION__DUES__CHANNEL__WECHAT;
    *payment = (struct payment){
        .id = call->unit.id,
        .member_id = call_uuid(request->member_id),
        .organization_id = rows->organization_id,
        .organization_path = rows->organization_path,
        .months_count = count,
        .amount_fen = request->amount_fen,
        .channel = request->channel,
        .state = waits ? DANDELION__DUES__PAYMENT__STATE__PENDING : DANDELION__DUES__PAYMENT__STATE__SETTLED,
        .on_behalf_by = request->on_behalf_by,
        .received_by = *request->received_by ? call_uuid(request->received_by) : call->account_id,
        .paid_at = call->now,
        .reason = "",
        .version = 1,
    };
    for (size_t i = 0; i < count; i++)
        payment->months[i] = month_of_date(rows[i].month);
    qsort(payment->months, count, sizeof *payment->months, compare_months);
}

static int payment_save(struct call *call, const struct payment *payment)
{
    bool settled = payment->state == DANDELION__DUES__PAYMENT__STATE__SETTLED;
    struct dues_add_payment row = {
        .street_id = call->street_id,
        .id = payment->id,
        .member_id = payment->member_id,
        .organization_id = payment->organization_id,
        .months = months_literal(call, payment->months, payment->months_count),
        .amount_fen = payment->amount_fen,
        .channel = payment_channel_name(payment->channel),
        .state = payment_state_name(payment->state),
        .on_behalf_by = payment->on_behalf_by,
        .received_by = payment->received_by,
        .paid_at = payment->paid_at,
    };
    if (dues_add_payment(call, &row) != 0)
        return -1;
    for (size_t i = 0; i < payment->months_count; i++) {
        struct dues_take_bill bill = {
            .street_id = call->street_id,
            .member_id = payment->member_id,
            .month = month_date(payment->months[i]),
            .payment_id = payment->id,
            .state = settled ? "PAID" : "PENDING",
        };
        if (dues_take_bill(call, &bill) != 0)
            return -1;
    }
    return settled ? payment_book(call, payment, PAYMENT_RECEIVED) : 0;
}

static int payment_tell(struct call *call, const struct payment *payment, const Dandelion__Dues__Payment *reply)
{
    Dandelion__Dues__PaymentRecorded event = DANDELION__DUES__PAYMENT_RECORDED__INIT;
    event.payment_id = reply->id;
    event.member_id = reply->member_id;
    event.organization_id = (char *)call_uuid_text(call, payment->organization_id);
    event.n_months = reply->n_months;
    event.months = reply->months;
    event.amount_fen = reply->amount_fen;
    event.channel = reply->channel;
    event.state = reply->state;
    if (!event.organization_id)
        return call_refuse(call, ERR_OVERLOADED, "no room for an event");
    return call_event(call, &event.base, payment->organization_path);
}

int dues_pay_decide(struct call *call, const Dandelion__Dues__PayRequest *request, Dandelion__Dues__Payment *reply)
{
    const struct dues_load_payable_row *rows;
    struct payment payment;
    size_t count = dues_load_payable_rows(call, &rows);
    if (count == 0)
        return call_refuse_field(call, ERR_DUES_MEMBER_UNKNOWN, "member_id", "no such member in the scope");
    if (member_check(call, rows) != 0 || months_check(call, request, rows, count) != 0 ||
        amount_check(call, request->amount_fen, rows, count) != 0)
        return -1;
    payment_make(call, request, rows, count, &payment);
    if (payment_save(call, &payment) != 0 || payment_reply(call, &payment, reply) != 0)
        return -1;
    return payment_tell(call, &payment, reply);
}
