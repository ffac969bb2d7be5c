/* A roster is read and compared with the register: the preview. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "daemon/daemon.h"
#include "errors.h"
#include "identity.methods.h"
#include "identity/intake/import_reply.h"
#include "identity/intake/preview.h"
#include "identity/organization.h"

int identity_get_import_query(struct call *call, const Dandelion__Identity__GetImportRequest *request)
{
    struct uuid id = call_uuid(request->id);
    struct identity_get_import__bad_cells cells = {call->language, call->street_id, id};
    if (identity_get_import(call, &(struct identity_get_import){call->street_id, id, call->scope}) != 0)
        return -1;
    return identity_get_import__bad_cells(call, &cells);
}

int identity_import_members_load(struct call *call, const Dandelion__Identity__ImportMembersRequest *request)
{
    return *request->organization_id ? organization_load(call, call_uuid(request->organization_id)) : 0;
}

/* The path of an upload. Its name is one that we gave it; anything else must not leave the directory. */
static const char *upload_path(struct call *call, const char *file)
{
    if (*file == '.' || strchr(file, '/') || strstr(file, "..")) {
        call_refuse_field(call, ERR_FIELD_BAD_PATTERN, "file", "not the name of an upload");
        return NULL;
    }
    const char *path = arena_printf(call->arena, "%s/%s", daemon_files_directory(call->daemon), file);
    if (!path)
        call_refuse(call, ERR_OVERLOADED, "no room for a path");
    return path;
}

static void on_progress(void *context, uint32_t rows)
{
    call_progress(context, rows, 0);
}

/* In a thread: reads the file, and leaves what it would change. */
int identity_import_members_work(struct call *call, const Dandelion__Identity__ImportMembersRequest *request)
{
    struct preview *preview = arena_alloc(call->arena, sizeof *preview);
    struct preview_options options = {
        .database = daemon_database(call->daemon),
        .path = upload_path(call, request->file),
        .crypto = call_crypto(call),
        .street_id = call->street_id,
        .import_id = uuid_new(call->now),
        .scope = call->scope,
        .branch_id = call_uuid(request->organization_id),
        .now = call->now,
        .today = call->today,
        .progress = on_progress,
        .context = call,
    };
    if (!options.path)
        return -1;
    if (!preview)
        return call_refuse(call, ERR_OVERLOADED, "no room for a preview");
    if (!uuid_is_none(&options.branch_id) && !branch_find(call, options.branch_id))
        return -1;
    call->worked = preview;
    return preview_make(&options, preview, &call->err);
}

static int cells_save(struct call *call, const struct preview *preview)
{
    char zh[BAD_CELL_MESSAGE_SIZE], en[BAD_CELL_MESSAGE_SIZE];
    for (size_t i = 0; i < preview->bad.count; i++) {
        const struct bad_cell *cell = &preview->bad.all[i];
        bad_cell_message(cell, "zh-CN", zh);
        bad_cell_message(cell, "en", en);
        struct identity_insert_bad_cell row = {
            .street_id = call->street_id,
            .import_id = preview->import_id,
            .number = (int32_t)i,
            .row_number = (int32_t)cell->row,
            .column_name = cell->column,
            .column_title = cell->title,
            .code = error_text_find(cell->error.code)->code,
            .message_zh = arena_strdup(call->arena, zh),
            .message_en = arena_strdup(call->arena, en),
        };
        if (!row.message_zh || !row.message_en)
            return call_refuse(call, ERR_OVERLOADED, "no room for messages");
        if (identity_insert_bad_cell(call, &row) != 0)
            return -1;
    }
    return 0;
}

static int cells_fill(struct call *call, const struct preview *preview, Dandelion__Identity__Import *reply)
{
    char message[BAD_CELL_MESSAGE_SIZE];
    reply->bad_cells = arena_array(call->arena, preview->bad.count + 1, sizeof *reply->bad_cells);
    for (size_t i = 0; reply->bad_cells && i < preview->bad.count; i++) {
        const struct bad_cell *cell = &preview->bad.all[i];
        Dandelion__Identity__BadCell *bad = arena_alloc(call->arena, sizeof *bad);
        if (!bad)
            return call_refuse(call, ERR_OVERLOADED, "no room for bad cells");
        dandelion__identity__bad_cell__init(bad);
        bad_cell_message(cell, call->language, message);
        bad->row = cell->row;
        bad->column = (char *)cell->column;
        bad->column_title = (char *)cell->title;
        bad->code = (char *)error_text_find(cell->error.code)->code;
        bad->message = arena_strdup(call->arena, message);
        if (!bad->message)
            return call_refuse(call, ERR_OVERLOADED, "no room for a message");
        reply->bad_cells[reply->n_bad_cells++] = bad;
    }
    return reply->bad_cells ? 0 : call_refuse(call, ERR_OVERLOADED, "no room for bad cells");
}

int identity_import_members_decide(struct call *call, const Dandelion__Identity__ImportMembersRequest *request,
                                   Dandelion__Identity__Import *reply)
{
    const struct preview *preview = call->worked;
    struct identity_insert_import import = {
        .street_id = call->street_id,
        .id = preview->import_id,
        .account_id = call->account_id,
        .scope = call->scope,
        .state = preview->rows_new + preview->rows_changed ? "PREVIEWED" : "EMPTY",
        .file_name = request->file_name,
        .rows_new = (int32_t)preview->rows_new,
        .rows_changed = (int32_t)preview->rows_changed,
        .rows_same = (int32_t)preview->rows_same,
        .rows_bad = (int32_t)preview->rows_bad,
        .ignored_columns = preview->ignored,
        .created_at = call->now,
    };
    struct identity_load_import_row row = {
        .id = import.id,
        .state = import.state,
        .file_name = import.file_name,
        .rows_new = import.rows_new,
        .rows_changed = import.rows_changed,
        .rows_same = import.rows_same,
        .rows_bad = import.rows_bad,
        .ignored_columns = import.ignored_columns,
        .created_at = import.created_at,
        .version = 1,
    };
    if (identity_insert_import(call, &import) != 0 || cells_save(call, preview) != 0 ||
        cells_fill(call, preview, reply) != 0)
        return -1;
    call_audit(call, call_uuid_text(call, import.id), call_uuid(request->organization_id));
    return import_fill(call, &row, CLOCK_NO_INSTANT, reply);
}
