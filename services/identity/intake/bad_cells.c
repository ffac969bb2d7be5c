#include "identity/intake/bad_cells.h"

#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "errors.h"

void bad_cells_add(struct bad_cells *cells, const struct bad_cell *cell)
{
    size_t at = cells->count;
    while (at > 0 && cells->all[at - 1].row > cell->row)
        at--;
    if (at == BAD_CELLS_MAX)
        return;
    if (cells->count < BAD_CELLS_MAX)
        cells->count++;
    memmove(&cells->all[at + 1], &cells->all[at], (cells->count - at - 1) * sizeof *cells->all);
    cells->all[at] = *cell;
}

void bad_cells_place(struct bad_cells *cells, const struct roster_summary *summary)
{
    for (size_t i = 0; i < cells->count; i++) {
        struct bad_cell *cell = &cells->all[i];
        if (*cell->column || cell->field == ROSTER_FIELDS)
            continue;
        const struct roster_column *place = &summary->places[cell->field];
        memcpy(cell->column, place->column, sizeof cell->column);
        snprintf(cell->title, sizeof cell->title, "%s",
                 *place->column ? place->title : columns_field_title(cell->field));
    }
}

static const char *param_value(const struct err *error, const char *name, size_t length)
{
    for (size_t i = 0; i < error->params_count; i++)
        if (strncmp(error->params[i].name, name, length) == 0 && error->params[i].name[length] == '\0')
            return error->params[i].value;
    return "…";
}

/* Appends a text with its {parameters}; what does not fit is cut at a character. */
static void text_append(const struct err *error, const char *text, char message[BAD_CELL_MESSAGE_SIZE])
{
    size_t length = strlen(message);
    while (*text && length + 1 < BAD_CELL_MESSAGE_SIZE) {
        const char *end = *text == '{' ? strchr(text, '}') : NULL;
        if (!end) {
            message[length++] = *text++;
            message[length] = '\0';
            continue;
        }
        snprintf(message + length, BAD_CELL_MESSAGE_SIZE - length, "%s",
                 param_value(error, text + 1, (size_t)(end - text - 1)));
        length = strlen(message);
        text = end + 1;
    }
    utf8_cut(message);
}

void bad_cell_message(const struct bad_cell *cell, const char *language, char message[BAD_CELL_MESSAGE_SIZE])
{
    const struct error_text *text = error_text_find(cell->error.code);
    bool english = strcmp(language, "en") == 0;
    message[0] = '\0';
    text_append(&cell->error, english ? text->en : text->zh, message);
    if (english)
        text_append(&cell->error, " ", message);
    text_append(&cell->error, english ? text->en_advice : text->zh_advice, message);
}
