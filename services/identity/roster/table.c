#include "identity/roster/table.h"

#include <string.h>

#include "errors.h"

void row_builder_open(struct row_builder *builder)
{
    builder->count = 0;
    builder->text = str_new(TABLE_ROW_MAX);
}

void row_builder_close(struct row_builder *builder)
{
    str_destroy(&builder->text);
}

void row_builder_reset(struct row_builder *builder)
{
    builder->count = 0;
    str_reset(&builder->text);
}

int row_builder_put(struct row_builder *builder, size_t column, enum cell_kind kind, const char *text, size_t size,
                    struct err *err)
{
    if (kind == CELL_EMPTY)
        return 0;
    if (column >= TABLE_COLUMNS_MAX)
        return err_set(err, ERR_IMPORT_UNREADABLE, "a cell beyond column %d", TABLE_COLUMNS_MAX);
    for (; builder->count <= column; builder->count++)
        builder->cells[builder->count] = (struct cell){.kind = CELL_EMPTY};
    builder->cells[column].kind = kind;
    builder->cells[column].copied = false;
    builder->offsets[column] = builder->text.length;
    str_append(&builder->text, text, size);
    str_putc(&builder->text, '\0');
    if (!str_ok(&builder->text))
        return err_set(err, ERR_IMPORT_UNREADABLE, "a row larger than %d bytes", TABLE_ROW_MAX);
    return 0;
}

struct table_row row_builder_finish(struct row_builder *builder, uint32_t number)
{
    for (size_t i = 0; i < builder->count; i++) {
        struct cell *cell = &builder->cells[i];
        cell->text = cell->kind == CELL_EMPTY ? "" : builder->text.data + builder->offsets[i];
    }
    return (struct table_row){.number = number, .cells = builder->cells, .count = builder->count};
}

char *table_column_name(size_t column, char name[TABLE_COLUMN_NAME_SIZE])
{
    char reversed[TABLE_COLUMN_NAME_SIZE];
    size_t length = 0;
    for (size_t rest = column + 1; rest > 0 && length < TABLE_COLUMN_NAME_SIZE - 1; rest = (rest - 1) / 26)
        reversed[length++] = (char)('A' + (rest - 1) % 26);
    for (size_t i = 0; i < length; i++)
        name[i] = reversed[length - 1 - i];
    name[length] = '\0';
    return name;
}
