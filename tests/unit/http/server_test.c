/* The server's requests and answers, over real sockets. */
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <zlib.h>

#include "fixture.h"

static void answers(void **state)
{
    struct fixture *fixture = *state;
    fixture_start(fixture);
    int fd = fixture_connect(fixture);
    struct str got = str_new(0);
    assert_true(fixture_send(fixture, fd, GET("/hello") "\r\n", strlen(GET("/hello") "\r\n")));
    assert_int_equal(fixture_read(fixture, fd, "\r\n\r\nhi", &got), OPEN);
    static const char *const fields[] = {"HTTP/1.1 200 OK\r\n",
                                         "\r\nDate: ",
                                         " GMT\r\n",
                                         "\r\nX-Content-Type-Options: nosniff\r\n",
                                         "frame-ancestors 'none'",
                                         "\r\nCache-Control: no-store\r\n",
                                         "\r\nReferrer-Policy: no-referrer\r\n",
                                         "\r\nContent-Type: text/plain\r\n",
                                         "\r\nContent-Length: 2\r\n"};
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        assert_non_null(strstr(got.data, fields[i]));
    assert_null(strstr(got.data, "Strict-Transport"));
    assert_null(strstr(got.data, "Connection"));
    str_destroy(&got);
    expect_answer(fixture, fd, GET("/peer") "\r\n", "127.0.0.1");
    close(fd);
}

static void keeps_the_connection(void **state)
{
    struct fixture *fixture = *state;
    fixture_start(fixture);
    int fd = fixture_connect(fixture);
    for (int i = 0; i < 3; i++)
        expect_answer(fixture, fd, GET("/hello") "\r\n", "\r\n\r\nhi");
    expect_answer(fixture, fd, "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\nhello", "\r\n\r\nhello");
    expect_answer(fixture, fd, "POST /echo HTTP/1.1\r\n" HOST CHUNKED "\r\n3\r\nabc\r\n0\r\n\r\n", "\r\n\r\nabc");
    assert_int_equal(http_server_counters(fixture->server)->accepted, 1);
    assert_int_equal(http_server_counters(fixture->server)->requests, 5);
    assert_int_equal(http_server_counters(fixture->server)->replies[2], 5);
    close(fd);
    expect_end(fixture, GET("/hello") "Connection: close\r\n\r\n", "\r\nConnection: close\r\n");
    /* Nobody may smuggle behind an upgrade that we do not make. */
    expect_end(fixture, GET("/hello") "Connection: Upgrade\r\nUpgrade: h2c\r\n\r\n" GET("/later") "\r\n",
               "\r\nConnection: close\r\n");
    assert_null(fixture->kept);
    fixture_turn(fixture, 20);
    assert_int_equal(http_server_counters(fixture->server)->open, 0);
}

static void answers_pipelined_requests_in_order(void **state)
{
    struct fixture *fixture = *state;
    fixture_start(fixture);
    int fd = fixture_connect(fixture);
    expect_answer(fixture, fd,
                  "POST /echo HTTP/1.1\r\n" HOST
                  "Content-Length: 3\r\n\r\none" GET("/later") "\r\n"
                                                               "POST /echo HTTP/1.1\r\n" HOST CHUNKED
                                                               "\r\n5\r\nthree\r\n0\r\n\r\n",
                  "\r\n\r\none");
    fixture_turn(fixture, 20);
    assert_int_equal(http_server_counters(fixture->server)->requests, 2);
    http_reply(fixture->kept, 200, "text/plain", NULL, 0, "two", 3);
    expect_answer(fixture, fd, "", "three");
    close(fd);
}

static void answers_half_closed_clients(void **state)
{
    struct fixture *fixture = *state;
    fixture_start(fixture);
    int fd = fixture_connect(fixture);
    static const char two[] = GET("/later") "\r\n" GET("/hello") "\r\n";
    assert_true(fixture_send(fixture, fd, two, sizeof two - 1));
    shutdown(fd, SHUT_WR);
    fixture_turn(fixture, 20);
    http_reply(fixture->kept, 200, "text/plain", NULL, 0, "one", 3);
    struct str got = str_new(0);
    assert_int_equal(fixture_read(fixture, fd, NULL, &got), CLOSED);
    assert_non_null(strstr(got.data, "\r\n\r\none"));
    assert_non_null(strstr(got.data, "\r\n\r\nhi"));
    str_destroy(&got);
    close(fd);
}

static void refuses_and_closes(void **state)
{
    struct fixture *fixture = *state;
    fixture_start(fixture);
    static const struct {
        const char *text;
        int status;
    } bad[] = {
        {GET("/hello") "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
        {GET("/hello") "X : y\r\n\r\n", 400},
        {"GET /hello HTTP/1.1\r\n\r\n", 400},
        {"BREW /hello HTTP/1.1\r\n" HOST "\r\n", 501},
        {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
        {GET("/small") "Content-Length: 11\r\n\r\n01234567890", 413},
        {GET("/small") CHUNKED "\r\nb\r\n01234567890\r\n0\r\n\r\n", 413},
        {GET("/echo") CHUNKED "\r\nzz\r\n", 400},
        {GET("/hello") "Expect: x\r\n\r\n", 417},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct str expected = str_new(0), text = str_new(0);
        str_printf(&expected, "HTTP/1.1 %d ", bad[i].status);
        str_printf(&text, "%s%s", bad[i].text, GET("/smuggled") "\r\n");
        expect_end(fixture, text.data, expected.data);
        expect_end(fixture, text.data, "\r\nConnection: close\r\n");
        expect_end(fixture, text.data, "application/problem+json");
        str_destroy(&expected);
        str_destroy(&text);
    }
    assert_null(fixture->kept);
    assert_int_equal(fixture->closed, 9); /* those that had begun to collect */
    assert_int_equal(http_server_counters(fixture->server)->refusals[0], 4 * 3);
    assert_int_equal(http_server_counters(fixture->server)->refusals[2], 2 * 3);
}

/* A refusal must not be overtaken by a reset, although the client goes on sending. */
static void lets_the_client_see_the_refusal(void **state)
{
    struct fixture *fixture = *state;
    fixture_start(fixture);
    static const char head[] = "POST /small HTTP/1.1\r\n" HOST "Content-Length: 100000000\r\n\r\n";
    char *much = calloc(1, 1 << 20);
    int fd = fixture_connect(fixture);
    assert_true(fixture_send(fixture, fd, head, sizeof head - 1));
    assert_true(fixture_send(fixture, fd, much, 1 << 20));
    struct str got = str_new(0);
    fixture_read(fixture, fd, "\"status\":413", &got);
    assert_non_null(strstr(str_text(&got), "HTTP/1.1 413"));
    str_destroy(&got);
    free(much);
    close(fd);
}

static void sends_continue(void **state)
{
    struct fixture *fixture = *state;
    fixture_start(fixture);
    int fd = fixture_connect(fixture);
    expect_answer(fixture, fd, "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 2\r\nExpect: 100-continue\r\n\r\n",
                  "HTTP/1.1 100 Continue\r\n\r\n");
    expect_answer(fixture, fd, "ab", "\r\n\r\nab");
    /* Undecided: nothing is said until the application chooses. */
    assert_true(fixture_send(fixture, fd, "POST /choice HTTP/1.1\r\n" HOST CHUNKED "Expect: 100-continue\r\n\r\n",
                             strlen("POST /choice HTTP/1.1\r\n" HOST CHUNKED "Expect: 100-continue\r\n\r\n")));
    fixture_turn(fixture, 20);
    assert_int_equal(recv(fd, &(char){0}, 1, MSG_DONTWAIT), -1);
    http_request_stream(fixture->kept, 100, &(struct http_body_sink){NULL, NULL});
    expect_answer(fixture, fd, "", "100 Continue");
    close(fd);
    /* Refused before the body was asked for: whether it comes is uncertain, so the connection ends. */
    expect_end(fixture, "POST /hello HTTP/1.1\r\n" HOST "Content-Length: 2\r\nExpect: 100-continue\r\n\r\n",
               "\r\n\r\nhi");
    expect_end(fixture, "POST /small HTTP/1.1\r\n" HOST "Content-Length: 20\r\nExpect: 100-continue\r\n\r\n",
               "HTTP/1.1 413");
}

static void streams_bodies(void **state)
{
    static const char half[] = "PUT /stream HTTP/1.1\r\n" HOST "Content-Length: 9\r\n\r\nxyz";
    struct fixture *fixture = *state;
    fixture_start(fixture);
    int fd = fixture_connect(fixture);
    expect_answer(fixture, fd, "PUT /stream HTTP/1.1\r\n" HOST CHUNKED "\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n",
                  "streamed");
    expect_answer(fixture, fd, "PUT /stream HTTP/1.1\r\n" HOST "Content-Length: 0\r\n\r\n", "streamed");
    assert_string_equal(fixture->streamed.data, "abcde..");
    /* The client goes away in the middle: on_closed is the last that is heard. */
    assert_true(fixture_send(fixture, fd, half, sizeof half - 1));
    fixture_turn(fixture, 10);
    close(fd);
    fixture_turn(fixture, 20);
    assert_int_equal(fixture->closed, 1);
    assert_string_equal(fixture->streamed.data, "abcde..xyz");
}

static void throws_away_unwanted_bodies(void **state)
{
    struct fixture *fixture = *state;
    fixture_start(fixture);
    int fd = fixture_connect(fixture);
    expect_answer(fixture, fd, "POST /hello HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\n01234", "\r\n\r\nhi");
    expect_answer(fixture, fd, "POST /hello HTTP/1.1\r\n" HOST CHUNKED "\r\n5\r\n01234\r\n", "\r\n\r\nhi");
    expect_answer(fixture, fd, "0\r\n\r\n" GET("/hello") "\r\n", "\r\n\r\nhi");
    expect_answer(fixture, fd, "POST /early HTTP/1.1\r\n" HOST "Content-Length: 9\r\n\r\n01234", "422 ");
    expect_answer(fixture, fd, "5678" GET("/hello") "\r\n", "\r\n\r\nhi");
    close(fd);
    expect_end(fixture, "POST /hello HTTP/1.1\r\n" HOST "Content-Length: 100000\r\n\r\n01234", "\r\n\r\nhi");
    /* Answered, and then the body turns out to be malformed, or longer than is worth reading. */
    expect_end(fixture, "POST /hello HTTP/1.1\r\n" HOST CHUNKED "\r\nxyz\r\n", "\r\n\r\nhi");
    expect_end(fixture, "POST /hello HTTP/1.1\r\n" HOST CHUNKED "\r\n10001\r\n", "\r\n\r\nhi");
    assert_int_equal(fixture->closed, 0);
}

static void leaves_out_bodies(void **state)
{
    struct fixture *fixture = *state;
    fixture_start(fixture);
    struct str got = str_new(0);
    int fd = fixture_connect(fixture);
    static const char head[] = "HEAD /hello HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n";
    assert_true(fixture_send(fixture, fd, head, sizeof head - 1));
    assert_int_equal(fixture_read(fixture, fd, NULL, &got), CLOSED);
    assert_non_null(strstr(got.data, "Content-Length: 2\r\n"));
    assert_string_equal(got.data + got.length - 4, "\r\n\r\n");
    close(fd);

    str_reset(&got);
    fd = fixture_connect(fixture);
    assert_true(fixture_send(fixture, fd, GET("/later") "\r\n", strlen(GET("/later") "\r\n")));
    http_reply(fixture->kept, 204, NULL, NULL, 0, NULL, 0);
    fixture_read(fixture, fd, "\r\n\r\n", &got);
    assert_non_null(strstr(got.data, "HTTP/1.1 204 No Content\r\n"));
    assert_null(strstr(got.data, "Content-Length"));
    str_destroy(&got);
    close(fd);
}

static void writes_fields(void **state)
{
    struct fixture *fixture = *state;
    fixture_start(fixture);
    int fd = fixture_connect(fixture);
    struct str got = str_new(0);
    assert_true(fixture_send(fixture, fd, GET("/field") "\r\n", strlen(GET("/field") "\r\n")));
    fixture_read(fixture, fd, "\r\n\r\nhi", &got);
    assert_non_null(strstr(got.data, "\r\nETag: \"7\"\r\n"));
    assert_non_null(strstr(got.data, "\r\ncache-control: max-age=60\r\n"));
    assert_null(strstr(got.data, "no-store"));
    str_reset(&got);
    assert_true(fixture_send(fixture, fd, GET("/bad") "\r\n", strlen(GET("/bad") "\r\n")));
    fixture_read(fixture, fd, "status", &got);
    assert_non_null(strstr(got.data, "HTTP/1.1 500"));
    assert_null(strstr(got.data, "Set-Cookie"));
    str_destroy(&got);
    close(fd);
}

static void compresses(void **state)
{
    struct fixture *fixture = *state;
    fixture_start(fixture);
    int fd = fixture_connect(fixture);
    struct str got = str_new(0);
    expect_answer(fixture, fd, GET("/hello") "Accept-Encoding: gzip\r\n\r\n", "\r\n\r\nhi");
    expect_answer(fixture, fd, GET("/json") "Accept-Encoding: br\r\n\r\n", "Content-Length: 4096\r\n\r\nxxx");
    fixture_turn(fixture, 5);
    while (recv(fd, &(char[4096]){0}, 4096, MSG_DONTWAIT) > 0)
        continue;
    for (int i = 0; i < 2; i++) {
        str_reset(&got);
        static const char request[] = GET("/json") "Accept-Encoding: br, gzip;q=0.5\r\n\r\n";
        assert_true(fixture_send(fixture, fd, request, sizeof request - 1));
        fixture_turn(fixture, 20);
        fixture_read(fixture, fd, "\r\n\r\n", &got);
        assert_non_null(strstr(got.data, "\r\nContent-Encoding: gzip\r\n"));
        assert_non_null(strstr(got.data, "\r\nVary: Accept-Encoding\r\n"));
        char *body = strstr(got.data, "\r\n\r\n") + 4;
        unsigned char plain[5000];
        z_stream stream = {.next_in = (Bytef *)body,
                           .avail_in = (uInt)(got.data + got.length - body),
                           .next_out = plain,
                           .avail_out = sizeof plain};
        inflateInit2(&stream, 15 + 16);
        assert_int_equal(inflate(&stream, Z_FINISH), Z_STREAM_END);
        assert_int_equal(stream.total_out, 4096);
        assert_int_equal(stream.avail_in, 0);
        inflateEnd(&stream);
    }
    str_destroy(&got);
    close(fd);
}

/* An answer is owed and may come when the client, or even the server, is gone. */
static void answers_into_the_void(void **state)
{
    struct fixture *fixture = *state;
    fixture_start(fixture);
    int fd = fixture_connect(fixture);
    assert_true(fixture_send(fixture, fd, GET("/later") "\r\n", strlen(GET("/later") "\r\n")));
    shutdown(fd, SHUT_RDWR);
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &(struct linger){1, 0}, sizeof(struct linger));
    close(fd);
    fixture_turn(fixture, 20);
    assert_string_equal(http_request_head(fixture->kept)->path, "/later");
    http_reply(fixture->kept, 200, "text/plain", NULL, 0, "x", 1);

    fd = fixture_connect(fixture);
    unsigned closed = fixture->closed;
    assert_true(fixture_send(fixture, fd, GET("/later") "\r\n", strlen(GET("/later") "\r\n")));
    fixture_turn(fixture, 10);
    http_server_destroy(&fixture->server);
    assert_int_equal(fixture->closed, closed + 1);
    assert_string_equal(http_request_head(fixture->kept)->path, "/later");
    http_reply(fixture->kept, 200, "text/plain", NULL, 0, "x", 1);
    close(fd);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
    const struct CMUnitTest tests[] = {
        TEST(answers),
        TEST(keeps_the_connection),
        TEST(answers_pipelined_requests_in_order),
        TEST(answers_half_closed_clients),
        TEST(refuses_and_closes),
        TEST(lets_the_client_see_the_refusal),
        TEST(sends_continue),
        TEST(streams_bodies),
        TEST(throws_away_unwanted_bodies),
        TEST(leaves_out_bodies),
        TEST(writes_fields),
        TEST(compresses),
        TEST(answers_into_the_void),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
