#include "gateway/serve/exchange.h"

#include <ctype.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/log.h"
#include "bus/method.h"
#include "bus/pb_arena.h"
#include "errors.h"
#include "gateway/http/form.h"
#include "gateway/json/decode.h"
#include "gateway/json/problem.h"

enum { KEY_MAX = 128 };

static void fail(struct exchange *exchange, int code, const char *field, const char *detail)
{
    struct err err = {0};
    err_field(&err, code, field, "%s", detail);
    exchange_refuse(exchange, &err);
}

/* For the log: paths and queries may hold what must not stand there. */
static const char *method_name(const struct exchange *exchange)
{
    return exchange->route ? exchange->route->method : "none";
}

/* A retry makes sense for these, and says when. */
static bool retry_after(int status)
{
    return status == 429 || status == 503;
}

void exchange_refuse(struct exchange *exchange, const struct err *err)
{
    struct str *text = &exchange->gateway->text;
    struct http_header fields[4];
    size_t count = 0;
    char allow[64] = "";
    str_reset(text);
    int status = problem_write(err, exchange->language, exchange->trace_id, text);
    fields[count++] = (struct http_header){"content-language", language_tag(exchange->language)};
    if (retry_after(status))
        fields[count++] = (struct http_header){"retry-after", "1"};
    if (status == 401)
        fields[count++] = (struct http_header){"www-authenticate", "Bearer"};
    if (status == 405) {
        static const char *const names[] = {"GET, HEAD", "POST", "PUT", "PATCH", "DELETE"};
        for (unsigned verb = 0; verb < 5; verb++) {
            size_t length = strlen(allow);
            if (exchange->match.verbs & 1u << verb)
                snprintf(allow + length, sizeof allow - length, "%s%s", length ? ", " : "", names[verb]);
        }
        fields[count++] = (struct http_header){"allow", allow};
    }
    http_reply(exchange->request, status, "application/problem+json", fields, count, str_text(text), text->length);
    if (status >= 500)
        log_line(LOG_ERROR, "failed", "method=%s code=%d detail=%s trace_id=%s", method_name(exchange), err->code,
                 log_quoted(err->detail), exchange->trace_id);
    exchange_end(exchange, status);
}

void exchange_end(struct exchange *exchange, int status)
{
    struct gateway *gateway = exchange->gateway;
    int64_t duration_us = clock_monotonic_us() - exchange->began_us;
    if (exchange->route)
        figures_count(gateway->figures, exchange->route, status, duration_us);
    log_line(LOG_DEBUG, "request", "method=%s status=%d us=%lld trace_id=%s", method_name(exchange), status,
             (long long)duration_us, exchange->trace_id);
    upload_destroy(&exchange->upload);
    gateway_arena_return(gateway, exchange->arena);
}

void exchange_closed(struct http_request *request)
{
    struct exchange *exchange = http_request_data(request);
    if (exchange)
        exchange_end(exchange, 400);
}

/* --- the message: path, query, body */

static int variables_set(struct exchange *exchange, struct err *err)
{
    for (size_t i = 0; i < exchange->match.variables_count; i++) {
        const char *name = exchange->route->input->fields[exchange->match.variables[i].field].name;
        if (json_set_text(exchange->message, name, exchange->match.variables[i].value, exchange->arena, err) != 0)
            return -1;
    }
    return 0;
}

/* The query string fills fields by name. Which of them exist, the message's type knows. */
static int query_set(struct exchange *exchange, struct err *err)
{
    const char *query = http_request_head(exchange->request)->query;
    struct http_form form;
    if (!*query)
        return 0;
    char *text = arena_strdup(exchange->arena, query);
    if (!text)
        return err_set(err, ERR_OVERLOADED, "no room for the query");
    if (http_form_decode(&form, text, strlen(text)) != 0)
        return err_set(err, ERR_QUERY_MALFORMED, "the query string");
    for (size_t i = 0; i < form.count; i++) {
        for (size_t v = 0; v < exchange->match.variables_count; v++)
            if (strcmp(exchange->route->input->fields[exchange->match.variables[v].field].name, form.pairs[i].name) ==
                0)
                return err_field(err, ERR_UNKNOWN_FIELD, form.pairs[i].name, "stands in the path");
        if (json_set_text(exchange->message, form.pairs[i].name, form.pairs[i].value, exchange->arena, err) != 0)
            return -1;
    }
    return 0;
}

static bool is_json(const char *content_type)
{
    static const char json[] = "application/json";
    return content_type && strncasecmp(content_type, json, sizeof json - 1) == 0 &&
           (content_type[sizeof json - 1] == '\0' || content_type[sizeof json - 1] == ';' ||
            content_type[sizeof json - 1] == ' ');
}

/* A body must not say anew what the path has said. */
static int path_fields_untouched(struct exchange *exchange, struct err *err)
{
    for (size_t i = 0; i < exchange->match.variables_count; i++) {
        const ProtobufCFieldDescriptor *field = &exchange->route->input->fields[exchange->match.variables[i].field];
        const char *value = (const char *)exchange->message + field->offset;
        bool set = field->type == PROTOBUF_C_TYPE_STRING ? **(const char *const *)(const void *)value != '\0'
                                                         : *(const uint32_t *)(const void *)value != 0;
        if (set)
            return err_field(err, ERR_UNKNOWN_FIELD, field->name, "stands in the path");
    }
    return 0;
}

static void on_body(struct http_request *request, const char *body, size_t length)
{
    struct exchange *exchange = http_request_data(request);
    struct err err = {0};
    if (length == 0) {
        fail(exchange, ERR_BODY_REQUIRED, "", "no body");
    } else if (json_decode(exchange->message, body, length, exchange->arena, &err) != 0 ||
               path_fields_untouched(exchange, &err) != 0 || variables_set(exchange, &err) != 0) {
        exchange_refuse(exchange, &err);
    } else {
        exchange_call(exchange);
    }
}

/* The caller is known: now the message. */
static void message_read(struct exchange *exchange)
{
    const struct route *route = exchange->route;
    const struct http_head *head = http_request_head(exchange->request);
    struct err err = {0};
    exchange->message = json_message_new(route->input, exchange->arena);
    if (!exchange->message) {
        fail(exchange, ERR_OVERLOADED, "", "no room for the message");
    } else if (route->upload >= 0) {
        upload_begin(exchange);
    } else if (!route->body) {
        if (query_set(exchange, &err) != 0 || variables_set(exchange, &err) != 0)
            exchange_refuse(exchange, &err);
        else
            exchange_call(exchange);
    } else if (*head->query) {
        fail(exchange, ERR_QUERY_MALFORMED, "", "a request with a body takes no query");
    } else if (!is_json(http_head_get(head, "content-type"))) {
        err_set(&err, ERR_UNSUPPORTED_MEDIA_TYPE, "not JSON");
        err_param(&err, "expected", "application/json");
        exchange_refuse(exchange, &err);
    } else {
        http_request_collect(exchange->request, EXCHANGE_BODY_MAX, on_body);
    }
}

/* --- who asks, and under which conditions */

/* A session may be forgotten while a body comes: then the exchange needs a caller of its own. */
static const Dandelion__Bus__Caller *caller_copy(struct exchange *exchange, const Dandelion__Bus__Caller *caller)
{
    size_t size = dandelion__bus__caller__get_packed_size(caller);
    uint8_t *packed = arena_alloc(exchange->arena, size + 1);
    if (!packed)
        return NULL;
    dandelion__bus__caller__pack(caller, packed);
    ProtobufCAllocator allocator = pb_arena(exchange->arena);
    return dandelion__bus__caller__unpack(&allocator, size, packed);
}

static void on_session(void *context, const Dandelion__Bus__Caller *caller, const struct err *err)
{
    struct exchange *exchange = context;
    if (err) {
        exchange_refuse(exchange, err);
        return;
    }
    bool waits = exchange->route->body || exchange->route->upload >= 0;
    exchange->caller = waits ? caller_copy(exchange, caller) : caller;
    if (exchange->caller)
        message_read(exchange);
    else
        fail(exchange, ERR_OVERLOADED, "", "no room for the caller");
}

/* "Bearer <token>"; NULL when there is no such header. */
static const char *bearer_token(const struct http_head *head)
{
    const char *value = http_head_get(head, "authorization");
    if (!value || http_head_count(head, "authorization") != 1 || strncasecmp(value, "bearer ", 7) != 0)
        return NULL;
    value += 7;
    while (*value == ' ')
        value++;
    return *value && strlen(value) <= 128 ? value : NULL;
}

/* An entity tag of ours is a version number in quotes. */
static int if_match_read(struct exchange *exchange, const struct http_head *head, struct err *err)
{
    const char *value = http_head_get(head, "if-match");
    if (!value)
        return 0;
    char *end = NULL;
    long long version = *value == '"' && isdigit((unsigned char)value[1]) ? strtoll(value + 1, &end, 10) : 0;
    if (http_head_count(head, "if-match") != 1 || version < 1 || version == LLONG_MAX || strcmp(end, "\"") != 0)
        return err_field(err, ERR_IF_MATCH_MALFORMED, "If-Match", "not a version in quotes");
    exchange->if_match = version;
    return 0;
}

static int key_read(struct exchange *exchange, const struct http_head *head, struct err *err)
{
    const char *key = http_head_get(head, "idempotency-key");
    exchange->idempotency_key = "";
    if (!key)
        return 0;
    if (http_head_count(head, "idempotency-key") != 1 || !*key || strlen(key) > KEY_MAX)
        return err_field(err, ERR_IDEMPOTENCY_KEY_MALFORMED, "Idempotency-Key", "empty, long or twice");
    for (const char *c = key; *c; c++)
        if (*c <= ' ' || *c > '~')
            return err_field(err, ERR_IDEMPOTENCY_KEY_MALFORMED, "Idempotency-Key", "not printable ASCII");
    exchange->idempotency_key = key;
    return 0;
}

static int conditions_read(struct exchange *exchange, struct err *err)
{
    const struct http_head *head = http_request_head(exchange->request);
    if (key_read(exchange, head, err) != 0 || if_match_read(exchange, head, err) != 0)
        return -1;
    if (exchange->route->idempotent && !*exchange->idempotency_key)
        return err_field(err, ERR_IDEMPOTENCY_KEY_REQUIRED, "Idempotency-Key", "missing");
    if (exchange->route->if_match && !exchange->if_match)
        return err_field(err, ERR_IF_MATCH_REQUIRED, "If-Match", "missing");
    return 0;
}

static void trace_read(struct exchange *exchange, const struct http_head *head)
{
    const char *parent = http_head_get(head, "traceparent");
    struct trace trace;
    exchange->trace = parent && trace_parse(parent, &trace) == 0 ? trace_child(&trace) : trace_new();
    trace_id_format(&exchange->trace, exchange->trace_id);
}

static void route_find(struct exchange *exchange, const struct http_head *head)
{
    static const enum route_verb verbs[HTTP_METHODS] = {
        [HTTP_GET] = ROUTE_GET, [HTTP_HEAD] = ROUTE_GET,    [HTTP_POST] = ROUTE_POST,
        [HTTP_PUT] = ROUTE_PUT, [HTTP_PATCH] = ROUTE_PATCH, [HTTP_DELETE] = ROUTE_DELETE,
    };
    if (head->method == HTTP_OPTIONS) {
        match_path(ROUTE_GET, head->path, &exchange->match);
        exchange->match.route = NULL; /* cross-origin use is off; a preflight is told so */
    } else {
        match_path(verbs[head->method], head->path, &exchange->match);
    }
    exchange->route = exchange->match.route;
}

void exchange_begin(struct gateway *gateway, struct http_request *request)
{
    const struct http_head *head = http_request_head(request);
    struct arena *arena = gateway_arena(gateway);
    struct exchange *exchange = arena ? arena_alloc(arena, sizeof *exchange) : NULL;
    struct err err = {0};
    if (!exchange) {
        http_reply(request, 503, NULL, NULL, 0, NULL, 0);
        return;
    }
    exchange->gateway = gateway;
    exchange->request = request;
    exchange->arena = arena;
    exchange->began_us = clock_monotonic_us();
    exchange->language = language_of(http_head_get(head, "accept-language"));
    http_request_set_data(request, exchange);
    trace_read(exchange, head);
    route_find(exchange, head);
    const char *token = bearer_token(head);
    if (!exchange->route)
        fail(exchange, exchange->match.verbs ? ERR_METHOD_NOT_ALLOWED : ERR_NOT_FOUND, "", head->path);
    else if (exchange->route->roles & METHOD_ANYONE && conditions_read(exchange, &err) == 0)
        message_read(exchange);
    else if (err.code)
        exchange_refuse(exchange, &err);
    else if (!token)
        fail(exchange, ERR_UNAUTHENTICATED, "", "no token");
    else if (conditions_read(exchange, &err) != 0)
        exchange_refuse(exchange, &err);
    else
        sessions_resolve(gateway->sessions, token, on_session, exchange);
}
