/* A named SQL statement with typed parameters and columns.
 *
 * Generated from services/<name>/queries.sql by proto/gen/queries.py into build/gen/<name>.queries.[ch]: for each
 * statement `struct <name>_<statement>` (its arguments), `struct <name>_<statement>_row`, the description below, and
 * a typed function that gives the arguments to the call. The description is all that the kit needs to prepare it, to
 * gather the arguments of many calls into arrays and to turn result columns into row structs. */
#ifndef DANDELION_STORE_STATEMENT_H
#define DANDELION_STORE_STATEMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* SQL type → C type of an argument or a column. NULL of int4 and int8 and bool reads as 0 and false and cannot be
 * written: use coalesce and nullif in the statement. */
enum sql_type {
    SQL_BOOL,        /* bool */
    SQL_INT4,        /* int32_t */
    SQL_INT8,        /* int64_t */
    SQL_TEXT,        /* const char *, NULL is NULL */
    SQL_BYTEA,       /* struct bytes, data NULL is NULL */
    SQL_UUID,        /* struct uuid, all zero is NULL */
    SQL_DATE,        /* int32_t, days since 1970-01-01; CLOCK_NO_DATE is NULL */
    SQL_TIMESTAMPTZ, /* int64_t, ms since 1970 in UTC; CLOCK_NO_INSTANT is NULL */
};

/* Object ids of the types and of their arrays, fixed in every PostgreSQL: 16 bool, 23 int4 … */
extern const uint32_t sql_type_oid[];       /* by enum sql_type */
extern const uint32_t sql_type_array_oid[]; /* by enum sql_type */

enum statement_kind {
    STATEMENT_LOAD,  /* before decide; set-based */
    STATEMENT_SAVE,  /* after decide; set-based; returns no rows */
    STATEMENT_POINT, /* a query for one; set-based, so that many calls share one execution */
    STATEMENT_LIST,  /* a query for many; its parameters are scalars, or arrays as such */
};

struct statement_param {
    const char *name; /* as in the SQL, without the @ */
    enum sql_type type;
    /* Set-based: the parameter is an array that holds one element per row given. In a :list: the argument is itself
     * an array, struct { const T *items; size_t count; }. */
    bool array;
    bool ord;      /* @ord int4: the kit fills it with the row's number in the group; not among the arguments */
    size_t offset; /* in the arguments struct; 0 for ord */
};

struct statement_column {
    const char *name;
    enum sql_type type;
    bool array;    /* the value is an array: struct { const T *items; size_t count; } in the row struct */
    size_t offset; /* in the row struct */
};

/* Set-based statements that return rows have `ord` as their first column (and first in the row struct): the number
 * that @ord had for the call that the row belongs to. */
struct statement {
    const char *name; /* "dues.load_bills": unique in the installation, also the prepared statement's name */
    const char *sql;  /* with $1 … $n */
    enum statement_kind kind;
    bool set_based; /* all but STATEMENT_LIST */
    bool any_count; /* STATEMENT_SAVE: the number of affected rows may differ from the rows given */
    const struct statement_param *params;
    size_t params_count; /* $1 is params[0] */
    const struct statement_column *columns;
    size_t columns_count;
    size_t args_size; /* of the arguments struct */
    size_t row_size;  /* of the row struct, 0 without columns */
};

#endif
