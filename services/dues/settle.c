/* How a pending payment ends: its money arrives, or it does not. */
#include "dandelion/dues_events.pb-c.h"
#include "dues.methods.h"
#include "dues/payment.h"
#include "errors.h"

/* The payment of the request, pending and as the caller saw it. */
static int pending_payment(struct call *call, const char *id, struct payment *payment)
{
    if (payment_loaded(call, id, payment) != 0 || call_match(call, payment->version) != 0)
        return -1;
    if (payment->state != DANDELION__DUES__PAYMENT__STATE__PENDING)
        return call_refuse(call, ERR_DUES_NOT_PENDING, "the payment is %s", payment_state_name(payment->state));
    return 0;
}

int dues_settle_payment_load(struct call *call, const Dandelion__Dues__SettlePaymentRequest *request)
{
    return payment_load(call, request->id);
}

int dues_settle_payment_decide(struct call *call, const Dandelion__Dues__SettlePaymentRequest *request,
                               Dandelion__Dues__Payment *reply)
{
    Dandelion__Dues__PaymentSettled event = DANDELION__DUES__PAYMENT_SETTLED__INIT;
    struct payment payment;
    if (pending_payment(call, request->id, &payment) != 0 ||
        payment_change(call, &payment, DANDELION__DUES__PAYMENT__STATE__SETTLED, "", "PAID") != 0 ||
        payment_book(call, &payment, PAYMENT_RECEIVED) != 0 || payment_reply(call, &payment, reply) != 0)
        return -1;
    event.payment_id = reply->id;
    event.member_id = reply->member_id;
    return call_event(call, &event.base, payment.organization_path);
}

int dues_fail_payment_load(struct call *call, const Dandelion__Dues__FailPaymentRequest *request)
{
    return payment_load(call, request->id);
}

int dues_fail_payment_decide(struct call *call, const Dandelion__Dues__FailPaymentRequest *request,
                             Dandelion__Dues__Payment *reply)
{
    Dandelion__Dues__PaymentFailed event = DANDELION__DUES__PAYMENT_FAILED__INIT;
    struct payment payment;
    if (pending_payment(call, request->id, &payment) != 0 ||
        payment_change(call, &payment, DANDELION__DUES__PAYMENT__STATE__FAILED, request->reason, "OPEN") != 0 ||
        payment_reply(call, &payment, reply) != 0)
        return -1;
    event.payment_id = reply->id;
    event.member_id = reply->member_id;
    event.reason = reply->reason;
    return call_event(call, &event.base, payment.organization_path);
}
