/* What a member owes each month of a year. The amount holds for the year; a change adds a version that takes effect
 * from its month on, and bills that were made stay as they are. */
#include "base/clock.h"
#include "dandelion/dues_events.pb-c.h"
#include "dues.methods.h"
#include "dues.queries.h"
#include "dues/months.h"
#include "dues/quote.h"
#include "errors.h"

int dues_set_standard_load(struct call *call, const Dandelion__Dues__SetStandardRequest *request)
{
    struct dues_load_standard args = {
        .street_id = call->street_id,
        .member_id = call_uuid(request->member_id),
        .year = (int32_t)request->year,
        .scope = call->scope,
    };
    call_aggregate(call, args.member_id);
    return dues_load_standard(call, &args);
}

/* The month of the request, January when it gives none. */
static int effective_month(struct call *call, const Dandelion__Dues__SetStandardRequest *request, int32_t *month)
{
    int32_t january = clock_month_from((int)request->year, 1);
    *month = *request->effective_month ? call_month(request->effective_month) : january;
    if (*month >= january && *month < january + 12)
        return 0;
    call_refuse_field(call, ERR_DUES_EFFECTIVE_OUTSIDE_YEAR, "effective_month", "not a month of the year");
    return err_param(&call->err, "year", "%u", request->year);
}

static int version_check(struct call *call, int64_t version)
{
    if (version > 0)
        return call_match(call, version);
    if (call->if_match != 0)
        return call_refuse(call, ERR_VERSION_STALE, "there is no standard yet");
    return 0;
}

static int standard_quote(struct call *call, const Dandelion__Dues__SetStandardRequest *request,
                          struct dues_quote *quote)
{
    int64_t min_fen, max_fen;
    if (request->base_fen > 0 && dues_fixed_range((enum dues_category)request->category, &min_fen, &max_fen))
        return call_refuse_field(call, ERR_DUES_CATEGORY_MISMATCH, "base_fen", "this category has a fixed amount");
    return quote_make(call, request->category, request->base_fen, quote);
}

static int standard_tell(struct call *call, const Dandelion__Dues__Standard *standard, const char *organization_path)
{
    Dandelion__Dues__StandardSet event = DANDELION__DUES__STANDARD_SET__INIT;
    event.member_id = standard->member_id;
    event.year = standard->year;
    event.category = standard->category;
    event.monthly_fen = standard->monthly_fen;
    event.effective_month = standard->effective_month;
    return call_event(call, &event.base, organization_path);
}

static void standard_reply(struct call *call, const Dandelion__Dues__SetStandardRequest *request,
                           const struct dues_add_standard *standard, Dandelion__Dues__Standard *reply)
{
    reply->member_id = request->member_id;
    reply->year = request->year;
    reply->category = request->category;
    reply->base_fen = standard->base_fen;
    reply->monthly_fen = standard->monthly_fen;
    reply->rate_basis_points = (uint32_t)standard->rate_basis_points;
    reply->capped = standard->capped;
    reply->effective_month = (char *)call_month_text(call, month_of_date(standard->effective_month));
    reply->reason = request->reason;
    reply->approved_by = (char *)call_uuid_text(call, standard->approved_by);
    reply->approved_at = (char *)call_instant_text(call, standard->approved_at);
    reply->version = standard->version;
}

int dues_set_standard_decide(struct call *call, const Dandelion__Dues__SetStandardRequest *request,
                             Dandelion__Dues__Standard *reply)
{
    const struct dues_load_standard_row *row;
    struct dues_quote quote = {0};
    int32_t month;
    if (dues_load_standard_rows(call, &row) == 0)
        return call_refuse(call, ERR_NOT_FOUND, "no such member in the scope");
    if (version_check(call, row->version) != 0 || effective_month(call, request, &month) != 0 ||
        standard_quote(call, request, &quote) != 0)
        return -1;
    const ProtobufCEnumValue *category =
        protobuf_c_enum_descriptor_get_value(&dandelion__dues__category__descriptor, (int)request->category);
    struct dues_add_standard standard = {
        .street_id = call->street_id,
        .member_id = call_uuid(request->member_id),
        .year = (int32_t)request->year,
        .version = row->version + 1,
        .category = category->name,
        .base_fen = request->base_fen,
        .monthly_fen = quote.monthly_fen,
        .rate_basis_points = quote.rate_basis_points,
        .capped = quote.capped,
        .effective_month = month_date(month),
        .reason = request->reason,
        .approved_by = call->account_id,
        .approved_at = call->now,
    };
    standard_reply(call, request, &standard, reply);
    call_version(call, standard.version);
    call_audit(call, request->member_id, row->organization_id);
    return dues_add_standard(call, &standard) != 0 || standard_tell(call, reply, row->organization_path) != 0 ? -1 : 0;
}

int dues_get_standard_query(struct call *call, const Dandelion__Dues__GetStandardRequest *request)
{
    struct dues_get_standard args = {
        .street_id = call->street_id,
        .member_id = call_uuid(request->member_id),
        .year = (int32_t)request->year,
        .scope = call->scope,
    };
    return dues_get_standard(call, &args);
}
