/* Any bytes as the JSON of any message: the reader never fails badly, and what it accepts is stable. The first byte
 * chooses the message, the rest is the text. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "field_rules.h"
#include "gateway/json/decode.h"
#include "gateway/json/encode.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Decodes a copy of exact size, so that reading past the end is seen. */
static ProtobufCMessage *decode(const struct message_rules *rules, const char *text, size_t length, struct arena *arena)
{
    struct err err = {0};
    ProtobufCMessage *message = json_message_new(rules->descriptor, arena);
    char *copy = malloc(length ? length : 1);
    memcpy(copy, text, length);
    int result = json_decode(message, copy, length, arena, &err);
    free(copy);
    return result == 0 ? message : NULL;
}

static void require(int condition)
{
    if (!condition)
        abort();
}

/* Whether what is printed can be read: the list of a PATCH's keys is filled by the reader and refused in the text. */
static int reads_back(const struct message_rules *rules)
{
    return !protobuf_c_message_descriptor_get_field_by_name(rules->descriptor, "update_mask");
}

static void check(const struct message_rules *rules, const char *text, size_t length, struct arena *arena)
{
    struct str first = str_new(0), second = str_new(0);
    const ProtobufCMessage *message = decode(rules, text, length, arena);
    if (message) {
        require(json_encode(message, rules, JSON_MASKED, &first) == 0);
        str_reset(&first);
        require(json_encode(message, rules, JSON_UNMASKED, &first) == 0);
    }
    if (message && reads_back(rules)) {
        message = decode(rules, str_text(&first), first.length, arena);
        require(message != NULL);
        require(json_encode(message, rules, JSON_UNMASKED, &second) == 0);
        require(first.length == second.length && memcmp(first.data, second.data, first.length) == 0);
    }
    str_destroy(&first);
    str_destroy(&second);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    struct arena *arena = arena_new(4 * 1024 * 1024);
    check(message_rules_all[data[0] % message_rules_count], (const char *)data + 1, size - 1, arena);
    arena_destroy(&arena);
    return 0;
}
