#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "dandelion/dues_events.pb-c.h"
#include "dues.methods.h"
#include "dues.queries.h"
#include "dues/months.h"
#include "errors.h"

enum { ROWS_MAX = 4, MONTHLY_FEN = 4500 };
#define NOW        INT64_C(1795147200000) /* 2026-11-20, noon in Shanghai */
#define MEMBER     "0190f3a0-0000-7000-8000-000000000001"
#define COLLECTOR  "0190f3a0-0000-7000-8000-000000000002"
#define SOMEBODY   "0190f3a0-0000-7000-8000-000000000003"
#define OLD_MEMBER "2001-07"

/* A call as the kit would give it to decide: with the rows that the load found. */
struct fixture {
    struct call call;
    struct unit_loaded loaded;
    struct dues_load_payable_row rows[ROWS_MAX];
    char *months[ROWS_MAX];
    Dandelion__Dues__PayRequest request;
    Dandelion__Dues__Payment reply;
};

static struct uuid id(const char *text)
{
    struct uuid uuid;
    assert_int_equal(uuid_parse(text, &uuid), 0);
    return uuid;
}

static void set_up(struct fixture *fixture)
{
    *fixture = (struct fixture){.call = {.now = NOW, .today = clock_date_of(NOW), .account_id = id(COLLECTOR)}};
    fixture->call.arena = arena_new(1 << 20);
    fixture->call.unit.arena = fixture->call.arena;
    fixture->call.unit.id = uuid_new(NOW);
    fixture->call.unit.now = NOW;
    fixture->loaded = (struct unit_loaded){.statement = &dues_load_payable_statement, .rows = fixture->rows};
    fixture->call.unit.loaded = &fixture->loaded;
    dandelion__dues__pay_request__init(&fixture->request);
    dandelion__dues__payment__init(&fixture->reply);
    fixture->request.member_id = (char *)MEMBER;
    fixture->request.months = fixture->months;
    fixture->request.channel = DANDELION__DUES__CHANNEL__CASH;
}

static void month_add(struct fixture *fixture, const char *month, const char *bill_state, const char *joined)
{
    size_t i = fixture->request.n_months++;
    fixture->months[i] = (char *)month;
    fixture->request.amount_fen += MONTHLY_FEN;
    fixture->rows[fixture->loaded.count++] = (struct dues_load_payable_row){
        .organization_id = id(SOMEBODY),
        .organization_path = "/1/",
        .member_state = "ACTIVE",
        .joined_on = month_date(call_month(joined)),
        .month = month_date(call_month(month)),
        .amount_fen = bill_state ? MONTHLY_FEN : 0,
        .bill_state = bill_state,
    };
}

static int decide(struct fixture *fixture)
{
    return dues_pay_decide(&fixture->call, &fixture->request, &fixture->reply);
}

static size_t rows_of(const struct unit_rows *list, const struct statement *statement)
{
    size_t count = 0;
    for (const struct unit_row *row = list->first; row; row = row->next)
        count += row->statement == statement;
    return count;
}

static void refuses_what_the_rules_refuse(void **state)
{
    (void)state;
    static const struct {
        const char *month, *bill_state, *joined;
        int code;
        const char *param; /* its value */
    } vectors[] = {
        {"2026-11", "PAID", OLD_MEMBER, ERR_DUES_ALREADY_PAID, "2026-11"},
        {"2026-01", "PAID", OLD_MEMBER, ERR_DUES_ALREADY_PAID, "2026-01"}, /* told before that it is too old */
        {"2026-11", "PENDING", OLD_MEMBER, ERR_DUES_PAYMENT_PENDING, "2026-11"},
        {"2026-11", NULL, OLD_MEMBER, ERR_DUES_NO_BILL, "2026-11"},
        {"2026-05", "OPEN", OLD_MEMBER, 0, NULL},
        {"2026-04", "OPEN", OLD_MEMBER, ERR_DUES_ARREARS_TOO_OLD, "2026-05"},
        {"2026-12", "OPEN", OLD_MEMBER, 0, NULL},
        {"2027-01", "OPEN", OLD_MEMBER, ERR_DUES_MONTH_TOO_FAR, "2026-12"},
        {"2027-01", NULL, OLD_MEMBER, ERR_DUES_MONTH_TOO_FAR, "2026-12"},
        {"2026-09", "OPEN", "2026-10", ERR_DUES_BEFORE_JOINING, "2026-10"},
        {"2026-10", "OPEN", "2026-10", 0, NULL},
    };
    for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
        struct fixture fixture;
        set_up(&fixture);
        month_add(&fixture, vectors[i].month, vectors[i].bill_state, vectors[i].joined);
        assert_int_equal(decide(&fixture), vectors[i].code ? -1 : 0);
        assert_int_equal(fixture.call.err.code, vectors[i].code);
        if (vectors[i].param) {
            assert_string_equal(fixture.call.err.field, "months[0]");
            assert_string_equal(fixture.call.err.params[0].value, vectors[i].param);
            assert_null(fixture.call.unit.writes.first);
        }
        arena_destroy(&fixture.call.arena);
    }
}

static void refuses_a_member_who_is_not_there(void **state)
{
    (void)state;
    struct fixture fixture;
    set_up(&fixture);
    assert_int_equal(decide(&fixture), -1);
    assert_int_equal(fixture.call.err.code, ERR_DUES_MEMBER_UNKNOWN);
    month_add(&fixture, "2026-11", "OPEN", OLD_MEMBER);
    fixture.rows[0].member_state = "LEFT";
    assert_int_equal(decide(&fixture), -1);
    assert_int_equal(fixture.call.err.code, ERR_DUES_MEMBER_NOT_ACTIVE);
    arena_destroy(&fixture.call.arena);
}

static void says_which_amount_is_due(void **state)
{
    (void)state;
    struct fixture fixture;
    set_up(&fixture);
    month_add(&fixture, "2026-11", "OPEN", OLD_MEMBER);
    month_add(&fixture, "2026-10", "OPEN", OLD_MEMBER);
    fixture.rows[1].amount_fen = 4507;
    assert_int_equal(decide(&fixture), -1);
    assert_int_equal(fixture.call.err.code, ERR_DUES_AMOUNT_MISMATCH);
    assert_string_equal(fixture.call.err.params[0].value, "90.07");
    arena_destroy(&fixture.call.arena);
}

static void writes_a_settled_payment_with_its_posting(void **state)
{
    (void)state;
    struct fixture fixture;
    set_up(&fixture);
    month_add(&fixture, "2026-11", "OPEN", OLD_MEMBER);
    month_add(&fixture, "2026-09", "OPEN", OLD_MEMBER);
    assert_int_equal(decide(&fixture), 0);
    const struct unit *unit = &fixture.call.unit;
    assert_int_equal(rows_of(&unit->writes, &dues_add_payment_statement), 1);
    assert_int_equal(rows_of(&unit->writes, &dues_take_bill_statement), 2);
    assert_int_equal(rows_of(&unit->last_writes, &dues_book_statement), 1);
    const struct dues_book *posting = unit->last_writes.first->args;
    assert_string_equal(posting->debit_account, "cash");
    assert_string_equal(posting->credit_account, "dues");
    assert_int_equal(posting->amount_fen, 2 * MONTHLY_FEN);
    assert_string_equal(fixture.reply.months[0], "2026-09");
    assert_string_equal(fixture.reply.months[1], "2026-11");
    assert_string_equal(fixture.reply.received_by, COLLECTOR);
    assert_int_equal(fixture.reply.state, DANDELION__DUES__PAYMENT__STATE__SETTLED);
    assert_string_equal(unit->events->type, "dandelion.dues.payment.recorded.v1");
    assert_string_equal(unit->events->organization_path, "/1/");
    arena_destroy(&fixture.call.arena);
}

static void books_nothing_while_money_is_on_its_way(void **state)
{
    (void)state;
    struct fixture fixture;
    set_up(&fixture);
    month_add(&fixture, "2026-11", "OPEN", OLD_MEMBER);
    fixture.request.channel = DANDELION__DUES__CHANNEL__WECHAT;
    fixture.request.received_by = (char *)SOMEBODY;
    assert_int_equal(decide(&fixture), 0);
    assert_null(fixture.call.unit.last_writes.first);
    assert_int_equal(fixture.reply.state, DANDELION__DUES__PAYMENT__STATE__PENDING);
    assert_string_equal(fixture.reply.received_by, SOMEBODY);
    arena_destroy(&fixture.call.arena);
}

static void loads_each_month_once(void **state)
{
    (void)state;
    struct fixture fixture;
    set_up(&fixture);
    fixture.call.scope = "{/1/}";
    month_add(&fixture, "2026-11", "OPEN", OLD_MEMBER);
    month_add(&fixture, "2026-10", "OPEN", OLD_MEMBER);
    assert_int_equal(dues_pay_load(&fixture.call, &fixture.request), 0);
    assert_int_equal(rows_of(&fixture.call.unit.loads, &dues_load_payable_statement), 2);
    struct uuid member = id(MEMBER);
    assert_true(uuid_equal(&fixture.call.unit.aggregate, &member));
    fixture.months[1] = (char *)"2026-11";
    assert_int_equal(dues_pay_load(&fixture.call, &fixture.request), -1);
    assert_int_equal(fixture.call.err.code, ERR_FIELD_DUPLICATE_ITEM);
    assert_string_equal(fixture.call.err.field, "months[1]");
    arena_destroy(&fixture.call.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses_what_the_rules_refuse),
        cmocka_unit_test(refuses_a_member_who_is_not_there),
        cmocka_unit_test(says_which_amount_is_due),
        cmocka_unit_test(writes_a_settled_payment_with_its_posting),
        cmocka_unit_test(books_nothing_while_money_is_on_its_way),
        cmocka_unit_test(loads_each_month_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
