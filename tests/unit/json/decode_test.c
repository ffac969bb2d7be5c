/* What the reader of JSON accepts, and what it refuses with which code, field and parameter. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "dandelion/dues.pb-c.h"
#include "dandelion/identity.pb-c.h"
#include "dandelion/kit.pb-c.h"
#include "errors.h"
#include "gateway/json/decode.h"

static struct arena *arena;
static struct err err;

static int set_up(void **state)
{
    (void)state;
    arena = arena_new(8 * 1024 * 1024);
    return arena ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    arena_destroy(&arena);
    return 0;
}

static void *decode(const ProtobufCMessageDescriptor *type, const char *text, size_t length)
{
    ProtobufCMessage *message = json_message_new(type, arena);
    err_clear(&err);
    if (json_decode(message, text, length, arena, &err))
        return NULL;
    return message;
}

static void fills_every_kind_of_field(void **state)
{
    (void)state;
    const char text[] =
        " {\"member_id\":\"m\",\"months\":[\"2026-11\",\"2026-12\"],\"amount_fen\":\"9007199254740993\","
        "\"channel\":\"CASH\",\"on_behalf_by\":\"𬱖\\uD83C\\uDF3C\\\"\"} ";
    Dandelion__Dues__PayRequest *pay = decode(&dandelion__dues__pay_request__descriptor, text, strlen(text));
    assert_non_null(pay);
    assert_string_equal(pay->member_id, "m");
    assert_int_equal(pay->n_months, 2);
    assert_string_equal(pay->months[1], "2026-12");
    assert_int_equal(pay->amount_fen, INT64_C(9007199254740993));
    assert_int_equal(pay->channel, DANDELION__DUES__CHANNEL__CASH);
    assert_string_equal(pay->on_behalf_by, "𬱖🌼\"");
    assert_string_equal(pay->received_by, "");
}

static void nests(void **state)
{
    (void)state;
    const char text[] = "{\"events\":[{\"position\":7,\"data\":\"AAEC\"},{}]}";
    Dandelion__Kit__ReadEventsReply *reply = decode(&dandelion__kit__read_events_reply__descriptor, text, strlen(text));
    assert_non_null(reply);
    assert_int_equal(reply->n_events, 2);
    assert_int_equal(reply->events[0]->position, 7);
    assert_int_equal(reply->events[0]->data.len, 3);
    assert_memory_equal(reply->events[0]->data.data, "\0\1\2", 3);
    assert_string_equal(reply->events[1]->id, "");
}

static void null_is_absent(void **state)
{
    (void)state;
    const char text[] = "{\"member_id\":null,\"months\":null,\"amount_fen\":null,\"channel\":null}";
    Dandelion__Dues__PayRequest *pay = decode(&dandelion__dues__pay_request__descriptor, text, strlen(text));
    assert_non_null(pay);
    assert_string_equal(pay->member_id, "");
    assert_int_equal(pay->n_months, 0);
    assert_int_equal(pay->channel, 0);
}

struct refusal {
    const ProtobufCMessageDescriptor *type;
    const char *text;
    int code;
    const char *field, *param, *value; /* param may be NULL */
};

static const struct refusal refusals[] = {
#define PAY      &dandelion__dues__pay_request__descriptor
#define EVENTS   &dandelion__kit__read_events_reply__descriptor
#define STANDARD &dandelion__dues__standard__descriptor
    {PAY, "", ERR_JSON_MALFORMED, "", "line", "1"},
    {PAY, "{", ERR_JSON_MALFORMED, "", "line", "1"},
    {PAY, "{\n\"member_id\":}", ERR_JSON_MALFORMED, "", "line", "2"},
    {PAY, "{\"member_id\":'x'}", ERR_JSON_MALFORMED, "", NULL, NULL},
    {PAY, "{\"member_id\":\"x\",}", ERR_JSON_MALFORMED, "", NULL, NULL},
    {PAY, "{} {}", ERR_JSON_MALFORMED, "", NULL, NULL},
    {PAY, "{}x", ERR_JSON_MALFORMED, "", NULL, NULL},
    {PAY, "\xef\xbb\xbf{}", ERR_JSON_MALFORMED, "", NULL, NULL},
    {PAY, "[]", ERR_JSON_MALFORMED, "", NULL, NULL},
    {PAY, "null", ERR_JSON_MALFORMED, "", NULL, NULL},
    {PAY, "\"text\"", ERR_JSON_MALFORMED, "", NULL, NULL},
    {PAY, "{\"amount_fen\":NaN}", ERR_JSON_MALFORMED, "", NULL, NULL},
    {PAY, "{\"amount_fen\":01}", ERR_JSON_MALFORMED, "", NULL, NULL},
    {PAY, "{\"amount_fen\":+1}", ERR_JSON_MALFORMED, "", NULL, NULL},
    {PAY, "{\"amount_fen\":.5}", ERR_JSON_MALFORMED, "", NULL, NULL},
    {PAY, "{\"member_id\":\"a\nb\"}", ERR_JSON_MALFORMED, "", NULL, NULL},
    {PAY, "{\"member_id\":\"\\x41\"}", ERR_JSON_MALFORMED, "", NULL, NULL},
    {PAY, "{\"member_id\":\"\\ud800\"}", ERR_JSON_MALFORMED, "", NULL, NULL},
    {PAY, "{\"member_id\":\"\\udc00\\ud800\"}", ERR_JSON_MALFORMED, "", NULL, NULL},
    {PAY, "{\"member_id\":\"a\\u0000b\"}", ERR_JSON_MALFORMED, "", NULL, NULL},
    {PAY, "{\"a\\u0000b\":1}", ERR_JSON_MALFORMED, "", NULL, NULL},
    {PAY, "{\"member_id\":\"\xff\"}", ERR_INVALID_UTF8, "", NULL, NULL},
    {PAY, "{\"member_id\":\"\xc0\x80\"}", ERR_INVALID_UTF8, "", NULL, NULL},
    {PAY, "{\"member_id\":\"\xed\xa0\x80\"}", ERR_INVALID_UTF8, "", NULL, NULL},
    {PAY, "{\"member_id\":\"\xf4\x90\x80\x80\"}", ERR_INVALID_UTF8, "", NULL, NULL},
    {PAY, "{\"member_id\":\"a\",\"member_id\":\"b\"}", ERR_JSON_DUPLICATE_KEY, "member_id", NULL, NULL},
    {PAY, "{\"member_id\":\"a\",\"member\\u005fid\":\"b\"}", ERR_JSON_DUPLICATE_KEY, "member\\u005fid", NULL, NULL},
    {PAY, "{\"memberId\":\"a\"}", ERR_UNKNOWN_FIELD, "memberId", NULL, NULL},
    {PAY, "{\"\":1}", ERR_UNKNOWN_FIELD, "", NULL, NULL},
    {PAY, "{\"update_mask\":[]}", ERR_UNKNOWN_FIELD, "update_mask", NULL, NULL},
    {EVENTS, "{\"events\":[{},{\"x\":1}]}", ERR_UNKNOWN_FIELD, "events[1].x", NULL, NULL},
    {EVENTS, "{\"events\":{}}", ERR_WRONG_TYPE, "events", "expected", "array"},
    {EVENTS, "{\"events\":[null]}", ERR_WRONG_TYPE, "events[0]", "expected", "object"},
    {EVENTS, "{\"events\":[[]]}", ERR_WRONG_TYPE, "events[0]", "expected", "object"},
    {EVENTS, "{\"events\":[{\"data\":\"A\"}]}", ERR_WRONG_TYPE, "events[0].data", "expected", "base64"},
    {PAY, "{\"member_id\":1}", ERR_WRONG_TYPE, "member_id", "expected", "string"},
    {PAY, "{\"member_id\":true}", ERR_WRONG_TYPE, "member_id", "expected", "string"},
    {PAY, "{\"member_id\":{}}", ERR_WRONG_TYPE, "member_id", "expected", "string"},
    {PAY, "{\"months\":[null]}", ERR_WRONG_TYPE, "months[0]", "expected", "string"},
    {PAY, "{\"months\":\"2026-11\"}", ERR_WRONG_TYPE, "months", "expected", "array"},
    {PAY, "{\"amount_fen\":1.5}", ERR_WRONG_TYPE, "amount_fen", "expected", "integer"},
    {PAY, "{\"amount_fen\":\"1.5\"}", ERR_WRONG_TYPE, "amount_fen", "expected", "integer"},
    {PAY, "{\"amount_fen\":\"\"}", ERR_WRONG_TYPE, "amount_fen", "expected", "integer"},
    {PAY, "{\"amount_fen\":[1]}", ERR_WRONG_TYPE, "amount_fen", "expected", "integer"},
    {PAY, "{\"amount_fen\":1e300}", ERR_FIELD_TOO_LARGE, "amount_fen", "max", "9223372036854775807"},
    {PAY, "{\"amount_fen\":9223372036854775808}", ERR_FIELD_TOO_LARGE, "", "max", "9223372036854775807"},
    {PAY, "{\"amount_fen\":-9223372036854775809}", ERR_FIELD_TOO_SMALL, "", "min", "-9223372036854775808"},
    {PAY, "{\"amount_fen\":1e999}", ERR_FIELD_TOO_LARGE, "", NULL, NULL},
    {PAY, "{\"channel\":1}", ERR_WRONG_TYPE, "channel", "expected", "string"},
    {PAY, "{\"channel\":\"cash\"}", ERR_FIELD_UNKNOWN_VALUE, "channel", NULL, NULL},
    {PAY, "{\"channel\":\"\"}", ERR_FIELD_UNKNOWN_VALUE, "channel", NULL, NULL},
    {STANDARD, "{\"capped\":\"true\"}", ERR_WRONG_TYPE, "capped", "expected", "boolean"},
    {STANDARD, "{\"capped\":0}", ERR_WRONG_TYPE, "capped", "expected", "boolean"},
    {STANDARD, "{\"year\":-1}", ERR_FIELD_TOO_SMALL, "year", "min", "0"},
    {STANDARD, "{\"year\":4294967296}", ERR_FIELD_TOO_LARGE, "year", "max", "4294967295"},
    {PAY, "[[[[[[[[[[[[[[[[[", ERR_JSON_TOO_DEEP, "", "max", "16"},
    {PAY, "{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":[[[[[[[[[", ERR_JSON_TOO_DEEP, "", "max", "16"},
};

static void refuses(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
        const struct refusal *refusal = &refusals[i];
        if (decode(refusal->type, refusal->text, strlen(refusal->text)) || err.code != refusal->code)
            fail_msg("%s: code %d, not %d", refusal->text, err.code, refusal->code);
        if (strcmp(err.field, refusal->field) != 0)
            fail_msg("%s: field \"%s\", not \"%s\"", refusal->text, err.field, refusal->field);
        if (refusal->param) {
            assert_true(err.params_count >= 1);
            assert_string_equal(err.params[0].name, refusal->param);
            assert_string_equal(err.params[0].value, refusal->value);
        }
    }
}

static void brackets_in_strings_are_not_depth(void **state)
{
    (void)state;
    const char text[] = "{\"member_id\":\"\\\"[[[[[[[[[[[[[[[[[[[[[[\\\\\"}";
    assert_non_null(decode(PAY, text, strlen(text)));
}

static void refuses_a_nul_and_what_follows(void **state)
{
    (void)state;
    assert_null(decode(PAY, "{}\0{}", 5));
    assert_int_equal(err.code, ERR_JSON_MALFORMED);
    assert_null(decode(PAY, "{\"member_id\":\"a\0b\"}", 19));
    assert_int_equal(err.code, ERR_JSON_MALFORMED);
}

static void refuses_more_than_the_limit(void **state)
{
    (void)state;
    char *text = malloc(JSON_SIZE_MAX + 1);
    memset(text, ' ', JSON_SIZE_MAX + 1);
    memcpy(text, "{}", 2);
    assert_non_null(decode(PAY, text, JSON_SIZE_MAX));
    assert_null(decode(PAY, text, JSON_SIZE_MAX + 1));
    assert_int_equal(err.code, ERR_BODY_TOO_LARGE);
    free(text);
}

/* However small the cap, the answer is an error and not a crash; every cap below what is needed is tried. */
static void stays_within_the_arena(void **state)
{
    (void)state;
    const char text[] = "{\"events\":[{\"id\":\"a\",\"data\":\"AAECAwQF\"},{\"subject\":\"b\"},{}]}";
    size_t refused = 0;
    for (size_t cap = 64;; cap += 16) {
        struct arena *small = arena_new(cap);
        ProtobufCMessage *message = json_message_new(EVENTS, small);
        err_clear(&err);
        int result = message ? json_decode(message, text, strlen(text), small, &err) : -1;
        arena_destroy(&small);
        if (result == 0)
            break;
        if (message)
            assert_int_equal(err.code, ERR_BODY_TOO_LARGE);
        refused++;
    }
    assert_in_range(refused, 10, 1000);
}

static void lists_the_keys_of_a_patch(void **state)
{
    (void)state;
    const char text[] = "{\"phone\":\"13800138000\",\"full_since\":null,\"name\":\"\"}";
    Dandelion__Identity__UpdateMemberRequest *update =
        decode(&dandelion__identity__update_member_request__descriptor, text, strlen(text));
    assert_non_null(update);
    assert_int_equal(update->n_update_mask, 3);
    assert_string_equal(update->update_mask[0], "phone");
    assert_string_equal(update->update_mask[1], "full_since");
    assert_string_equal(update->update_mask[2], "name");
    update = decode(&dandelion__identity__update_member_request__descriptor, "{}", 2);
    assert_int_equal(update->n_update_mask, 0);
    assert_null(decode(&dandelion__identity__update_member_request__descriptor, "{\"update_mask\":[]}", 18));
    assert_int_equal(err.code, ERR_UNKNOWN_FIELD);
}

static void sets_from_parameters(void **state)
{
    (void)state;
    Dandelion__Dues__Standard *standard = (void *)json_message_new(STANDARD, arena);
    assert_int_equal(json_set_text(&standard->base, "member_id", "m", arena, &err), 0);
    assert_int_equal(json_set_text(&standard->base, "year", "2026", arena, &err), 0);
    assert_int_equal(json_set_text(&standard->base, "capped", "true", arena, &err), 0);
    assert_int_equal(json_set_text(&standard->base, "category", "WAGE", arena, &err), 0);
    assert_int_equal(json_set_text(&standard->base, "base_fen", "-5", arena, &err), 0);
    assert_string_equal(standard->member_id, "m");
    assert_int_equal(standard->year, 2026);
    assert_true(standard->capped);
    assert_int_equal(standard->category, DANDELION__DUES__CATEGORY__WAGE);
    assert_int_equal(standard->base_fen, -5);

    Dandelion__Dues__PayRequest *pay = (void *)json_message_new(PAY, arena);
    for (int i = 0; i < 12; i++)
        assert_int_equal(json_set_text(&pay->base, "months", i % 2 ? "2026-11" : "2026-12", arena, &err), 0);
    assert_int_equal(pay->n_months, 12);
    assert_string_equal(pay->months[0], "2026-12");
    assert_string_equal(pay->months[11], "2026-11");
}

static void refuses_parameters(void **state)
{
    (void)state;
    static const struct {
        const char *name, *text;
        int code;
    } rows[] = {
        {"member_ids", "m", ERR_UNKNOWN_FIELD},
        {"", "m", ERR_UNKNOWN_FIELD},
        {"update_mask", "name", ERR_UNKNOWN_FIELD},
        {"member_id", "\xc0\x80", ERR_INVALID_UTF8},
        {"year", "2026.0", ERR_WRONG_TYPE},
        {"year", "", ERR_WRONG_TYPE},
        {"year", "-1", ERR_FIELD_TOO_SMALL},
        {"capped", "1", ERR_WRONG_TYPE},
        {"category", "1", ERR_FIELD_UNKNOWN_VALUE},
        {"category", "wage", ERR_FIELD_UNKNOWN_VALUE},
        {"version", "", ERR_WRONG_TYPE},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ProtobufCMessage *message = json_message_new(STANDARD, arena);
        assert_int_equal(json_set_text(message, rows[i].name, rows[i].text, arena, &err), -1);
        assert_int_equal(err.code, rows[i].code);
        assert_string_equal(err.field, rows[i].name);
    }
    ProtobufCMessage *twice = json_message_new(STANDARD, arena);
    assert_int_equal(json_set_text(twice, "member_id", "a", arena, &err), 0);
    assert_int_equal(json_set_text(twice, "member_id", "a", arena, &err), -1);
    assert_int_equal(err.code, ERR_JSON_DUPLICATE_KEY);
    ProtobufCMessage *session = json_message_new(&dandelion__identity__session__descriptor, arena);
    assert_int_equal(json_set_text(session, "account", "x", arena, &err), -1);
    assert_int_equal(err.code, ERR_WRONG_TYPE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(fills_every_kind_of_field, set_up, tear_down),
        cmocka_unit_test_setup_teardown(nests, set_up, tear_down),
        cmocka_unit_test_setup_teardown(null_is_absent, set_up, tear_down),
        cmocka_unit_test_setup_teardown(refuses, set_up, tear_down),
        cmocka_unit_test_setup_teardown(brackets_in_strings_are_not_depth, set_up, tear_down),
        cmocka_unit_test_setup_teardown(refuses_a_nul_and_what_follows, set_up, tear_down),
        cmocka_unit_test_setup_teardown(refuses_more_than_the_limit, set_up, tear_down),
        cmocka_unit_test(stays_within_the_arena),
        cmocka_unit_test_setup_teardown(lists_the_keys_of_a_patch, set_up, tear_down),
        cmocka_unit_test_setup_teardown(sets_from_parameters, set_up, tear_down),
        cmocka_unit_test_setup_teardown(refuses_parameters, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
