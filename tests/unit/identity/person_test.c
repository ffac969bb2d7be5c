/* identity/person, text, codes and rules: names, telephone numbers, code tables, levels, sizes of branches. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "identity/codes.h"
#include "identity/person.h"
#include "identity/rules.h"
#include "identity/text.h"

static void keeps_names(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *kept;
    } names[] = {
        {"张三", "张三"},
        {" 张　三 ", "张三"},
        {"张\u00a0三\n", "张三"},
        {"𬱖㛃", "𬱖㛃"},
        {"\U00031350\U000323AF", "\U00031350\U000323AF"}, /* extension H */
        {"买买提·吐尔逊", "买买提·吐尔逊"},
        {"买买提•吐尔逊", "买买提·吐尔逊"},
        {"买买提・吐尔逊", "买买提·吐尔逊"},
        {"买买提 · 吐尔逊", "买买提·吐尔逊"},
        {"Anna  Louise   Strong", "Anna Louise Strong"},
        {"〇一", "〇一"},
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char name[PERSON_NAME_SIZE];
        assert_int_equal(person_name_parse(names[i].text, name), PERSON_OK);
        assert_string_equal(name, names[i].kept);
    }
}

static void refuses_names(void **state)
{
    (void)state;
    char name[PERSON_NAME_SIZE] = "untouched";
    assert_int_equal(person_name_parse("", name), PERSON_EMPTY);
    assert_int_equal(person_name_parse(" \u3000\u200b", name), PERSON_EMPTY);
    assert_int_equal(person_name_parse("张\x07三", name), PERSON_CHARACTER);
    assert_int_equal(person_name_parse("张\u202e三", name), PERSON_CHARACTER);
    assert_int_equal(person_name_parse("张\xef\xbf\xbf", name), PERSON_CHARACTER);
    assert_int_equal(person_name_parse("\xd5\xc5\xc8\xfd", name), PERSON_CHARACTER);
    assert_int_equal(person_name_parse("·张三", name), PERSON_DOT);
    assert_int_equal(person_name_parse("张三·", name), PERSON_DOT);
    assert_int_equal(person_name_parse("张··三", name), PERSON_DOT);
    char text[PERSON_NAME_CHARACTERS * 4 + 8] = "";
    for (size_t i = 0; i < PERSON_NAME_CHARACTERS; i++)
        memcpy(text + i * 4, "𬱖", 5);
    assert_int_equal(person_name_parse(text, name), PERSON_OK);
    memcpy(text + PERSON_NAME_CHARACTERS * 4, "三", 4);
    assert_int_equal(person_name_parse(text, name), PERSON_TOO_LONG);
}

static void keeps_telephone_numbers(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *kept;
        enum person_fault fault;
    } phones[] = {
        {"13800138000", "13800138000", PERSON_OK},
        {"138 0013 8000", "13800138000", PERSON_OK},
        {"138-0013-8000", "13800138000", PERSON_OK},
        {"１３８００１３８０００", "13800138000", PERSON_OK},
        {"+86 13800138000", "13800138000", PERSON_OK},
        {"0086-13800138000", "13800138000", PERSON_OK},
        {"（+86）13800138000", "13800138000", PERSON_OK},
        {"010-82345678", "010-82345678", PERSON_OK},
        {"（010）82345678", "010-82345678", PERSON_OK},
        {"05358234567", "0535-8234567", PERSON_OK},
        {"0535 82345678", "0535-82345678", PERSON_OK},
        {"82345678", "82345678", PERSON_OK},
        {"8234567", "8234567", PERSON_OK},
        {"", NULL, PERSON_EMPTY},
        {"12800138000", NULL, PERSON_PHONE_FORM},
        {"1380013800", NULL, PERSON_PHONE_FORM},
        {"138001380000", NULL, PERSON_PHONE_FORM},
        {"1.38E+10", NULL, PERSON_PHONE_FORM},
        {"00000000", NULL, PERSON_PHONE_FORM},
        {"0010-1234567", NULL, PERSON_PHONE_FORM},
        {"无", NULL, PERSON_PHONE_FORM},
        {"13800138000/13900139000", NULL, PERSON_PHONE_SEVERAL},
        {"13800138000、13900139000", NULL, PERSON_PHONE_SEVERAL},
        {"13800138000 13900139000", NULL, PERSON_PHONE_SEVERAL},
        {"1380\x02", NULL, PERSON_CHARACTER},
    };
    for (size_t i = 0; i < sizeof phones / sizeof *phones; i++) {
        char phone[PERSON_PHONE_SIZE];
        assert_int_equal(person_phone_parse(phones[i].text, phone), phones[i].fault);
        if (phones[i].kept != NULL)
            assert_string_equal(phone, phones[i].kept);
    }
}

static const char *code_of(enum code_table table, const char *text)
{
    const struct code *code = codes_find(table, text);
    return code == NULL ? "" : code->code;
}

static void finds_codes(void **state)
{
    (void)state;
    assert_string_equal(code_of(CODES_SEX, "男"), "1");
    assert_string_equal(code_of(CODES_SEX, " 女 性"), "2");
    assert_string_equal(code_of(CODES_SEX, "１"), "1");
    assert_string_equal(code_of(CODES_SEX, "公"), "");
    assert_string_equal(code_of(CODES_SEX, ""), "");
    assert_string_equal(code_of(CODES_ETHNIC_GROUP, "汉"), "01");
    assert_string_equal(code_of(CODES_ETHNIC_GROUP, "汉族"), "01");
    assert_string_equal(code_of(CODES_ETHNIC_GROUP, "1"), "01");
    assert_string_equal(code_of(CODES_ETHNIC_GROUP, "维吾尔"), "05");
    assert_string_equal(code_of(CODES_ETHNIC_GROUP, "蒙 古 族"), "02");
    assert_string_equal(code_of(CODES_ETHNIC_GROUP, "56"), "56");
    assert_string_equal(code_of(CODES_ETHNIC_GROUP, "57"), "");
    assert_string_equal(code_of(CODES_ETHNIC_GROUP, "族"), "");
    assert_string_equal(code_of(CODES_EDUCATION, "大专"), "30");
    assert_string_equal(code_of(CODES_EDUCATION, "大专毕业"), "30");
    assert_string_equal(code_of(CODES_EDUCATION, "硕士研究生学历"), "10");
    assert_string_equal(code_of(CODES_EDUCATION, "博士"), "10");
    assert_string_equal(code_of(CODES_EDUCATION, "大学本科毕业"), "20");
    assert_string_equal(code_of(CODES_EDUCATION, "初中文化程度"), "70");
    assert_string_equal(code_of(CODES_EDUCATION, "小学及以下"), "80");
    assert_string_equal(code_of(CODES_EDUCATION, "专"), "");
    assert_string_equal(code_of(CODES_EDUCATION, "毕业"), "");
    assert_string_equal(codes_name(CODES_ETHNIC_GROUP, "01"), "汉族");
    assert_string_equal(codes_name(CODES_ETHNIC_GROUP, "56"), "基诺族");
    assert_string_equal(codes_name(CODES_EDUCATION, "30"), "大学专科");
    assert_null(codes_name(CODES_EDUCATION, "31"));
}

/* Codes ascend, every name finds its own entry, and no synonym means two things. */
static void has_sound_tables(void **state)
{
    (void)state;
    static const struct {
        enum code_table table;
        size_t count;
    } tables[] = {{CODES_SEX, 6}, {CODES_ETHNIC_GROUP, 56}, {CODES_EDUCATION, 9}};
    for (size_t t = 0; t < sizeof tables / sizeof *tables; t++) {
        size_t count;
        const struct code *all = codes_all(tables[t].table, &count);
        assert_int_equal(count, tables[t].count);
        for (size_t i = 0; i < count; i++) {
            assert_true(i == 0 || strcmp(all[i - 1].code, all[i].code) < 0);
            assert_ptr_equal(codes_find(tables[t].table, all[i].code), &all[i]);
            assert_ptr_equal(codes_find(tables[t].table, all[i].name), &all[i]);
            for (const char *at = all[i].synonyms; at != NULL && *at != '\0';) {
                char word[96] = "";
                size_t length = strcspn(at, "|");
                memcpy(word, at, length);
                assert_ptr_equal(codes_find(tables[t].table, word), &all[i]);
                at += length + (at[length] == '|');
            }
        }
    }
}

static void normalises_text(void **state)
{
    (void)state;
    char out[32];
    assert_int_equal(text_compact("Ａ Ｂ－１２．５", out, sizeof out), 0);
    assert_string_equal(out, "AB-12.5");
    assert_int_equal(text_tidy("  幸福路　３号\r\n２单元 ", out, sizeof out), 0);
    assert_string_equal(out, "幸福路 ３号 ２单元");
    assert_int_equal(text_tidy("12345678901234567890123456789012", out, sizeof out), -1);
    assert_string_equal(out, "");
    assert_int_equal(text_tidy("1234567890123456789012345678901", out, sizeof out), 0);
    assert_int_equal(text_tidy("\x80", out, sizeof out), -1);
}

static void places_organisations(void **state)
{
    (void)state;
    for (int level = 0; level <= LEVEL_END; level++)
        for (int parent = 0; parent <= LEVEL_END; parent++)
            assert_int_equal(
                organization_parent_allowed((enum organization_level)level, (enum organization_level)parent),
                level >= LEVEL_WORKING_COMMITTEE && level <= LEVEL_BRANCH && parent == level - 1);
    assert_string_equal(organization_level_name(LEVEL_GRID), "grid");
    assert_null(organization_level_name(LEVEL_END));
    assert_null(organization_level_name((enum organization_level)0));
}

static void flags_sizes(void **state)
{
    (void)state;
    assert_int_equal(branch_size_flags(0, 9), BRANCH_TOO_SMALL);
    assert_int_equal(branch_size_flags(2, 0), BRANCH_TOO_SMALL);
    assert_int_equal(branch_size_flags(3, 0), 0);
    assert_int_equal(branch_size_flags(6, 20), 0);
    assert_int_equal(branch_size_flags(7, 0), BRANCH_NEEDS_COMMITTEE);
    assert_int_equal(branch_size_flags(50, 0), BRANCH_NEEDS_COMMITTEE);
    assert_int_equal(branch_size_flags(48, 2), BRANCH_NEEDS_COMMITTEE);
    assert_int_equal(branch_size_flags(48, 3), BRANCH_NEEDS_COMMITTEE | BRANCH_TOO_LARGE);
    assert_int_equal(branch_size_flags(51, 0), BRANCH_NEEDS_COMMITTEE | BRANCH_TOO_LARGE);
}

static void orders_the_days_of_a_membership(void **state)
{
    (void)state;
    int32_t today = clock_date_from(2026, 11, 23);
    int32_t born = clock_date_from(1987, 5, 1);
    int32_t joined = clock_date_from(2010, 6, 30);
    int32_t none = CLOCK_NO_DATE;
    assert_int_equal(membership_dates_check(born, joined, joined + 365, false, today), MEMBERSHIP_OK);
    assert_int_equal(membership_dates_check(born, joined, none, true, joined), MEMBERSHIP_OK);
    assert_int_equal(membership_dates_check(none, none, none, false, today), MEMBERSHIP_OK);
    assert_int_equal(membership_dates_check(none, joined, joined, false, today), MEMBERSHIP_OK);
    assert_int_equal(membership_dates_check(born, today + 1, none, false, today), MEMBERSHIP_JOINED_FUTURE);
    int32_t eighteen = clock_date_from(2005, 5, 1);
    assert_int_equal(membership_dates_check(born, eighteen, none, false, today), MEMBERSHIP_OK);
    assert_int_equal(membership_dates_check(born, eighteen - 1, none, false, today), MEMBERSHIP_JOINED_TOO_YOUNG);
    assert_int_equal(membership_dates_check(born, joined, today + 1, false, today), MEMBERSHIP_FULL_FUTURE);
    assert_int_equal(membership_dates_check(born, joined, joined - 1, false, today), MEMBERSHIP_FULL_BEFORE_JOINED);
    assert_int_equal(membership_dates_check(born, joined, joined + 365, true, today), MEMBERSHIP_FULL_OF_PROBATIONARY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_names),
        cmocka_unit_test(refuses_names),
        cmocka_unit_test(keeps_telephone_numbers),
        cmocka_unit_test(finds_codes),
        cmocka_unit_test(has_sound_tables),
        cmocka_unit_test(normalises_text),
        cmocka_unit_test(places_organisations),
        cmocka_unit_test(flags_sizes),
        cmocka_unit_test(orders_the_days_of_a_membership),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
