#include "identity/roster/roster.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "errors.h"
#include "identity/roster/csv.h"
#include "identity/roster/fields.h"
#include "identity/roster/seen.h"
#include "identity/roster/xlsx.h"
#include "identity/text.h"

enum { NOTE_SIZE = 256, HEAD_SIZE = 16 };

/* A roster while it is read. */
struct roster {
    const struct roster_options *options;
    const struct roster_sink *sink;
    struct roster_summary *summary;
    uint32_t rows_max;
    struct columns columns;
    struct seen seen;
    struct id_number_evidence evidence;
    struct roster_row row;
    struct row_faults faults;
};

static bool has_prefix(const char *text, const char *const *prefixes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strncmp(text, prefixes[i], strlen(prefixes[i])) == 0)
            return true;
    return false;
}

/* A total or a remark: 合计 83 人, 填表人：张三. */
static bool is_note(const struct cell *cell)
{
    static const char *const totals[] = {"合计", "总计", "小计", "共计"};
    static const char *const remarks[] = {"备注", "注", "说明", "填表", "制表", "填报", "审核", "审批", "统计", "打印"};
    char text[NOTE_SIZE];
    if (text_compact(cell->text, text, sizeof text) != 0)
        return false;
    if (has_prefix(text, totals, sizeof totals / sizeof *totals))
        return true;
    size_t counted = strlen("共");
    if (strncmp(text, "共", counted) == 0 && text[counted] >= '0' && text[counted] <= '9')
        return true;
    return strchr(text, ':') != NULL && has_prefix(text, remarks, sizeof remarks / sizeof *remarks);
}

static const struct cell *cell_of(const struct roster *roster, const struct table_row *row, enum roster_field field)
{
    static const struct cell empty = {.text = "", .kind = CELL_EMPTY};
    int column = roster->columns.of_field[field];
    return column == COLUMNS_NONE || (size_t)column >= row->count ? &empty : &row->cells[column];
}

/* No known column holds anything of the row's own; a running number alone is not a person. */
static bool is_blank(const struct roster *roster, const struct table_row *row)
{
    for (int field = 0; field < ROSTER_FIELDS; field++) {
        const struct cell *cell = cell_of(roster, row, (enum roster_field)field);
        if (!cell->copied && !value_is_empty(cell))
            return false;
    }
    return true;
}

static bool is_skipped(const struct roster *roster, const struct table_row *row)
{
    if (columns_repeats(&roster->columns, row))
        return true;
    if (!value_is_empty(cell_of(roster, row, ROSTER_ID_NUMBER)))
        return false;
    for (size_t i = 0; i < row->count; i++)
        if (!value_is_empty(&row->cells[i]))
            return is_note(&row->cells[i]);
    return false;
}

/* Says which of the row's cells is wrong; the text of numbers that identify a person is masked. */
static void place_fault(const struct roster *roster, const struct table_row *row, struct roster_fault *fault)
{
    int column = fault->field == ROSTER_FIELDS ? fault->at : roster->columns.of_field[fault->field];
    fault->row = row->number;
    fault->column[0] = fault->title[0] = fault->text[0] = '\0';
    if (column == COLUMNS_NONE)
        return;
    table_column_name((size_t)column, fault->column);
    memcpy(fault->title, roster->columns.all[column].title, sizeof fault->title);
    if ((size_t)column < row->count)
        fields_show(fault->field, row->cells[column].text, fault->text);
}

static int deliver(struct roster *roster, const struct table_row *row, struct err *err)
{
    if (roster->faults.count == 0) {
        roster->summary->good++;
        return roster->sink->row(roster->sink->context, &roster->row, err);
    }
    roster->summary->bad++;
    for (size_t i = 0; i < roster->faults.count; i++) {
        struct roster_fault *fault = &roster->faults.all[i];
        place_fault(roster, row, fault);
        roster->summary->bad_cells++;
        if (roster->sink->bad(roster->sink->context, fault, err) != 0)
            return -1;
    }
    return 0;
}

/* In a text file, a filled cell beyond the heading means that a separator inside a value has shifted the row. */
static void check_width(struct roster *roster, const struct table_row *row)
{
    for (size_t i = roster->columns.count; i < row->count; i++) {
        const struct cell *cell = &row->cells[i];
        if ((cell->kind == CELL_UNTYPED || cell->kind == CELL_TEXT) && !value_is_empty(cell)) {
            struct roster_fault *fault = fields_fault(&roster->faults, ROSTER_FIELDS, ERR_CELL_COLUMN_UNNAMED);
            fault->at = (int)i;
            return;
        }
    }
}

static int check_duplicate(struct roster *roster, uint32_t number, struct err *err)
{
    uint32_t first;
    if (roster->row.id_number.text[0] == '\0')
        return 0;
    if (seen_add(&roster->seen, &roster->row.id_number, number, &first, err) != 0)
        return -1;
    if (first != 0) {
        struct roster_fault *fault = fields_fault(&roster->faults, ROSTER_ID_NUMBER, ERR_CELL_DUPLICATE);
        err_param(&fault->error, "row", "%u", first);
    }
    return 0;
}

static int read_person(struct roster *roster, const struct table_row *row, bool is_text_file, struct err *err)
{
    const struct fields_context context = {
        .options = roster->options, .epoch_1904 = row->epoch_1904, .evidence = &roster->evidence};
    if (roster->summary->good + roster->summary->bad >= roster->rows_max) {
        err_set(err, ERR_IMPORT_TOO_MANY_ROWS, "more than %u rows", roster->rows_max);
        return err_param(err, "max", "%u", roster->rows_max);
    }
    fields_clear(&roster->row, row->number);
    roster->faults.count = 0;
    for (int field = 0; field < ROSTER_FIELDS; field++)
        fields_read(&context, (enum roster_field)field, cell_of(roster, row, (enum roster_field)field), &roster->row,
                    &roster->faults);
    fields_compare(&context, &roster->row, &roster->faults);
    if (is_text_file)
        check_width(roster, row);
    if (check_duplicate(roster, row->number, err) != 0)
        return -1;
    return deliver(roster, row, err);
}

static int take_row(struct roster *roster, const struct table_row *row, bool is_text_file, struct err *err)
{
    struct roster_summary *summary = roster->summary;
    enum columns_verdict verdict = columns_offer(&roster->columns, row, roster->options->required, err);
    if (verdict != COLUMNS_DATA)
        return verdict == COLUMNS_ERROR ? -1 : 0;
    if (summary->last_row == 0)
        summary->last_row = roster->columns.header_row;
    summary->blank += row->number - summary->last_row - 1; /* rows that the file leaves out */
    summary->last_row = row->number;
    if (is_skipped(roster, row))
        summary->skipped++;
    else if (is_blank(roster, row))
        summary->blank++;
    else
        return read_person(roster, row, is_text_file, err);
    return 0;
}

static int on_text_row(void *context, const struct table_row *row, struct err *err)
{
    return take_row(context, row, true, err);
}

static int on_sheet_row(void *context, const struct table_row *row, struct err *err)
{
    return take_row(context, row, false, err);
}

static void name_ignored(const struct columns *columns, struct roster_summary *summary)
{
    for (size_t i = 0; i < columns->count && summary->ignored_count < ROSTER_IGNORED_MAX; i++) {
        if (columns->all[i].field != COLUMNS_NONE || columns->all[i].title[0] == '\0' || columns_is_counter(columns, i))
            continue;
        struct roster_column *ignored = &summary->ignored[summary->ignored_count++];
        table_column_name(i, ignored->column);
        memcpy(ignored->title, columns->all[i].title, sizeof ignored->title);
    }
}

static void name_places(const struct columns *columns, struct roster_summary *summary)
{
    for (int field = 0; field < ROSTER_FIELDS; field++) {
        int column = columns->of_field[field];
        if (column == COLUMNS_NONE)
            continue;
        summary->columns_known |= ROSTER_BIT(field);
        table_column_name((size_t)column, summary->places[field].column);
        memcpy(summary->places[field].title, columns->all[column].title, COLUMNS_TITLE_SIZE);
    }
}

static int finish(struct roster *roster, struct err *err)
{
    struct roster_summary *summary = roster->summary;
    if (columns_close(&roster->columns, roster->options->required, err) != 0)
        return -1;
    summary->header_row = roster->columns.header_row;
    if (summary->last_row == 0)
        summary->last_row = summary->header_row;
    name_places(&roster->columns, summary);
    name_ignored(&roster->columns, summary);
    if (summary->good + summary->bad == 0)
        return err_set(err, ERR_IMPORT_EMPTY, "no row below the heading");
    return 0;
}

/* Tells a spreadsheet from a text file by its first bytes. */
static int find_kind(const char *path, bool *is_text_file, struct err *err)
{
    char head[HEAD_SIZE];
    FILE *file = fopen(path, "rbe");
    if (file == NULL)
        return err_set(err, ERR_IMPORT_UNREADABLE, "cannot open the file: %s", strerror(errno));
    size_t length = fread(head, 1, sizeof head, file);
    fclose(file);
    if (length == 0)
        return err_set(err, ERR_IMPORT_EMPTY, "an empty file");
    *is_text_file = length < 4 || (memcmp(head, "PK\3\4", 4) != 0 && memcmp(head, "\xD0\xCF\x11\xE0", 4) != 0);
    if (*is_text_file && (head[0] == '<' || (length >= 4 && memcmp(head, "%PDF", 4) == 0)))
        return err_set(err, ERR_IMPORT_FILE_TYPE, "a page or a document");
    return 0;
}

static int read_file(struct roster *roster, const char *path, struct err *err)
{
    bool is_text_file = false;
    if (find_kind(path, &is_text_file, err) != 0)
        return -1;
    const struct table_sink sink = {.row = is_text_file ? on_text_row : on_sheet_row, .context = roster};
    int result = is_text_file ? csv_read(path, &sink, err) : xlsx_read(path, roster->options->sheet, &sink, err);
    return result == 0 ? finish(roster, err) : -1;
}

int roster_read(const char *path, const struct roster_options *options, const struct roster_sink *sink,
                struct roster_summary *summary, struct err *err)
{
    struct roster *roster = calloc(1, sizeof *roster);
    if (roster == NULL)
        return err_set(err, ERR_INTERNAL, "out of memory");
    memset(summary, 0, sizeof *summary);
    roster->options = options;
    roster->sink = sink;
    roster->summary = summary;
    roster->rows_max = options->rows_max == 0 ? ROSTER_ROWS_DEFAULT : options->rows_max;
    columns_open(&roster->columns);
    seen_open(&roster->seen);
    int result = read_file(roster, path, err);
    seen_close(&roster->seen);
    free(roster);
    return result;
}
