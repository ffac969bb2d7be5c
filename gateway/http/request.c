/* What the application asks of a request before it answers. */
#include "gateway/http/connection.h"

const struct http_head *http_request_head(const struct http_request *request)
{
    return http_reader_head(((const struct connection *)request)->reader);
}

const char *http_request_peer(const struct http_request *request)
{
    return ((const struct connection *)request)->peer_text;
}

bool http_request_closed(const struct http_request *request)
{
    return ((const struct connection *)request)->bev == NULL;
}

void http_request_set_data(struct http_request *request, void *data)
{
    request->data = data;
}

void *http_request_data(const struct http_request *request)
{
    return request->data;
}

void http_request_collect(struct http_request *request, size_t most,
                          void (*done)(struct http_request *request, const char *body, size_t length))
{
    struct connection *connection = connection_of(request);
    request->collected = done;
    if (request->body_ended)
        done(request, "", 0);
    else if (connection->bev != NULL)
        connection_begin_body(connection, BODY_COLLECT, most);
}

void http_request_stream(struct http_request *request, uint64_t most, const struct http_body_sink *sink)
{
    struct connection *connection = connection_of(request);
    request->sink = *sink;
    if (request->body_ended)
        sink->end(request);
    else if (connection->bev != NULL)
        connection_begin_body(connection, BODY_STREAM, most);
}
