#include "gateway/json/scalar.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "errors.h"
#include "gateway/json/base64.h"

/* The largest magnitude below which every whole number has a double of its own. */
static const double EXACT_LIMIT = 9007199254740992.0;

static bool is_signed(ProtobufCType type)
{
    return type == PROTOBUF_C_TYPE_INT32 || type == PROTOBUF_C_TYPE_SINT32 || type == PROTOBUF_C_TYPE_SFIXED32 ||
           type == PROTOBUF_C_TYPE_INT64 || type == PROTOBUF_C_TYPE_SINT64 || type == PROTOBUF_C_TYPE_SFIXED64;
}

static bool is_unsigned(ProtobufCType type)
{
    return type == PROTOBUF_C_TYPE_UINT32 || type == PROTOBUF_C_TYPE_FIXED32 || type == PROTOBUF_C_TYPE_UINT64 ||
           type == PROTOBUF_C_TYPE_FIXED64;
}

static bool is_wide(ProtobufCType type)
{
    return type == PROTOBUF_C_TYPE_INT64 || type == PROTOBUF_C_TYPE_SINT64 || type == PROTOBUF_C_TYPE_SFIXED64 ||
           type == PROTOBUF_C_TYPE_UINT64 || type == PROTOBUF_C_TYPE_FIXED64;
}

size_t scalar_size(ProtobufCType type)
{
    if (is_signed(type) || is_unsigned(type))
        return is_wide(type) ? sizeof(uint64_t) : sizeof(uint32_t);
    if (type == PROTOBUF_C_TYPE_BOOL)
        return sizeof(protobuf_c_boolean);
    if (type == PROTOBUF_C_TYPE_ENUM)
        return sizeof(int);
    return type == PROTOBUF_C_TYPE_BYTES ? sizeof(ProtobufCBinaryData) : sizeof(void *);
}

static int from_signed(const ProtobufCFieldDescriptor *field, int64_t value, void *slot)
{
    if (is_wide(field->type)) {
        memcpy(slot, &value, sizeof value);
        return 0;
    }
    if (value < INT32_MIN || value > INT32_MAX)
        return value < 0 ? ERR_FIELD_TOO_SMALL : ERR_FIELD_TOO_LARGE;
    memcpy(slot, &(int32_t){(int32_t)value}, sizeof(int32_t));
    return 0;
}

static int from_unsigned(const ProtobufCFieldDescriptor *field, uint64_t value, void *slot)
{
    if (is_wide(field->type)) {
        memcpy(slot, &value, sizeof value);
        return 0;
    }
    if (value > UINT32_MAX)
        return ERR_FIELD_TOO_LARGE;
    memcpy(slot, &(uint32_t){(uint32_t)value}, sizeof(uint32_t));
    return 0;
}

int scalar_from_integer(const ProtobufCFieldDescriptor *field, int64_t value, void *slot)
{
    if (is_signed(field->type))
        return from_signed(field, value, slot);
    if (is_unsigned(field->type))
        return value < 0 ? ERR_FIELD_TOO_SMALL : from_unsigned(field, (uint64_t)value, slot);
    return ERR_WRONG_TYPE;
}

int scalar_from_real(const ProtobufCFieldDescriptor *field, double value, void *slot)
{
    double whole;
    if ((!is_signed(field->type) && !is_unsigned(field->type)) || modf(value, &whole) != 0)
        return ERR_WRONG_TYPE;
    if (fabs(value) > EXACT_LIMIT)
        return value < 0 ? ERR_FIELD_TOO_SMALL : ERR_FIELD_TOO_LARGE;
    return scalar_from_integer(field, (int64_t)value, slot);
}

/* -?(0|[1-9][0-9]*), at most 20 characters: what strtoll and strtoull then read whole. */
static bool is_decimal(const char *text, size_t length)
{
    size_t i = length > 0 && text[0] == '-' ? 1 : 0;
    if (i == length || length > 20 || (text[i] == '0' && length > 1))
        return false;
    for (; i < length; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
    }
    return true;
}

static int integer_from_text(const ProtobufCFieldDescriptor *field, const char *text, size_t length, void *slot)
{
    if (!is_decimal(text, length))
        return ERR_WRONG_TYPE;
    errno = 0;
    if (is_signed(field->type)) {
        int64_t value = strtoll(text, NULL, 10);
        return !errno ? from_signed(field, value, slot) : value < 0 ? ERR_FIELD_TOO_SMALL : ERR_FIELD_TOO_LARGE;
    }
    if (text[0] == '-')
        return ERR_FIELD_TOO_SMALL;
    uint64_t value = strtoull(text, NULL, 10);
    return errno ? ERR_FIELD_TOO_LARGE : from_unsigned(field, value, slot);
}

static int enum_from_text(const ProtobufCFieldDescriptor *field, const char *text, void *slot)
{
    const ProtobufCEnumValue *value = protobuf_c_enum_descriptor_get_value_by_name(field->descriptor, text);
    if (!value)
        return ERR_FIELD_UNKNOWN_VALUE;
    memcpy(slot, &(int){value->value}, sizeof(int));
    return 0;
}

static int bytes_from_text(const char *text, size_t length, struct arena *arena, void *slot)
{
    ProtobufCBinaryData data = {0, arena_alloc(arena, BASE64_DECODED_MAX(length) + 1)};
    if (!data.data)
        return ERR_BODY_TOO_LARGE;
    if (base64_decode(text, length, data.data, &data.len))
        return ERR_WRONG_TYPE;
    memcpy(slot, &data, sizeof data);
    return 0;
}

int scalar_from_text(const ProtobufCFieldDescriptor *field, const char *text, size_t length, struct arena *arena,
                     void *slot)
{
    if (is_signed(field->type) || is_unsigned(field->type))
        return integer_from_text(field, text, length, slot);
    if (field->type == PROTOBUF_C_TYPE_ENUM)
        return enum_from_text(field, text, slot);
    if (field->type == PROTOBUF_C_TYPE_BYTES)
        return bytes_from_text(text, length, arena, slot);
    if (field->type != PROTOBUF_C_TYPE_STRING)
        return ERR_WRONG_TYPE;
    memcpy(slot, &text, sizeof text);
    return 0;
}

int scalar_from_bool(const ProtobufCFieldDescriptor *field, bool value, void *slot)
{
    if (field->type != PROTOBUF_C_TYPE_BOOL)
        return ERR_WRONG_TYPE;
    memcpy(slot, &(protobuf_c_boolean){value}, sizeof(protobuf_c_boolean));
    return 0;
}

/* The names of JSON's own types; the text of the error says them in the reader's language. */
static const char *expected(ProtobufCType type)
{
    if (is_signed(type) || is_unsigned(type))
        return "integer";
    if (type == PROTOBUF_C_TYPE_BOOL)
        return "boolean";
    if (type == PROTOBUF_C_TYPE_BYTES)
        return "base64";
    return type == PROTOBUF_C_TYPE_MESSAGE ? "object" : "string";
}

int scalar_explain(const ProtobufCFieldDescriptor *field, int code, struct err *err)
{
    bool wide = is_wide(field->type);
    if (code == ERR_WRONG_TYPE)
        return err_param(err, "expected", "%s", expected(field->type));
    if (code == ERR_FIELD_TOO_SMALL)
        return err_param(err, "min", "%" PRId64, is_unsigned(field->type) ? 0 : wide ? INT64_MIN : INT32_MIN);
    if (code == ERR_FIELD_TOO_LARGE && is_unsigned(field->type))
        return err_param(err, "max", "%" PRIu64, wide ? UINT64_MAX : UINT32_MAX);
    if (code == ERR_FIELD_TOO_LARGE)
        return err_param(err, "max", "%" PRId64, wide ? INT64_MAX : INT32_MAX);
    return -1;
}

/* The capacity is the power of two that holds the count, so nothing but the count is stored. */
void *scalar_push(const ProtobufCFieldDescriptor *field, ProtobufCMessage *message, struct arena *arena)
{
    size_t size = scalar_size(field->type);
    size_t *count = (size_t *)(void *)((char *)message + field->quantifier_offset);
    char **values = (char **)(void *)((char *)message + field->offset);
    if ((*count & (*count - 1)) == 0) { /* full: 0, 1, 2, 4 … */
        char *larger = arena_array(arena, *count ? *count * 2 : 1, size);
        if (!larger)
            return NULL;
        if (*count)
            memcpy(larger, *values, *count * size);
        *values = larger;
    }
    return *values + (*count)++ * size;
}
