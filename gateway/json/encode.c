/* Written straight into the buffer, without a tree: this is the gateway's hot path (services/decisions/0007). */
#include "gateway/json/encode.h"

#include <string.h>

#include "gateway/json/base64.h"
#include "gateway/json/mask.h"
#include "gateway/json/scalar.h"

enum { NUMBER_SIZE = 32 };

/* What a byte becomes inside a string: 0 itself, 'u' \u00XX, else the letter after the backslash. */
static const char ESCAPES[256] = {
    ['\b'] = 'b', ['\f'] = 'f', ['\n'] = 'n', ['\r'] = 'r', ['\t'] = 't', ['"'] = '"',  ['\\'] = '\\',
    [0x7f] = 'u', [0x00] = 'u', [0x01] = 'u', [0x02] = 'u', [0x03] = 'u', [0x04] = 'u', [0x05] = 'u',
    [0x06] = 'u', [0x07] = 'u', [0x0b] = 'u', [0x0e] = 'u', [0x0f] = 'u', [0x10] = 'u', [0x11] = 'u',
    [0x12] = 'u', [0x13] = 'u', [0x14] = 'u', [0x15] = 'u', [0x16] = 'u', [0x17] = 'u', [0x18] = 'u',
    [0x19] = 'u', [0x1a] = 'u', [0x1b] = 'u', [0x1c] = 'u', [0x1d] = 'u', [0x1e] = 'u', [0x1f] = 'u',
};

void json_encode_text(const char *text, struct str *out)
{
    str_putc(out, '"');
    for (;;) {
        size_t plain = 0;
        while (!ESCAPES[(unsigned char)text[plain]])
            plain++;
        str_append(out, text, plain);
        text += plain;
        if (!*text)
            break;
        char escape = ESCAPES[(unsigned char)*text];
        if (escape == 'u')
            str_printf(out, "\\u%04x", (unsigned char)*text);
        else
            str_append(out, (char[]){'\\', escape}, 2);
        text++;
    }
    str_putc(out, '"');
}

/* Decimal digits, written from the end of `end`; returns where they begin. */
static char *digits(uint64_t value, char *end)
{
    do
        *--end = (char)('0' + value % 10);
    while (value /= 10);
    return end;
}

static void put_unsigned(uint64_t value, const char *quote, struct str *out)
{
    char text[NUMBER_SIZE];
    char *start = digits(value, text + sizeof text);
    str_puts(out, quote);
    str_append(out, start, (size_t)(text + sizeof text - start));
    str_puts(out, quote);
}

static void put_signed(int64_t value, const char *quote, struct str *out)
{
    char text[NUMBER_SIZE];
    char *start = digits(value < 0 ? 0 - (uint64_t)value : (uint64_t)value, text + sizeof text);
    if (value < 0)
        *--start = '-';
    str_puts(out, quote);
    str_append(out, start, (size_t)(text + sizeof text - start));
    str_puts(out, quote);
}

static int put_enum(const ProtobufCEnumDescriptor *type, int number, struct str *out)
{
    const ProtobufCEnumValue *value = protobuf_c_enum_descriptor_get_value(type, number);
    if (!value)
        return -1;
    str_putc(out, '"');
    str_puts(out, value->name);
    str_putc(out, '"');
    return 0;
}

static void put_bytes(const ProtobufCBinaryData *bytes, struct str *out)
{
    str_putc(out, '"');
    char *text = str_extend(out, BASE64_ENCODED_SIZE(bytes->len));
    if (text)
        base64_encode(bytes->data, bytes->len, text);
    str_putc(out, '"');
}

static int put_message(const ProtobufCMessage *message, const struct message_rules *rules, enum json_view view,
                       struct str *out)
{
    if (message)
        return json_encode(message, rules, view, out);
    str_append(out, "null", 4);
    return 0;
}

static int put_value(const ProtobufCFieldDescriptor *field, const struct field_rule *rule, enum json_view view,
                     const void *slot, struct str *out)
{
    switch (field->type) {
    case PROTOBUF_C_TYPE_INT32:
    case PROTOBUF_C_TYPE_SINT32:
    case PROTOBUF_C_TYPE_SFIXED32:
        put_signed(*(const int32_t *)slot, "", out);
        return 0;
    case PROTOBUF_C_TYPE_UINT32:
    case PROTOBUF_C_TYPE_FIXED32:
        put_unsigned(*(const uint32_t *)slot, "", out);
        return 0;
    case PROTOBUF_C_TYPE_INT64:
    case PROTOBUF_C_TYPE_SINT64:
    case PROTOBUF_C_TYPE_SFIXED64:
        put_signed(*(const int64_t *)slot, "\"", out);
        return 0;
    case PROTOBUF_C_TYPE_UINT64:
    case PROTOBUF_C_TYPE_FIXED64:
        put_unsigned(*(const uint64_t *)slot, "\"", out);
        return 0;
    case PROTOBUF_C_TYPE_BOOL:
        str_puts(out, *(const protobuf_c_boolean *)slot ? "true" : "false");
        return 0;
    case PROTOBUF_C_TYPE_ENUM:
        return put_enum(field->descriptor, *(const int *)slot, out);
    case PROTOBUF_C_TYPE_STRING:
        json_encode_text(*(char *const *)slot, out);
        return 0;
    case PROTOBUF_C_TYPE_BYTES:
        put_bytes(slot, out);
        return 0;
    case PROTOBUF_C_TYPE_MESSAGE:
        return put_message(*(ProtobufCMessage *const *)slot, rule->message, view, out);
    case PROTOBUF_C_TYPE_FLOAT:
    case PROTOBUF_C_TYPE_DOUBLE:
        break; /* not in the contract */
    }
    return -1;
}

/* A value that only some may see: its mask keeps what people need to recognise it. */
static int put_masked(const ProtobufCFieldDescriptor *field, const void *slot, struct str *out)
{
    char mask[MASK_SIZE];
    if (field->type == PROTOBUF_C_TYPE_STRING)
        json_encode_text(mask_text(*(char *const *)slot, mask), out);
    else
        str_append(out, "null", 4);
    return 0;
}

static int put_field(const ProtobufCFieldDescriptor *field, const struct field_rule *rule, enum json_view view,
                     const void *slot, struct str *out)
{
    bool masked = rule->sensitivity == DANDELION__SENSITIVITY__SENSITIVE && view == JSON_MASKED;
    return masked ? put_masked(field, slot, out) : put_value(field, rule, view, slot, out);
}

static int put_list(const ProtobufCFieldDescriptor *field, const struct field_rule *rule, enum json_view view,
                    const ProtobufCMessage *message, struct str *out)
{
    size_t size = scalar_size(field->type);
    size_t count = *(const size_t *)(const void *)((const char *)message + field->quantifier_offset);
    const char *values = *(const char *const *)(const void *)((const char *)message + field->offset);
    str_putc(out, '[');
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            str_putc(out, ',');
        if (put_field(field, rule, view, values + i * size, out))
            return -1;
    }
    str_putc(out, ']');
    return 0;
}

int json_encode(const ProtobufCMessage *message, const struct message_rules *rules, enum json_view view,
                struct str *out)
{
    const ProtobufCMessageDescriptor *type = message->descriptor;
    char before = '{';
    for (unsigned i = 0; i < type->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &type->fields[i];
        const struct field_rule *rule = &rules->fields[i];
        if (rule->sensitivity == DANDELION__SENSITIVITY__SECRET)
            continue;
        str_append(out, (char[]){before, '"'}, 2);
        before = ',';
        str_puts(out, field->name);
        str_append(out, "\":", 2);
        int failed = field->label == PROTOBUF_C_LABEL_REPEATED
                         ? put_list(field, rule, view, message, out)
                         : put_field(field, rule, view, (const char *)message + field->offset, out);
        if (failed)
            return -1;
    }
    if (before == '{')
        str_putc(out, '{');
    str_putc(out, '}');
    return str_ok(out) ? 0 : -1;
}
