#include "fixture.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"

enum { BIG = 4 << 20 };

static int64_t now_ms(void)
{
    return clock_monotonic_us() / 1000;
}

static struct fixture *fixture_of(struct http_request *request)
{
    return http_request_data(request);
}

static void reply_text(struct http_request *request, const char *text)
{
    http_reply(request, 200, "text/plain", NULL, 0, text, strlen(text));
}

static void reply_filled(struct http_request *request, const char *type, size_t length)
{
    char *body = malloc(length);
    memset(body, 'x', length);
    http_reply(request, 200, type, NULL, 0, body, length);
    free(body);
}

static void echo(struct http_request *request, const char *body, size_t length)
{
    assert_int_equal(body[length], 0);
    http_reply(request, 200, "application/octet-stream", NULL, 0, body, length);
}

static void stream_piece(struct http_request *request, const char *bytes, size_t length)
{
    str_append(&fixture_of(request)->streamed, bytes, length);
}

static void stream_end(struct http_request *request)
{
    str_puts(&fixture_of(request)->streamed, ".");
    reply_text(request, "streamed");
}

static void early_piece(struct http_request *request, const char *bytes, size_t length)
{
    (void)bytes;
    (void)length;
    http_reply(request, 422, NULL, NULL, 0, NULL, 0);
}

static const struct http_body_sink stream_sink = {stream_piece, stream_end};
static const struct http_body_sink early_sink = {early_piece, stream_end};

static void reply_fields(struct http_request *request, const char *path)
{
    static const struct http_header good[] = {{"ETag", "\"7\""}, {"cache-control", "max-age=60"}};
    static const struct http_header bad[] = {{"X", "a\r\nSet-Cookie: b=c"}};
    if (strcmp(path, "/bad") == 0)
        http_reply(request, 200, "text/plain", bad, 1, "hi", 2);
    else
        http_reply(request, 200, "text/plain", good, 2, "hi", 2);
}

static void on_request(struct http_request *request, void *context)
{
    struct fixture *fixture = context;
    const char *path = http_request_head(request)->path;
    assert_null(http_request_data(request));
    http_request_set_data(request, fixture);
    if (strcmp(path, "/hello") == 0) {
        reply_text(request, "hi");
    } else if (strcmp(path, "/echo") == 0) {
        http_request_collect(request, 1 << 20, echo);
    } else if (strcmp(path, "/small") == 0) {
        http_request_collect(request, 10, echo);
    } else if (strcmp(path, "/stream") == 0) {
        http_request_stream(request, 1 << 20, &stream_sink);
    } else if (strcmp(path, "/early") == 0) {
        http_request_stream(request, 1 << 20, &early_sink);
    } else if (strcmp(path, "/big") == 0) {
        reply_filled(request, "application/octet-stream", BIG);
    } else if (strcmp(path, "/json") == 0) {
        reply_filled(request, "application/json", 4096);
    } else if (strcmp(path, "/peer") == 0) {
        reply_text(request, http_request_peer(request));
    } else if (strcmp(path, "/bad") == 0 || strcmp(path, "/field") == 0) {
        reply_fields(request, path);
    } else {
        fixture->kept = request;
        if (strcmp(path, "/events") == 0)
            http_stream_start(request, 200, "text/event-stream", NULL, 0);
    }
}

static void on_closed(struct http_request *request, void *context)
{
    struct fixture *fixture = context;
    (void)request;
    fixture->closed++;
}

int fixture_setup(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    fixture->base = event_base_new();
    http_server_defaults(&fixture->config);
    fixture->config.sweep_ms = 10;
    *state = fixture;
    return 0;
}

int fixture_teardown(void **state)
{
    struct fixture *fixture = *state;
    http_server_destroy(&fixture->server);
    event_base_free(fixture->base);
    str_destroy(&fixture->streamed);
    free(fixture);
    return 0;
}

void fixture_start(struct fixture *fixture)
{
    struct err err = {0};
    fixture->server =
        http_server_new(fixture->base, &fixture->config,
                        &(struct http_handler){.on_request = on_request, .on_closed = on_closed}, fixture, &err);
    if (fixture->server == NULL)
        fail_msg("%s", err.detail);
}

static void turn(struct fixture *fixture)
{
    event_base_loop(fixture->base, EVLOOP_NONBLOCK);
    usleep(200);
}

void fixture_turn(struct fixture *fixture, unsigned ms)
{
    int64_t end = now_ms() + ms;
    do {
        turn(fixture);
    } while (now_ms() < end);
}

int fixture_connect(struct fixture *fixture)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(http_server_port(fixture->server))};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
    return fd;
}

bool fixture_send(struct fixture *fixture, int fd, const char *text, size_t length)
{
    int64_t end = now_ms() + PATIENCE_MS;
    while (length > 0) {
        ssize_t sent = send(fd, text, length, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent < 0 && errno != EAGAIN)
            return false;
        if (now_ms() > end)
            fail_msg("the server takes no more");
        text += sent > 0 ? sent : 0;
        length -= sent > 0 ? (size_t)sent : 0;
        turn(fixture);
    }
    return true;
}

enum ending fixture_read(struct fixture *fixture, int fd, const char *text, struct str *got)
{
    char piece[65536];
    for (int64_t end = now_ms() + PATIENCE_MS; now_ms() < end;) {
        ssize_t length = recv(fd, piece, sizeof piece, MSG_DONTWAIT);
        if (length == 0)
            return CLOSED;
        if (length < 0 && errno != EAGAIN)
            return RESET;
        if (length > 0)
            str_append(got, piece, (size_t)length);
        if (text != NULL && length > 0 && strstr(str_text(got), text) != NULL)
            return OPEN;
        turn(fixture);
    }
    return OPEN;
}

void expect_answer(struct fixture *fixture, int fd, const char *text, const char *expected)
{
    struct str got = str_new(0);
    assert_true(fixture_send(fixture, fd, text, strlen(text)));
    fixture_read(fixture, fd, expected, &got);
    if (strstr(str_text(&got), expected) == NULL)
        fail_msg("expected \"%s\" in \"%s\"", expected, str_text(&got));
    str_destroy(&got);
}

void expect_end(struct fixture *fixture, const char *text, const char *expected)
{
    struct str got = str_new(0);
    int fd = fixture_connect(fixture);
    fixture_send(fixture, fd, text, strlen(text));
    assert_int_equal(fixture_read(fixture, fd, NULL, &got), CLOSED);
    if (strstr(str_text(&got), expected) == NULL)
        fail_msg("expected \"%s\" in \"%s\"", expected, str_text(&got));
    str_destroy(&got);
    close(fd);
}
