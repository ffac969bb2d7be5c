/* Base64: the vectors of RFC 4648 and what is no base64. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "gateway/json/base64.h"

static void vectors_of_rfc_4648(void **state)
{
    (void)state;
    static const char *const vectors[][2] = {{"", ""},
                                             {"f", "Zg=="},
                                             {"fo", "Zm8="},
                                             {"foo", "Zm9v"},
                                             {"foob", "Zm9vYg=="},
                                             {"fooba", "Zm9vYmE="},
                                             {"foobar", "Zm9vYmFy"}};
    for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
        char text[16] = "";
        uint8_t bytes[BASE64_DECODED_MAX(16)];
        size_t size;
        base64_encode((const uint8_t *)vectors[i][0], strlen(vectors[i][0]), text);
        assert_string_equal(text, vectors[i][1]);
        assert_int_equal(base64_decode(text, strlen(text), bytes, &size), 0);
        assert_int_equal(size, strlen(vectors[i][0]));
        assert_memory_equal(bytes, vectors[i][0], size);
        size_t unpadded = strcspn(text, "=");
        assert_int_equal(base64_decode(text, unpadded, bytes, &size), 0);
        assert_int_equal(size, strlen(vectors[i][0]));
    }
}

static void both_alphabets(void **state)
{
    (void)state;
    static const uint8_t expected[] = {0xfb, 0xff, 0xbf};
    uint8_t bytes[3];
    size_t size;
    assert_int_equal(base64_decode("+/+/", 4, bytes, &size), 0);
    assert_memory_equal(bytes, expected, 3);
    assert_int_equal(base64_decode("-_-_", 4, bytes, &size), 0);
    assert_memory_equal(bytes, expected, 3);
}

static void refuses(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "Z", "Zg=", "Zg===", "=", "====", "Zh==", "Zm9=", "Zm 9", "Zm\n8", "Zm8=Zm8=", "Z===", "é"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        uint8_t bytes[16];
        size_t size;
        assert_int_equal(base64_decode(wrong[i], strlen(wrong[i]), bytes, &size), -1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(vectors_of_rfc_4648),
        cmocka_unit_test(both_alphabets),
        cmocka_unit_test(refuses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
