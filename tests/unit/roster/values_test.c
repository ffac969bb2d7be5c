/* roster/values: what cells mean, in every shape that was met, and what is refused instead of guessed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "errors.h"
#include "identity/roster/values.h"

static int32_t today(void)
{
    return clock_date_from(2026, 11, 23);
}

static struct cell cell(enum cell_kind kind, const char *text)
{
    return (struct cell){.text = text, .kind = kind};
}

static void reads_dates(void **state)
{
    (void)state;
    enum { JAN = 1, MAY = 5, OCT = 10, DAY = 1, MONTH = 0 };
    static const struct {
        const char *text;
        enum cell_kind kind;
        int code;
        int month;
        int day; /* 0: month only */
    } dates[] = {
        {"1987-05-01", CELL_TEXT, 0, MAY, DAY},
        {"1987-5-1", CELL_TEXT, 0, MAY, DAY},
        {"1987/5/1", CELL_TEXT, 0, MAY, DAY},
        {"1987.05.01", CELL_TEXT, 0, MAY, DAY},
        {"1987.5.1", CELL_TEXT, 0, MAY, DAY},
        {" 1987 年 5 月 1 日 ", CELL_TEXT, 0, MAY, DAY},
        {"1987年5月1号", CELL_TEXT, 0, MAY, DAY},
        {"１９８７．５．１", CELL_TEXT, 0, MAY, DAY},
        {"1987－05－01", CELL_TEXT, 0, MAY, DAY},
        {"19870501", CELL_TEXT, 0, MAY, DAY},
        {"19870501", CELL_NUMBER, 0, MAY, DAY},
        {"31898", CELL_NUMBER, 0, MAY, DAY},
        {"31898.354166666664", CELL_NUMBER, 0, MAY, DAY},
        {"31898", CELL_UNTYPED, 0, MAY, DAY},
        {"1987-05-01", CELL_DATE, 0, MAY, DAY},
        {"1987-05-01 08:30:00", CELL_DATE, 0, MAY, DAY},
        {"1987-05-01T00:00:00Z", CELL_DATE, 0, MAY, DAY},
        {"1987/5/1 0:00:00", CELL_TEXT, 0, MAY, DAY},
        {"1987.5", CELL_TEXT, 0, MAY, MONTH},
        {"1987.5", CELL_NUMBER, 0, MAY, MONTH},
        {"1987.05", CELL_TEXT, 0, MAY, MONTH},
        {"1987.05", CELL_NUMBER, 0, MAY, MONTH},
        {"1987-05", CELL_TEXT, 0, MAY, MONTH},
        {"1987/5", CELL_TEXT, 0, MAY, MONTH},
        {"1987年5月", CELL_TEXT, 0, MAY, MONTH},
        {"198705", CELL_TEXT, 0, MAY, MONTH},
        {"198705", CELL_NUMBER, 0, MAY, MONTH},
        {"1987.10", CELL_UNTYPED, 0, OCT, MONTH},
        {"1987.01", CELL_NUMBER, 0, JAN, MONTH},
        {"1987.1", CELL_TEXT, 0, JAN, MONTH},
        {"1987.1", CELL_NUMBER, ERR_CELL_DATE_AMBIGUOUS, 0, 0}, /* January, or what became of 1987.10 */
        {"1987.1", CELL_UNTYPED, ERR_CELL_DATE_AMBIGUOUS, 0, 0},
        {"1.5.1987", CELL_TEXT, ERR_CELL_DATE_AMBIGUOUS, 0, 0},
        {"5/1/87", CELL_TEXT, ERR_CELL_DATE_AMBIGUOUS, 0, 0},
        {"1987", CELL_TEXT, ERR_CELL_DATE_INCOMPLETE, 0, 0},
        {"1987", CELL_NUMBER, ERR_CELL_DATE_INCOMPLETE, 0, 0},
        {"1987年", CELL_TEXT, ERR_CELL_DATE_INCOMPLETE, 0, 0},
        {"87年5月", CELL_TEXT, ERR_CELL_DATE_UNREADABLE, 0, 0},
        {"1987-02-30", CELL_TEXT, ERR_CELL_DATE_UNREADABLE, 0, 0},
        {"1987-13", CELL_TEXT, ERR_CELL_DATE_UNREADABLE, 0, 0},
        {"1987-05-00", CELL_TEXT, ERR_CELL_DATE_UNREADABLE, 0, 0},
        {"19870500", CELL_TEXT, ERR_CELL_DATE_UNREADABLE, 0, 0},
        {"19875", CELL_TEXT, ERR_CELL_DATE_UNREADABLE, 1, 0},
        {"1899-12-31", CELL_TEXT, ERR_CELL_DATE_UNREADABLE, 0, 0},
        {"1987-05-01-02", CELL_TEXT, ERR_CELL_DATE_UNREADABLE, 0, 0},
        {"一九八七年五月", CELL_TEXT, ERR_CELL_DATE_UNREADABLE, 0, 0},
        {"1987-05-01至今", CELL_TEXT, ERR_CELL_DATE_UNREADABLE, 0, 0},
        {"999999999999999999999", CELL_TEXT, ERR_CELL_DATE_UNREADABLE, 0, 0},
        {"-31898", CELL_NUMBER, ERR_CELL_DATE_UNREADABLE, 0, 0},
        {"TRUE", CELL_BOOL, ERR_CELL_DATE_UNREADABLE, 0, 0},
        {"#N/A", CELL_ERROR, ERR_CELL_FORMULA, 0, 0},
        {" \u3000", CELL_TEXT, ERR_FIELD_REQUIRED, 0, 0},
        {"2026-11-24", CELL_TEXT, ERR_FIELD_DATE_IN_FUTURE, 0, 0},
    };
    for (size_t i = 0; i < sizeof dates / sizeof *dates; i++) {
        struct cell one = cell(dates[i].kind, dates[i].text);
        struct value_date date = {0};
        int code = value_date(&one, false, today(), &date);
        if (strcmp(dates[i].text, "19875") == 0) { /* five digits are a day's number: 1954-05-31 */
            assert_int_equal(code, 0);
            assert_int_equal(date.day, clock_date_from(1954, 5, 31));
            continue;
        }
        if (code != dates[i].code)
            print_error("%s\n", dates[i].text);
        assert_int_equal(code, dates[i].code);
        if (code != 0)
            continue;
        assert_int_equal(date.month_only, dates[i].day == 0);
        assert_int_equal(date.day, clock_date_from(1987, dates[i].month, 1));
    }
    struct cell one = cell(CELL_NUMBER, "30436");
    struct value_date date;
    assert_int_equal(value_date(&one, true, today(), &date), 0);
    assert_int_equal(date.day, clock_date_from(1987, 5, 1));
}

static void reads_money(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum cell_kind kind;
        int code;
        int64_t fen;
    } amounts[] = {
        {"4500", CELL_NUMBER, 0, 450000},
        {"4500.1000000000004", CELL_NUMBER, 0, 450010},
        {"4.5E3", CELL_NUMBER, 0, 450000},
        {"0.1", CELL_NUMBER, 0, 10},
        {"4500", CELL_TEXT, 0, 450000},
        {"4500.5", CELL_TEXT, 0, 450050},
        {"1,234.50", CELL_TEXT, 0, 123450},
        {"1，234.50", CELL_TEXT, 0, 123450},
        {"1,234,567", CELL_TEXT, 0, 123456700},
        {"￥4500", CELL_TEXT, 0, 450000},
        {"¥ 4,500.00", CELL_TEXT, 0, 450000},
        {"4500元", CELL_TEXT, 0, 450000},
        {"４５００．５０元", CELL_TEXT, 0, 450050},
        {"4500元/月", CELL_TEXT, 0, 450000},
        {"RMB4500", CELL_TEXT, 0, 450000},
        {"0", CELL_TEXT, 0, 0},
        {"0.45万", CELL_TEXT, ERR_CELL_AMOUNT_UNIT, 0},
        {"0.45万元", CELL_TEXT, ERR_CELL_AMOUNT_UNIT, 0},
        {"4千", CELL_TEXT, ERR_CELL_AMOUNT_UNIT, 0},
        {"4.5k", CELL_TEXT, ERR_CELL_AMOUNT_UNIT, 0},
        {"4500.125", CELL_TEXT, ERR_CELL_AMOUNT_UNREADABLE, 0},
        {"4500.3333333333", CELL_NUMBER, ERR_CELL_AMOUNT_UNREADABLE, 0},
        {"-4500", CELL_TEXT, ERR_CELL_AMOUNT_UNREADABLE, 0},
        {"-4500", CELL_NUMBER, ERR_CELL_AMOUNT_UNREADABLE, 0},
        {"4500左右", CELL_TEXT, ERR_CELL_AMOUNT_UNREADABLE, 0},
        {"3000-4000", CELL_TEXT, ERR_CELL_AMOUNT_UNREADABLE, 0},
        {"1,23", CELL_TEXT, ERR_CELL_AMOUNT_UNREADABLE, 0},
        {"1,2345", CELL_TEXT, ERR_CELL_AMOUNT_UNREADABLE, 0},
        {"1234,567", CELL_TEXT, ERR_CELL_AMOUNT_UNREADABLE, 0},
        {",500", CELL_TEXT, ERR_CELL_AMOUNT_UNREADABLE, 0},
        {"4.5E3", CELL_TEXT, ERR_CELL_AMOUNT_UNREADABLE, 0},
        {"元", CELL_TEXT, ERR_CELL_AMOUNT_UNREADABLE, 0},
        {"1e300", CELL_TEXT, ERR_CELL_AMOUNT_UNREADABLE, 0},
        {"99999999999999999999", CELL_TEXT, ERR_CELL_AMOUNT_UNREADABLE, 0},
        {"", CELL_EMPTY, ERR_FIELD_REQUIRED, 0},
    };
    for (size_t i = 0; i < sizeof amounts / sizeof *amounts; i++) {
        struct cell one = cell(amounts[i].kind, amounts[i].text);
        int64_t fen = 0;
        int code = value_money(&one, &fen);
        if (code != amounts[i].code || fen != amounts[i].fen)
            print_error("%s\n", amounts[i].text);
        assert_int_equal(code, amounts[i].code);
        assert_int_equal(fen, amounts[i].fen);
    }
}

static int id(enum cell_kind kind, const char *text, struct id_number_evidence *evidence)
{
    struct cell one = cell(kind, text);
    struct id_number number;
    return value_id_number(&one, today(), evidence, &number);
}

static void finds_lost_digits(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum cell_kind kind;
        int code;
    } numbers[] = {
        {"11010519491231002x", CELL_TEXT, 0},
        {"'11010519491231002X", CELL_TEXT, 0},
        {"440524188001010014", CELL_UNTYPED, 0},
        {"１１０１０５１９４９１２３１００２Ｘ", CELL_TEXT, 0},
        {"110105194912310000", CELL_NUMBER, ERR_CELL_DIGITS_LOST},
        {"440524188001010014", CELL_NUMBER, ERR_CELL_DIGITS_LOST},
        {"1.1010519491231E+17", CELL_NUMBER, ERR_CELL_DIGITS_LOST},
        {"1.10105E+17", CELL_UNTYPED, ERR_CELL_DIGITS_LOST},
        {"1.10105E+17", CELL_TEXT, ERR_CELL_DIGITS_LOST},
        {"110105194912310000", CELL_UNTYPED, ERR_CELL_DIGITS_LOST},
        {"110105491231002", CELL_TEXT, ERR_IDENTITY_ID_NUMBER_OLD},
        {"110105491231002", CELL_NUMBER, ERR_IDENTITY_ID_NUMBER_OLD},
        {"110105194912310021", CELL_TEXT, ERR_IDENTITY_ID_NUMBER_CHECK_DIGIT},
        {"11010519491331002X", CELL_TEXT, ERR_IDENTITY_ID_NUMBER_BIRTH_DATE},
        {"1101051949", CELL_TEXT, ERR_IDENTITY_ID_NUMBER_MALFORMED},
        {"护照G12345678", CELL_TEXT, ERR_IDENTITY_ID_NUMBER_MALFORMED},
        {"", CELL_EMPTY, ERR_FIELD_REQUIRED},
        {"#VALUE!", CELL_ERROR, ERR_CELL_FORMULA},
    };
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        struct id_number_evidence evidence = {0};
        assert_int_equal(id(numbers[i].kind, numbers[i].text, &evidence), numbers[i].code);
    }
}

/* A number that really ends in 000 is taken once the file has shown that it keeps its digits, and not after it lost
 * some. */
static void asks_for_proof_of_three_zeros(void **state)
{
    (void)state;
    char zeros[] = "110105194901010000";
    while (id_number_check(zeros) != '0') {
        zeros[13]++; /* another day */
        assert_true(zeros[13] <= '9');
        if (zeros[13] == '9' && id_number_check(zeros) != '0') {
            zeros[13] = '1';
            zeros[11]++;
        }
    }
    struct id_number_evidence evidence = {0};
    assert_int_equal(id(CELL_UNTYPED, zeros, &evidence), ERR_CELL_DIGITS_LOST);
    assert_int_equal(id(CELL_UNTYPED, "11010519491231002X", &evidence), 0);
    assert_int_equal(id(CELL_UNTYPED, zeros, &evidence), ERR_CELL_DIGITS_LOST); /* an X was never a number */
    assert_int_equal(id(CELL_UNTYPED, "440524188001010014", &evidence), 0);
    assert_int_equal(id(CELL_UNTYPED, zeros, &evidence), 0);
    assert_int_equal(id(CELL_NUMBER, zeros, &evidence), ERR_CELL_DIGITS_LOST);
    assert_int_equal(id(CELL_UNTYPED, zeros, &evidence), ERR_CELL_DIGITS_LOST);
}

static void reads_texts_and_numbers_as_text(void **state)
{
    (void)state;
    char text[64];
    char phone[PERSON_PHONE_SIZE];
    char name[PERSON_NAME_SIZE];
    struct cell one = cell(CELL_NUMBER, "1.3800138E+10");
    assert_int_equal(value_phone(&one, phone), 0);
    assert_string_equal(phone, "13800138000");
    one = cell(CELL_NUMBER, "13800138000.0");
    assert_int_equal(value_phone(&one, phone), 0);
    assert_string_equal(phone, "13800138000");
    one = cell(CELL_TEXT, "138\u00a00013\u30008000");
    assert_int_equal(value_phone(&one, phone), 0);
    one = cell(CELL_UNTYPED, "1.38E+10");
    assert_int_equal(value_phone(&one, phone), ERR_IDENTITY_PHONE_MALFORMED);
    one = cell(CELL_NUMBER, "301");
    assert_int_equal(value_text(&one, 10, text, sizeof text), 0);
    assert_string_equal(text, "301");
    one = cell(CELL_TEXT, " 幸福路\n3 号 ");
    assert_int_equal(value_text(&one, 10, text, sizeof text), 0);
    assert_string_equal(text, "幸福路 3 号");
    assert_int_equal(value_text(&one, 6, text, sizeof text), ERR_FIELD_TOO_LONG);
    one = cell(CELL_TEXT, "a\x01");
    assert_int_equal(value_text(&one, 6, text, sizeof text), ERR_FIELD_CONTROL_CHARACTER);
    assert_int_equal(value_name(&one, name), ERR_IDENTITY_NAME_MALFORMED);
    one = cell(CELL_BOOL, "TRUE");
    assert_int_equal(value_name(&one, name), ERR_CELL_VALUE_UNKNOWN);
    one = cell(CELL_TEXT, "𬱖㛃");
    assert_int_equal(value_name(&one, name), 0);
}

static void reads_codes_and_choices(void **state)
{
    (void)state;
    static const char *const lists[] = {"正式党员|正式", "预备党员|预备"};
    const char *code;
    size_t choice;
    struct cell one = cell(CELL_TEXT, "预 备 党 员");
    assert_int_equal(value_choice(&one, lists, 2, &choice), 0);
    assert_int_equal(choice, 1);
    one = cell(CELL_TEXT, "积极分子");
    assert_int_equal(value_choice(&one, lists, 2, &choice), ERR_CELL_VALUE_UNKNOWN);
    one = cell(CELL_TEXT, "汉 族");
    assert_int_equal(value_code(&one, CODES_ETHNIC_GROUP, &code), 0);
    assert_string_equal(code, "01");
    one = cell(CELL_NUMBER, "1");
    assert_int_equal(value_code(&one, CODES_ETHNIC_GROUP, &code), 0);
    assert_string_equal(code, "01");
    one = cell(CELL_TEXT, "火星族");
    assert_int_equal(value_code(&one, CODES_ETHNIC_GROUP, &code), ERR_IDENTITY_ETHNIC_GROUP_UNKNOWN);
    assert_int_equal(value_code(&one, CODES_EDUCATION, &code), ERR_IDENTITY_EDUCATION_UNKNOWN);
    assert_int_equal(value_code(&one, CODES_SEX, &code), ERR_CELL_VALUE_UNKNOWN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_dates),
        cmocka_unit_test(reads_money),
        cmocka_unit_test(finds_lost_digits),
        cmocka_unit_test(asks_for_proof_of_three_zeros),
        cmocka_unit_test(reads_texts_and_numbers_as_text),
        cmocka_unit_test(reads_codes_and_choices),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
