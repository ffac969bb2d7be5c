/* A property of every message of the contract: what is written reads back as the same message. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/str.h"
#include "base/utf8.h"
#include "errors.h"
#include "field_rules.h"
#include "gateway/json/decode.h"
#include "gateway/json/encode.h"
#include "gateway/json/scalar.h"

enum { ROUNDS = 60, FIELDS_MAX = 64 };

static uint64_t seed = 0x9e3779b97f4a7c15;

/* xorshift64*: the same messages in every run. */
static uint64_t next_random(uint64_t below)
{
    seed ^= seed >> 12;
    seed ^= seed << 25;
    seed ^= seed >> 27;
    return seed * 0x2545f4914f6cdd1d % below;
}

static char *random_text(struct arena *arena)
{
    static const uint32_t edges[] = {1,     9,     '"',    '\\',   '/',    0x7f,    0x80,
                                     0x7ff, 0x800, 0xd7ff, 0xe000, 0xffff, 0x2cc56, 0x10ffff};
    char text[128];
    size_t length = 0;
    for (uint64_t left = next_random(20); left > 0; left--) {
        uint32_t character =
            next_random(2) ? edges[next_random(sizeof edges / sizeof *edges)] : (uint32_t)(1 + next_random(0xd000));
        length += utf8_encode(character, text + length);
    }
    return arena_copy(arena, text, length);
}

static ProtobufCMessage *random_message(const struct message_rules *rules, struct arena *arena);

static uint64_t random_integer(void)
{
    static const uint64_t edges[] = {0, 1, INT32_MAX, UINT32_MAX, INT64_MAX, (uint64_t)INT64_MIN, UINT64_MAX};
    return next_random(2) ? edges[next_random(sizeof edges / sizeof *edges)] : seed;
}

static void fill_slot(const ProtobufCFieldDescriptor *field, const struct field_rule *rule, void *slot,
                      struct arena *arena)
{
    if (field->type == PROTOBUF_C_TYPE_STRING) {
        *(char **)slot = random_text(arena);
    } else if (field->type == PROTOBUF_C_TYPE_MESSAGE) {
        *(ProtobufCMessage **)slot = random_message(rule->message, arena);
    } else if (field->type == PROTOBUF_C_TYPE_BYTES) {
        ProtobufCBinaryData *bytes = slot;
        bytes->data = (uint8_t *)random_text(arena);
        bytes->len = strlen((char *)bytes->data);
    } else if (field->type == PROTOBUF_C_TYPE_ENUM) {
        const ProtobufCEnumDescriptor *type = field->descriptor;
        *(int *)slot = type->values[next_random(type->n_values)].value;
    } else if (field->type == PROTOBUF_C_TYPE_BOOL) {
        *(protobuf_c_boolean *)slot = (protobuf_c_boolean)next_random(2);
    } else {
        uint64_t value = random_integer();
        memcpy(slot, &value, scalar_size(field->type)); /* little endian: the low half of 32-bit types */
    }
}

static bool is_skipped(const ProtobufCFieldDescriptor *field, const struct field_rule *rule)
{
    return rule->sensitivity == DANDELION__SENSITIVITY__SECRET || strcmp(field->name, "update_mask") == 0;
}

static ProtobufCMessage *random_message(const struct message_rules *rules, struct arena *arena)
{
    ProtobufCMessage *message = json_message_new(rules->descriptor, arena);
    for (unsigned i = 0; i < rules->descriptor->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &rules->descriptor->fields[i];
        if (is_skipped(field, &rules->fields[i]) || next_random(4) == 0)
            continue;
        if (field->label != PROTOBUF_C_LABEL_REPEATED) {
            fill_slot(field, &rules->fields[i], (char *)message + field->offset, arena);
            continue;
        }
        for (uint64_t left = next_random(5); left > 0; left--)
            fill_slot(field, &rules->fields[i], scalar_push(field, message, arena), arena);
    }
    return message;
}

/* The rules, but update_mask is not printed: the reader fills it from the keys and refuses it in the text. */
static struct message_rules without_mask(const struct message_rules *rules, struct field_rule fields[FIELDS_MAX])
{
    struct message_rules copy = {.descriptor = rules->descriptor, .fields = fields};
    assert_true(rules->descriptor->n_fields <= FIELDS_MAX);
    for (unsigned i = 0; i < rules->descriptor->n_fields; i++) {
        fields[i] = rules->fields[i];
        if (is_skipped(&rules->descriptor->fields[i], &rules->fields[i]))
            fields[i].sensitivity = DANDELION__SENSITIVITY__SECRET;
    }
    return copy;
}

static void forget_mask(ProtobufCMessage *message)
{
    const ProtobufCFieldDescriptor *mask =
        protobuf_c_message_descriptor_get_field_by_name(message->descriptor, "update_mask");
    if (mask)
        memset((char *)message + mask->quantifier_offset, 0, sizeof(size_t));
}

static void assert_same(const ProtobufCMessage *a, const ProtobufCMessage *b, struct arena *arena)
{
    size_t size = protobuf_c_message_get_packed_size(a);
    assert_int_equal(protobuf_c_message_get_packed_size(b), size);
    uint8_t *packed_a = arena_alloc(arena, size + 1), *packed_b = arena_alloc(arena, size + 1);
    protobuf_c_message_pack(a, packed_a);
    protobuf_c_message_pack(b, packed_b);
    assert_memory_equal(packed_a, packed_b, size);
}

static void reads_back(const struct message_rules *rules, struct arena *arena, struct str *text)
{
    struct field_rule fields[FIELDS_MAX];
    struct message_rules printed = without_mask(rules, fields);
    struct err err = {0};
    ProtobufCMessage *message = random_message(rules, arena);
    str_reset(text);
    assert_int_equal(json_encode(message, &printed, JSON_UNMASKED, text), 0);
    ProtobufCMessage *again = json_message_new(rules->descriptor, arena);
    if (json_decode(again, str_text(text), text->length, arena, &err))
        fail_msg("%s: code %d, field %s in %s", rules->descriptor->name, err.code, err.field, str_text(text));
    forget_mask(again);
    assert_same(message, again, arena);
}

static void every_message_reads_back(void **state)
{
    (void)state;
    struct arena *arena = arena_new(8 * 1024 * 1024);
    struct str text = str_new(0);
    assert_true(message_rules_count > 40);
    for (size_t i = 0; i < message_rules_count; i++) {
        for (int round = 0; round < ROUNDS; round++) {
            arena_reset(arena);
            reads_back(message_rules_all[i], arena, &text);
        }
    }
    str_destroy(&text);
    arena_destroy(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_message_reads_back)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
