#include "daemon/fill.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "errors.h"
#include "store/rows.h"

#define SEALED "_sealed"

enum { FILL_ROW_MAX = 1024 }; /* bytes of a row struct; checked when the fill is made */

static const ProtobufCFieldDescriptor *first_repeated(const ProtobufCMessageDescriptor *reply)
{
    for (unsigned i = 0; i < reply->n_fields; i++)
        if (reply->fields[i].label == PROTOBUF_C_LABEL_REPEATED && reply->fields[i].type == PROTOBUF_C_TYPE_MESSAGE)
            return &reply->fields[i];
    return NULL;
}

/* The message that a row becomes: the reply itself, or an element of one of its repeated fields, which
 * "identity.get_account__roles" names. NULL with the error when there is no such field. */
static const struct message_rules *target_find(struct fill *fill, const struct message_rules *reply, struct err *err)
{
    const char *suffix = strstr(fill->statement->name, "__");
    if (suffix)
        fill->repeated = protobuf_c_message_descriptor_get_field_by_name(reply->descriptor, suffix + 2);
    else if (fill->statement->kind == STATEMENT_LIST)
        fill->repeated = first_repeated(reply->descriptor);
    else
        return reply;
    const struct message_rules *element =
        fill->repeated ? reply->fields[fill->repeated - reply->descriptor->fields].message : NULL;
    if (!element)
        err_set(err, ERR_INTERNAL, "%s has no repeated message to fill in %s", fill->statement->name,
                reply->descriptor->name);
    return element;
}

static int column_find(struct fill *fill, const struct message_rules *target, int index, struct err *err)
{
    const struct statement_column *column = &fill->statement->columns[index];
    char name[64];
    size_t length = strlen(column->name);
    bool sealed = length > strlen(SEALED) && strcmp(column->name + length - strlen(SEALED), SEALED) == 0;
    if (length >= sizeof name)
        return err_set(err, ERR_INTERNAL, "%s: the column name %s is too long", fill->statement->name, column->name);
    memcpy(name, column->name, length + 1);
    if (sealed)
        name[length - strlen(SEALED)] = '\0';
    if (strcmp(name, "cursor") == 0) {
        fill->cursor_column = index;
        return 0;
    }
    if (strcmp(name, "version") == 0)
        fill->version_column = index;
    if (strcmp(name, "id") == 0)
        fill->owner_column = index;
    const ProtobufCFieldDescriptor *field = protobuf_c_message_descriptor_get_field_by_name(target->descriptor, name);
    if (!field)
        return err_set(err, ERR_INTERNAL, "%s: %s has no field %s", fill->statement->name, target->descriptor->name,
                       name);
    fill->columns[fill->columns_count++] = (struct fill_column){
        .column = index,
        .type = column->type,
        .field = field,
        .rule = &target->fields[field - target->descriptor->fields],
        .sealed = sealed,
    };
    return 0;
}

static struct fill *fill_make(const struct statement *statement, const struct message_rules *reply, struct err *err)
{
    struct fill *fill = calloc(1, sizeof *fill);
    if (fill)
        fill->columns = calloc(statement->columns_count, sizeof *fill->columns);
    if (!fill || !fill->columns) {
        err_set(err, ERR_OVERLOADED, "out of memory for a fill");
        free(fill);
        return NULL;
    }
    fill->statement = statement;
    fill->reply = reply;
    fill->cursor_column = fill->version_column = fill->owner_column = -1;
    const struct message_rules *target = target_find(fill, reply, err);
    bool whole = target && statement->row_size <= FILL_ROW_MAX;
    for (int i = statement->set_based ? 1 : 0; whole && (size_t)i < statement->columns_count; i++)
        whole = column_find(fill, target, i, err) == 0;
    if (!whole) {
        if (!err->code)
            err_set(err, ERR_INTERNAL, "%s has a row of more than %d bytes", statement->name, FILL_ROW_MAX);
        free(fill->columns);
        free(fill);
        return NULL;
    }
    fill->target = target->descriptor;
    return fill;
}

const struct fill *fill_of(struct fills *fills, const struct statement *statement, const struct message_rules *reply,
                           struct err *err)
{
    for (struct fill *fill = fills->first; fill; fill = fill->next)
        if (fill->statement == statement && fill->reply == reply)
            return fill;
    struct fill *fill = fill_make(statement, reply, err);
    if (fill) {
        fill->next = fills->first;
        fills->first = fill;
    }
    return fill;
}

void fills_destroy(struct fills *fills)
{
    for (struct fill *next, *fill = fills->first; fill; fill = next) {
        next = fill->next;
        free(fill->columns);
        free(fill);
    }
    fills->first = NULL;
}

/* What a value of any type is as text. */
static const char *text_of(const struct fill_column *column, struct call *call, const void *value)
{
    switch (column->type) {
    case SQL_TEXT: {
        const char *text = *(const char *const *)value;
        return text ? arena_strdup(call->arena, text) : "";
    }
    case SQL_UUID:
        return call_uuid_text(call, *(const struct uuid *)value);
    case SQL_DATE: {
        int32_t date = *(const int32_t *)value;
        if (date != CLOCK_NO_DATE && column->rule->format == DANDELION__FORMAT__MONTH)
            return call_month_text(call, clock_month_of(date));
        return call_date_text(call, date);
    }
    case SQL_TIMESTAMPTZ:
        return call_instant_text(call, *(const int64_t *)value);
    default:
        return NULL;
    }
}

static int enum_set(const struct fill_column *column, struct call *call, const char *name, void *member)
{
    const ProtobufCEnumValue *value = protobuf_c_enum_descriptor_get_value_by_name(column->field->descriptor, name);
    if (!value)
        return call_refuse(call, ERR_INTERNAL, "%s has no value %s", column->field->name, name);
    *(int *)member = value->value;
    return 0;
}

static int field_set(const struct fill_column *column, struct call *call, const void *value, void *member)
{
    int64_t number = column->type == SQL_INT8 ? *(const int64_t *)value : 0;
    if (column->type == SQL_INT4)
        number = *(const int32_t *)value;
    switch (column->field->type) {
    case PROTOBUF_C_TYPE_STRING:
        *(const char **)member = text_of(column, call, value);
        return *(const char **)member ? 0 : call_refuse(call, ERR_INTERNAL, "no text for %s", column->field->name);
    case PROTOBUF_C_TYPE_INT64:
        *(int64_t *)member = number;
        return 0;
    case PROTOBUF_C_TYPE_INT32:
    case PROTOBUF_C_TYPE_UINT32:
        *(uint32_t *)member = (uint32_t)number;
        return 0;
    case PROTOBUF_C_TYPE_BOOL:
        *(protobuf_c_boolean *)member = *(const bool *)value;
        return 0;
    case PROTOBUF_C_TYPE_ENUM: {
        const char *name = *(const char *const *)value;
        return name ? enum_set(column, call, name, member) : 0;
    }
    case PROTOBUF_C_TYPE_BYTES: {
        const struct bytes *bytes = value;
        *(ProtobufCBinaryData *)member =
            (ProtobufCBinaryData){bytes->size, arena_copy(call->arena, bytes->data ? bytes->data : "", bytes->size)};
        return 0;
    }
    default:
        return call_refuse(call, ERR_INTERNAL, "the type of %s cannot be filled", column->field->name);
    }
}

/* A repeated string is one text column with its elements separated by commas. */
static int texts_set(const struct fill_column *column, struct call *call, const char *text, char *message)
{
    size_t count = 0;
    char *copy = arena_strdup(call->arena, text ? text : "");
    char **items = copy ? arena_array(call->arena, strlen(copy) + 1, sizeof *items) : NULL;
    if (!items)
        return call_refuse(call, ERR_REPLY_TOO_LARGE, "no room for %s", column->field->name);
    for (char *item = copy; item && *item;) {
        char *comma = strchr(item, ',');
        if (comma)
            *comma = '\0';
        items[count++] = item;
        item = comma ? comma + 1 : NULL;
    }
    *(size_t *)(void *)(message + column->field->quantifier_offset) = count;
    *(char ***)(void *)(message + column->field->offset) = items;
    return 0;
}

static int sealed_set(const struct fill *fill, const struct fill_column *column, struct call *call, const void *values,
                      void *member)
{
    if (fill->owner_column < 0)
        return call_refuse(call, ERR_INTERNAL, "%s has no id to open %s with", fill->statement->name,
                           column->field->name);
    const char *row = values;
    const struct bytes *sealed = (const void *)(row + fill->statement->columns[column->column].offset);
    const struct uuid *owner = (const void *)(row + fill->statement->columns[fill->owner_column].offset);
    const char *text =
        crypto_open(call_crypto(call), call->arena, column->field->name, &call->street_id, owner, *sealed, &call->err);
    if (!text)
        return -1;
    *(const char **)member = text;
    return 0;
}

int fill_row(const struct fill *fill, struct call *call, const PGresult *result, int row, ProtobufCMessage *message)
{
    char values[FILL_ROW_MAX] __attribute__((aligned(8)));
    row_read(result, fill->statement, row, values);
    for (size_t i = 0; i < fill->columns_count; i++) {
        const struct fill_column *column = &fill->columns[i];
        const void *value = values + fill->statement->columns[column->column].offset;
        char *member = (char *)message + column->field->offset;
        int rc;
        if (column->sealed)
            rc = sealed_set(fill, column, call, values, member);
        else if (column->field->label == PROTOBUF_C_LABEL_REPEATED)
            rc = texts_set(column, call, *(const char *const *)value, (char *)message);
        else
            rc = field_set(column, call, value, member);
        if (rc != 0)
            return -1;
    }
    return 0;
}

int64_t fill_version(const struct fill *fill, const PGresult *result, int row)
{
    char values[FILL_ROW_MAX] __attribute__((aligned(8)));
    row_read(result, fill->statement, row, values);
    return *(const int64_t *)(const void *)(values + fill->statement->columns[fill->version_column].offset);
}
