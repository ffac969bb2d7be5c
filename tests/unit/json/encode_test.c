/* The JSON that is written: every field, escapes, and what sensitive values become. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/str.h"
#include "dandelion/dues.pb-c.h"
#include "dandelion/identity.pb-c.h"
#include "dandelion/kit.pb-c.h"
#include "field_rules.h"
#include "gateway/json/encode.h"
#include "gateway/json/mask.h"

static struct str out;

static int set_up(void **state)
{
    (void)state;
    out = str_new(0);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    str_destroy(&out);
    return 0;
}

static void prints_every_field(void **state)
{
    (void)state;
    Dandelion__Dues__Quote quote = DANDELION__DUES__QUOTE__INIT;
    assert_int_equal(json_encode(&quote.base, &dandelion__dues__quote__rules, JSON_MASKED, &out), 0);
    assert_string_equal(str_text(&out),
                        "{\"monthly_fen\":\"0\",\"rate_basis_points\":0,\"capped\":false,\"rule\":\"\"}");
    str_reset(&out);
    quote.monthly_fen = INT64_MIN;
    quote.rate_basis_points = UINT32_MAX;
    quote.capped = 1;
    quote.rule = (char *)(uintptr_t) "5%";
    assert_int_equal(json_encode(&quote.base, &dandelion__dues__quote__rules, JSON_MASKED, &out), 0);
    assert_string_equal(str_text(&out), "{\"monthly_fen\":\"-9223372036854775808\",\"rate_basis_points\":4294967295,"
                                        "\"capped\":true,\"rule\":\"5%\"}");
}

static void prints_lists_and_messages(void **state)
{
    (void)state;
    Dandelion__Identity__Session session = DANDELION__IDENTITY__SESSION__INIT;
    assert_int_equal(json_encode(&session.base, &dandelion__identity__session__rules, JSON_MASKED, &out), 0);
    assert_string_equal(str_text(&out), "{\"token\":\"\",\"expires_at\":\"\",\"account\":null}");
    str_reset(&out);

    Dandelion__Kit__LoggedEvent event = DANDELION__KIT__LOGGED_EVENT__INIT;
    Dandelion__Kit__LoggedEvent *events[] = {&event, &event};
    Dandelion__Kit__ReadEventsReply reply = DANDELION__KIT__READ_EVENTS_REPLY__INIT;
    event.data.data = (uint8_t *)(uintptr_t) "\xff\x00\x7f\x01";
    event.data.len = 4;
    reply.events = events;
    reply.n_events = 2;
    assert_int_equal(json_encode(&reply.base, &dandelion__kit__read_events_reply__rules, JSON_MASKED, &out), 0);
    assert_non_null(strstr(str_text(&out), "{\"events\":[{\"position\":\"0\",\"id\":\"\","));
    assert_non_null(strstr(str_text(&out), "\"data\":\"/wB/AQ==\"},{\"position\""));
    str_reset(&out);

    Dandelion__Identity__SignOutReply empty = DANDELION__IDENTITY__SIGN_OUT_REPLY__INIT;
    assert_int_equal(json_encode(&empty.base, &dandelion__identity__sign_out_reply__rules, JSON_MASKED, &out), 0);
    assert_string_equal(str_text(&out), "{}");
    str_reset(&out);

    Dandelion__Dues__ListBillsReply bills = DANDELION__DUES__LIST_BILLS_REPLY__INIT;
    assert_int_equal(json_encode(&bills.base, &dandelion__dues__list_bills_reply__rules, JSON_MASKED, &out), 0);
    assert_string_equal(str_text(&out), "{\"bills\":[],\"next_page_token\":\"\"}");
}

static void escapes(void **state)
{
    (void)state;
    json_encode_text("a\"b\\c/\b\f\n\r\t\x01\x1f\x7f 李𬱖", &out);
    assert_string_equal(str_text(&out), "\"a\\\"b\\\\c/\\b\\f\\n\\r\\t\\u0001\\u001f\\u007f 李𬱖\"");
}

static void masks(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"", ""},
        {"11010519491231002X", "110105********002X"},
        {"110105194912310021", "110105********0021"},
        {"11010519491231002x", "110105********002x"},
        {"110105194912310", "***"},
        {"13800138000", "138****8000"},
        {"23800138000", "***"},
        {"010-12345678", "***"},
        {"1", "***"},
        {"青岛市市南区一个有十八个字的地址啊啊", "***"},
        {"X1010519491231002X", "***"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char mask[MASK_SIZE];
        assert_string_equal(mask_text(rows[i][0], mask), rows[i][1]);
    }
}

static void masks_a_member_unless_told_otherwise(void **state)
{
    (void)state;
    Dandelion__Identity__Member member = DANDELION__IDENTITY__MEMBER__INIT;
    member.name = (char *)(uintptr_t) "张三";
    member.id_number = (char *)(uintptr_t) "11010519491231002X";
    member.address = (char *)(uintptr_t) "某路 1 号";
    assert_int_equal(json_encode(&member.base, &dandelion__identity__member__rules, JSON_MASKED, &out), 0);
    assert_non_null(strstr(str_text(&out), "\"name\":\"张三\",\"id_number\":\"110105********002X\""));
    assert_non_null(strstr(str_text(&out), "\"phone\":\"\",\"address\":\"***\""));
    str_reset(&out);
    assert_int_equal(json_encode(&member.base, &dandelion__identity__member__rules, JSON_UNMASKED, &out), 0);
    assert_non_null(strstr(str_text(&out), "\"id_number\":\"11010519491231002X\""));
}

static void never_prints_a_secret(void **state)
{
    (void)state;
    Dandelion__Identity__SignInRequest request = DANDELION__IDENTITY__SIGN_IN_REQUEST__INIT;
    request.username = (char *)(uintptr_t) "street";
    request.password = (char *)(uintptr_t) "correct horse";
    assert_int_equal(json_encode(&request.base, &dandelion__identity__sign_in_request__rules, JSON_UNMASKED, &out), 0);
    assert_string_equal(str_text(&out), "{\"username\":\"street\"}");
}

static void masked_numbers_are_null(void **state)
{
    (void)state;
    struct field_rule fields[4] = {{.sensitivity = DANDELION__SENSITIVITY__SECRET},
                                   {.sensitivity = DANDELION__SENSITIVITY__SENSITIVE}};
    struct message_rules rules = {.descriptor = &dandelion__dues__quote__descriptor, .fields = fields};
    Dandelion__Dues__Quote quote = DANDELION__DUES__QUOTE__INIT;
    quote.rate_basis_points = 50;
    assert_int_equal(json_encode(&quote.base, &rules, JSON_MASKED, &out), 0);
    assert_string_equal(str_text(&out), "{\"rate_basis_points\":null,\"capped\":false,\"rule\":\"\"}");
}

static void fails_for_what_has_no_json(void **state)
{
    (void)state;
    Dandelion__Dues__Bill bill = DANDELION__DUES__BILL__INIT;
    bill.state = (Dandelion__Dues__Bill__State)99;
    assert_int_equal(json_encode(&bill.base, &dandelion__dues__bill__rules, JSON_MASKED, &out), -1);
    struct str small = str_new(20);
    bill.state = DANDELION__DUES__BILL__STATE__OPEN;
    assert_int_equal(json_encode(&bill.base, &dandelion__dues__bill__rules, JSON_MASKED, &small), -1);
    str_destroy(&small);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(prints_every_field, set_up, tear_down),
        cmocka_unit_test_setup_teardown(prints_lists_and_messages, set_up, tear_down),
        cmocka_unit_test_setup_teardown(escapes, set_up, tear_down),
        cmocka_unit_test(masks),
        cmocka_unit_test_setup_teardown(masks_a_member_unless_told_otherwise, set_up, tear_down),
        cmocka_unit_test_setup_teardown(never_prints_a_secret, set_up, tear_down),
        cmocka_unit_test_setup_teardown(masked_numbers_are_null, set_up, tear_down),
        cmocka_unit_test_setup_teardown(fails_for_what_has_no_json, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
