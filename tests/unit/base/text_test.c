/* base/err, base/utf8 and base/hex. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"
#include "base/hex.h"
#include "base/utf8.h"

static void error_is_filled_and_cut(void **state)
{
    (void)state;
    struct err err = {0};
    assert_int_equal(err_field(&err, 7, "months[1]", "member %d", 5), -1);
    assert_int_equal(err.code, 7);
    assert_string_equal(err.field, "months[1]");
    assert_string_equal(err.detail, "member 5");
    char chinese[100] = "";
    for (int i = 0; i < 30; i++)
        memcpy(chinese + 3 * i, "党", 4);
    assert_int_equal(err_param(&err, "name", "x%s", chinese), -1);
    assert_int_equal(strlen(err.params[0].value), 61); /* x and 20 characters: half a character is never kept */
    for (int i = 0; i < 10; i++)
        err_param(&err, "more", "v");
    assert_int_equal(err.params_count, ERR_PARAMS_MAX);
    err_set(&err, 8, "again");
    assert_int_equal(err.params_count, 0);
    assert_string_equal(err.field, "");
    assert_int_equal(err_set(NULL, 8, "nobody asks"), -1);
    err_clear(&err);
    assert_int_equal(err.code, 0);
}

static void utf8_vectors(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t size;
        int characters; /* -1: refused */
    } vectors[] = {
        {"", 0, 0},
        {"dandelion", 9, 9},
        {"a\0b", 3, 3},
        {"蒲公英", 9, 3},
        {"\xf0\xac\xb1\x96", 4, 1},  /* U+2CC56, a rare character of names */
        {"\xf4\x8f\xbf\xbf", 4, 1},  /* U+10FFFF */
        {"\xf4\x90\x80\x80", 4, -1}, /* above it */
        {"\xc0\x80", 2, -1},         /* overlong NUL */
        {"\xc1\xbf", 2, -1},         /* overlong */
        {"\xe0\x9f\xbf", 3, -1},     /* overlong */
        {"\xf0\x8f\xbf\xbf", 4, -1}, /* overlong */
        {"\xed\xa0\x80", 3, -1},     /* surrogate */
        {"\xed\x9f\xbf", 3, 1},      /* just below */
        {"\xee\x80\x80", 3, 1},      /* just above */
        {"\x80", 1, -1},             /* continuation alone */
        {"\xe8\x92", 2, -1},         /* cut */
        {"\xe8\x92\x28", 3, -1},     /* bad third byte */
        {"\xff", 1, -1},             /* never used */
        {"12345678\xe8\x92\xb2"
         "12345678",
         19, 17}, /* around the fast path */
        {"1234567\x80", 8, -1},
    };
    for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
        size_t characters = 99;
        bool valid = utf8_count(vectors[i].text, vectors[i].size, &characters);
        assert_int_equal(valid, vectors[i].characters >= 0);
        assert_int_equal(characters, valid ? (size_t)vectors[i].characters : 99);
        assert_int_equal(utf8_valid(vectors[i].text, vectors[i].size), valid);
    }
}

static void utf8_round_trip(void **state)
{
    (void)state;
    size_t refused = 0;
    for (uint32_t c = 0; c <= 0x110000; c++) {
        char text[4];
        uint32_t back = 0;
        size_t size = utf8_encode(c, text);
        if (size == 0) {
            refused++;
            continue;
        }
        assert_int_equal(utf8_decode(text, size, &back), size);
        assert_int_equal(back, c);
        for (size_t cut = 1; cut < size; cut++)
            assert_int_equal(utf8_decode(text, cut, &back), 0);
    }
    assert_int_equal(refused, 2048 + 1);
}

static void utf8_cut_leaves_whole_characters(void **state)
{
    (void)state;
    const char *whole = "a党\xf0\xac\xb1\x96";
    static const char *const expected[] = {"", "a", "a", "a", "a党", "a党", "a党", "a党", "a党\xf0\xac\xb1\x96"};
    for (size_t i = 0; i <= strlen(whole); i++) {
        char text[16] = "";
        memcpy(text, whole, i);
        utf8_cut(text);
        assert_string_equal(text, expected[i]);
    }
}

static void hex_both_ways(void **state)
{
    (void)state;
    char text[7] = "";
    unsigned char bytes[3] = {0};
    hex_encode("\x00\xaf\xff", 3, text);
    assert_string_equal(text, "00afff");
    assert_int_equal(hex_decode("00AFff", 6, bytes), 0);
    assert_memory_equal(bytes, "\x00\xaf\xff", 3);
    assert_int_equal(hex_decode("0", 1, bytes), -1);
    assert_int_equal(hex_decode("0g", 2, bytes), -1);
}

static void base64url_vectors(void **state)
{
    (void)state;
    static const struct {
        const char *plain, *text;
    } vectors[] = {{"", ""},           {"f", "Zg"},          {"fo", "Zm8"},           {"foo", "Zm9v"},
                   {"foob", "Zm9vYg"}, {"fooba", "Zm9vYmE"}, {"\xff\xfe\xfd", "__79"}};
    for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
        char text[16], plain[16];
        size_t size, length = strlen(vectors[i].plain);
        assert_string_equal(base64url_encode(vectors[i].plain, length, text), vectors[i].text);
        assert_int_equal(strlen(text), base64url_length(length));
        assert_int_equal(base64url_decode(text, strlen(text), plain, sizeof plain, &size), 0);
        assert_int_equal(size, length);
        assert_memory_equal(plain, vectors[i].plain, length);
    }
    char out[4];
    size_t size;
    assert_int_equal(base64url_decode("Zg==", 4, out, sizeof out, &size), -1); /* padding */
    assert_int_equal(base64url_decode("Zh", 2, out, sizeof out, &size), -1);   /* bits that must be zero */
    assert_int_equal(base64url_decode("Z", 1, out, sizeof out, &size), -1);
    assert_int_equal(base64url_decode("Zm+v", 4, out, sizeof out, &size), -1);
    assert_int_equal(base64url_decode("Zm9vYmE", 7, out, sizeof out, &size), -1); /* no room */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(error_is_filled_and_cut), cmocka_unit_test(utf8_vectors),
        cmocka_unit_test(utf8_round_trip),         cmocka_unit_test(utf8_cut_leaves_whole_characters),
        cmocka_unit_test(hex_both_ways),           cmocka_unit_test(base64url_vectors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
