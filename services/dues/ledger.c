/* Looking at the ledger: its entries in order, and the trial balance of the whole selection. */
#include "dues.methods.h"
#include "dues.queries.h"
#include "dues/months.h"

int dues_list_ledger_query(struct call *call, const Dandelion__Dues__ListLedgerRequest *request)
{
    struct dues_list_ledger entries = {
        .street_id = call->street_id,
        .scope = call->scope,
        .organization_id = call_uuid(request->organization_id),
        .month = month_date(call_month(request->month)),
        .payment_id = call_uuid(request->payment_id),
    };
    struct dues_sum_ledger totals = {
        .street_id = entries.street_id,
        .organization_id = entries.organization_id,
        .month = entries.month,
        .payment_id = entries.payment_id,
        .scope = entries.scope,
    };
    if (call_page(call, request->page_size, request->page_token, &entries.after, &entries.limit) != 0 ||
        dues_list_ledger(call, &entries) != 0)
        return -1;
    return dues_sum_ledger(call, &totals);
}
