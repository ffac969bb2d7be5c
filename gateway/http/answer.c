/* Answers: whole, in a stream, and those of the server itself. */
#include <event2/event.h>
#include <stdio.h>
#include <strings.h>

#include "gateway/http/connection.h"

const int http_refusal_statuses[HTTP_REFUSALS] = {400, 408, 413, 417, 431, 500, 501, 503, 505};

enum { PROBLEM_MAX = 4096 };

static const char problem_type[] = "application/problem+json";

void http_count_refusal(struct http_server *server, int status)
{
    for (int i = 0; i < HTTP_REFUSALS; i++)
        server->counters.refusals[i] += http_refusal_statuses[i] == status;
}

static struct iovec part(const void *bytes, size_t length)
{
    return (struct iovec){(void *)(uintptr_t)bytes, length};
}

/* Whether the rest of the body is too long, or too uncertain, to be read and thrown away. */
static bool body_is_in_the_way(const struct connection *connection)
{
    const struct http_head *head = http_reader_head(connection->reader);
    if (connection->request.body_ended)
        return false;
    if (head->expect_continue && connection->taken == 0)
        return true;
    return !head->chunked && head->content_length - connection->taken > HTTP_DISCARD_MAX;
}

/* Settles whether the connection ends with this answer. */
static bool closes(struct connection *connection)
{
    if (connection->server->draining || body_is_in_the_way(connection) ||
        !http_reader_head(connection->reader)->keep_alive)
        connection->close_after = true;
    return connection->close_after;
}

/* The body of a problem: the application's, or one that has no more to say than its status. */
static void problem(struct connection *connection, int status, const char *detail, struct str *body)
{
    const struct http_server *server = connection->server;
    struct http_request *request = connection->phase == PHASE_BODY ? &connection->request : NULL;
    if (server->handler.problem != NULL)
        server->handler.problem(request, status, detail, body, server->context);
    else
        str_printf(body, "{\"type\":\"about:blank\",\"title\":\"%s\",\"status\":%d,\"detail\":\"%s\"}",
                   http_status_text(status), status, detail);
}

static void send_problem(struct connection *connection, int status, const char *detail)
{
    struct http_server *server = connection->server;
    struct str body = str_new(PROBLEM_MAX);
    problem(connection, status, detail, &body);
    const struct http_answer answer = {.status = status,
                                       .content_type = problem_type,
                                       .length = (int64_t)body.length,
                                       .close = connection->close_after};
    if (!str_ok(&body) || http_compose(server, &answer) != 0) { /* memory is short */
        connection_drop(connection, true);
    } else {
        struct iovec parts[] = {part(server->head.data, server->head.length), part(body.data, body.length)};
        connection_send(connection, parts, connection->request.without_body ? 1 : 2);
    }
    str_destroy(&body);
}

void connection_refuse(struct connection *connection, int status, const char *reason)
{
    http_count_refusal(connection->server, status);
    connection->close_after = true;
    connection->request.body_ended = false;
    connection_hold(connection);
    send_problem(connection, status, reason);
    connection_answered(connection);
    connection_release(connection);
}

/* The answer's fields cannot be written: a fault of the application, which the client sees as 500. */
static void refuse_fields(struct connection *connection)
{
    http_count_refusal(connection->server, 500);
    send_problem(connection, 500, "The answer could not be written.");
}

static bool has_field(const struct http_header *fields, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++) {
        if (strcasecmp(fields[i].name, name) == 0)
            return true;
    }
    return false;
}

static void count_reply(struct connection *connection, int status)
{
    if (status >= 100 && status < 600)
        connection->server->counters.replies[status / 100]++;
}

static void reply(struct connection *connection, struct http_answer *answer, const char *body)
{
    struct http_server *server = connection->server;
    size_t length = (size_t)answer->length;
    bool without_body = connection->request.without_body || answer->status == 204 || answer->status == 304;
    answer->close = closes(connection);
    answer->varies = http_gzip_worth(answer->content_type, length) &&
                     !has_field(answer->fields, answer->fields_count, "content-encoding");
    if (answer->varies && http_head_lists(http_reader_head(connection->reader), "accept-encoding", "gzip") &&
        http_gzip_pack(&server->gzip, body, length) == 0) {
        answer->packed = true;
        body = server->gzip.out.data;
        length = server->gzip.out.length;
        answer->length = (int64_t)length;
    }
    if (http_compose(server, answer) != 0) {
        refuse_fields(connection);
        return;
    }
    struct iovec parts[] = {part(server->head.data, server->head.length), part(body, length)};
    connection_send(connection, parts, without_body || length == 0 ? 1 : 2);
}

void http_reply(struct http_request *request, int status, const char *content_type, const struct http_header *fields,
                size_t fields_count, const char *body, size_t length)
{
    struct connection *connection = connection_of(request);
    connection_hold(connection);
    request->owed = false;
    request->body_use = BODY_DISCARD;
    if (connection->bev != NULL) {
        count_reply(connection, status);
        struct http_answer answer = {.status = status,
                                     .content_type = content_type,
                                     .fields = fields,
                                     .fields_count = fields_count,
                                     .length = (int64_t)length};
        reply(connection, &answer, body);
        connection_answered(connection);
    }
    connection_release(connection);
}

void http_stream_start(struct http_request *request, int status, const char *content_type,
                       const struct http_header *fields, size_t fields_count)
{
    struct connection *connection = connection_of(request);
    if (connection->bev == NULL)
        return;
    connection_hold(connection);
    request->owed = true;
    request->body_use = BODY_DISCARD;
    count_reply(connection, status);
    const struct http_answer answer = {.status = status,
                                       .content_type = content_type,
                                       .fields = fields,
                                       .fields_count = fields_count,
                                       .length = -1,
                                       .close = closes(connection)};
    if (http_compose(connection->server, &answer) == 0) {
        request->streaming = true;
        connection->phase = PHASE_ANSWER;
        connection_send(connection, &(struct iovec){connection->server->head.data, connection->server->head.length}, 1);
    } else {
        connection->close_after = true;
        refuse_fields(connection);
        connection_drop(connection, false);
    }
    connection_release(connection);
}

int http_stream_chunk(struct http_request *request, const char *bytes, size_t length)
{
    struct connection *connection = connection_of(request);
    char size[24];
    if (connection->bev == NULL)
        return -1;
    if (length == 0 || request->without_body)
        return 0;
    int size_length = snprintf(size, sizeof size, "%zx\r\n", length);
    const struct iovec parts[] = {part(size, (size_t)size_length), part(bytes, length), part("\r\n", 2)};
    bool owed = request->owed;
    request->owed = false; /* a failure is told by the result, not by on_closed */
    connection_hold(connection);
    connection_send(connection, parts, 3);
    if (connection_unsent(connection) > connection->server->config.stream_max) {
        connection->server->counters.cut_off++;
        connection_drop(connection, false);
    }
    request->owed = owed;
    int result = connection->bev != NULL ? 0 : -1;
    connection_release(connection);
    return result;
}

void http_stream_when_drained(struct http_request *request, void (*drained)(struct http_request *request))
{
    struct connection *connection = connection_of(request);
    request->drained = drained;
    if (connection->bev != NULL && connection_unsent(connection) == 0)
        bufferevent_trigger(connection->bev, EV_WRITE, BEV_OPT_DEFER_CALLBACKS);
}

void http_stream_end(struct http_request *request)
{
    struct connection *connection = connection_of(request);
    connection_hold(connection);
    request->owed = false;
    request->drained = NULL;
    if (connection->bev != NULL && !request->without_body)
        connection_send(connection, &(struct iovec){(char[]){"0\r\n\r\n"}, 5}, 1);
    request->streaming = false;
    connection_answered(connection);
    connection_release(connection);
}
