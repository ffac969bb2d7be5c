/* The object ids of the SQL types that statements may use. */
#include "store/statement.h"

const uint32_t sql_type_oid[] = {
    [SQL_BOOL] = 16,  [SQL_INT4] = 23,   [SQL_INT8] = 20,   [SQL_TEXT] = 25,
    [SQL_BYTEA] = 17, [SQL_UUID] = 2950, [SQL_DATE] = 1082, [SQL_TIMESTAMPTZ] = 1184,
};

const uint32_t sql_type_array_oid[] = {
    [SQL_BOOL] = 1000,  [SQL_INT4] = 1007, [SQL_INT8] = 1016, [SQL_TEXT] = 1009,
    [SQL_BYTEA] = 1001, [SQL_UUID] = 2951, [SQL_DATE] = 1182, [SQL_TIMESTAMPTZ] = 1185,
};
