/* The strict request reader: what it accepts, every attack it refuses, and that the split of the bytes never matters.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/str.h"
#include "gateway/http/reader.h"

#define HOST          "Host: street.example\r\n"
#define LITERAL(text) (text), sizeof(text) - 1

/* What reading `length` bytes in steps of `step` brings: "HEAD", body bytes, "|END" and the bytes left over, or
 * "!status". */
static void transcribe(const char *bytes, size_t length, size_t step, uint64_t most, struct str *out)
{
    struct http_reader *reader = http_reader_new();
    size_t given = 0;
    for (size_t at = 0;;) {
        if (given < at + step)
            given = at + step < length ? at + step : length;
        enum http_reader_event event;
        /* A copy of exact size, so that the sanitizers see every read past the end. */
        char *piece = malloc(given - at + 1);
        memcpy(piece, bytes + at, given - at);
        at += http_reader_feed(reader, piece, given - at, &event);
        size_t piece_length;
        const char *body = http_reader_piece(reader, &piece_length);
        if (event == HTTP_READER_BODY)
            str_append(out, body, piece_length);
        free(piece);
        if (event == HTTP_READER_HEAD) {
            str_printf(out, "%s %s?%s:", http_method_name(http_reader_head(reader)->method),
                       http_reader_head(reader)->path, http_reader_head(reader)->query);
            http_reader_limit_body(reader, most);
        } else if (event == HTTP_READER_REFUSED) {
            str_printf(out, "!%d", http_reader_refusal(reader)->status);
            break;
        } else if (event == HTTP_READER_END) {
            str_printf(out, "|END %zu left", length - at);
            break;
        } else if (event == HTTP_READER_MORE && at == length) {
            str_puts(out, "...");
            break;
        }
    }
    http_reader_destroy(&reader);
}

static void expect_limited(const char *bytes, size_t length, uint64_t most, const char *transcript)
{
    static const size_t steps[] = {SIZE_MAX / 2, 1, 2, 3, 7, 64};
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        struct str got = str_new(0);
        transcribe(bytes, length, steps[i], most, &got);
        if (strcmp(str_text(&got), transcript) != 0)
            print_error("steps of %zu: %.80s\n", steps[i], bytes);
        assert_string_equal(str_text(&got), transcript);
        str_destroy(&got);
    }
}

static void expect(const char *bytes, size_t length, const char *transcript)
{
    expect_limited(bytes, length, 1000, transcript);
}

static void accepts_plain_requests(void **state)
{
    (void)state;
    expect(LITERAL("GET / HTTP/1.1\r\n" HOST "\r\n"), "GET /?:|END 0 left");
    expect(LITERAL("GET /v1/members?page_size=5&q=%E6%9D%8E HTTP/1.1\r\n" HOST "Accept: */*\r\n\r\n"),
           "GET /v1/members?page_size=5&q=%E6%9D%8E:|END 0 left");
    expect(LITERAL("POST /v1/dues:quote HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\nhello"),
           "POST /v1/dues:quote?:hello|END 0 left");
    expect(LITERAL("POST / HTTP/1.1\r\n" HOST "content-length:0005\t\r\n\r\nhello"), "POST /?:hello|END 0 left");
    expect(LITERAL("PUT / HTTP/1.1\r\n" HOST "Content-Length: 0\r\n\r\n"), "PUT /?:|END 0 left");
    expect(LITERAL("PATCH /a%20b/%E6%9D%8E HTTP/1.1\r\n" HOST "\r\n"), "PATCH /a b/李?:|END 0 left");
    expect(LITERAL("OPTIONS /.well-known/x.. HTTP/1.1\r\n" HOST "\r\n"), "OPTIONS /.well-known/x..?:|END 0 left");
    expect(LITERAL("HEAD //a HTTP/1.1\r\n" HOST "\r\n"), "HEAD //a?:|END 0 left");
    expect(LITERAL("DELETE /? HTTP/1.1\r\n" HOST "\r\n"), "DELETE /?:|END 0 left");
    expect(LITERAL("GET /?a?b/c HTTP/1.1\r\n" HOST "X: \xE6\x9D\x8E\r\nEmpty:\r\n\r\n"), "GET /?a?b/c:|END 0 left");
}

static void accepts_chunks(void **state)
{
    (void)state;
#define CHUNKED "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n"
    expect(LITERAL(CHUNKED "5\r\nhello\r\n0\r\n\r\n"), "POST /?:hello|END 0 left");
    expect(LITERAL(CHUNKED "1\r\na\r\n00B\r\nbcdefghijkl\r\n000\r\n\r\nGET"), "POST /?:abcdefghijkl|END 3 left");
    expect(LITERAL(CHUNKED "0\r\n\r\n"), "POST /?:|END 0 left");
    expect(LITERAL("POST / HTTP/1.1\r\n" HOST "TRANSFER-ENCODING: Chunked\r\n\r\n2\r\n\r\n\r\n0\r\n\r\n"),
           "POST /?:\r\n|END 0 left");
    expect(LITERAL(CHUNKED "5\r\nhel"), "POST /?:hel...");
}

static void refuses_bad_chunks(void **state)
{
    (void)state;
    expect(LITERAL(CHUNKED "\r\n\r\n"), "POST /?:!400");
    expect(LITERAL(CHUNKED "0x3\r\nabc\r\n0\r\n\r\n"), "POST /?:!400");
    expect(LITERAL(CHUNKED "+3\r\nabc\r\n0\r\n\r\n"), "POST /?:!400");
    expect(LITERAL(CHUNKED "-3\r\nabc\r\n0\r\n\r\n"), "POST /?:!400");
    expect(LITERAL(CHUNKED " 3\r\nabc\r\n0\r\n\r\n"), "POST /?:!400");
    expect(LITERAL(CHUNKED "3 \r\nabc\r\n0\r\n\r\n"), "POST /?:!400");
    expect(LITERAL(CHUNKED "3;ext=1\r\nabc\r\n0\r\n\r\n"), "POST /?:!400");
    expect(LITERAL(CHUNKED "3;\nxx\r\nabc\r\n0\r\n\r\n"), "POST /?:!400");
    expect(LITERAL(CHUNKED "3\nabc\r\n0\r\n\r\n"), "POST /?:!400");
    expect(LITERAL(CHUNKED "3\rabc\r\n0\r\n\r\n"), "POST /?:!400");
    expect(LITERAL(CHUNKED "3\r\nabcd\r\n0\r\n\r\n"), "POST /?:abc!400");
    expect(LITERAL(CHUNKED "3\r\nabc\n0\r\n\r\n"), "POST /?:abc!400");
    expect(LITERAL(CHUNKED "3\r\nabc\rX0\r\n\r\n"), "POST /?:abc!400");
    expect(LITERAL(CHUNKED "3\r\nabc\r\n0\r\nTrailer: x\r\n\r\n"), "POST /?:abc!400");
    expect(LITERAL(CHUNKED "3\r\nabc\r\n0\r\n\rX"), "POST /?:abc!400");
    expect(LITERAL(CHUNKED "10000000000000003\r\nabc\r\n0\r\n\r\n"), "POST /?:!400");
    expect(LITERAL(CHUNKED "fffffffffffffff\r\nabc"), "POST /?:!413");
}

static void bounds_the_body(void **state)
{
    (void)state;
    static const char ten[] = "POST / HTTP/1.1\r\n" HOST "Content-Length: 10\r\n\r\n0123456789";
    expect_limited(LITERAL(ten), 10, "POST /?:0123456789|END 0 left");
    expect_limited(LITERAL(ten), 9, "POST /?:!413");
    static const char chunks[] = CHUNKED "6\r\n012345\r\n4\r\n6789\r\n0\r\n\r\n";
    expect_limited(LITERAL(chunks), 10, "POST /?:0123456789|END 0 left");
    expect_limited(LITERAL(chunks), 9, "POST /?:012345!413");
    expect_limited(LITERAL(chunks), 0, "POST /?:!413");
    expect_limited(LITERAL(chunks), UINT64_MAX, "POST /?:0123456789|END 0 left");
    expect(LITERAL("POST / HTTP/1.1\r\n" HOST "Content-Length: 99999999999999999999\r\n\r\n"), "!413");
    expect(LITERAL("POST / HTTP/1.1\r\n" HOST "Content-Length: 999999999999999999\r\n\r\n"), "POST /?:!413");
}

#define GET  "GET / HTTP/1.1\r\n"
#define POST "POST / HTTP/1.1\r\n" HOST

static void refuses_bad_framing(void **state)
{
    (void)state;
    expect(LITERAL(POST "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), "!400");
    expect(LITERAL(POST "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n"), "!400");
    expect(LITERAL(POST "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd"), "!400");
    expect(LITERAL(POST "Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc"), "!400");
    expect(LITERAL(POST "Content-Length: 3, 3\r\n\r\nabc"), "!400");
    expect(LITERAL(POST "Content-Length: +3\r\n\r\nabc"), "!400");
    expect(LITERAL(POST "Content-Length: -3\r\n\r\nabc"), "!400");
    expect(LITERAL(POST "Content-Length: 0x3\r\n\r\nabc"), "!400");
    expect(LITERAL(POST "Content-Length: 3 0\r\n\r\nabc"), "!400");
    expect(LITERAL(POST "Content-Length: \r\n\r\n"), "!400");
    expect(LITERAL(POST "Content-Length: 3;\r\n\r\nabc"), "!400");
    expect(LITERAL(POST "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"), "!400");
    expect(LITERAL(POST "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n"), "!400");
    expect(LITERAL(POST "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"), "!400");
    expect(LITERAL(POST "Transfer-Encoding: \"chunked\"\r\n\r\n0\r\n\r\n"), "!400");
    expect(LITERAL(POST "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), "!400");
    expect(LITERAL(POST "Transfer-Encoding: identity\r\n\r\n"), "!400");
    expect(LITERAL(POST "Transfer-Encoding:\r\n\r\n"), "!400");
    expect(LITERAL(POST "Transfer-Encoding: chunked\v\r\n\r\n0\r\n\r\n"), "!400");
    expect(LITERAL(POST "Expect: 200-ok\r\n\r\n"), "!417");
}

static void refuses_bad_fields(void **state)
{
    (void)state;
    expect(LITERAL(GET HOST "X : y\r\n\r\n"), "!400");
    expect(LITERAL(GET HOST ": y\r\n\r\n"), "!400");
    expect(LITERAL(GET HOST "X\r\n\r\n"), "!400");
    expect(LITERAL(GET HOST "X\ty: z\r\n\r\n"), "!400");
    expect(LITERAL(GET HOST "X(y): z\r\n\r\n"), "!400");
    expect(LITERAL(GET HOST "\xC3\xA9: z\r\n\r\n"), "!400");
    expect(LITERAL(GET HOST "X: a\0b\r\n\r\n"), "!400");
    expect(LITERAL(GET HOST "X: a\x01\r\n\r\n"), "!400");
    expect(LITERAL(GET HOST "X: a\x7F\r\n\r\n"), "!400");
    expect(LITERAL(GET HOST "X\0: a\r\n\r\n"), "!400");
    expect(LITERAL(GET HOST "X: a\r\n b\r\n\r\n"), "!400");
    expect(LITERAL(GET HOST "X: a\r\n\tb\r\n\r\n"), "!400");
    expect(LITERAL(GET " " HOST "\r\n"), "!400");
    expect(LITERAL(GET "Host: x\nX: y\r\n\r\n"), "!400");
    expect(LITERAL(GET HOST "X: a\rb\r\n\r\n"), "!400");
    expect(LITERAL(GET HOST "X: a\r\r\n\r\n"), "!400");
    expect(LITERAL("GET / HTTP/1.1\nHost: x\n\n"), "!400");
    expect(LITERAL(GET HOST "\n"), "!400");
    expect(LITERAL(GET "\r\n"), "!400");
    expect(LITERAL(GET HOST HOST "\r\n"), "!400");
    expect(LITERAL(GET "Host: \r\n\r\n"), "!400");
    expect(LITERAL(GET "Host: a b\r\n\r\n"), "!400");
    expect(LITERAL(GET "Host: a/b\r\n\r\n"), "!400");
    expect(LITERAL(GET "Host: u@a\r\n\r\n"), "!400");
}

static void refuses_bad_request_lines(void **state)
{
    (void)state;
    expect(LITERAL("GET / HTTP/1.0\r\n\r\n"), "!505");
    expect(LITERAL("GET / HTTP/1.2\r\n" HOST "\r\n"), "!505");
    expect(LITERAL("GET / HTTP/2.0\r\n" HOST "\r\n"), "!505");
    expect(LITERAL("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), "!505");
    expect(LITERAL("GET / HTTP/1.10\r\n" HOST "\r\n"), "!400");
    expect(LITERAL("GET / http/1.1\r\n" HOST "\r\n"), "!400");
    expect(LITERAL("GET / HTTP/11\r\n" HOST "\r\n"), "!400");
    expect(LITERAL("GET /\r\n\r\n"), "!400");
    expect(LITERAL("GET\r\n\r\n"), "!400");
    expect(LITERAL("\r\nGET / HTTP/1.1\r\n" HOST "\r\n"), "!400");
    expect(LITERAL(" GET / HTTP/1.1\r\n" HOST "\r\n"), "!400");
    expect(LITERAL("GET  / HTTP/1.1\r\n" HOST "\r\n"), "!400");
    expect(LITERAL("GET /  HTTP/1.1\r\n" HOST "\r\n"), "!400");
    expect(LITERAL("GET / HTTP/1.1 \r\n" HOST "\r\n"), "!400");
    expect(LITERAL("GET\t/ HTTP/1.1\r\n" HOST "\r\n"), "!400");
    expect(LITERAL("GET /a b HTTP/1.1\r\n" HOST "\r\n"), "!400");
    expect(LITERAL("get / HTTP/1.1\r\n" HOST "\r\n"), "!501");
    expect(LITERAL("TRACE / HTTP/1.1\r\n" HOST "\r\n"), "!501");
    expect(LITERAL("CONNECT a:1 HTTP/1.1\r\n" HOST "\r\n"), "!501");
    expect(LITERAL("BREW / HTTP/1.1\r\n" HOST "\r\n"), "!501");
    expect(LITERAL("G(T / HTTP/1.1\r\n" HOST "\r\n"), "!400");
    expect(LITERAL("\x16\x03\x01\x02\x00\x01"), "!400"); /* TLS on the plain port */
}

static void refuses_bad_targets(void **state)
{
    (void)state;
    static const char *const targets[] = {"*",
                                          "a",
                                          "/%",
                                          "/%4",
                                          "/%zz",
                                          "/%00",
                                          "/%0a",
                                          "/%2f",
                                          "/%5C",
                                          "/%ff",
                                          "/%c0%ae",
                                          "/%ed%a0%80",
                                          "/..",
                                          "/a/../b",
                                          "/./a",
                                          "/a/.",
                                          "/%2e%2E",
                                          "/a\"b",
                                          "/<a>",
                                          "/a\\b",
                                          "/a#b",
                                          "/?a#b",
                                          "/?%",
                                          "/?%4",
                                          "/?%xy",
                                          "/?a\"",
                                          "/\xE6\x9D\x8E",
                                          "/?\xE6",
                                          "?a",
                                          "ftp://street.example/",
                                          "http://other.example/",
                                          "http://street.example:80/",
                                          "http:///",
                                          "http://",
                                          "http://u@street.example/",
                                          "//..//",
                                          "https://street.example.evil/"};
    for (size_t i = 0; i < sizeof targets / sizeof *targets; i++) {
        struct str text = str_new(0);
        str_printf(&text, "GET %s HTTP/1.1\r\n" HOST "\r\n", targets[i]);
        expect(text.data, text.length, "!400");
        str_destroy(&text);
    }
}

static void accepts_absolute_targets_of_this_host(void **state)
{
    (void)state;
    expect(LITERAL("GET http://street.example/a?b HTTP/1.1\r\n" HOST "\r\n"), "GET /a?b:|END 0 left");
    expect(LITERAL("GET HTTPS://Street.Example HTTP/1.1\r\n" HOST "\r\n"), "GET /?:|END 0 left");
    expect(LITERAL("GET http://street.example?x=1 HTTP/1.1\r\n" HOST "\r\n"), "GET /?x=1:|END 0 left");
    expect(LITERAL("GET http://[::1]:80/ HTTP/1.1\r\nHost: [::1]:80\r\n\r\n"), "GET /?:|END 0 left");
}

/* A head of `length` bytes in all. */
static struct str head_of(size_t length)
{
    struct str text = str_new(0);
    str_puts(&text, GET HOST "X: ");
    memset(str_extend(&text, length - text.length - 4), 'a', length - text.length - 4);
    str_puts(&text, "\r\n\r\n");
    return text;
}

static void bounds_the_head(void **state)
{
    (void)state;
    struct str largest = head_of(HTTP_HEAD_MAX);
    assert_int_equal(largest.length, HTTP_HEAD_MAX);
    expect(largest.data, largest.length, "GET /?:|END 0 left");
    str_destroy(&largest);
    struct str larger = head_of(HTTP_HEAD_MAX + 1);
    expect(larger.data, larger.length, "!431");
    str_destroy(&larger);

    for (size_t count = HTTP_HEADERS_MAX; count <= HTTP_HEADERS_MAX + 1; count++) {
        struct str many = str_new(0);
        str_puts(&many, GET HOST);
        for (size_t i = 1; i < count; i++)
            str_puts(&many, "a:\r\n");
        str_puts(&many, "\r\n");
        expect(many.data, many.length, count == HTTP_HEADERS_MAX ? "GET /?:|END 0 left" : "!431");
        str_destroy(&many);
    }
    /* The decoded path needs its room beside the largest head. */
    struct str path = str_new(0);
    str_puts(&path, "GET /%41");
    memset(str_extend(&path, 16000), 'b', 16000);
    str_puts(&path, " HTTP/1.1\r\n" HOST "\r\n");
    struct str transcript = str_new(0);
    str_puts(&transcript, "GET /A");
    memset(str_extend(&transcript, 16000), 'b', 16000);
    str_puts(&transcript, "?:|END 0 left");
    expect(path.data, path.length, transcript.data);
    str_destroy(&path);
    str_destroy(&transcript);
}

static void leaves_the_next_request(void **state)
{
    (void)state;
    static const char two[] = POST "Content-Length: 3\r\n\r\nabcGET /second HTTP/1.1\r\n" HOST "\r\n";
    struct http_reader *reader = http_reader_new();
    enum http_reader_event event;
    size_t at = 0;
    assert_false(http_reader_started(reader));
    do {
        at += http_reader_feed(reader, two + at, sizeof two - 1 - at, &event);
    } while (event != HTTP_READER_END);
    assert_memory_equal(two + at, "GET /second", 11);
    assert_int_equal(http_reader_feed(reader, two + at, 5, &event), 0);
    assert_int_equal(event, HTTP_READER_END);

    http_reader_next(reader);
    assert_false(http_reader_started(reader));
    at += http_reader_feed(reader, two + at, 1, &event);
    assert_true(http_reader_started(reader));
    http_reader_feed(reader, two + at, sizeof two - 1 - at, &event);
    assert_int_equal(event, HTTP_READER_HEAD);
    assert_string_equal(http_reader_head(reader)->path, "/second");
    assert_int_equal(http_reader_head(reader)->content_length, 0);
    assert_int_equal(http_reader_feed(reader, NULL, 0, &event), 0);
    assert_int_equal(event, HTTP_READER_END);
    http_reader_destroy(&reader);
    http_reader_destroy(&reader);
}

static void hands_out_the_fields(void **state)
{
    (void)state;
    static const char text[] =
        GET HOST "X-One:  a b \t\r\nx-one: c\r\nAccept-Encoding: br;q=1, gzip ;q=0.000,deflate\r\n"
                 "Connection: x,\tClose\r\nExpect: 100-Continue\r\n\r\n";
    struct http_reader *reader = http_reader_new();
    enum http_reader_event event;
    http_reader_feed(reader, text, sizeof text - 1, &event);
    assert_int_equal(event, HTTP_READER_HEAD);
    const struct http_head *head = http_reader_head(reader);
    assert_string_equal(head->host, "street.example");
    assert_string_equal(http_head_get(head, "x-one"), "a b");
    assert_int_equal(http_head_count(head, "x-one"), 2);
    assert_null(http_head_get(head, "x-two"));
    assert_true(http_head_lists(head, "accept-encoding", "br"));
    assert_true(http_head_lists(head, "accept-encoding", "Deflate"));
    assert_false(http_head_lists(head, "accept-encoding", "gzip"));
    assert_false(http_head_lists(head, "accept-encoding", "zip"));
    assert_false(http_head_lists(head, "accept", "zip"));
    assert_false(head->keep_alive);
    assert_true(head->expect_continue);
    http_reader_destroy(&reader);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(accepts_plain_requests),
        cmocka_unit_test(accepts_chunks),
        cmocka_unit_test(refuses_bad_chunks),
        cmocka_unit_test(bounds_the_body),
        cmocka_unit_test(refuses_bad_framing),
        cmocka_unit_test(refuses_bad_fields),
        cmocka_unit_test(refuses_bad_request_lines),
        cmocka_unit_test(refuses_bad_targets),
        cmocka_unit_test(accepts_absolute_targets_of_this_host),
        cmocka_unit_test(bounds_the_head),
        cmocka_unit_test(leaves_the_next_request),
        cmocka_unit_test(hands_out_the_fields),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
