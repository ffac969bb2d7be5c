/* The head of an answer, built in a buffer that the server uses again and again. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/clock.h"
#include "gateway/http/connection.h"

static const struct {
    int status;
    const char *text;
} statuses[] = {
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {204, "No Content"},
    {206, "Partial Content"},
    {301, "Moved Permanently"},
    {302, "Found"},
    {303, "See Other"},
    {304, "Not Modified"},
    {307, "Temporary Redirect"},
    {308, "Permanent Redirect"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {410, "Gone"},
    {412, "Precondition Failed"},
    {413, "Content Too Large"},
    {415, "Unsupported Media Type"},
    {416, "Range Not Satisfiable"},
    {417, "Expectation Failed"},
    {422, "Unprocessable Content"},
    {428, "Precondition Required"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
    {505, "HTTP Version Not Supported"},
};

const char *http_status_text(int status)
{
    for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++) {
        if (statuses[i].status == status)
            return statuses[i].text;
    }
    return "Unknown";
}

/* What every answer says unless it says something else itself. The policy is that of plain data: nothing is loaded,
 * nobody frames it. Pages bring their own. */
static const char *const default_names[HTTP_DEFAULT_FIELDS] = {"Content-Security-Policy", "Cache-Control",
                                                               "Referrer-Policy"};

int http_compose_defaults(struct http_server *server)
{
    const char *const values[HTTP_DEFAULT_FIELDS] = {server->config.content_security_policy, "no-store", "no-referrer"};
    for (int i = 0; i < HTTP_DEFAULT_FIELDS; i++) {
        struct str line = str_new(0);
        str_printf(&line, "%s: %s\r\n", default_names[i], values[i]);
        if (!str_ok(&line))
            return -1;
        server->defaults[i] = line.data;
    }
    return 0;
}

/* Well-formed, and not one of those that frame the message, which are ours to write. */
static bool field_is_sound(const struct http_header *field)
{
    static const char *const ours[] = {"content-length", "transfer-encoding", "connection", "date", "content-type"};
    for (const char *at = field->name; *at != '\0'; at++) {
        bool token = (*at >= 'a' && *at <= 'z') || (*at >= 'A' && *at <= 'Z') || (*at >= '0' && *at <= '9') ||
                     *at == '-' || *at == '_';
        if (!token)
            return false;
    }
    for (const char *at = field->value; *at != '\0'; at++) {
        if (((unsigned char)*at < 0x20 && *at != '\t') || *at == 0x7F)
            return false;
    }
    for (size_t i = 0; i < sizeof ours / sizeof *ours; i++) {
        if (strcasecmp(field->name, ours[i]) == 0)
            return false;
    }
    return *field->name != '\0';
}

static int put_fields(struct http_server *server, const struct http_answer *answer)
{
    struct str *head = &server->head;
    bool overridden[HTTP_DEFAULT_FIELDS] = {false};
    for (size_t i = 0; i < answer->fields_count; i++) {
        const struct http_header *field = &answer->fields[i];
        if (!field_is_sound(field))
            return -1;
        for (int j = 0; j < HTTP_DEFAULT_FIELDS; j++)
            overridden[j] = overridden[j] || strcasecmp(field->name, default_names[j]) == 0;
        if (strcasecmp(field->name, "content-encoding") == 0 && strcasecmp(field->value, "identity") == 0)
            continue;
        str_puts(head, field->name);
        str_append(head, ": ", 2);
        str_puts(head, field->value);
        str_append(head, "\r\n", 2);
    }
    for (int j = 0; j < HTTP_DEFAULT_FIELDS; j++) {
        if (!overridden[j])
            str_puts(head, server->defaults[j]);
    }
    return 0;
}

static void put_number(struct str *head, uint64_t number)
{
    char digits[20];
    size_t at = sizeof digits;
    do {
        digits[--at] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    str_append(head, digits + at, sizeof digits - at);
}

static void put_date(struct http_server *server)
{
    int64_t second = clock_now_ms() / 1000;
    if (second != server->date_second) {
        struct tm tm;
        time_t seconds = second;
        gmtime_r(&seconds, &tm);
        strftime(server->date, sizeof server->date, "Date: %a, %d %b %Y %H:%M:%S GMT\r\n", &tm);
        server->date_second = second;
    }
    str_puts(&server->head, server->date);
}

int http_compose(struct http_server *server, const struct http_answer *answer)
{
    struct str *head = &server->head;
    str_reset(head);
    str_puts(head, "HTTP/1.1 ");
    put_number(head, (uint64_t)answer->status);
    str_putc(head, ' ');
    str_puts(head, http_status_text(answer->status));
    str_append(head, "\r\n", 2);
    put_date(server);
    str_puts(head, "X-Content-Type-Options: nosniff\r\n");
    if (server->config.tls != NULL)
        str_puts(head, "Strict-Transport-Security: max-age=31536000; includeSubDomains\r\n");
    if (put_fields(server, answer) != 0)
        return -1;
    if (answer->content_type != NULL) {
        str_puts(head, "Content-Type: ");
        str_puts(head, answer->content_type);
        str_append(head, "\r\n", 2);
    }
    if (answer->varies)
        str_puts(head, "Vary: Accept-Encoding\r\n");
    if (answer->packed)
        str_puts(head, "Content-Encoding: gzip\r\n");
    if (answer->close)
        str_puts(head, "Connection: close\r\n");
    if (answer->length < 0) {
        str_puts(head, "Transfer-Encoding: chunked\r\n");
    } else if (answer->status != 204 && answer->status != 304) {
        str_puts(head, "Content-Length: ");
        put_number(head, (uint64_t)answer->length);
        str_append(head, "\r\n", 2);
    }
    str_append(head, "\r\n", 2);
    return str_ok(head) ? 0 : -1;
}
