/* Looking at payments. */
#include "dues.methods.h"
#include "dues.queries.h"
#include "dues/payment.h"

int dues_get_payment_query(struct call *call, const Dandelion__Dues__GetPaymentRequest *request)
{
    struct dues_get_payment args = {
        .street_id = call->street_id,
        .id = call_uuid(request->id),
        .scope = call->scope,
    };
    return dues_get_payment(call, &args);
}

static int payments_of_member(struct call *call, const Dandelion__Dues__ListPaymentsRequest *request, const char *state)
{
    struct dues_list_payments_of_member args = {
        .street_id = call->street_id,
        .scope = call->scope,
        .organization_id = call_uuid(request->organization_id),
        .member_id = call_uuid(request->member_id),
        .state = state,
    };
    if (call_page(call, request->page_size, request->page_token, &args.after, &args.limit) != 0)
        return -1;
    return dues_list_payments_of_member(call, &args);
}

int dues_list_payments_query(struct call *call, const Dandelion__Dues__ListPaymentsRequest *request)
{
    const char *state = request->state ? payment_state_name(request->state) : "";
    if (*request->member_id)
        return payments_of_member(call, request, state);
    struct dues_list_payments args = {
        .street_id = call->street_id,
        .scope = call->scope,
        .organization_id = call_uuid(request->organization_id),
        .state = state,
    };
    if (call_page(call, request->page_size, request->page_token, &args.after, &args.limit) != 0)
        return -1;
    return dues_list_payments(call, &args);
}
