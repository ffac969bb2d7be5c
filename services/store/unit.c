#include "store/unit.h"

#include <string.h>

#include "errors.h"

static int row_add(struct unit *unit, struct unit_rows *list, const struct statement *statement, const void *args)
{
    struct unit_row *row = arena_alloc(unit->arena, sizeof *row);
    void *copy = row ? arena_copy(unit->arena, args, statement->args_size) : NULL;
    if (!copy)
        return err_set(&unit->err, ERR_REPLY_TOO_LARGE, "no room for the rows of %s", statement->name);
    *row = (struct unit_row){.statement = statement, .args = copy};
    if (list->last)
        list->last->next = row;
    else
        list->first = row;
    list->last = row;
    return 0;
}

int unit_load(struct unit *unit, const struct statement *statement, const void *args)
{
    return row_add(unit, &unit->loads, statement, args);
}

int unit_save(struct unit *unit, const struct statement *statement, const void *args)
{
    return row_add(unit, &unit->writes, statement, args);
}

int unit_save_last(struct unit *unit, const struct statement *statement, const void *args)
{
    return row_add(unit, &unit->last_writes, statement, args);
}

int unit_event(struct unit *unit, const char *type, const char *subject, const char *organization_path,
               struct bytes data)
{
    struct unit_event *event = arena_alloc(unit->arena, sizeof *event);
    if (!event)
        return err_set(&unit->err, ERR_REPLY_TOO_LARGE, "no room for an event");
    *event = (struct unit_event){
        .type = type,
        .subject = subject,
        .organization_path = organization_path,
        .data = data,
        .id = uuid_new(unit->now),
    };
    if (unit->last_event)
        unit->last_event->next = event;
    else
        unit->events = event;
    unit->last_event = event;
    return 0;
}

const void *unit_loaded_rows(const struct unit *unit, const struct statement *statement, size_t *count)
{
    for (const struct unit_loaded *loaded = unit->loaded; loaded; loaded = loaded->next) {
        if (loaded->statement == statement) {
            *count = loaded->count;
            return loaded->rows;
        }
    }
    *count = 0;
    return NULL;
}

static int value_keep(struct arena *arena, enum sql_type type, char *value)
{
    if (type == SQL_TEXT) {
        const char **text = (const char **)(void *)value;
        if (*text && !(*text = arena_strdup(arena, *text)))
            return -1;
    } else if (type == SQL_BYTEA) {
        struct bytes *bytes = (struct bytes *)(void *)value;
        if (bytes->data && !(bytes->data = arena_copy(arena, bytes->data, bytes->size)))
            return -1;
    }
    return 0;
}

int unit_keep_loaded(struct unit *unit, struct err *err)
{
    for (struct unit_loaded *loaded = unit->loaded; loaded; loaded = loaded->next) {
        const struct statement *statement = loaded->statement;
        for (size_t i = 0; i < loaded->count * statement->columns_count; i++) {
            const struct statement_column *column = &statement->columns[i % statement->columns_count];
            char *row = (char *)loaded->rows + i / statement->columns_count * statement->row_size;
            if (value_keep(unit->arena, column->type, row + column->offset) != 0)
                return err_set(err, ERR_OVERLOADED, "no room to keep the rows of %s", statement->name);
        }
    }
    return 0;
}

void unit_rewind(struct unit *unit)
{
    unit->loads = unit->writes = unit->last_writes = (struct unit_rows){NULL, NULL};
    unit->events = unit->last_event = NULL;
    unit->loaded = NULL;
    unit->reply = (struct bytes){NULL, 0};
    unit->version = 0;
    unit->audit_subject = NULL;
    unit->audit_organization_id = (struct uuid){{0}};
    err_clear(&unit->err);
}
