#include "identity/intake/preview.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "bus/event_type.h"
#include "dandelion/identity_events.pb-c.h"
#include "errors.h"
#include "identity/intake/compare.h"
#include "identity/names.h"
#include "identity/sealed.h"
#include "store/blocking.h"

enum {
    BATCH_ROWS = 500,
    BATCH_ARENA_CAP = 16 << 20,
    BRANCHES_ARENA_CAP = 16 << 20,
    STATEMENT_TIMEOUT_MS = 60000,
};

/* Rows of imports that nobody committed are kept this long. */
#define STAGED_DAYS_MAX 7

struct reading {
    const struct preview_options *options;
    struct preview *preview;
    struct blocking *blocking;
    struct arena *branches_arena;
    struct branches branches;
    const struct branch *default_branch;
    /* The batch in hand; `arena` is emptied after each. */
    struct arena *arena;
    struct roster_row *rows;
    size_t count;
    struct bytes *indexes; /* of the ID numbers */
    struct identity_stage_row *staged;
    size_t staged_count;
};

/* --- one row */

static void bad_row(struct reading *reading, uint32_t row, enum roster_field field, const struct err *fault)
{
    struct bad_cell cell = {.row = row, .field = field, .error = *fault};
    reading->preview->rows_bad++;
    bad_cells_add(&reading->preview->bad, &cell);
}

static const char *uuid_text(struct arena *arena, struct uuid id)
{
    char text[UUID_TEXT_SIZE];
    return arena_strdup(arena, uuid_format(&id, text));
}

/* Packs the event that will tell of the row. */
static int event_make(struct reading *reading, const struct comparison *comparison, struct identity_stage_row *staged,
                      struct err *err)
{
    struct arena *arena = reading->arena;
    char joined_on[CLOCK_DATE_SIZE];
    Dandelion__Identity__MemberRegistered registered = DANDELION__IDENTITY__MEMBER_REGISTERED__INIT;
    Dandelion__Identity__MemberChanged changed = DANDELION__IDENTITY__MEMBER_CHANGED__INIT;
    registered.member_id = changed.member_id = (char *)uuid_text(arena, staged->member_id);
    registered.organization_id = changed.organization_id = (char *)uuid_text(arena, staged->organization_id);
    registered.organization_path = changed.organization_path = (char *)staged->organization_path;
    registered.name = changed.name = (char *)staged->name;
    registered.category = changed.category = CATEGORY_VALUE(comparison->category);
    registered.state = changed.state =
        comparison->known ? STATE_VALUE(comparison->known->state) : DANDELION__IDENTITY__MEMBER_STATE__ACTIVE;
    registered.joined_on = changed.joined_on = clock_date_format(comparison->joined_on, joined_on);
    const ProtobufCMessage *event = comparison->known ? &changed.base : &registered.base;
    if (!registered.member_id || !registered.organization_id)
        return err_set(err, ERR_OVERLOADED, "no room for an event");
    size_t size = protobuf_c_message_get_packed_size(event);
    uint8_t *data = arena_alloc(arena, size + 1);
    if (!data)
        return err_set(err, ERR_OVERLOADED, "no room for an event");
    protobuf_c_message_pack(event, data);
    staged->event_id = uuid_new(reading->options->now);
    staged->event_type = event_type_of(event->descriptor)->type;
    staged->event_data = (struct bytes){data, size};
    return 0;
}

static const char *text_or_null(const char *text)
{
    return *text ? text : NULL;
}

/* Puts a new or changed row aside, complete. */
static int row_stage(struct reading *reading, const struct comparison *comparison, struct bytes id_number_index,
                     struct err *err)
{
    const struct preview_options *options = reading->options;
    const struct roster_row *row = comparison->row;
    struct identity_stage_row *staged = &reading->staged[reading->staged_count++];
    struct uuid member_id = comparison->known ? comparison->known->id : uuid_new(options->now);
    struct sealer sealer = {options->crypto, reading->arena, options->street_id, member_id};
    struct sealed id_number, phone, address;
    if (sealer_seal(&sealer, "id_number", row->id_number.text, &id_number, err) != 0 ||
        sealer_seal(&sealer, "phone", row->phone, &phone, err) != 0 ||
        sealer_seal(&sealer, "address", row->address, &address, err) != 0)
        return -1;
    *staged = (struct identity_stage_row){
        .street_id = options->street_id,
        .import_id = options->import_id,
        .row_number = (int32_t)row->number,
        .member_id = member_id,
        .base_version = comparison->known ? comparison->known->version : 0,
        .organization_id = comparison->branch->id,
        .organization_path = comparison->branch->path,
        .name = row->name,
        .id_number_sealed = id_number.value,
        .id_number_index = id_number_index,
        .sex = row->id_number.sex == SEX_MALE ? "MALE" : "FEMALE",
        .birth_date = row->id_number.birth_date,
        .ethnic_group = text_or_null(row->ethnic_group),
        .education = text_or_null(row->education),
        .phone_sealed = phone.value,
        .phone_index = phone.index,
        .address_sealed = address.value,
        .address_index = address.index,
        .category = comparison->category,
        .joined_on = comparison->joined_on,
        .full_since = comparison->full_since,
    };
    return event_make(reading, comparison, staged, err);
}

/* The branch that the row names, or that of the request; the register's when neither says. NULL with `fault` set, or
 * with none when nobody says. */
static const struct branch *branch_of(const struct reading *reading, const struct comparison *comparison,
                                      struct err *fault)
{
    if (*comparison->row->branch)
        return branches_find(&reading->branches, comparison->row->branch, fault);
    if (reading->default_branch || !comparison->known)
        return reading->default_branch;
    return branches_by_id(&reading->branches, comparison->known->organization_id);
}

static struct bytes index_of(const struct reading *reading, const char *field, const char *text)
{
    return crypto_index(reading->options->crypto, reading->arena, field, &reading->options->street_id, text);
}

static int row_take(struct reading *reading, const struct roster_row *row, struct bytes index,
                    const struct identity_list_known_people_row *known, struct err *err)
{
    struct comparison comparison = {
        .row = row,
        .known = known,
        .phone_index = index_of(reading, "phone", row->phone),
        .address_index = index_of(reading, "address", row->address),
        .today = reading->options->today,
    };
    comparison.branch = branch_of(reading, &comparison, &comparison.fault);
    if (comparison.fault.code) {
        bad_row(reading, row->number, ROSTER_BRANCH, &comparison.fault);
        return 0;
    }
    switch (comparison_make(&comparison)) {
    case ROW_BAD:
        bad_row(reading, row->number, comparison.field, &comparison.fault);
        return 0;
    case ROW_SAME:
        reading->preview->rows_same++;
        return 0;
    case ROW_NEW:
        reading->preview->rows_new++;
        break;
    case ROW_CHANGED:
        reading->preview->rows_changed++;
        break;
    }
    return row_stage(reading, &comparison, index, err);
}

/* --- batches */

static const struct identity_list_known_people_row *known_find(const struct identity_list_known_people_row *known,
                                                               size_t count, struct bytes index)
{
    for (size_t i = 0; i < count; i++)
        if (memcmp(known[i].id_number_index.data, index.data, index.size) == 0)
            return &known[i];
    return NULL;
}

static int batch_take(struct reading *reading, struct err *err)
{
    struct identity_list_known_people args = {.street_id = reading->options->street_id};
    const void *found;
    size_t found_count;
    for (size_t i = 0; i < reading->count; i++) {
        reading->indexes[i] = index_of(reading, "id_number", reading->rows[i].id_number.text);
        if (!reading->indexes[i].data)
            return err_set(err, ERR_OVERLOADED, "no room for an index");
    }
    args.id_number_index.items = reading->indexes;
    args.id_number_index.count = reading->count;
    if (blocking_list(reading->blocking, &identity_list_known_people_statement, &args, &found, &found_count, err) != 0)
        return -1;
    reading->staged_count = 0;
    for (size_t i = 0; i < reading->count; i++) {
        const struct identity_list_known_people_row *known = known_find(found, found_count, reading->indexes[i]);
        if (row_take(reading, &reading->rows[i], reading->indexes[i], known, err) != 0)
            return -1;
    }
    if (reading->staged_count && blocking_save(reading->blocking, &identity_stage_row_statement, reading->staged,
                                               reading->staged_count, err) != 0)
        return -1;
    reading->count = 0;
    arena_reset(reading->arena);
    const struct preview *preview = reading->preview;
    reading->options->progress(reading->options->context,
                               preview->rows_new + preview->rows_changed + preview->rows_same + preview->rows_bad);
    return 0;
}

static int on_row(void *context, const struct roster_row *row, struct err *err)
{
    struct reading *reading = context;
    reading->rows[reading->count++] = *row;
    return reading->count == BATCH_ROWS ? batch_take(reading, err) : 0;
}

static int on_bad(void *context, const struct roster_fault *fault, struct err *err)
{
    struct reading *reading = context;
    struct bad_cell cell = {.row = fault->row, .field = fault->field, .error = fault->error};
    (void)err;
    memcpy(cell.column, fault->column, sizeof cell.column);
    memcpy(cell.title, fault->title, sizeof cell.title);
    bad_cells_add(&reading->preview->bad, &cell);
    return 0;
}

/* --- the file */

/* The titles of ignored columns; a comma in one becomes the Chinese one. */
static void ignored_list(const struct roster_summary *summary, char out[], size_t size)
{
    size_t length = 0;
    out[0] = '\0';
    for (size_t i = 0; i < summary->ignored_count; i++) {
        size_t before = length;
        if (length)
            length += (size_t)snprintf(out + length, size - length, ",");
        for (const char *c = summary->ignored[i].title; *c && length + 4 < size; c++)
            length += (size_t)snprintf(out + length, size - length, *c == ',' ? "，" : "%c", *c);
        if (length + 4 >= size) {
            out[before] = '\0';
            return;
        }
    }
}

static int file_read(struct reading *reading, struct err *err)
{
    struct roster_options options = {
        .today = reading->options->today,
        .rows_max = PREVIEW_ROWS_MAX,
        .required = ROSTER_REQUIRED_DEFAULT,
        .months = ROSTER_MONTHS_DEFAULT,
    };
    struct roster_sink sink = {on_row, on_bad, reading};
    struct roster_summary *summary = calloc(1, sizeof *summary);
    if (!summary)
        return err_set(err, ERR_OVERLOADED, "out of memory for a summary");
    int rc = roster_read(reading->options->path, &options, &sink, summary, err);
    if (rc == 0 && reading->count)
        rc = batch_take(reading, err);
    if (rc == 0) {
        reading->preview->rows_bad += summary->bad;
        bad_cells_place(&reading->preview->bad, summary);
        ignored_list(summary, reading->preview->ignored, sizeof reading->preview->ignored);
    }
    free(summary);
    return rc;
}

static int old_rows_drop(struct reading *reading, struct err *err)
{
    int64_t before = reading->options->now - INT64_C(86400000) * STAGED_DAYS_MAX;
    struct identity_drop_old_import_rows args = {reading->options->street_id, uuid_first(before)};
    return blocking_save(reading->blocking, &identity_drop_old_import_rows_statement, &args, 1, err);
}

static int reading_run(struct reading *reading, struct err *err)
{
    const struct preview_options *options = reading->options;
    reading->blocking = blocking_open(options->database, STATEMENT_TIMEOUT_MS, err);
    if (!reading->blocking || old_rows_drop(reading, err) != 0 ||
        branches_read(&reading->branches, reading->blocking, options->street_id, options->scope,
                      reading->branches_arena, err) != 0)
        return -1;
    if (!uuid_is_none(&options->branch_id))
        reading->default_branch = branches_by_id(&reading->branches, options->branch_id);
    if (blocking_command(reading->blocking, "BEGIN", err) != 0 || file_read(reading, err) != 0)
        return -1;
    return blocking_command(reading->blocking, "COMMIT", err);
}

int preview_make(const struct preview_options *options, struct preview *preview, struct err *err)
{
    struct reading reading = {
        .options = options,
        .preview = preview,
        .branches_arena = arena_new(BRANCHES_ARENA_CAP),
        .arena = arena_new(BATCH_ARENA_CAP),
        .rows = calloc(BATCH_ROWS, sizeof *reading.rows),
        .indexes = calloc(BATCH_ROWS, sizeof *reading.indexes),
        .staged = calloc(BATCH_ROWS, sizeof *reading.staged),
    };
    int rc = -1;
    preview->import_id = options->import_id;
    if (reading.branches_arena && reading.arena && reading.rows && reading.indexes && reading.staged)
        rc = reading_run(&reading, err);
    else
        err_set(err, ERR_OVERLOADED, "out of memory for a batch");
    blocking_close(&reading.blocking);
    arena_destroy(&reading.branches_arena);
    arena_destroy(&reading.arena);
    free(reading.rows);
    free(reading.indexes);
    free(reading.staged);
    return rc;
}
