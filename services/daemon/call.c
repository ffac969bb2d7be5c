#include "daemon/call.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "bus/event_type.h"
#include "daemon/ask.h"
#include "daemon/daemon.h"
#include "daemon/operation.h"
#include "daemon/page.h"
#include "errors.h"

int call_refuse(struct call *call, int code, const char *detail, ...)
{
    char text[ERR_DETAIL_MAX];
    va_list arguments;
    va_start(arguments, detail);
    vsnprintf(text, sizeof text, detail, arguments);
    va_end(arguments);
    return err_set(&call->err, code, "%s", text);
}

int call_refuse_field(struct call *call, int code, const char *field, const char *detail, ...)
{
    char text[ERR_DETAIL_MAX];
    va_list arguments;
    va_start(arguments, detail);
    vsnprintf(text, sizeof text, detail, arguments);
    va_end(arguments);
    return err_field(&call->err, code, field, "%s", text);
}

struct uuid call_uuid(const char *text)
{
    struct uuid id = {{0}};
    if (*text && uuid_parse(text, &id) != 0)
        return (struct uuid){{0}};
    return id;
}

const char *call_uuid_text(struct call *call, struct uuid id)
{
    char text[UUID_TEXT_SIZE];
    if (uuid_is_none(&id))
        return "";
    return arena_strdup(call->arena, uuid_format(&id, text));
}

const char *call_instant_text(struct call *call, int64_t unix_ms)
{
    char text[CLOCK_INSTANT_SIZE];
    return unix_ms == CLOCK_NO_INSTANT ? "" : arena_strdup(call->arena, clock_instant_format(unix_ms, text));
}

const char *call_date_text(struct call *call, int32_t date)
{
    char text[CLOCK_DATE_SIZE];
    return date == CLOCK_NO_DATE ? "" : arena_strdup(call->arena, clock_date_format(date, text));
}

const char *call_month_text(struct call *call, int32_t month)
{
    char text[CLOCK_MONTH_SIZE];
    return arena_strdup(call->arena, clock_month_format(month, text));
}

int32_t call_date(const char *text)
{
    int32_t date;
    return clock_date_parse(text, &date) == 0 ? date : CLOCK_NO_DATE;
}

int32_t call_month(const char *text)
{
    int32_t month;
    return clock_month_parse(text, &month) == 0 ? month : CLOCK_NO_DATE;
}

bool call_updates(char *const *update_mask, size_t count, const char *field)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(update_mask[i], field) == 0)
            return true;
    return false;
}

void call_aggregate(struct call *call, struct uuid id)
{
    call->unit.aggregate = id;
}

int call_refuse_saved(struct call *call, int code, const char *detail, ...)
{
    char text[ERR_DETAIL_MAX];
    va_list arguments;
    va_start(arguments, detail);
    vsnprintf(text, sizeof text, detail, arguments);
    va_end(arguments);
    err_set(&call->verdict, code, "%s", text);
    return 0;
}

void call_plan_anew(struct call *call)
{
    call->unit.plans_anew = true;
}

/* The store reports a full arena in the unit; a handler sees it in the call. */
static int from_unit(struct call *call, int rc)
{
    if (rc != 0)
        call->err = call->unit.err;
    return rc;
}

int call_load(struct call *call, const struct statement *statement, const void *args)
{
    return from_unit(call, unit_load(&call->unit, statement, args));
}

const void *call_rows(const struct call *call, const struct statement *statement, size_t *count)
{
    return unit_loaded_rows(&call->unit, statement, count);
}

int call_save(struct call *call, const struct statement *statement, const void *args)
{
    return from_unit(call, unit_save(&call->unit, statement, args));
}

int call_save_last(struct call *call, const struct statement *statement, const void *args)
{
    return from_unit(call, unit_save_last(&call->unit, statement, args));
}

int call_ask(struct call *call, const struct statement *statement, const void *args)
{
    return ask_add(call, statement, args);
}

int call_event(struct call *call, const ProtobufCMessage *event, const char *organization_path)
{
    const struct event_type *type = event_type_of(event->descriptor);
    if (!type)
        return call_refuse(call, ERR_INTERNAL, "%s is no event", event->descriptor->name);
    size_t size = protobuf_c_message_get_packed_size(event);
    uint8_t *data = arena_alloc(call->arena, size + 1);
    if (!data)
        return call_refuse(call, ERR_REPLY_TOO_LARGE, "no room for an event");
    protobuf_c_message_pack(event, data);
    const ProtobufCFieldDescriptor *field = &type->descriptor->fields[type->subject];
    const char *subject = *(char *const *)(const void *)((const char *)event + field->offset);
    return from_unit(call, unit_event(&call->unit, type->type, subject, organization_path, (struct bytes){data, size}));
}

void call_audit(struct call *call, const char *subject, struct uuid organization_id)
{
    call->unit.audit_subject = subject;
    call->unit.audit_organization_id = organization_id;
}

void call_quiet(struct call *call)
{
    call->unit.audited = false;
}

void call_belongs_to(struct call *call, struct uuid street_id, struct uuid account_id)
{
    call->street_id = call->unit.street_id = street_id;
    call->account_id = call->unit.account_id = account_id;
}

void call_version(struct call *call, int64_t version)
{
    call->unit.version = version;
}

int call_match(struct call *call, int64_t version)
{
    if (call->if_match == 0)
        return call_refuse(call, ERR_IF_MATCH_REQUIRED, "version %lld is there", (long long)version);
    if (call->if_match != version)
        return call_refuse(call, ERR_VERSION_STALE, "version %lld is there, not %lld", (long long)version,
                           (long long)call->if_match);
    return 0;
}

int call_page(struct call *call, uint32_t page_size, const char *page_token, const char **after, int32_t *limit)
{
    call->page_size = page_size ? page_size : PAGE_SIZE_DEFAULT;
    *limit = (int32_t)call->page_size + 1;
    return page_token_read(daemon_page_key(call->daemon), call->method->name, page_token, call->arena, after,
                           &call->err);
}

void call_progress(struct call *call, int64_t done, int64_t total)
{
    if (call->operation)
        operation_progress(call->operation, done, total);
}

const struct crypto *call_crypto(const struct call *call)
{
    return daemon_crypto(call->daemon);
}
