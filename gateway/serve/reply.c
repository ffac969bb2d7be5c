/* A daemon's reply as an HTTP answer: JSON, ETag, Location, the link to the next page. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "bus/pb_arena.h"
#include "errors.h"
#include "gateway/json/encode.h"
#include "gateway/serve/exchange.h"

enum { LINK_MAX = 1024 };

/* The value of a string field of the reply; "" when its type has no such field. */
static const char *text_field(const ProtobufCMessage *message, const char *name)
{
    const ProtobufCFieldDescriptor *field = protobuf_c_message_descriptor_get_field_by_name(message->descriptor, name);
    if (!field || field->type != PROTOBUF_C_TYPE_STRING || field->label == PROTOBUF_C_LABEL_REPEATED)
        return "";
    return *(const char *const *)(const void *)((const char *)message + field->offset);
}

/* The same list with the next page's token: the query without its old token. Tokens need no escaping. */
static bool link_write(const struct http_head *head, const char *token, char link[LINK_MAX])
{
    struct str text = str_new(LINK_MAX - 1);
    str_printf(&text, "<%s?", head->raw_path);
    for (const char *pair = head->query; *pair;) {
        size_t length = strcspn(pair, "&");
        if (strncmp(pair, "page_token=", 11) != 0) {
            str_append(&text, pair, length);
            str_putc(&text, '&');
        }
        pair += length + (pair[length] == '&');
    }
    str_printf(&text, "page_token=%s>; rel=\"next\"", token);
    bool fits = str_ok(&text);
    if (fits)
        memcpy(link, text.data, text.length + 1);
    str_destroy(&text);
    return fits;
}

/* Does the client have this version already? */
static bool not_modified(const struct http_head *head, const char *etag)
{
    const char *known = http_head_get(head, "if-none-match");
    return known && (head->method == HTTP_GET || head->method == HTTP_HEAD) && strstr(known, etag);
}

void exchange_answer(struct exchange *exchange, const struct bus_reply *reply)
{
    const struct route *route = exchange->route;
    const struct http_head *head = http_request_head(exchange->request);
    ProtobufCAllocator allocator = pb_arena(exchange->arena);
    ProtobufCMessage *message =
        protobuf_c_message_unpack(route->output, &allocator, reply->payload.size, reply->payload.data);
    struct str *text = &exchange->gateway->text;
    char etag[32], location[256], link[LINK_MAX];
    struct http_header fields[4];
    size_t count = 0;
    struct err err = {0};
    str_reset(text);
    if (!message || json_encode(message, route->output_rules, JSON_MASKED, text) != 0) {
        err_set(&err, ERR_INTERNAL, "the reply has no JSON form");
        exchange_refuse(exchange, &err);
        return;
    }
    if (reply->version > 0) {
        snprintf(etag, sizeof etag, "\"%" PRId64 "\"", reply->version);
        fields[count++] = (struct http_header){"etag", etag};
    }
    if (route->success == 201 && *text_field(message, "id") && !route->action) {
        snprintf(location, sizeof location, "%s/%s", head->raw_path, text_field(message, "id"));
        fields[count++] = (struct http_header){"location", location};
    }
    const char *token = text_field(message, "next_page_token");
    if (*token && link_write(head, token, link))
        fields[count++] = (struct http_header){"link", link};
    int status = (int)route->success;
    if (reply->version > 0 && not_modified(head, etag))
        status = 304;
    if (status == 204 || status == 304)
        http_reply(exchange->request, status, NULL, fields, count, NULL, 0);
    else
        http_reply(exchange->request, status, "application/json", fields, count, str_text(text), text->length);
    exchange_end(exchange, status);
}
