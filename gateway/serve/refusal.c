/* What is no HTTP, or too much of it, is refused before there is an answer of ours; it is told as every other error. */
#include "errors.h"
#include "gateway/json/problem.h"
#include "gateway/serve/exchange.h"

static int code_of(int status)
{
    static const struct {
        int status, code;
    } table[] = {
        {408, ERR_REQUEST_TIMEOUT},    {413, ERR_BODY_TOO_LARGE},
        {417, ERR_EXPECTATION_FAILED}, {431, ERR_HEADERS_TOO_LARGE},
        {500, ERR_INTERNAL},           {501, ERR_NOT_IMPLEMENTED},
        {503, ERR_OVERLOADED},         {505, ERR_VERSION_NOT_SUPPORTED},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (table[i].status == status)
            return table[i].code;
    return ERR_REQUEST_MALFORMED;
}

void exchange_problem(struct http_request *request, int status, const char *reason, struct str *body, void *context)
{
    const struct exchange *exchange = request ? http_request_data(request) : NULL;
    bool file = !exchange || (exchange->route && exchange->route->upload >= 0);
    char trace_id[TRACE_ID_TEXT_SIZE];
    struct trace trace = exchange ? exchange->trace : trace_new();
    struct err err = {0};
    (void)context;
    err_set(&err, code_of(status), "%s", reason);
    if (err.code == ERR_BODY_TOO_LARGE)
        err_param(&err, "max", "%d", file ? EXCHANGE_FILE_MAX : EXCHANGE_BODY_MAX);
    problem_write(&err, exchange ? exchange->language : LANGUAGE_ZH, trace_id_format(&trace, trace_id), body);
}
