#include "store/rows.h"

#include <endian.h>
#include <stdbool.h>
#include <string.h>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/uuid.h"
#include "errors.h"

enum { PG_EPOCH_DAYS = 10957 };
#define PG_EPOCH_MS (INT64_C(10957) * 86400000)

int rows_check(const PGresult *result, const struct statement *statement, struct err *err)
{
    if ((size_t)PQnfields(result) != statement->columns_count)
        return err_set(err, ERR_INTERNAL, "%s: %d columns came, %zu are declared", statement->name, PQnfields(result),
                       statement->columns_count);
    for (size_t i = 0; i < statement->columns_count; i++) {
        Oid expected = sql_type_oid[statement->columns[i].type];
        if (PQftype(result, (int)i) != expected)
            return err_set(err, ERR_INTERNAL, "%s: column %s has type %u, not %u", statement->name,
                           statement->columns[i].name, PQftype(result, (int)i), expected);
    }
    return 0;
}

static uint32_t get32(const char *from)
{
    uint32_t big;
    memcpy(&big, from, sizeof big);
    return be32toh(big);
}

static uint64_t get64(const char *from)
{
    uint64_t big;
    memcpy(&big, from, sizeof big);
    return be64toh(big);
}

/* Rounds towards the past, so that an instant never seems later than it was. */
static int64_t ms_of_pg(int64_t us)
{
    int64_t ms = us / 1000;
    return (us % 1000 < 0 ? ms - 1 : ms) + PG_EPOCH_MS;
}

static void value_read(enum sql_type type, const char *value, size_t length, bool null, char *out)
{
    switch (type) {
    case SQL_BOOL:
        *(bool *)out = !null && value[0] != 0;
        break;
    case SQL_INT4:
        *(int32_t *)(void *)out = null ? 0 : (int32_t)get32(value);
        break;
    case SQL_INT8:
        *(int64_t *)(void *)out = null ? 0 : (int64_t)get64(value);
        break;
    case SQL_TEXT:
        *(const char **)(void *)out = null ? NULL : value;
        break;
    case SQL_BYTEA:
        *(struct bytes *)(void *)out = (struct bytes){null ? NULL : value, length};
        break;
    case SQL_UUID:
        if (null)
            memset(out, 0, sizeof(struct uuid));
        else
            memcpy(out, value, sizeof(struct uuid));
        break;
    case SQL_DATE:
        *(int32_t *)(void *)out = null ? CLOCK_NO_DATE : (int32_t)get32(value) + PG_EPOCH_DAYS;
        break;
    case SQL_TIMESTAMPTZ:
        *(int64_t *)(void *)out = null ? CLOCK_NO_INSTANT : ms_of_pg((int64_t)get64(value));
        break;
    }
}

void row_read(const PGresult *result, const struct statement *statement, int row, void *out)
{
    for (size_t i = 0; i < statement->columns_count; i++) {
        const struct statement_column *column = &statement->columns[i];
        value_read(column->type, PQgetvalue(result, row, (int)i), (size_t)PQgetlength(result, row, (int)i),
                   PQgetisnull(result, row, (int)i) != 0, (char *)out + column->offset);
    }
}

int32_t row_ord(const PGresult *result, int row)
{
    return (int32_t)get32(PQgetvalue(result, row, 0));
}
