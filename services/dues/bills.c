/* Bills: one per member and month, however often and however concurrently they are made.
 *
 * A run of any size is three statements: what it would do, doing it, telling of it. If what came true differs from
 * what was counted, because another instance was faster, nothing is saved and the run begins anew. */
#include "base/clock.h"
#include "dues.methods.h"
#include "dues.queries.h"
#include "dues/months.h"
#include "dues/rules.h"
#include "errors.h"

/* Bills are made for these months back, so that a street that begins with Dandelion can take its books along [ours]. */
enum { BILL_MONTHS_BACK_MAX = 36 };

/* Bills are made ahead for the next month, or for as far as dues may be paid in advance [ours]. */
static int month_check(struct call *call, int32_t month)
{
    int32_t now = clock_month_of(call->today);
    int32_t last = dues_quarter_end(now) > now ? dues_quarter_end(now) : now + 1;
    if (month > last)
        return month_refuse(call, ERR_DUES_BILL_TOO_FAR, "month", "last", last);
    if (month < now - BILL_MONTHS_BACK_MAX)
        return month_refuse(call, ERR_DUES_BILL_TOO_OLD, "month", "first", now - BILL_MONTHS_BACK_MAX);
    return 0;
}

int dues_generate_bills_load(struct call *call, const Dandelion__Dues__GenerateBillsRequest *request)
{
    int32_t month = call_month(request->month);
    if (month_check(call, month) != 0)
        return -1;
    struct dues_load_billing args = {
        .street_id = call->street_id,
        .organization_id = call_uuid(request->organization_id),
        .month = month_date(month),
        .scope = call->scope,
    };
    call_aggregate(call, call->street_id); /* subtrees overlap, so the runs of a street follow each other */
    return dues_load_billing(call, &args);
}

int dues_generate_bills_decide(struct call *call, const Dandelion__Dues__GenerateBillsRequest *request,
                               Dandelion__Dues__GenerateBillsReply *reply)
{
    const struct dues_load_billing_row *row;
    if (dues_load_billing_rows(call, &row) == 0)
        return call_refuse_field(call, ERR_NOT_FOUND, "organization_id", "no such organisation in the scope");
    struct dues_make_bills run = {
        .street_id = call->street_id,
        .id = call->unit.id,
        .organization_id = call_uuid(request->organization_id),
        .organization_path = row->organization_path,
        .month = month_date(call_month(request->month)),
        .created = row->created,
        .existing = row->existing,
        .skipped = row->members - row->created - row->existing,
        .requested_by = call->account_id,
        .requested_at = call->now,
    };
    reply->created = (uint32_t)run.created;
    reply->existing = (uint32_t)run.existing;
    reply->skipped = (uint32_t)run.skipped;
    call_audit(call, request->organization_id, run.organization_id);
    if (dues_make_bills(call, &run) != 0)
        return -1;
    if (run.created == 0)
        return 0;
    struct dues_tell_bills telling = {
        .street_id = run.street_id,
        .id = run.id,
        .organization_path = run.organization_path,
        .month = run.month,
        .at = call->now,
        .traceparent = call->unit.traceparent,
    };
    return call_save_last(call, &dues_tell_bills_statement, &telling);
}

static int bills_of_member(struct call *call, const Dandelion__Dues__ListBillsRequest *request, const char *state)
{
    struct dues_list_bills_of_member args = {
        .street_id = call->street_id,
        .scope = call->scope,
        .organization_id = call_uuid(request->organization_id),
        .member_id = call_uuid(request->member_id),
        .month = month_date(call_month(request->month)),
        .state = state,
    };
    if (call_page(call, request->page_size, request->page_token, &args.after, &args.limit) != 0)
        return -1;
    return dues_list_bills_of_member(call, &args);
}

int dues_list_bills_query(struct call *call, const Dandelion__Dues__ListBillsRequest *request)
{
    const char *state = "";
    if (request->state)
        state =
            protobuf_c_enum_descriptor_get_value(&dandelion__dues__bill__state__descriptor, (int)request->state)->name;
    if (*request->member_id)
        return bills_of_member(call, request, state);
    struct dues_list_bills args = {
        .street_id = call->street_id,
        .scope = call->scope,
        .organization_id = call_uuid(request->organization_id),
        .month = month_date(call_month(request->month)),
        .state = state,
    };
    if (call_page(call, request->page_size, request->page_token, &args.after, &args.limit) != 0)
        return -1;
    return dues_list_bills(call, &args);
}
