#include "store/failure.h"

#include <stdio.h>
#include <string.h>

#include "errors.h"

/* Appendix A of the PostgreSQL manual. */
static int code_of(const char *state)
{
    static const struct {
        const char *prefix;
        int code;
    } table[] = {
        {"40", ERR_CONFLICT},             /* serialization failure, deadlock */
        {"57014", ERR_DEADLINE_EXCEEDED}, /* statement time-out */
        {"53", ERR_UNAVAILABLE},          /* disk full, out of memory, too many connections */
        {"57P", ERR_UNAVAILABLE},         /* the server stops or starts */
        {"25006", ERR_UNAVAILABLE},       /* read-only: no longer the primary */
        {"08", ERR_UNAVAILABLE},          /* connection */
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (strncmp(state, table[i].prefix, strlen(table[i].prefix)) == 0)
            return table[i].code;
    return ERR_INTERNAL;
}

void failure_read(const PGresult *result, struct err *err, char *constraint, size_t size)
{
    const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    const char *message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    const char *name = PQresultErrorField(result, PG_DIAG_CONSTRAINT_NAME);
    snprintf(constraint, size, "%s", name ? name : "");
    err_set(err, code_of(state ? state : ""), "%s %s", state ? state : "-----", message ? message : "no message");
}

bool failure_is_transient(int code)
{
    return code == ERR_CONFLICT || code == ERR_UNAVAILABLE;
}
