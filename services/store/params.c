#include "store/params.h"

#include <endian.h>
#include <string.h>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/uuid.h"
#include "errors.h"

/* PostgreSQL counts days and microseconds from 2000-01-01. */
enum { PG_EPOCH_DAYS = 10957 };
#define PG_EPOCH_MS (INT64_C(10957) * 86400000)
#define NULL_LENGTH UINT32_MAX

struct params params_new(void)
{
    return (struct params){.buffer = str_new(0)};
}

void params_destroy(struct params *params)
{
    str_destroy(&params->buffer);
}

static void put32(struct str *out, uint32_t value)
{
    uint32_t big = htobe32(value);
    str_append(out, &big, sizeof big);
}

static void put64(struct str *out, uint64_t value)
{
    uint64_t big = htobe64(value);
    str_append(out, &big, sizeof big);
}

/* Writes length and value of one item, as arrays hold them. Returns whether it is not NULL. */
static bool put_item(struct str *out, enum sql_type type, const void *item)
{
    switch (type) {
    case SQL_BOOL:
        put32(out, 1);
        str_putc(out, *(const bool *)item ? 1 : 0);
        return true;
    case SQL_INT4:
        put32(out, 4);
        put32(out, (uint32_t) * (const int32_t *)item);
        return true;
    case SQL_INT8:
        put32(out, 8);
        put64(out, (uint64_t) * (const int64_t *)item);
        return true;
    case SQL_TEXT: {
        const char *text = *(const char *const *)item;
        put32(out, text ? (uint32_t)strlen(text) : NULL_LENGTH);
        if (text)
            str_puts(out, text);
        return text != NULL;
    }
    case SQL_BYTEA: {
        const struct bytes *bytes = item;
        put32(out, bytes->data ? (uint32_t)bytes->size : NULL_LENGTH);
        if (bytes->data)
            str_append(out, bytes->data, bytes->size);
        return bytes->data != NULL;
    }
    case SQL_UUID: {
        bool none = uuid_is_none(item);
        put32(out, none ? NULL_LENGTH : 16);
        if (!none)
            str_append(out, item, 16);
        return !none;
    }
    case SQL_DATE: {
        int32_t date = *(const int32_t *)item;
        put32(out, date == CLOCK_NO_DATE ? NULL_LENGTH : 4);
        if (date != CLOCK_NO_DATE)
            put32(out, (uint32_t)(date - PG_EPOCH_DAYS));
        return date != CLOCK_NO_DATE;
    }
    case SQL_TIMESTAMPTZ: {
        int64_t ms = *(const int64_t *)item;
        put32(out, ms == CLOCK_NO_INSTANT ? NULL_LENGTH : 8);
        if (ms != CLOCK_NO_INSTANT)
            put64(out, (uint64_t)((ms - PG_EPOCH_MS) * 1000));
        return ms != CLOCK_NO_INSTANT;
    }
    }
    return false;
}

static size_t item_size(enum sql_type type)
{
    static const size_t sizes[] = {
        [SQL_BOOL] = sizeof(bool),    [SQL_INT4] = sizeof(int32_t),        [SQL_INT8] = sizeof(int64_t),
        [SQL_TEXT] = sizeof(char *),  [SQL_BYTEA] = sizeof(struct bytes),  [SQL_UUID] = sizeof(struct uuid),
        [SQL_DATE] = sizeof(int32_t), [SQL_TIMESTAMPTZ] = sizeof(int64_t),
    };
    return sizes[type];
}

/* The head of a one-dimensional array; returns where its has-null flag stands. */
static size_t put_array_head(struct str *out, enum sql_type type, size_t count)
{
    put32(out, count ? 1 : 0);
    size_t flag_at = out->length;
    put32(out, 0);
    put32(out, sql_type_oid[type]);
    if (count) {
        put32(out, (uint32_t)count);
        put32(out, 1);
    }
    return flag_at;
}

static void mark_null(struct str *out, size_t flag_at)
{
    if (str_ok(out))
        out->data[flag_at + 3] = 1;
}

static void put_column(struct str *out, const struct statement_param *param, const void *const *rows,
                       const int32_t *ords, size_t count)
{
    size_t flag_at = put_array_head(out, param->type, count);
    bool has_null = false;
    for (size_t i = 0; i < count; i++) {
        const void *item = param->ord ? (const void *)&ords[i] : (const char *)rows[i] + param->offset;
        has_null |= !put_item(out, param->type, item);
    }
    if (has_null)
        mark_null(out, flag_at);
}

/* An argument that is itself an array: struct { const T *items; size_t count; }. */
static void put_argument_array(struct str *out, const struct statement_param *param, const void *row)
{
    struct {
        const char *items;
        size_t count;
    } array;
    memcpy(&array, (const char *)row + param->offset, sizeof array);
    size_t flag_at = put_array_head(out, param->type, array.count);
    bool has_null = false;
    for (size_t i = 0; i < array.count; i++)
        has_null |= !put_item(out, param->type, array.items + i * item_size(param->type));
    if (has_null)
        mark_null(out, flag_at);
}

int params_fill(struct params *params, const struct statement *statement, const void *const *rows, const int32_t *ords,
                size_t count, struct err *err)
{
    size_t starts[PARAMS_MAX];
    struct str *out = &params->buffer;
    if (statement->params_count > PARAMS_MAX)
        return err_set(err, ERR_INTERNAL, "%s has more than %d parameters", statement->name, PARAMS_MAX);
    str_reset(out);
    params->count = (int)statement->params_count;
    for (size_t i = 0; i < statement->params_count; i++) {
        const struct statement_param *param = &statement->params[i];
        starts[i] = out->length;
        bool present = true;
        if (statement->set_based) {
            put_column(out, param, rows, ords, count);
        } else if (param->array) {
            put_argument_array(out, param, rows[0]);
        } else {
            present = put_item(out, param->type, (const char *)rows[0] + param->offset);
            starts[i] += sizeof(uint32_t);
        }
        params->lengths[i] = present ? (int)(out->length - starts[i]) : -1;
        params->formats[i] = 1;
    }
    if (!str_ok(out))
        return err_set(err, ERR_INTERNAL, "out of memory for the parameters of %s", statement->name);
    for (size_t i = 0; i < statement->params_count; i++)
        params->values[i] = params->lengths[i] < 0 ? NULL : str_text(out) + starts[i];
    return 0;
}
