/* One walk over a message, its descriptor and its rules. Nothing is allocated and no path is written while all is
 * well: the way to a field is a chain on the stack, spelled out only when there is something to complain about. */
#include "bus/validate.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/utf8.h"
#include "base/uuid.h"
#include "bus/pattern.h"
#include "bus/pb_arena.h"
#include "bus/wire.h"
#include "errors.h"

/* A field on the way from the outermost message. */
struct place {
    const struct place *outer;
    const char *name;
    size_t index; /* NOT_REPEATED, or which element */
};

#define NOT_REPEATED SIZE_MAX

/* Writes "members[2].phone" and returns the length it has, which may be more than there is room. */
static size_t spell(const struct place *place, char *path, size_t room)
{
    size_t at = place->outer ? spell(place->outer, path, room) : 0;
    size_t used = at < room ? at : room;
    int size = snprintf(path + used, room - used, "%s%s", place->outer ? "." : "", place->name);
    at += (size_t)size;
    if (place->index != NOT_REPEATED) {
        used = at < room ? at : room;
        at += (size_t)snprintf(path + used, room - used, "[%zu]", place->index);
    }
    return at;
}

static int refuse(struct err *err, const struct place *place, int code, const char *detail)
{
    char path[ERR_FIELD_MAX] = "";
    spell(place, path, sizeof path);
    return err_field(err, code, path, "%s %s", path, detail);
}

static int refuse_number(struct err *err, const struct place *place, int code, const char *param, int64_t bound)
{
    refuse(err, place, code, param);
    return err_param(err, param, "%" PRId64, bound);
}

/* Controls and line separators, and the marks that make text run the other way and so look like other text. */
static bool is_hidden(uint32_t c)
{
    return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x2028 || c == 0x2029 || (c >= 0x202a && c <= 0x202e) ||
           (c >= 0x2066 && c <= 0x2069) || c == 0xfeff;
}

static bool is_text(const char *text, size_t size, bool lines)
{
    for (size_t at = 0; at < size;) {
        uint32_t c;
        at += utf8_decode(text + at, size - at, &c);
        if (is_hidden(c) && !(lines && (c == '\n' || c == '\r' || c == '\t')))
            return false;
    }
    return true;
}

static bool is_token(const char *text)
{
    while (*text > 0x20 && *text < 0x7f)
        text++;
    return !*text;
}

/* An instant in UTC: the contract knows no other zone. */
static bool is_instant(const char *text, size_t size)
{
    int64_t instant;
    return size && text[size - 1] == 'Z' && clock_instant_parse(text, &instant) == 0;
}

/* The error that a text deserves under a format; 0 for none. */
static int format_error(Dandelion__Format format, const char *text, size_t size)
{
    struct uuid uuid;
    int32_t number;
    switch (format) {
    case DANDELION__FORMAT__UUID:
        return uuid_parse(text, &uuid) < 0 ? ERR_FIELD_NOT_UUID : 0;
    case DANDELION__FORMAT__DATE:
        return clock_date_parse(text, &number) < 0 ? ERR_FIELD_NOT_DATE : 0;
    case DANDELION__FORMAT__MONTH:
        return clock_month_parse(text, &number) < 0 ? ERR_FIELD_NOT_MONTH : 0;
    case DANDELION__FORMAT__INSTANT:
        return is_instant(text, size) ? 0 : ERR_FIELD_NOT_INSTANT;
    case DANDELION__FORMAT__TEXT:
        return is_text(text, size, false) ? 0 : ERR_FIELD_CONTROL_CHARACTER;
    case DANDELION__FORMAT__PARAGRAPH:
        return is_text(text, size, true) ? 0 : ERR_FIELD_CONTROL_CHARACTER;
    case DANDELION__FORMAT__TOKEN:
        return is_token(text) ? 0 : ERR_FIELD_NOT_TOKEN;
    default:
        return 0;
    }
}

static int check_length(const struct field_rule *rule, size_t length, const struct place *place, struct err *err)
{
    if (length < rule->min_length)
        return refuse_number(err, place, ERR_FIELD_TOO_SHORT, "min", rule->min_length);
    if (rule->max_length && length > rule->max_length)
        return refuse_number(err, place, ERR_FIELD_TOO_LONG, "max", rule->max_length);
    return 0;
}

static int check_string(const struct field_rule *rule, const char *text, const struct place *place, struct err *err)
{
    size_t size = strlen(text), characters;
    if (!utf8_count(text, size, &characters))
        return refuse(err, place, ERR_INVALID_UTF8, "is not UTF-8");
    if (check_length(rule, characters, place, err) < 0)
        return -1;
    int code = format_error(rule->format, text, size);
    if (code)
        return refuse(err, place, code, "has not the format");
    if (!rule->pattern)
        return 0;
    switch (pattern_match(rule->pattern, text)) {
    case PATTERN_MATCHES:
        return 0;
    case PATTERN_DIFFERS:
        return refuse(err, place, ERR_FIELD_BAD_PATTERN, "has not the pattern");
    default:
        return refuse(err, place, ERR_INTERNAL, "has a pattern that cannot be used");
    }
}

static int check_integer(const struct field_rule *rule, int64_t value, const struct place *place, struct err *err)
{
    if (rule->bounded && value < rule->min)
        return refuse_number(err, place, ERR_FIELD_TOO_SMALL, "min", rule->min);
    if (rule->bounded && value > rule->max)
        return refuse_number(err, place, ERR_FIELD_TOO_LARGE, "max", rule->max);
    return 0;
}

static int check_unsigned(const struct field_rule *rule, uint64_t value, const struct place *place, struct err *err)
{
    if (rule->bounded && value > INT64_MAX)
        return refuse_number(err, place, ERR_FIELD_TOO_LARGE, "max", rule->max);
    return check_integer(rule, (int64_t)(value & INT64_MAX), place, err);
}

/* NaN is neither too small nor too large; it is refused as too large. */
static int check_real(const struct field_rule *rule, double value, const struct place *place, struct err *err)
{
    if (rule->bounded && value < (double)rule->min)
        return refuse_number(err, place, ERR_FIELD_TOO_SMALL, "min", rule->min);
    if (!isfinite(value) || (rule->bounded && value > (double)rule->max))
        return refuse_number(err, place, ERR_FIELD_TOO_LARGE, "max", rule->max);
    return 0;
}

static int check_enum(const ProtobufCFieldDescriptor *field, int value, const struct place *place, struct err *err)
{
    /* The zero value says nothing: as a field it is absence, as an element of a list it is a mistake. */
    bool known = protobuf_c_enum_descriptor_get_value(field->descriptor, value) != NULL;
    if (!known || (value == 0 && place->index != NOT_REPEATED))
        return refuse(err, place, ERR_FIELD_UNKNOWN_VALUE, "is no known value");
    return 0;
}

static int check_fields(const struct message_rules *rules, const ProtobufCMessage *message, const struct place *outer,
                        struct err *err);

/* Checks a value that is there. */
static int check_value(const ProtobufCFieldDescriptor *field, const struct field_rule *rule, const void *value,
                       const struct place *place, struct err *err)
{
    switch (field->type) {
    case PROTOBUF_C_TYPE_STRING:
        return check_string(rule, *(char *const *)value, place, err);
    case PROTOBUF_C_TYPE_BYTES:
        return check_length(rule, ((const ProtobufCBinaryData *)value)->len, place, err);
    case PROTOBUF_C_TYPE_MESSAGE:
        return rule->message ? check_fields(rule->message, *(ProtobufCMessage *const *)value, place, err) : 0;
    case PROTOBUF_C_TYPE_ENUM:
        return check_enum(field, *(const int *)value, place, err);
    case PROTOBUF_C_TYPE_INT32:
    case PROTOBUF_C_TYPE_SINT32:
    case PROTOBUF_C_TYPE_SFIXED32:
        return check_integer(rule, *(const int32_t *)value, place, err);
    case PROTOBUF_C_TYPE_INT64:
    case PROTOBUF_C_TYPE_SINT64:
    case PROTOBUF_C_TYPE_SFIXED64:
        return check_integer(rule, *(const int64_t *)value, place, err);
    case PROTOBUF_C_TYPE_UINT32:
    case PROTOBUF_C_TYPE_FIXED32:
        return check_integer(rule, *(const uint32_t *)value, place, err);
    case PROTOBUF_C_TYPE_UINT64:
    case PROTOBUF_C_TYPE_FIXED64:
        return check_unsigned(rule, *(const uint64_t *)value, place, err);
    case PROTOBUF_C_TYPE_FLOAT:
        return check_real(rule, (double)*(const float *)value, place, err);
    case PROTOBUF_C_TYPE_DOUBLE:
        return check_real(rule, *(const double *)value, place, err);
    case PROTOBUF_C_TYPE_BOOL:
        return 0;
    }
    return 0;
}

/* The size of a value in a message of protobuf-c. */
static size_t value_size(ProtobufCType type)
{
    switch (type) {
    case PROTOBUF_C_TYPE_INT64:
    case PROTOBUF_C_TYPE_SINT64:
    case PROTOBUF_C_TYPE_SFIXED64:
    case PROTOBUF_C_TYPE_UINT64:
    case PROTOBUF_C_TYPE_FIXED64:
    case PROTOBUF_C_TYPE_DOUBLE:
        return 8;
    case PROTOBUF_C_TYPE_BOOL:
        return sizeof(protobuf_c_boolean);
    case PROTOBUF_C_TYPE_STRING:
    case PROTOBUF_C_TYPE_MESSAGE:
        return sizeof(void *);
    case PROTOBUF_C_TYPE_BYTES:
        return sizeof(ProtobufCBinaryData);
    default:
        return 4;
    }
}

/* Whether a single field has anything but its default. */
static bool is_there(const ProtobufCFieldDescriptor *field, const void *value)
{
    static const char zeros[8];
    if (field->type == PROTOBUF_C_TYPE_STRING)
        return *(char *const *)value && **(char *const *)value;
    if (field->type == PROTOBUF_C_TYPE_MESSAGE)
        return *(ProtobufCMessage *const *)value != NULL;
    if (field->type == PROTOBUF_C_TYPE_BYTES)
        return ((const ProtobufCBinaryData *)value)->len > 0;
    return memcmp(value, zeros, value_size(field->type)) != 0;
}

static int check_repeated(const ProtobufCFieldDescriptor *field, const struct field_rule *rule, const void *message,
                          struct place *place, struct err *err)
{
    size_t count = *(const size_t *)((const char *)message + field->quantifier_offset);
    const char *values = *(char *const *)((const char *)message + field->offset);
    size_t size = value_size(field->type);
    if (rule->required && count == 0)
        return refuse(err, place, ERR_FIELD_REQUIRED, "is required");
    if (count < rule->min_items)
        return refuse_number(err, place, ERR_FIELD_TOO_FEW_ITEMS, "min", rule->min_items);
    if (rule->max_items && count > rule->max_items)
        return refuse_number(err, place, ERR_FIELD_TOO_MANY_ITEMS, "max", rule->max_items);
    for (place->index = 0; place->index < count; place->index++)
        if (check_value(field, rule, values + place->index * size, place, err) < 0)
            return -1;
    return 0;
}

static int check_fields(const struct message_rules *rules, const ProtobufCMessage *message, const struct place *outer,
                        struct err *err)
{
    const ProtobufCMessageDescriptor *descriptor = message->descriptor;
    for (unsigned i = 0; i < descriptor->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &descriptor->fields[i];
        const struct field_rule *rule = &rules->fields[i];
        const void *value = (const char *)message + field->offset;
        struct place place = {outer, field->name, NOT_REPEATED};
        if (field->label == PROTOBUF_C_LABEL_REPEATED) {
            if (check_repeated(field, rule, message, &place, err) < 0)
                return -1;
            continue;
        }
        if (field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF &&
            *(const uint32_t *)((const char *)message + field->quantifier_offset) != field->id)
            continue; /* another member of the oneof lies there */
        if (is_there(field, value)) {
            if (check_value(field, rule, value, &place, err) < 0)
                return -1;
        } else if (rule->required) {
            return refuse(err, &place, ERR_FIELD_REQUIRED, "is required");
        }
    }
    return 0;
}

int validate_message(const struct message_rules *rules, const ProtobufCMessage *message, struct err *err)
{
    return check_fields(rules, message, NULL, err);
}

ProtobufCMessage *validate_unpack(const struct message_rules *rules, struct bytes packed, struct arena *arena,
                                  struct err *err)
{
    char field[ERR_FIELD_MAX];
    if (wire_has_inner_nul(rules->descriptor, packed, field, sizeof field)) {
        err_field(err, ERR_FIELD_CONTROL_CHARACTER, field, "%s has an inner NUL", field);
        return NULL;
    }
    ProtobufCAllocator allocator = pb_arena(arena);
    ProtobufCMessage *message = protobuf_c_message_unpack(rules->descriptor, &allocator, packed.size, packed.data);
    if (!message) {
        err_set(err, ERR_MESSAGE_MALFORMED, "%zu bytes are no %s, or more than memory allows", packed.size,
                rules->descriptor->name);
        return NULL;
    }
    return validate_message(rules, message, err) < 0 ? NULL : message;
}
