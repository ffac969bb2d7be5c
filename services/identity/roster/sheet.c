#include "identity/roster/sheet.h"

#include <stdlib.h>
#include <string.h>

#include "errors.h"
#include "identity/roster/decimal.h"
#include "identity/roster/xml.h"

enum { SHEET_ROWS_MAX = 1048576 };

/* The attribute t of a cell (ECMA-376, 18.18.11). */
enum value_type { VALUE_NUMBER, VALUE_SHARED, VALUE_FORMULA_TEXT, VALUE_INLINE, VALUE_BOOL, VALUE_ERROR, VALUE_DATE };

struct sheet {
    const struct sheet_context *context;
    const struct table_sink *sink;
    bool in_rows; /* inside sheetData */
    uint32_t row;
    uint32_t next_column;
    bool in_cell;
    uint32_t column;
    uint32_t style;
    enum value_type type;
    bool collecting; /* inside v, or inside t of an inline string */
    int phonetic;
    struct str value;  /* as the file spells it */
    struct str shared; /* a shared or unescaped text */
    struct row_builder builder;
};

static enum value_type type_of(const char *name)
{
    static const struct {
        const char *name;
        enum value_type type;
    } types[] = {{"s", VALUE_SHARED}, {"str", VALUE_FORMULA_TEXT}, {"inlineStr", VALUE_INLINE},
                 {"b", VALUE_BOOL},   {"e", VALUE_ERROR},          {"d", VALUE_DATE}};
    for (size_t i = 0; name != NULL && i < sizeof types / sizeof *types; i++)
        if (strcmp(types[i].name, name) == 0)
            return types[i].type;
    return VALUE_NUMBER;
}

/* Rows and cells without a place follow the one before; places ascend. */
static int start_row(struct sheet *sheet, const char *place, struct err *err)
{
    uint32_t row = place == NULL ? sheet->row + 1 : (uint32_t)strtoul(place, NULL, 10);
    if (row <= sheet->row || row > SHEET_ROWS_MAX)
        return err_set(err, ERR_IMPORT_UNREADABLE, "row %u after row %u", row, sheet->row);
    sheet->row = row;
    sheet->next_column = 0;
    row_builder_reset(&sheet->builder);
    return 0;
}

static int start_cell(struct sheet *sheet, const char **attributes, struct err *err)
{
    const char *place = NULL;
    const char *type = NULL;
    sheet->style = 0;
    for (; attributes[0] != NULL; attributes += 2) {
        if (attributes[0][0] == '\0' || attributes[0][1] != '\0')
            continue;
        if (attributes[0][0] == 'r')
            place = attributes[1];
        else if (attributes[0][0] == 't')
            type = attributes[1];
        else if (attributes[0][0] == 's')
            sheet->style = (uint32_t)strtoul(attributes[1], NULL, 10);
    }
    uint32_t column = sheet->next_column;
    uint32_t row = sheet->row;
    if (place != NULL && (merges_read_place(place, &column, &row) == NULL || row != sheet->row))
        return err_set(err, ERR_IMPORT_UNREADABLE, "row %u: a cell out of place", sheet->row);
    if (column < sheet->next_column)
        return err_set(err, ERR_IMPORT_UNREADABLE, "row %u: cells out of order", sheet->row);
    sheet->column = column;
    sheet->next_column = column + 1;
    sheet->type = type_of(type);
    sheet->in_cell = true;
    str_reset(&sheet->value);
    return 0;
}

static int on_start(void *data, const char *name, const char **attributes, struct err *err)
{
    struct sheet *sheet = data;
    if (!sheet->in_rows) {
        sheet->in_rows = strcmp(name, "sheetData") == 0;
        return 0;
    }
    if (strcmp(name, "c") == 0)
        return start_cell(sheet, attributes, err);
    if (strcmp(name, "row") == 0)
        return start_row(sheet, xml_attribute(attributes, "r"), err);
    if (!sheet->in_cell)
        return 0;
    if (strcmp(name, "v") == 0)
        sheet->collecting = sheet->type != VALUE_INLINE;
    else if (strcmp(name, "t") == 0)
        sheet->collecting = sheet->type == VALUE_INLINE && sheet->phonetic == 0;
    else if (strcmp(name, "rPh") == 0)
        sheet->phonetic++;
    return 0;
}

static int put(struct sheet *sheet, enum cell_kind kind, const char *text, size_t length, struct err *err)
{
    if (length == 0)
        kind = CELL_EMPTY;
    return row_builder_put(&sheet->builder, sheet->column, kind, text, length, err);
}

static int put_shared(struct sheet *sheet, struct err *err)
{
    char *end;
    unsigned long index = strtoul(str_text(&sheet->value), &end, 10);
    if (sheet->value.length == 0)
        return 0;
    if (*end != '\0' || index >= UINT32_MAX || sheet->context->strings == NULL)
        return err_set(err, ERR_IMPORT_UNREADABLE, "row %u: no shared string", sheet->row);
    if (strings_get(sheet->context->strings, (uint32_t)index, &sheet->shared, err) != 0)
        return -1;
    return put(sheet, CELL_TEXT, str_text(&sheet->shared), sheet->shared.length, err);
}

static int put_text(struct sheet *sheet, struct err *err)
{
    str_reset(&sheet->shared);
    strings_append_unescaped(&sheet->shared, str_text(&sheet->value), sheet->value.length);
    return put(sheet, CELL_TEXT, str_text(&sheet->shared), sheet->shared.length, err);
}

/* A number, as a date if its style shows it so. */
static int put_number(struct sheet *sheet, struct err *err)
{
    struct decimal decimal;
    char date[SERIAL_TEXT_SIZE];
    const char *text = str_text(&sheet->value);
    const struct styles *styles = sheet->context->styles;
    if (sheet->value.length == 0)
        return 0;
    if (!decimal_parse(text, &decimal))
        return err_set(err, ERR_IMPORT_UNREADABLE, "row %u: a number that is none", sheet->row);
    if (styles != NULL && styles_is_date(styles, sheet->style) &&
        serial_date(&decimal, sheet->context->epoch_1904, date))
        return put(sheet, CELL_DATE, date, strlen(date), err);
    return put(sheet, CELL_NUMBER, text, sheet->value.length, err);
}

static int end_cell(struct sheet *sheet, struct err *err)
{
    sheet->in_cell = false;
    if (!str_ok(&sheet->value))
        return err_set(err, ERR_IMPORT_UNREADABLE, "row %u: a cell larger than %d bytes", sheet->row, TABLE_CELL_MAX);
    const char *text = str_text(&sheet->value);
    switch (sheet->type) {
    case VALUE_SHARED:
        return put_shared(sheet, err);
    case VALUE_FORMULA_TEXT:
    case VALUE_INLINE:
        return put_text(sheet, err);
    case VALUE_BOOL:
        text = strcmp(text, "1") == 0 ? "TRUE" : "FALSE";
        return put(sheet, CELL_BOOL, text, strlen(text), err);
    case VALUE_ERROR:
        return put(sheet, CELL_ERROR, text, sheet->value.length, err);
    case VALUE_DATE:
        return put(sheet, CELL_DATE, text, sheet->value.length, err);
    case VALUE_NUMBER:
        break;
    }
    return put_number(sheet, err);
}

static int end_row(struct sheet *sheet, struct err *err)
{
    if (merges_fill(sheet->context->merges, sheet->row, &sheet->builder, err) != 0)
        return -1;
    struct table_row row = row_builder_finish(&sheet->builder, sheet->row);
    row.epoch_1904 = sheet->context->epoch_1904;
    return sheet->sink->row(sheet->sink->context, &row, err);
}

static int on_end(void *data, const char *name, struct err *err)
{
    struct sheet *sheet = data;
    if (!sheet->in_rows)
        return 0;
    if (sheet->in_cell) {
        if (strcmp(name, "c") == 0)
            return end_cell(sheet, err);
        if (strcmp(name, "v") == 0 || strcmp(name, "t") == 0)
            sheet->collecting = false;
        else if (strcmp(name, "rPh") == 0)
            sheet->phonetic--;
        return 0;
    }
    if (strcmp(name, "row") == 0)
        return end_row(sheet, err);
    if (strcmp(name, "sheetData") == 0)
        sheet->in_rows = false;
    return 0;
}

static int on_text(void *data, const char *text, size_t length, struct err *err)
{
    struct sheet *sheet = data;
    (void)err;
    if (sheet->collecting)
        str_append(&sheet->value, text, length);
    return 0;
}

int sheet_read(const struct source *source, const struct sheet_context *context, const struct table_sink *sink,
               struct err *err)
{
    struct sheet sheet = {
        .context = context, .sink = sink, .value = str_new(TABLE_CELL_MAX), .shared = str_new(TABLE_CELL_MAX)};
    const struct xml_handler handler = {on_start, on_end, on_text, &sheet};
    row_builder_open(&sheet.builder);
    int result = xml_read(source, &handler, err);
    row_builder_close(&sheet.builder);
    str_destroy(&sheet.value);
    str_destroy(&sheet.shared);
    return result;
}
