#include "store/blocking.h"

#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>

#include "errors.h"
#include "store/failure.h"
#include "store/params.h"
#include "store/rows.h"

struct blocking {
    PGconn *pg;
    struct params params;
    PGresult *result; /* what the rows point into */
    void *rows;
};

struct blocking *blocking_open(const char *dsn, unsigned statement_timeout_ms, struct err *err)
{
    char options[64];
    const char *const names[] = {"dbname", "options", "client_encoding", NULL};
    const char *const values[] = {dsn, options, "UTF8", NULL};
    struct blocking *blocking = calloc(1, sizeof *blocking);
    if (!blocking) {
        err_set(err, ERR_OVERLOADED, "out of memory for a connection");
        return NULL;
    }
    snprintf(options, sizeof options, "-c statement_timeout=%u", statement_timeout_ms);
    blocking->params = params_new();
    blocking->pg = PQconnectdbParams(names, values, 1);
    if (PQstatus(blocking->pg) != CONNECTION_OK) {
        err_set(err, ERR_UNAVAILABLE, "no connection: %s", PQerrorMessage(blocking->pg));
        blocking_close(&blocking);
    }
    return blocking;
}

static void result_clear(struct blocking *blocking)
{
    PQclear(blocking->result);
    free(blocking->rows);
    blocking->result = NULL;
    blocking->rows = NULL;
}

void blocking_close(struct blocking **blocking)
{
    struct blocking *self = *blocking;
    if (!self)
        return;
    *blocking = NULL;
    result_clear(self);
    PQfinish(self->pg);
    params_destroy(&self->params);
    free(self);
}

/* Keeps a good result, or says why it is none. */
static int result_take(struct blocking *blocking, PGresult *result, struct err *err)
{
    char constraint[64];
    ExecStatusType status = PQresultStatus(result);
    result_clear(blocking);
    blocking->result = result;
    if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK)
        return 0;
    if (PQstatus(blocking->pg) != CONNECTION_OK)
        return err_set(err, ERR_UNAVAILABLE, "the connection was lost");
    failure_read(result, err, constraint, sizeof constraint);
    return -1;
}

int blocking_command(struct blocking *blocking, const char *command, struct err *err)
{
    return result_take(blocking, PQexec(blocking->pg, command), err);
}

/* Neither a :list nor a :save has @ord. */
static int execute(struct blocking *blocking, const struct statement *statement, const void *const *rows, size_t count,
                   struct err *err)
{
    Oid types[PARAMS_MAX];
    if (params_fill(&blocking->params, statement, rows, NULL, count, err) != 0)
        return -1;
    for (size_t i = 0; i < statement->params_count; i++) {
        const struct statement_param *param = &statement->params[i];
        types[i] = param->array ? sql_type_array_oid[param->type] : sql_type_oid[param->type];
    }
    return result_take(blocking,
                       PQexecParams(blocking->pg, statement->sql, blocking->params.count, types,
                                    blocking->params.values, blocking->params.lengths, blocking->params.formats, 1),
                       err);
}

int blocking_list(struct blocking *blocking, const struct statement *statement, const void *args, const void **rows,
                  size_t *count, struct err *err)
{
    if (execute(blocking, statement, &args, 1, err) != 0 || rows_check(blocking->result, statement, err) != 0)
        return -1;
    int total = PQntuples(blocking->result);
    char *out = calloc((size_t)total + 1, statement->row_size);
    if (!out)
        return err_set(err, ERR_OVERLOADED, "out of memory for %d rows", total);
    for (int i = 0; i < total; i++)
        row_read(blocking->result, statement, i, out + (size_t)i * statement->row_size);
    blocking->rows = out;
    *rows = out;
    *count = (size_t)total;
    return 0;
}

int blocking_save(struct blocking *blocking, const struct statement *statement, const void *args, size_t count,
                  struct err *err)
{
    const void **rows = calloc(count + 1, sizeof *rows);
    if (!rows)
        return err_set(err, ERR_OVERLOADED, "out of memory for %zu rows", count);
    for (size_t i = 0; i < count; i++)
        rows[i] = (const char *)args + i * statement->args_size;
    int rc = execute(blocking, statement, rows, count, err);
    if (rc == 0 && !statement->any_count && strtoull(PQcmdTuples(blocking->result), NULL, 10) != count)
        rc = err_set(err, ERR_CONFLICT, "%s changed %s of %zu rows", statement->name, PQcmdTuples(blocking->result),
                     count);
    free(rows);
    return rc;
}
