/* identity/id_number and identity/credit_code: vectors, every single-digit error, swaps, the shapes people write. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "identity/credit_code.h"
#include "identity/id_number.h"

enum { SEED = 11643, ROUNDS = 2000 };

static int32_t today(void)
{
    return clock_date_from(2026, 11, 23);
}

static enum id_number_fault fault_of(const char *text)
{
    struct id_number number;
    return id_number_parse(text, today(), &number);
}

static void reads_the_samples(void **state)
{
    (void)state;
    struct id_number number;
    assert_int_equal(id_number_parse("11010519491231002X", today(), &number), ID_NUMBER_OK);
    assert_string_equal(number.text, "11010519491231002X");
    assert_int_equal(number.birth_date, clock_date_from(1949, 12, 31));
    assert_int_equal(number.sex, SEX_FEMALE);
    assert_int_equal(id_number_parse("440524188001010014", today(), &number), ID_NUMBER_OK);
    assert_int_equal(number.birth_date, clock_date_from(1880, 1, 1));
    assert_int_equal(number.sex, SEX_MALE);
}

static void reads_what_people_write(void **state)
{
    (void)state;
    static const char *const shapes[] = {
        "11010519491231002x",
        " 11010519491231002X\t",
        "１１０１０５１９４９１２３１００２Ｘ",
        "１１０１０５１９４９１２３１００２ｘ",
        "110105 19491231 002X",
        "\u00a0110105\u300019491231002X\u200b",
    };
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        struct id_number number;
        assert_int_equal(id_number_parse(shapes[i], today(), &number), ID_NUMBER_OK);
        assert_string_equal(number.text, "11010519491231002X");
    }
}

static void says_what_is_wrong(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum id_number_fault fault;
    } cases[] = {
        {"", ID_NUMBER_EMPTY},
        {" \u3000", ID_NUMBER_EMPTY},
        {"110105491231002", ID_NUMBER_OLD},
        {"11010519491231002", ID_NUMBER_LENGTH_BAD},
        {"11010519491231002XX", ID_NUMBER_LENGTH_BAD},
        {"11010549123100X", ID_NUMBER_LENGTH_BAD},
        {"1.10105E+17", ID_NUMBER_LENGTH_BAD},
        {"11010519491231X02X", ID_NUMBER_CHARACTER},
        {"11010519491231002Y", ID_NUMBER_CHARACTER},
        {"X1010519491231002X", ID_NUMBER_CHARACTER},
        {"110105194912310\x01"
         "2X",
         ID_NUMBER_CHARACTER},
        {"110105194912310\xff"
         "2X",
         ID_NUMBER_CHARACTER},
        {"00010519491231002X", ID_NUMBER_REGION},
        {"99010519491231002X", ID_NUMBER_REGION},
        {"11010519490231002X", ID_NUMBER_BIRTH},
        {"11010519491331002X", ID_NUMBER_BIRTH},
        {"11010518791231002X", ID_NUMBER_BIRTH},
        {"11010520261124002X", ID_NUMBER_BIRTH}, /* tomorrow */
        {"110105190002290024", ID_NUMBER_BIRTH}, /* 1900 was no leap year */
        {"110105194912310021", ID_NUMBER_CHECK},
        {"11010519491231020X", ID_NUMBER_CHECK}, /* two digits swapped */
        {"110105194912310000", ID_NUMBER_CHECK}, /* what a spreadsheet makes of a number with 18 digits */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(fault_of(cases[i].text), cases[i].fault);
}

static void make(char text[ID_NUMBER_SIZE])
{
    int32_t birth = clock_date_from(1930, 1, 1) + (int32_t)(random() % 30000);
    int year;
    int month;
    int day;
    clock_date_split(birth, &year, &month, &day);
    char digits[64];
    snprintf(digits, sizeof digits, "%02d%04d%04d%02d%02d%03d", 31 + (int)(random() % 7), (int)(random() % 10000),
             year % 10000, month % 100, day % 100, (int)(random() % 1000));
    memcpy(text, digits, 17);
    text[17] = id_number_check(text);
    text[18] = '\0';
}

/* The check character finds every wrong digit and every swap of neighbours: that is what it is for. */
static void finds_every_slip(void **state)
{
    (void)state;
    srandom(SEED);
    for (int round = 0; round < ROUNDS; round++) {
        char text[ID_NUMBER_SIZE];
        make(text);
        assert_int_equal(fault_of(text), ID_NUMBER_OK);
        size_t at = (size_t)(random() % 17);
        char old = text[at];
        text[at] = (char)('0' + (old - '0' + 1 + random() % 9) % 10);
        assert_int_not_equal(fault_of(text), ID_NUMBER_OK);
        text[at] = old;
        at = (size_t)(random() % 16);
        if (text[at] != text[at + 1]) {
            old = text[at];
            text[at] = text[at + 1];
            text[at + 1] = old;
            assert_int_not_equal(fault_of(text), ID_NUMBER_OK);
        }
    }
}

static void agrees_with_the_stated_sex(void **state)
{
    (void)state;
    struct id_number number;
    assert_int_equal(id_number_parse("11010519491231002X", today(), &number), ID_NUMBER_OK);
    assert_true(id_number_agrees_sex(&number, SEX_FEMALE));
    assert_false(id_number_agrees_sex(&number, SEX_MALE));
    assert_true(id_number_agrees_sex(&number, SEX_UNKNOWN));
    assert_true(id_number_agrees_sex(&number, SEX_NOT_STATED));
    assert_true(id_number_agrees_sex(&number, SEX_BECAME_MALE));
    char masked[ID_NUMBER_SIZE];
    id_number_mask(&number, masked);
    assert_string_equal(masked, "110105**********2X");
}

static void checks_credit_codes(void **state)
{
    (void)state;
    char code[CREDIT_CODE_SIZE] = "untouched";
    assert_int_equal(credit_code_parse("91350100M000100Y4", code), CREDIT_CODE_LENGTH_BAD);
    assert_int_equal(credit_code_parse("91350100M000100Y44", code), CREDIT_CODE_CHECK);
    assert_int_equal(credit_code_parse("91350100M000100YI3", code), CREDIT_CODE_CHARACTER);
    assert_string_equal(code, "untouched");
    assert_int_equal(credit_code_parse(" 91350100m000100y43", code), CREDIT_CODE_OK);
    assert_string_equal(code, "91350100M000100Y43");
    assert_int_equal(credit_code_parse("９１３５０１００Ｍ０００１００Ｙ４３", code), CREDIT_CODE_OK);
    static const char alphabet[] = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    for (size_t at = 0; at < CREDIT_CODE_LENGTH; at++) {
        char wrong[] = "91350100M000100Y43";
        for (const char *c = alphabet; *c != '\0'; c++) {
            wrong[at] = *c;
            bool same = strcmp(wrong, "91350100M000100Y43") == 0;
            assert_int_equal(credit_code_parse(wrong, code), same ? CREDIT_CODE_OK : CREDIT_CODE_CHECK);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_the_samples),          cmocka_unit_test(reads_what_people_write),
        cmocka_unit_test(says_what_is_wrong),         cmocka_unit_test(finds_every_slip),
        cmocka_unit_test(agrees_with_the_stated_sex), cmocka_unit_test(checks_credit_codes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
