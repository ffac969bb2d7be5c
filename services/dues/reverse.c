/* Taking a settled payment back: the ledger is never changed, so the reversal is a posting of its own. */
#include "dandelion/dues_events.pb-c.h"
#include "dues.methods.h"
#include "dues/payment.h"
#include "errors.h"

int dues_reverse_payment_load(struct call *call, const Dandelion__Dues__ReversePaymentRequest *request)
{
    return payment_load(call, request->id);
}

/* That it was reversed is told before the version is looked at: who repeats a reversal has an old one. */
static int settled_payment(struct call *call, const char *id, struct payment *payment)
{
    if (payment_loaded(call, id, payment) != 0)
        return -1;
    if (payment->state == DANDELION__DUES__PAYMENT__STATE__REVERSED)
        return call_refuse(call, ERR_DUES_ALREADY_REVERSED, "the payment was reversed before");
    if (payment->state != DANDELION__DUES__PAYMENT__STATE__SETTLED)
        return call_refuse(call, ERR_DUES_NOT_SETTLED, "the payment is %s", payment_state_name(payment->state));
    return call_match(call, payment->version);
}

int dues_reverse_payment_decide(struct call *call, const Dandelion__Dues__ReversePaymentRequest *request,
                                Dandelion__Dues__Payment *reply)
{
    Dandelion__Dues__PaymentReversed event = DANDELION__DUES__PAYMENT_REVERSED__INIT;
    struct payment payment;
    if (settled_payment(call, request->id, &payment) != 0 ||
        payment_change(call, &payment, DANDELION__DUES__PAYMENT__STATE__REVERSED, request->reason, "OPEN") != 0 ||
        payment_book(call, &payment, PAYMENT_TAKEN_BACK) != 0 || payment_reply(call, &payment, reply) != 0)
        return -1;
    event.payment_id = reply->id;
    event.member_id = reply->member_id;
    event.reason = reply->reason;
    return call_event(call, &event.base, payment.organization_path);
}
