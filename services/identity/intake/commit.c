/* A preview is taken into the register: all of its rows or none. */
#include <string.h>

#include "base/clock.h"
#include "dandelion/identity_events.pb-c.h"
#include "errors.h"
#include "identity.methods.h"
#include "identity/intake/import_reply.h"
#include "identity/names.h"
#include "identity/organization.h"

int import_fill(struct call *call, const struct identity_load_import_row *row, int64_t committed_at,
                Dandelion__Identity__Import *reply)
{
    char *titles = arena_strdup(call->arena, row->ignored_columns);
    reply->ignored_columns = titles ? arena_array(call->arena, strlen(titles) + 1, sizeof(char *)) : NULL;
    if (!reply->ignored_columns)
        return call_refuse(call, ERR_OVERLOADED, "no room for ignored columns");
    for (char *rest = titles; *titles && rest;)
        reply->ignored_columns[reply->n_ignored_columns++] = strsep(&rest, ",");
    reply->id = (char *)call_uuid_text(call, row->id);
    reply->state =
        (Dandelion__Identity__Import__State)enum_value(&dandelion__identity__import__state__descriptor, row->state);
    reply->file_name = (char *)row->file_name;
    reply->rows = (uint32_t)(row->rows_new + row->rows_changed + row->rows_same + row->rows_bad);
    reply->rows_new = (uint32_t)row->rows_new;
    reply->rows_changed = (uint32_t)row->rows_changed;
    reply->rows_same = (uint32_t)row->rows_same;
    reply->rows_bad = (uint32_t)row->rows_bad;
    reply->created_at = (char *)call_instant_text(call, row->created_at);
    reply->committed_at = (char *)call_instant_text(call, committed_at);
    reply->version = row->version;
    call_version(call, row->version);
    return 0;
}

int identity_commit_import_load(struct call *call, const Dandelion__Identity__CommitImportRequest *request)
{
    struct uuid id = call_uuid(request->id);
    call_aggregate(call, id);
    call_plan_anew(call);
    return identity_load_import(call, &(struct identity_load_import){call->street_id, id, call->scope});
}

static int import_check(struct call *call, const struct identity_load_import_row *row)
{
    if (strcmp(row->state, "COMMITTED") == 0)
        return call_refuse(call, ERR_IMPORT_COMMITTED, "committed already");
    if (strcmp(row->state, "PREVIEWED") != 0)
        return call_refuse(call, ERR_IMPORT_NOTHING, "nothing new, nothing changed");
    if (row->staged != row->rows_new + row->rows_changed)
        return call_refuse(call, ERR_IMPORT_STALE, "%lld rows are left of it", (long long)row->staged);
    if (row->stale > 0)
        return call_refuse(call, ERR_IMPORT_STALE, "%lld rows no longer fit", (long long)row->stale);
    return 0;
}

static int register_change(struct call *call, const struct identity_load_import_row *row)
{
    struct uuid street = call->street_id;
    struct identity_import_memberships memberships = {street, row->id, call->today};
    struct identity_finish_import finished = {street, row->id, row->version, call->now};
    if (identity_import_people(call, &(struct identity_import_people){street, row->id}) != 0 ||
        identity_import_members(call, &(struct identity_import_members){street, row->id}) != 0 ||
        identity_import_memberships(call, &memberships) != 0 ||
        identity_import_member_changes(call, &(struct identity_import_member_changes){street, row->id}) != 0 ||
        identity_import_person_changes(call, &(struct identity_import_person_changes){street, row->id}) != 0)
        return -1;
    return identity_finish_import(call, &finished);
}

/* One event for each member, packed when the roster was read, and one for the whole. */
static int events_append(struct call *call, const struct identity_load_import_row *row)
{
    struct identity_append_import_events members = {call->street_id, row->id, call->now,
                                                    call->unit.traceparent ? call->unit.traceparent : ""};
    struct identity_drop_import_rows rows = {call->street_id, row->id};
    if (call_save_last(call, &identity_append_import_events_statement, &members) != 0 ||
        call_save_last(call, &identity_drop_import_rows_statement, &rows) != 0)
        return -1;
    Dandelion__Identity__ImportCommitted event = DANDELION__IDENTITY__IMPORT_COMMITTED__INIT;
    event.import_id = (char *)call_uuid_text(call, row->id);
    event.rows_new = (uint32_t)row->rows_new;
    event.rows_changed = (uint32_t)row->rows_changed;
    call_audit(call, event.import_id, (struct uuid){{0}});
    return call_event(call, &event.base, ORGANIZATION_ROOT_PATH);
}

int identity_commit_import_decide(struct call *call, const Dandelion__Identity__CommitImportRequest *request,
                                  Dandelion__Identity__Import *reply)
{
    const struct identity_load_import_row *row;
    (void)request;
    if (identity_load_import_rows(call, &row) != 1)
        return call_refuse(call, ERR_NOT_FOUND, "no such import in the scope");
    if (import_check(call, row) != 0 || register_change(call, row) != 0 || events_append(call, row) != 0)
        return -1;
    struct identity_load_import_row after = *row;
    after.state = "COMMITTED";
    after.version++;
    return import_fill(call, &after, call->now, reply);
}
