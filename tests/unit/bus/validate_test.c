/* bus/validate: every rule of the contract once kept and once broken, and messages that protobuf-c lets pass. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bus/validate.h"
#include "bus/wire.h"
#include "dandelion/bus.pb-c.h"
#include "dandelion/dues.pb-c.h"
#include "dandelion/identity.pb-c.h"
#include "errors.h"

static char member_id[] = "01900000-0000-7000-8000-000000000004";
static char november[] = "2026-11", december[] = "2026-12", thirteenth[] = "2026-13", empty[] = "";

static Dandelion__Dues__PayRequest good_payment(char **months, size_t count)
{
    Dandelion__Dues__PayRequest pay = DANDELION__DUES__PAY_REQUEST__INIT;
    pay.member_id = member_id;
    pay.months = months;
    pay.n_months = count;
    pay.amount_fen = 4500;
    pay.channel = DANDELION__DUES__CHANNEL__CASH;
    return pay;
}

/* The code under which a message is refused, 0 if it is not; and its place. */
static int refusal(const ProtobufCMessage *message, struct err *err)
{
    const struct message_rules *rules = message_rules_find(message->descriptor);
    assert_non_null(rules);
    *err = (struct err){0};
    return validate_message(rules, message, err) < 0 ? err->code : 0;
}

static void a_good_payment_passes(void **state)
{
    (void)state;
    struct err err;
    char *months[] = {november, december};
    Dandelion__Dues__PayRequest pay = good_payment(months, 2);
    assert_int_equal(refusal(&pay.base, &err), 0);
    pay.on_behalf_by = (char *)(uintptr_t) "𬱖㛃 (女儿)";
    pay.received_by = member_id;
    assert_int_equal(refusal(&pay.base, &err), 0);
}

static void required_and_items(void **state)
{
    (void)state;
    struct err err;
    char *months[13];
    for (int i = 0; i < 13; i++)
        months[i] = november;
    Dandelion__Dues__PayRequest pay = good_payment(months, 0);
    assert_int_equal(refusal(&pay.base, &err), ERR_FIELD_REQUIRED);
    assert_string_equal(err.field, "months");
    pay = good_payment(months, 13);
    assert_int_equal(refusal(&pay.base, &err), ERR_FIELD_TOO_MANY_ITEMS);
    assert_string_equal(err.params[0].name, "max");
    assert_string_equal(err.params[0].value, "12");
    pay = good_payment(months, 1);
    pay.member_id = empty;
    assert_int_equal(refusal(&pay.base, &err), ERR_FIELD_REQUIRED);
    assert_string_equal(err.field, "member_id");
    pay = good_payment(months, 1);
    pay.channel = DANDELION__DUES__CHANNEL__CHANNEL_UNSPECIFIED;
    assert_int_equal(refusal(&pay.base, &err), ERR_FIELD_REQUIRED);
}

static void formats_name_the_element(void **state)
{
    (void)state;
    struct err err;
    char *months[] = {november, thirteenth};
    Dandelion__Dues__PayRequest pay = good_payment(months, 2);
    assert_int_equal(refusal(&pay.base, &err), ERR_FIELD_NOT_MONTH);
    assert_string_equal(err.field, "months[1]");
    months[1] = empty; /* an element that says nothing is a mistake, where an absent field is none */
    assert_int_equal(refusal(&pay.base, &err), ERR_FIELD_NOT_MONTH);
    pay = good_payment(months, 1);
    pay.member_id = (char *)(uintptr_t) "01900000";
    assert_int_equal(refusal(&pay.base, &err), ERR_FIELD_NOT_UUID);
}

static void numbers_and_enums_have_bounds(void **state)
{
    (void)state;
    struct err err;
    char *months[] = {november};
    Dandelion__Dues__PayRequest pay = good_payment(months, 1);
    pay.amount_fen = 100000001;
    assert_int_equal(refusal(&pay.base, &err), ERR_FIELD_TOO_LARGE);
    assert_string_equal(err.params[0].value, "100000000");
    pay.amount_fen = -1;
    assert_int_equal(refusal(&pay.base, &err), ERR_FIELD_TOO_SMALL);
    pay = good_payment(months, 1);
    pay.channel = (Dandelion__Dues__Channel)99;
    assert_int_equal(refusal(&pay.base, &err), ERR_FIELD_UNKNOWN_VALUE);
    assert_string_equal(err.field, "channel");
    Dandelion__Bus__Reply reply = DANDELION__BUS__REPLY__INIT;
    reply.id = UINT64_MAX; /* unsigned, beyond what int64 bounds can say */
    assert_int_equal(refusal(&reply.base, &err), ERR_FIELD_TOO_LARGE);
}

static void texts(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int code;
    } vectors[] = {
        {"王·李", 0},
        {"two\nlines", ERR_FIELD_CONTROL_CHARACTER},
        {"tab\there", ERR_FIELD_CONTROL_CHARACTER},
        {"del\x7f", ERR_FIELD_CONTROL_CHARACTER},
        {"c1 \xc2\x85", ERR_FIELD_CONTROL_CHARACTER},
        {"separator \xe2\x80\xa8", ERR_FIELD_CONTROL_CHARACTER},
        {"override \xe2\x80\xae", ERR_FIELD_CONTROL_CHARACTER},
        {"\xff", ERR_INVALID_UTF8},
        {"\xed\xa0\x80", ERR_INVALID_UTF8},
    };
    struct err err;
    char *months[] = {november}, longest[61 * 3 + 1];
    Dandelion__Dues__PayRequest pay = good_payment(months, 1);
    for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
        pay.on_behalf_by = (char *)(uintptr_t)vectors[i].text;
        assert_int_equal(refusal(&pay.base, &err), vectors[i].code);
    }
    for (int i = 0; i < 61; i++)
        memcpy(longest + 3 * i, "党", 4);
    pay.on_behalf_by = longest;
    assert_int_equal(refusal(&pay.base, &err), ERR_FIELD_TOO_LONG); /* characters count, not bytes */
    longest[60 * 3] = '\0';
    assert_int_equal(refusal(&pay.base, &err), 0);
}

/* Rules made for the test, over a message that has every kind of field that matters here. */
static void patterns_and_other_formats(void **state)
{
    (void)state;
    Dandelion__Bus__ErrorParam param = DANDELION__BUS__ERROR_PARAM__INIT;
    struct field_rule fields[2] = {{.pattern = "^[1-9]0$"}, {.format = DANDELION__FORMAT__PARAGRAPH, .min_length = 3}};
    struct message_rules rules = {.descriptor = param.base.descriptor, .fields = fields};
    struct err err;
    param.name = (char *)(uintptr_t) "90";
    param.value = (char *)(uintptr_t) "a\nb";
    for (int i = 0; i < 3; i++)
        assert_int_equal(validate_message(&rules, &param.base, &err), 0);
    param.name = (char *)(uintptr_t) "905";
    assert_int_equal(validate_message(&rules, &param.base, &err), -1);
    assert_int_equal(err.code, ERR_FIELD_BAD_PATTERN);
    param.name = empty;
    param.value = (char *)(uintptr_t) "ab";
    assert_int_equal(validate_message(&rules, &param.base, &err), -1);
    assert_int_equal(err.code, ERR_FIELD_TOO_SHORT);
    param.value = empty; /* absent: no bound applies */
    assert_int_equal(validate_message(&rules, &param.base, &err), 0);
    fields[0] = (struct field_rule){.pattern = "([", .min_length = 0};
    param.name = (char *)(uintptr_t) "x";
    assert_int_equal(validate_message(&rules, &param.base, &err), -1);
    assert_int_equal(err.code, ERR_INTERNAL);
    fields[0] = (struct field_rule){.format = DANDELION__FORMAT__INSTANT};
    param.name = (char *)(uintptr_t) "2026-11-23T14:10:13+08:00"; /* the contract knows UTC only */
    assert_int_equal(validate_message(&rules, &param.base, &err), -1);
    assert_int_equal(err.code, ERR_FIELD_NOT_INSTANT);
    fields[0] = (struct field_rule){.format = DANDELION__FORMAT__TOKEN};
    param.name = (char *)(uintptr_t) "Dues.Pay";
    assert_int_equal(validate_message(&rules, &param.base, &err), 0);
    param.name = (char *)(uintptr_t) "a b";
    assert_int_equal(validate_message(&rules, &param.base, &err), -1);
    assert_int_equal(err.code, ERR_FIELD_NOT_TOKEN);
}

static void nested_messages_have_paths(void **state)
{
    (void)state;
    struct err err;
    Dandelion__Bus__Request request = DANDELION__BUS__REQUEST__INIT;
    Dandelion__Bus__Caller caller = DANDELION__BUS__CALLER__INIT;
    Dandelion__Bus__Grant good = DANDELION__BUS__GRANT__INIT, bad = DANDELION__BUS__GRANT__INIT;
    Dandelion__Bus__Grant *grants[] = {&good, &good, &bad};
    bad.organization_id = november;
    caller.grants = grants;
    caller.n_grants = 3;
    request.id = 1;
    request.method = (char *)(uintptr_t) "Dues.Pay";
    request.caller = &caller;
    assert_int_equal(refusal(&request.base, &err), ERR_FIELD_NOT_UUID);
    assert_string_equal(err.field, "caller.grants[2].organization_id");
    Dandelion__Bus__Event event = DANDELION__BUS__EVENT__INIT;
    event.id = event.street_id = member_id;
    event.source = event.spec_version = event.type = (char *)(uintptr_t) "x";
    event.time = (char *)(uintptr_t) "2026-11-23T06:10:13.123Z";
    event.position = 1;
    assert_int_equal(refusal(&event.base, &err), 0);
    event.time = (char *)(uintptr_t) "2026-11-23T06:10:13";
    assert_int_equal(refusal(&event.base, &err), ERR_FIELD_NOT_INSTANT);
    event.time = (char *)(uintptr_t) "2026-11-23T06:10:13Z";
    event.data.len = 262145;
    assert_int_equal(refusal(&event.base, &err), ERR_FIELD_TOO_LONG);
}

static struct bytes pack(const ProtobufCMessage *message, uint8_t *to)
{
    return (struct bytes){to, protobuf_c_message_pack(message, to)};
}

static void packed_messages(void **state)
{
    (void)state;
    struct err err;
    uint8_t buffer[512];
    char *months[] = {november, december};
    struct arena *arena = arena_new(1 << 20), *small = arena_new(128);
    Dandelion__Dues__PayRequest pay = good_payment(months, 2);
    const struct message_rules *rules = message_rules_find(pay.base.descriptor);
    struct bytes packed = pack(&pay.base, buffer);
    const Dandelion__Dues__PayRequest *back =
        (const Dandelion__Dues__PayRequest *)validate_unpack(rules, packed, arena, &err);
    assert_non_null(back);
    assert_string_equal(back->months[1], december);
    for (size_t cut = 1; cut < packed.size; cut++) { /* every truncation is refused or is a smaller message */
        arena_reset(arena);
        err.code = 0;
        if (!validate_unpack(rules, (struct bytes){buffer, cut}, arena, &err))
            assert_int_not_equal(err.code, 0);
    }
    assert_null(validate_unpack(rules, packed, small, &err));
    assert_int_equal(err.code, ERR_MESSAGE_MALFORMED);
    assert_null(validate_unpack(rules, (struct bytes){NULL, 0}, arena, &err));
    assert_int_equal(err.code, ERR_FIELD_REQUIRED);
    arena_destroy(&arena);
    arena_destroy(&small);
}

static void inner_nuls_are_found(void **state)
{
    (void)state;
    struct err err;
    uint8_t buffer[512];
    char *months[] = {november, december};
    struct arena *arena = arena_new(1 << 20);
    Dandelion__Dues__PayRequest pay = good_payment(months, 2);
    const struct message_rules *rules = message_rules_find(pay.base.descriptor);
    struct bytes packed = pack(&pay.base, buffer);
    uint8_t *last = memmem(buffer, packed.size, december, 7);
    last[3] = '\0';
    assert_null(validate_unpack(rules, packed, arena, &err));
    assert_int_equal(err.code, ERR_FIELD_CONTROL_CHARACTER);
    assert_string_equal(err.field, "months");

    Dandelion__Bus__Request request = DANDELION__BUS__REQUEST__INIT;
    Dandelion__Bus__Caller caller = DANDELION__BUS__CALLER__INIT;
    caller.client_address = (char *)(uintptr_t) "10.0.0.1";
    request.method = (char *)(uintptr_t) "Dues.Pay";
    request.caller = &caller;
    packed = pack(&request.base, buffer);
    char field[64] = "", tiny[4] = "";
    assert_false(wire_has_inner_nul(request.base.descriptor, packed, field, sizeof field));
    ((uint8_t *)memmem(buffer, packed.size, "10.0", 4))[2] = '\0';
    assert_true(wire_has_inner_nul(request.base.descriptor, packed, field, sizeof field));
    assert_string_equal(field, "caller.client_address");
    assert_true(wire_has_inner_nul(request.base.descriptor, packed, tiny, sizeof tiny));
    assert_string_equal(tiny, "cal");
    /* Zeros that are no text: a varint of zero, bytes of an unknown field. */
    assert_false(wire_has_inner_nul(request.base.descriptor, (struct bytes){"\x08\0", 2}, field, sizeof field));
    assert_false(wire_has_inner_nul(request.base.descriptor, (struct bytes){"\xfa\x07\x01\0", 4}, field, sizeof field));
    arena_destroy(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_good_payment_passes),
        cmocka_unit_test(required_and_items),
        cmocka_unit_test(formats_name_the_element),
        cmocka_unit_test(numbers_and_enums_have_bounds),
        cmocka_unit_test(texts),
        cmocka_unit_test(patterns_and_other_formats),
        cmocka_unit_test(nested_messages_have_paths),
        cmocka_unit_test(packed_messages),
        cmocka_unit_test(inner_nuls_are_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
