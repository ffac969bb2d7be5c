/* Jansson parses the text (it is the judge of syntax, UTF-8 and duplicate keys) into a tree whose memory comes from
 * the request's arena, so a hostile body is bounded like everything else of the request, and the strings of the tree
 * can become the strings of the message without a copy. The tree is never freed on its own. */
#include "gateway/json/decode.h"

#include <inttypes.h>
#include <jansson.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "errors.h"
#include "gateway/json/path.h"
#include "gateway/json/scalar.h"

struct decoder {
    struct arena *arena;
    struct err *err;
};

/* Where jansson's memory comes from while it parses in this thread. */
static _Thread_local struct {
    struct arena *arena;
    bool exhausted;
} tree;

static void *tree_alloc(size_t size)
{
    if (!tree.arena)
        return malloc(size);
    void *memory = arena_alloc(tree.arena, size);
    tree.exhausted |= !memory;
    return memory;
}

static void tree_free(void *memory)
{
    if (!tree.arena)
        free(memory);
}

static void use_arenas(void)
{
    json_set_alloc_funcs(tree_alloc, tree_free);
}

/* Whether the nesting stays within the limit; looked at before the parser recurses. Brackets in strings do not count;
 * for text that is not JSON the answer does not matter. */
static bool depth_ok(const char *text, size_t length)
{
    unsigned depth = 0;
    bool quoted = false;
    for (size_t i = 0; i < length; i++) {
        char c = text[i];
        if (quoted && c == '\\')
            i++;
        else if (c == '"')
            quoted = !quoted;
        else if (quoted)
            continue;
        else if ((c == '{' || c == '[') && ++depth > JSON_DEPTH_MAX)
            return false;
        else if ((c == '}' || c == ']') && depth > 0)
            depth--;
    }
    return true;
}

/* The text of a duplicate key's error holds the key, which is the client's: it may be quoted back as a field. */
static int refuse_duplicate(struct err *err, const json_error_t *error)
{
    char name[ERR_FIELD_MAX] = "";
    const char *open = strchr(error->text, '"');
    const char *close = open ? strrchr(open + 1, '"') : NULL;
    if (close && (size_t)(close - open) < sizeof name) {
        memcpy(name, open + 1, (size_t)(close - open - 1));
        name[close - open - 1] = '\0';
    }
    return err_field(err, ERR_JSON_DUPLICATE_KEY, name, "duplicate key at byte %d", error->position);
}

static int refuse_size(struct err *err)
{
    err_set(err, ERR_BODY_TOO_LARGE, "json over %d bytes, or over the arena's cap", JSON_SIZE_MAX);
    return err_param(err, "max", "%d", JSON_SIZE_MAX);
}

static int refuse_syntax(struct err *err, int line, int column)
{
    err_set(err, ERR_JSON_MALFORMED, "line %d, column %d", line, column);
    err_param(err, "line", "%d", line);
    return err_param(err, "column", "%d", column);
}

/* An integer that not even 64 bits hold. */
static int refuse_number(struct err *err, const json_error_t *error)
{
    bool negative = strstr(error->text, "negative") != NULL;
    err_set(err, negative ? ERR_FIELD_TOO_SMALL : ERR_FIELD_TOO_LARGE, "line %d, column %d", error->line,
            error->column);
    return negative ? err_param(err, "min", "%" PRId64, INT64_MIN) : err_param(err, "max", "%" PRId64, INT64_MAX);
}

static int refuse_text(struct err *err, const json_error_t *error)
{
    if (tree.exhausted)
        return refuse_size(err);
    switch (json_error_code(error)) {
    case json_error_duplicate_key:
        return refuse_duplicate(err, error);
    case json_error_numeric_overflow:
        return refuse_number(err, error);
    case json_error_invalid_utf8:
        return err_set(err, ERR_INVALID_UTF8, "line %d, column %d", error->line, error->column);
    default:
        return refuse_syntax(err, error->line, error->column);
    }
}

static json_t *parse(struct decoder *d, const char *text, size_t length)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    json_error_t error = {0};
    if (length > JSON_SIZE_MAX) {
        refuse_size(d->err);
        return NULL;
    }
    if (!depth_ok(text, length)) {
        err_set(d->err, ERR_JSON_TOO_DEEP, "json");
        err_param(d->err, "max", "%d", JSON_DEPTH_MAX);
        return NULL;
    }
    pthread_once(&once, use_arenas);
    tree.arena = d->arena;
    tree.exhausted = false;
    json_t *root = json_loadb(text, length, JSON_REJECT_DUPLICATES, &error);
    tree.arena = NULL;
    if (!root)
        refuse_text(d->err, &error);
    return root;
}

/* `field` explains the code; NULL when there is none. */
static int refuse(struct decoder *d, int code, const struct json_path *path, const ProtobufCFieldDescriptor *field)
{
    char text[ERR_FIELD_MAX];
    if (code == ERR_BODY_TOO_LARGE)
        return refuse_size(d->err);
    err_field(d->err, code, json_path_format(path, text), "json");
    return field ? scalar_explain(field, code, d->err) : -1;
}

static int fill(struct decoder *d, ProtobufCMessage *message, json_t *object, const struct json_path *path);

static int place_message(struct decoder *d, const ProtobufCFieldDescriptor *field, json_t *value, void *slot,
                         const struct json_path *path)
{
    if (!json_is_object(value))
        return refuse(d, ERR_WRONG_TYPE, path, field);
    ProtobufCMessage *message = json_message_new(field->descriptor, d->arena);
    if (!message)
        return refuse(d, ERR_BODY_TOO_LARGE, path, NULL);
    memcpy(slot, &message, sizeof message);
    return fill(d, message, value, path);
}

static int place(struct decoder *d, const ProtobufCFieldDescriptor *field, json_t *value, void *slot,
                 const struct json_path *path)
{
    int code = ERR_WRONG_TYPE;
    if (field->type == PROTOBUF_C_TYPE_MESSAGE)
        return place_message(d, field, value, slot, path);
    if (json_is_string(value))
        code = scalar_from_text(field, json_string_value(value), json_string_length(value), d->arena, slot);
    else if (json_is_integer(value))
        code = scalar_from_integer(field, json_integer_value(value), slot);
    else if (json_is_real(value))
        code = scalar_from_real(field, json_real_value(value), slot);
    else if (json_is_boolean(value))
        code = scalar_from_bool(field, json_is_true(value), slot);
    return code ? refuse(d, code, path, field) : 0;
}

static int place_list(struct decoder *d, const ProtobufCFieldDescriptor *field, json_t *list, ProtobufCMessage *message,
                      const struct json_path *path)
{
    size_t size = scalar_size(field->type);
    size_t count = json_array_size(list);
    if (!json_is_array(list)) {
        refuse(d, ERR_WRONG_TYPE, path, NULL);
        return err_param(d->err, "expected", "array");
    }
    if (count == 0)
        return 0;
    char *values = arena_array(d->arena, count, size);
    if (!values)
        return refuse(d, ERR_BODY_TOO_LARGE, path, NULL);
    for (size_t i = 0; i < count; i++) {
        struct json_path item = {.up = path->up, .name = path->name, .index = i, .indexed = true};
        if (place(d, field, json_array_get(list, i), values + i * size, &item))
            return -1;
    }
    memcpy((char *)message + field->offset, &values, sizeof values);
    memcpy((char *)message + field->quantifier_offset, &count, sizeof count);
    return 0;
}

/* The field of that name; NULL for the one that only the gateway fills. */
static const ProtobufCFieldDescriptor *field_of(const ProtobufCMessage *message, const char *name)
{
    if (strcmp(name, "update_mask") == 0)
        return NULL;
    return protobuf_c_message_descriptor_get_field_by_name(message->descriptor, name);
}

static int fill(struct decoder *d, ProtobufCMessage *message, json_t *object, const struct json_path *path)
{
    const char *name;
    json_t *value;
    json_object_foreach(object, name, value)
    {
        struct json_path step = {.up = path, .name = name};
        const ProtobufCFieldDescriptor *field = field_of(message, name);
        if (!field)
            return refuse(d, ERR_UNKNOWN_FIELD, &step, NULL);
        if (json_is_null(value))
            continue;
        int failed = field->label == PROTOBUF_C_LABEL_REPEATED
                         ? place_list(d, field, value, message, &step)
                         : place(d, field, value, (char *)message + field->offset, &step);
        if (failed)
            return -1;
    }
    return 0;
}

/* Lists the keys of the body, whose strings are in the arena like the tree. */
static int fill_mask(struct decoder *d, ProtobufCMessage *message, json_t *object)
{
    const ProtobufCFieldDescriptor *mask =
        protobuf_c_message_descriptor_get_field_by_name(message->descriptor, "update_mask");
    const char *name;
    json_t *value;
    if (!mask)
        return 0;
    json_object_foreach(object, name, value)
    {
        const char **slot = scalar_push(mask, message, d->arena);
        if (!slot)
            return refuse_size(d->err);
        *slot = name;
    }
    return 0;
}

ProtobufCMessage *json_message_new(const ProtobufCMessageDescriptor *type, struct arena *arena)
{
    ProtobufCMessage *message = arena_alloc(arena, type->sizeof_message);
    if (message)
        protobuf_c_message_init(type, message);
    return message;
}

int json_decode(ProtobufCMessage *message, const char *text, size_t length, struct arena *arena, struct err *err)
{
    struct decoder d = {.arena = arena, .err = err};
    json_t *root = parse(&d, text, length);
    if (!root)
        return -1;
    if (!json_is_object(root))
        return refuse_syntax(err, 1, 1);
    if (fill(&d, message, root, NULL))
        return -1;
    return fill_mask(&d, message, root);
}

/* Whether a field that is not repeated differs from its default. */
static bool is_set(const ProtobufCFieldDescriptor *field, const void *slot)
{
    static const char zero[sizeof(ProtobufCBinaryData)];
    if (field->type != PROTOBUF_C_TYPE_STRING)
        return memcmp(slot, zero, scalar_size(field->type)) != 0;
    const char *text;
    memcpy(&text, slot, sizeof text);
    return text && text[0];
}

static int bool_from_text(const ProtobufCFieldDescriptor *field, const char *text, void *slot)
{
    bool is_true = strcmp(text, "true") == 0;
    return is_true || strcmp(text, "false") == 0 ? scalar_from_bool(field, is_true, slot) : ERR_WRONG_TYPE;
}

int json_set_text(ProtobufCMessage *message, const char *name, const char *text, struct arena *arena, struct err *err)
{
    struct decoder d = {.arena = arena, .err = err};
    struct json_path path = {.name = name};
    const ProtobufCFieldDescriptor *field = field_of(message, name);
    size_t length = strlen(text);
    if (!field)
        return refuse(&d, ERR_UNKNOWN_FIELD, &path, NULL);
    if (!utf8_valid(text, length))
        return refuse(&d, ERR_INVALID_UTF8, &path, NULL);
    char *slot = (char *)message + field->offset;
    if (field->label == PROTOBUF_C_LABEL_REPEATED)
        slot = scalar_push(field, message, arena);
    else if (is_set(field, slot))
        return refuse(&d, ERR_JSON_DUPLICATE_KEY, &path, NULL);
    char *copy = slot ? arena_copy(arena, text, length) : NULL;
    if (!copy)
        return refuse(&d, ERR_BODY_TOO_LARGE, &path, NULL);
    int code = field->type == PROTOBUF_C_TYPE_BOOL ? bool_from_text(field, copy, slot)
                                                   : scalar_from_text(field, copy, length, arena, slot);
    return code ? refuse(&d, code, &path, field) : 0;
}
