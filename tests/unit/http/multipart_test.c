/* The multipart reader: forms as browsers send them, what it refuses, and that the split of the bytes never matters. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/str.h"
#include "gateway/http/multipart.h"

#define TYPE          "multipart/form-data; boundary=XyZ"
#define LITERAL(text) (text), sizeof(text) - 1
#define NAME(name)    "Content-Disposition: form-data; name=\"" name "\"\r\n"

static int begin(const struct multipart_part *part, void *arg)
{
    str_printf(arg, "[%s|%s|%s:", part->name, part->filename != NULL ? part->filename : "-", part->content_type);
    return strcmp(part->name, "stop begin") == 0 ? -1 : 0;
}

static int data(const char *bytes, size_t length, void *arg)
{
    str_append(arg, bytes, length);
    return length >= 4 && memcmp(bytes, "stop", 4) == 0 ? -1 : 0;
}

static int end(void *arg)
{
    str_puts(arg, "]");
    return 0;
}

static const struct multipart_sink sink = {begin, data, end};
static const struct multipart_limits limits = {.parts = 3, .part_size = 20};

static void transcribe(const char *bytes, size_t length, size_t step, struct str *out)
{
    struct multipart *multipart = multipart_new(TYPE, &limits, &sink, out);
    int result = 0;
    for (size_t at = 0; at < length && result == 0; at += step) {
        size_t size = step < length - at ? step : length - at;
        char *piece = malloc(size);
        memcpy(piece, bytes + at, size);
        result = multipart_feed(multipart, piece, size);
        free(piece);
    }
    if (result == 0)
        result = multipart_finish(multipart);
    else
        assert_int_equal(multipart_finish(multipart), -1);
    assert_int_equal(result != 0, *multipart_reason(multipart) != '\0');
    str_puts(out, result == 0 ? "." : multipart_too_large(multipart) ? "!413" : "!400");
    multipart_destroy(&multipart);
}

static void expect(const char *bytes, size_t length, const char *transcript)
{
    static const size_t steps[] = {1 << 20, 1, 2, 3, 5, 8, 13};
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        struct str got = str_new(0);
        transcribe(bytes, length, steps[i], &got);
        if (strcmp(str_text(&got), transcript) != 0)
            print_error("steps of %zu: %s\n", steps[i], bytes);
        assert_string_equal(str_text(&got), transcript);
        str_destroy(&got);
    }
}

static void reads_forms(void **state)
{
    (void)state;
    expect(LITERAL("--XyZ\r\n" NAME("a") "\r\nhello\r\n--XyZ--\r\n"), "[a|-|text/plain:hello].");
    expect(LITERAL("--XyZ\r\n" NAME("a") "\r\n\r\n--XyZ--"), "[a|-|text/plain:].");
    expect(LITERAL("--XyZ--\r\n"), ".");
    expect(LITERAL("--XyZ\r\nContent-Disposition: form-data; name=\"file\"; filename=\"花名册 2026.xlsx\"\r\n"
                   "Content-Type: application/x\r\n\r\nPK\r\n\r\n--XyZ\r\n" NAME("b") "\r\n2\r\n--XyZ--\r\n"),
           "[file|花名册 2026.xlsx|application/x:PK\r\n][b|-|text/plain:2].");
    expect(LITERAL("--XyZ\r\ncontent-disposition:FORM-DATA;NAME=a ;filename=x.csv\r\nX-Other: y\r\n"
                   "Content-Transfer-Encoding: binary\r\n\r\n1\r\n--XyZ--\r\n"),
           "[a|x.csv|text/plain:1].");
    expect(LITERAL("--XyZ\r\nContent-Disposition: form-data; filename=\"C:\\dir\\a \\\"b\\\".csv\"; name=f\r\n\r\n1\r\n"
                   "--XyZ--\r\n"),
           "[f|a \"b\".csv|text/plain:1].");
    expect(LITERAL("--XyZ\r\nContent-Disposition: form-data; filename=\"../../x\"; name=f\r\n\r\n1\r\n--XyZ--\r\n"),
           "[f|x|text/plain:1].");
    expect(LITERAL("--XyZ\r\nContent-Disposition: form-data; filename=\"\"; name=f\r\n\r\n1\r\n--XyZ--\r\n"),
           "[f||text/plain:1].");
}

static void keeps_what_only_looks_like_a_delimiter(void **state)
{
    (void)state;
    expect(LITERAL("--XyZ\r\n" NAME("a") "\r\n\r\n--Xy\r\n--Xz\r\r\n-\r\r\n--XyZ--"),
           "[a|-|text/plain:\r\n--Xy\r\n--Xz\r\r\n-\r].");
    expect(LITERAL("--XyZ\r\n" NAME("a") "\r\n--XyZ\n--XyZ\r\n--XyZ--"), "[a|-|text/plain:--XyZ\n--XyZ].");
    expect(LITERAL("--XyZ\r\n" NAME("a") "\r\n\r\n--xyz--\r\n--XyZ--"), "[a|-|text/plain:\r\n--xyz--].");
}

static void refuses_bad_frames(void **state)
{
    (void)state;
    expect(LITERAL(""), "!400");
    expect(LITERAL("--XyZ"), "!400");
    expect(LITERAL("--XyZ\r\n"), "!400");
    expect(LITERAL("--XyZ-"), "!400");
    expect(LITERAL("--XyZ--\r"), "!400");
    expect(LITERAL("--XyZ--x"), "!400");
    expect(LITERAL("--XyZ--\r\nepilogue"), "!400");
    expect(LITERAL("preamble\r\n--XyZ--\r\n"), "!400");
    expect(LITERAL("\r\n--XyZ--\r\n"), "!400");
    expect(LITERAL("--xyz--\r\n"), "!400");
    expect(LITERAL("--XyZ \r\n" NAME("a") "\r\n1\r\n--XyZ--\r\n"), "!400");
    expect(LITERAL("--XyZ\n" NAME("a") "\r\n1\r\n--XyZ--\r\n"), "!400");
    expect(LITERAL("--XyZ\r\n" NAME("a") "\r\n1\r\n--XyZ"), "[a|-|text/plain:1]!400");
    expect(LITERAL("--XyZ\r\n" NAME("a") "\r\n1\r\n--XyZW\r\n"), "[a|-|text/plain:1]!400");
    expect(LITERAL("--XyZ\r\n" NAME("a") "\r\n1"), "[a|-|text/plain:1!400");
    expect(LITERAL("--XyZ\r\n" NAME("a") "\r\n1\r\n--XyZ-x"), "[a|-|text/plain:1]!400");
}

static void refuses_bad_heads(void **state)
{
    (void)state;
    static const char *const heads[] = {
        "",
        "X: y\r\n",
        "Content-Disposition: form-data\r\n",
        "Content-Disposition: form-data; name=\"\"\r\n",
        "Content-Disposition: form-data; name\r\n",
        "Content-Disposition: form-data; name=\r\n",
        "Content-Disposition: form-data; name=\"a\r\n",
        "Content-Disposition: form-data; name=\"a\\\"\r\n",
        "Content-Disposition: form-data; name=\"a\"x\r\n",
        "Content-Disposition: form-data; name=\"a\";\r\n",
        "Content-Disposition: form-data, name=\"a\"\r\n",
        "Content-Disposition: form-data; name=a; name=b\r\n",
        "Content-Disposition: form-data; name=a; filename=b; filename=c\r\n",
        "Content-Disposition: form-data; name=a; filename*=UTF-8''b\r\n",
        "Content-Disposition: form-data; name=a; size=3\r\n",
        "Content-Disposition: form-data; name=\"a\tb\"\r\n",
        "Content-Disposition: form-data; name=\"\xFF\"\r\n",
        "Content-Disposition: form-data; name=a; filename=\"\xC0\xAF\"\r\n",
        "Content-Disposition: attachment; name=\"a\"\r\n",
        "Content-Disposition : form-data; name=\"a\"\r\n",
        " Content-Disposition: form-data; name=\"a\"\r\n",
        ": x\r\n" NAME("a"),
        NAME("a") NAME("a"),
        NAME("a") "Content-Type: x\r\nContent-Type: y\r\n",
        NAME("a") "Content-Type:\r\n",
        NAME("a") "Content-Transfer-Encoding: base64\r\n",
        NAME("a") "X: a\r\n folded\r\n",
        NAME("a") "X: a\nY: b\r\n",
        NAME("a") "X: a\rb\r\n",
        NAME("a") "X: \x01\r\n",
    };
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) {
        struct str text = str_new(0);
        str_printf(&text, "--XyZ\r\n%s\r\n1\r\n--XyZ--\r\n", heads[i]);
        expect(text.data, text.length, "!400");
        str_destroy(&text);
    }
    expect(LITERAL("--XyZ\r\n" NAME("a") "X: \0\r\n\r\n1\r\n--XyZ--\r\n"), "!400");
}

static void bounds(void **state)
{
    (void)state;
    expect(LITERAL("--XyZ\r\n" NAME("a") "\r\n12345678901234567890\r\n--XyZ--\r\n"),
           "[a|-|text/plain:12345678901234567890].");
    expect(LITERAL("--XyZ\r\n" NAME("a") "\r\n\r\n--Xy\r\n--Xy\r\n--Xy\r\n--Xy\r\n--XyZ--\r\n"),
           "[a|-|text/plain:\r\n--Xy\r\n--Xy\r\n--Xy\r\n!413");
#define PART "--XyZ\r\n" NAME("a") "\r\n1\r\n"
    expect(LITERAL(PART PART PART "--XyZ--"), "[a|-|text/plain:1][a|-|text/plain:1][a|-|text/plain:1].");
    expect(LITERAL(PART PART PART PART "--XyZ--"), "[a|-|text/plain:1][a|-|text/plain:1][a|-|text/plain:1]!413");
    struct str head = str_new(0);
    str_puts(&head, "--XyZ\r\n" NAME("a") "X: ");
    memset(str_extend(&head, MULTIPART_HEAD_MAX), 'x', MULTIPART_HEAD_MAX);
    expect(head.data, head.length, "!413");
    str_destroy(&head);
}

static void stops_with_the_receiver(void **state)
{
    (void)state;
    struct str out = str_new(0);
    struct multipart *multipart = multipart_new(TYPE, &limits, &sink, &out);
    assert_int_equal(multipart_feed(multipart, LITERAL("--XyZ\r\n" NAME("a") "\r\nstop")), -1);
    assert_int_equal(multipart_feed(multipart, LITERAL("x")), -1);
    multipart_destroy(&multipart);
    multipart = multipart_new(TYPE, &limits, &sink, &out);
    assert_int_equal(multipart_feed(multipart, LITERAL("--XyZ\r\n" NAME("stop begin") "\r\nx")), -1);
    multipart_destroy(&multipart);
    str_destroy(&out);
}

static void reads_the_boundary(void **state)
{
    (void)state;
    static const struct {
        const char *type;
        bool good;
    } types[] = {
        {"multipart/form-data; boundary=a", true},
        {"Multipart/Form-Data;charset=utf-8; BOUNDARY=\"a b\"", true},
        {"multipart/form-data; boundary=----WebKitFormBoundary'()+_,-./:=?", false}, /* ',' needs quotes */
        {"multipart/form-data; boundary=----WebKitFormBoundary7MA4YWxkTrZu0gW", true},
        {"multipart/form-data", false},
        {"multipart/form-data; boundary=", false},
        {"multipart/form-data; boundary=\"\"", false},
        {"multipart/form-data; boundary=\"a \"", false},
        {"multipart/form-data; boundary=a; boundary=a", false},
        {"multipart/form-datax; boundary=a", false},
        {"multipart/mixed; boundary=a", false},
        {"multipart/form-data; boundary=1234567890123456789012345678901234567890123456789012345678901234567890", true},
        {"multipart/form-data; boundary=12345678901234567890123456789012345678901234567890123456789012345678901",
         false},
    };
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        struct multipart *multipart = multipart_new(types[i].type, &limits, &sink, NULL);
        if ((multipart != NULL) != types[i].good)
            print_error("%s\n", types[i].type);
        assert_int_equal(multipart != NULL, types[i].good);
        multipart_destroy(&multipart);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_forms),
        cmocka_unit_test(keeps_what_only_looks_like_a_delimiter),
        cmocka_unit_test(refuses_bad_frames),
        cmocka_unit_test(refuses_bad_heads),
        cmocka_unit_test(bounds),
        cmocka_unit_test(stops_with_the_receiver),
        cmocka_unit_test(reads_the_boundary),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
