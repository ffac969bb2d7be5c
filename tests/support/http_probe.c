/* An HTTP server that answers every request with what it understood of it, as JSON in the field X-Understood, so that
 * it is there for HEAD too:
 *     {"method": "POST", "path": "/a?b", "length": 3}
 * `length` is that of the body. GET /hello answers two bytes and no more, to measure.
 *     http_probe <port> [<certificate> <key>]
 * prints the port it listens on (given 0: any free one) and serves until it is ended; with TLS if it gets the files. */
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "gateway/http/server.h"

enum { BODY_MAX = 1 << 20 };

static void echo(struct http_request *request, const char *body, size_t length)
{
    const struct http_head *head = http_request_head(request);
    struct str text = str_new(0);
    (void)body;
    str_printf(&text, "{\"method\": \"%s\", \"path\": \"%s%s%s\", \"length\": %zu}", http_method_name(head->method),
               head->raw_path, *head->query != '\0' ? "?" : "", head->query, length);
    const struct http_header understood = {"X-Understood", str_text(&text)};
    http_reply(request, 200, "application/json", &understood, 1, text.data, text.length);
    str_destroy(&text);
}

static void on_request(struct http_request *request, void *context)
{
    const struct http_head *head = http_request_head(request);
    (void)context;
    if (head->method == HTTP_GET && strcmp(head->path, "/hello") == 0)
        http_reply(request, 200, "text/plain", NULL, 0, "hi", 2);
    else
        http_request_collect(request, BODY_MAX, echo);
}

int main(int argc, char **argv)
{
    struct event_base *base = event_base_new();
    struct http_server_config config;
    struct err err = {0};
    http_server_defaults(&config);
    config.port = (uint16_t)(argc > 1 ? strtoul(argv[1], NULL, 10) : 0);
    config.tls = argc > 3 ? http_tls_new(argv[2], argv[3], &err) : NULL;
    const struct http_handler handler = {.on_request = on_request};
    struct http_server *server = err.code == 0 ? http_server_new(base, &config, &handler, NULL, &err) : NULL;
    if (server == NULL) {
        fprintf(stderr, "http_probe: %s\n", err.detail);
        return 1;
    }
    printf("%u\n", (unsigned)http_server_port(server));
    fflush(stdout);
    event_base_dispatch(base);
    return 0;
}
