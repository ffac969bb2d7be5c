#include "gateway/serve/probes.h"

#include <string.h>

#include "gateway/json/encode.h"

static void livez(struct gateway *gateway, struct http_request *request)
{
    static const char alive[] = "{\"alive\":true}\n";
    (void)gateway;
    http_reply(request, 200, "application/json", NULL, 0, alive, sizeof alive - 1);
}

/* Ready when every service behind answered its last ping; each is named. */
static void readyz(struct gateway *gateway, struct http_request *request)
{
    struct str *text = &gateway->text;
    bool ready = !gateway->draining;
    for (size_t i = 0; i < gateway->upstreams_count; i++)
        ready = ready && gateway->upstreams[i].ready;
    str_reset(text);
    str_printf(text, "{\"service\":\"gateway\",\"ready\":%s,\"checks\":[", ready ? "true" : "false");
    str_printf(text, "{\"name\":\"not stopping\",\"ready\":%s,\"reason\":\"%s\"}", gateway->draining ? "false" : "true",
               gateway->draining ? "the gateway is being stopped" : "");
    for (size_t i = 0; i < gateway->upstreams_count; i++) {
        const struct upstream *upstream = &gateway->upstreams[i];
        str_puts(text, ",{\"name\":");
        json_encode_text(upstream->name, text);
        str_printf(text, ",\"ready\":%s,\"reason\":\"%s\"}", upstream->ready ? "true" : "false",
                   upstream->ready ? "" : "it did not answer the last ping");
    }
    str_puts(text, "]}\n");
    http_reply(request, ready ? 200 : 503, "application/json", NULL, 0, str_text(text), text->length);
}

static void metrics(struct gateway *gateway, struct http_request *request)
{
    str_reset(&gateway->text);
    figures_write(gateway, &gateway->text);
    http_reply(request, 200, "text/plain; version=0.0.4; charset=utf-8", NULL, 0, str_text(&gateway->text),
               gateway->text.length);
}

bool probes_serve(struct gateway *gateway, struct http_request *request)
{
    static const struct {
        const char *path;
        void (*serve)(struct gateway *gateway, struct http_request *request);
    } probes[] = {{"/livez", livez}, {"/readyz", readyz}, {"/metrics", metrics}};
    const struct http_head *head = http_request_head(request);
    if (head->method != HTTP_GET && head->method != HTTP_HEAD)
        return false;
    for (size_t i = 0; i < sizeof probes / sizeof *probes; i++) {
        if (strcmp(head->path, probes[i].path) == 0) {
            probes[i].serve(gateway, request);
            return true;
        }
    }
    return false;
}
