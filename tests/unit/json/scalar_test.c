/* Integers of every type at their edges, from JSON numbers and from text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "errors.h"
#include "gateway/json/scalar.h"

static int from_text(ProtobufCType type, const char *text, void *slot)
{
    ProtobufCFieldDescriptor field = {.name = "x", .type = type};
    return scalar_from_text(&field, text, strlen(text), NULL, slot);
}

static void edges_as_text(void **state)
{
    (void)state;
    static const struct {
        ProtobufCType type;
        const char *least, *below, *most, *above;
    } edges[] = {
        {PROTOBUF_C_TYPE_INT32, "-2147483648", "-2147483649", "2147483647", "2147483648"},
        {PROTOBUF_C_TYPE_SINT32, "-2147483648", "-9999999999999999999", "2147483647", "9999999999999999999"},
        {PROTOBUF_C_TYPE_SFIXED32, "-2147483648", "-2147483649", "2147483647", "4294967296"},
        {PROTOBUF_C_TYPE_UINT32, "0", "-1", "4294967295", "4294967296"},
        {PROTOBUF_C_TYPE_FIXED32, "0", "-4294967295", "4294967295", "18446744073709551615"},
        {PROTOBUF_C_TYPE_INT64, "-9223372036854775808", "-9223372036854775809", "9223372036854775807",
         "9223372036854775808"},
        {PROTOBUF_C_TYPE_SINT64, "-9223372036854775808", "-9223372036854775809", "9223372036854775807",
         "18446744073709551615"},
        {PROTOBUF_C_TYPE_SFIXED64, "-9223372036854775808", "-9223372036854775809", "9223372036854775807",
         "9223372036854775808"},
        {PROTOBUF_C_TYPE_UINT64, "0", "-1", "18446744073709551615", "18446744073709551616"},
        {PROTOBUF_C_TYPE_FIXED64, "0", "-18446744073709551", "18446744073709551615", "99999999999999999999"},
    };
    for (size_t i = 0; i < sizeof edges / sizeof *edges; i++) {
        uint64_t slot = 0;
        assert_int_equal(from_text(edges[i].type, edges[i].least, &slot), 0);
        assert_int_equal(from_text(edges[i].type, edges[i].most, &slot), 0);
        slot = 42;
        assert_int_equal(from_text(edges[i].type, edges[i].below, &slot), ERR_FIELD_TOO_SMALL);
        assert_int_equal(from_text(edges[i].type, edges[i].above, &slot), ERR_FIELD_TOO_LARGE);
        assert_int_equal(slot, 42);
    }
}

static void not_integers(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "", "-", "+1", "01", "-0", "00", " 1", "1 ", "1.0", "1e3", "0x10", "１", "111111111111111111111"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        uint64_t slot;
        assert_int_equal(from_text(PROTOBUF_C_TYPE_INT64, wrong[i], &slot), ERR_WRONG_TYPE);
        assert_int_equal(from_text(PROTOBUF_C_TYPE_UINT32, wrong[i], &slot), ERR_WRONG_TYPE);
    }
}

static void whole_reals(void **state)
{
    (void)state;
    ProtobufCFieldDescriptor wide = {.type = PROTOBUF_C_TYPE_INT64};
    ProtobufCFieldDescriptor narrow = {.type = PROTOBUF_C_TYPE_UINT32};
    ProtobufCFieldDescriptor text = {.type = PROTOBUF_C_TYPE_STRING};
    int64_t value = 0;
    assert_int_equal(scalar_from_real(&wide, -45.0, &value), 0);
    assert_int_equal(value, -45);
    assert_int_equal(scalar_from_real(&wide, 9007199254740992.0, &value), 0);
    assert_int_equal(value, INT64_C(9007199254740992));
    assert_int_equal(scalar_from_real(&wide, 45.5, &value), ERR_WRONG_TYPE);
    assert_int_equal(scalar_from_real(&wide, 9007199254740994.0, &value), ERR_FIELD_TOO_LARGE);
    assert_int_equal(scalar_from_real(&wide, -1e300, &value), ERR_FIELD_TOO_SMALL);
    assert_int_equal(scalar_from_real(&narrow, 4294967296.0, &value), ERR_FIELD_TOO_LARGE);
    assert_int_equal(scalar_from_real(&text, 1.0, &value), ERR_WRONG_TYPE);
}

static void explanations(void **state)
{
    (void)state;
    static const struct {
        ProtobufCType type;
        int code;
        const char *name, *value;
    } rows[] = {
        {PROTOBUF_C_TYPE_INT32, ERR_FIELD_TOO_SMALL, "min", "-2147483648"},
        {PROTOBUF_C_TYPE_INT64, ERR_FIELD_TOO_LARGE, "max", "9223372036854775807"},
        {PROTOBUF_C_TYPE_UINT64, ERR_FIELD_TOO_LARGE, "max", "18446744073709551615"},
        {PROTOBUF_C_TYPE_UINT32, ERR_FIELD_TOO_LARGE, "max", "4294967295"},
        {PROTOBUF_C_TYPE_UINT32, ERR_FIELD_TOO_SMALL, "min", "0"},
        {PROTOBUF_C_TYPE_UINT32, ERR_WRONG_TYPE, "expected", "integer"},
        {PROTOBUF_C_TYPE_BOOL, ERR_WRONG_TYPE, "expected", "boolean"},
        {PROTOBUF_C_TYPE_BYTES, ERR_WRONG_TYPE, "expected", "base64"},
        {PROTOBUF_C_TYPE_ENUM, ERR_WRONG_TYPE, "expected", "string"},
        {PROTOBUF_C_TYPE_MESSAGE, ERR_WRONG_TYPE, "expected", "object"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ProtobufCFieldDescriptor field = {.type = rows[i].type};
        struct err err = {.code = rows[i].code};
        assert_int_equal(scalar_explain(&field, rows[i].code, &err), -1);
        assert_int_equal(err.params_count, 1);
        assert_string_equal(err.params[0].name, rows[i].name);
        assert_string_equal(err.params[0].value, rows[i].value);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(edges_as_text),
        cmocka_unit_test(not_integers),
        cmocka_unit_test(whole_reals),
        cmocka_unit_test(explanations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
