#include "identity/organization.h"

#include <string.h>

#include "errors.h"
#include "identity/names.h"

enum { PATH_MAX_SIZE = 200, LABEL_BASE = 36 }; /* bytes of a path, as in bus.proto */

int organization_load(struct call *call, struct uuid id)
{
    return identity_load_organization(call, &(struct identity_load_organization){call->street_id, id, call->scope});
}

const struct identity_load_organization_row *organization_find(const struct call *call, struct uuid id)
{
    const struct identity_load_organization_row *rows;
    size_t count = identity_load_organization_rows(call, &rows);
    for (size_t i = 0; i < count; i++)
        if (uuid_equal(&rows[i].id, &id))
            return &rows[i];
    return NULL;
}

const struct identity_load_organization_row *branch_find(struct call *call, struct uuid id)
{
    const struct identity_load_organization_row *row = organization_find(call, id);
    if (!row)
        call_refuse_field(call, ERR_IDENTITY_ORGANIZATION_UNKNOWN, "organization_id", "not in the scope");
    else if (strcmp(row->state, "ACTIVE") != 0)
        call_refuse_field(call, ERR_IDENTITY_ORGANIZATION_DISSOLVED, "organization_id", "dissolved");
    else if (strcmp(row->level, "branch") != 0)
        call_refuse_field(call, ERR_IDENTITY_ORGANIZATION_NOT_BRANCH, "organization_id", "%s", row->level);
    else
        return row;
    return NULL;
}

int street_load(struct call *call)
{
    call_aggregate(call, call->street_id);
    return identity_load_street(call, &(struct identity_load_street){call->street_id});
}

const struct identity_load_street_row *street_find(struct call *call)
{
    const struct identity_load_street_row *row;
    if (identity_load_street_rows(call, &row) == 1)
        return row;
    call_refuse(call, ERR_NOT_FOUND, "the caller's street is not there");
    return NULL;
}

int street_change(struct call *call, const struct identity_load_street_row *street, int64_t labels)
{
    return identity_change_street(call, &(struct identity_change_street){
                                            .street_id = call->street_id,
                                            .version = street->version,
                                            .next_label = street->next_label + labels,
                                        });
}

const char *organization_path(struct call *call, const char *parent, int64_t label)
{
    static const char digits[] = "0123456789abcdefghijklmnopqrstuvwxyz";
    char text[16] = "";
    size_t at = sizeof text - 1;
    for (; label > 0 && at > 0; label /= LABEL_BASE)
        text[--at] = digits[label % LABEL_BASE];
    const char *path = arena_printf(call->arena, "%s%s/", parent ? parent : "/", text + at);
    if (!path || strlen(path) > PATH_MAX_SIZE) {
        call_refuse(call, ERR_IDENTITY_ORGANIZATION_FULL, "no room for another label");
        return NULL;
    }
    return path;
}

void organization_fill(struct call *call, const struct identity_load_organization_row *row,
                       Dandelion__Identity__Organization *reply)
{
    reply->id = (char *)call_uuid_text(call, row->id);
    reply->parent_id = (char *)call_uuid_text(call, row->parent_id);
    reply->level = LEVEL_VALUE(row->level);
    reply->name = (char *)row->name;
    reply->path = (char *)row->path;
    reply->state = strcmp(row->state, "ACTIVE") == 0 ? DANDELION__IDENTITY__ORGANIZATION__STATE__ACTIVE
                                                     : DANDELION__IDENTITY__ORGANIZATION__STATE__DISSOLVED;
    reply->established_on = (char *)call_date_text(call, row->established_on);
    reply->dissolved_on = (char *)call_date_text(call, row->dissolved_on);
    reply->version = row->version;
    call_version(call, row->version);
}

int organization_history(struct call *call, const char *old_path, const char *new_path, bool whole)
{
    struct identity_close_history closed = {call->street_id, old_path, whole, call->today};
    struct identity_open_history opened = {call->street_id, new_path, whole, call->today};
    if (identity_close_history(call, &closed) != 0)
        return -1;
    return identity_open_history(call, &opened);
}
