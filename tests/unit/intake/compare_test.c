/* intake/compare: a row of a roster beside the register. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "errors.h"
#include "identity/intake/compare.h"

static const uint8_t one[16] = {1}, two[16] = {2};
static const struct branch home = {.id = {{1}}, .name = "第一党支部", .path = "/1/2/"};
static const struct branch elsewhere = {.id = {{2}}, .name = "第二党支部", .path = "/1/3/"};

static int32_t day(const char *text)
{
    int32_t date;
    assert_int_equal(clock_date_parse(text, &date), 0);
    return date;
}

/* A row that says what the register has. */
static struct roster_row row_make(void)
{
    struct roster_row row = {
        .number = 7,
        .name = "张三",
        .id_number = {.text = "11010519491231002X", .birth_date = day("1949-12-31"), .sex = SEX_FEMALE},
        .ethnic_group = "01",
        .education = "20",
        .category = ROSTER_FULL,
        .joined_on = {.day = day("1975-07-01")},
        .full_since = {.day = day("1976-07-01")},
    };
    return row;
}

static struct identity_list_known_people_row known_make(void)
{
    return (struct identity_list_known_people_row){
        .name = "张三",
        .ethnic_group = "01",
        .education = "20",
        .phone_index = {one, sizeof one},
        .address_index = {one, sizeof one},
        .organization_id = home.id,
        .organization_path = home.path,
        .category = "FULL",
        .joined_on = day("1975-07-01"),
        .full_since = day("1976-07-01"),
        .state = "ACTIVE",
        .version = 3,
    };
}

static struct comparison comparison_of(const struct roster_row *row, const struct identity_list_known_people_row *known,
                                       const struct branch *branch)
{
    return (struct comparison){.row = row, .known = known, .branch = branch, .today = day("2026-11-23")};
}

static void equal_values_are_the_same(void **state)
{
    struct roster_row row = row_make();
    struct identity_list_known_people_row known = known_make();
    struct comparison comparison = comparison_of(&row, &known, &home);
    (void)state;
    assert_int_equal(comparison_make(&comparison), ROW_SAME);
    comparison.phone_index = comparison.address_index = (struct bytes){one, sizeof one};
    assert_int_equal(comparison_make(&comparison), ROW_SAME);
}

static void empty_cells_take_nothing_away(void **state)
{
    struct roster_row row = row_make();
    struct identity_list_known_people_row known = known_make();
    struct comparison comparison = comparison_of(&row, &known, &home);
    (void)state;
    row.ethnic_group = row.education = "";
    row.category = ROSTER_CATEGORY_NONE;
    row.joined_on.day = row.full_since.day = CLOCK_NO_DATE;
    assert_int_equal(comparison_make(&comparison), ROW_SAME);
    assert_string_equal(comparison.category, "FULL");
    assert_int_equal(comparison.joined_on, known.joined_on);
    assert_int_equal(comparison.full_since, known.full_since);
}

static void each_difference_is_a_change(void **state)
{
    (void)state;
    for (int i = 0; i < 7; i++) {
        struct roster_row row = row_make();
        struct identity_list_known_people_row known = known_make();
        struct comparison comparison = comparison_of(&row, &known, &home);
        switch (i) {
        case 0:
            memcpy(row.name, "李四", sizeof "李四");
            break;
        case 1:
            row.ethnic_group = "02";
            break;
        case 2:
            row.education = "10";
            break;
        case 3:
            comparison.phone_index = (struct bytes){two, sizeof two};
            break;
        case 4:
            comparison.address_index = (struct bytes){two, sizeof two};
            known.address_index = (struct bytes){NULL, 0};
            break;
        case 5:
            row.joined_on.day = day("1975-07-02");
            break;
        default:
            row.full_since.day = day("1976-07-02");
        }
        assert_int_equal(comparison_make(&comparison), ROW_CHANGED);
    }
}

static void someone_unknown_is_new_when_all_is_said(void **state)
{
    struct roster_row row = row_make();
    struct comparison comparison = comparison_of(&row, NULL, &home);
    (void)state;
    assert_int_equal(comparison_make(&comparison), ROW_NEW);
    comparison = comparison_of(&row, NULL, NULL);
    assert_int_equal(comparison_make(&comparison), ROW_BAD);
    assert_int_equal(comparison.field, ROSTER_BRANCH);
    comparison = comparison_of(&row, NULL, &home);
    row.category = ROSTER_CATEGORY_NONE;
    assert_int_equal(comparison_make(&comparison), ROW_BAD);
    assert_int_equal(comparison.field, ROSTER_CATEGORY);
    row.category = ROSTER_FULL;
    row.joined_on.day = CLOCK_NO_DATE;
    assert_int_equal(comparison_make(&comparison), ROW_BAD);
    assert_int_equal(comparison.field, ROSTER_JOINED_ON);
    assert_int_equal(comparison.fault.code, ERR_FIELD_REQUIRED);
}

static void an_import_moves_nobody(void **state)
{
    struct roster_row row = row_make();
    struct identity_list_known_people_row known = known_make();
    struct comparison comparison = comparison_of(&row, &known, &elsewhere);
    (void)state;
    assert_int_equal(comparison_make(&comparison), ROW_BAD);
    assert_int_equal(comparison.fault.code, ERR_CELL_OTHER_BRANCH);
    comparison.branch = NULL; /* the register's branch lies outside the caller's scope */
    assert_int_equal(comparison_make(&comparison), ROW_BAD);
    assert_int_equal(comparison.fault.code, ERR_CELL_OTHER_BRANCH);
}

static void days_are_checked_with_those_of_the_register(void **state)
{
    struct roster_row row = row_make();
    struct identity_list_known_people_row known = known_make();
    struct comparison comparison = comparison_of(&row, &known, &home);
    (void)state;
    row.joined_on.day = CLOCK_NO_DATE;
    row.full_since.day = day("1975-06-30");
    assert_int_equal(comparison_make(&comparison), ROW_BAD);
    assert_int_equal(comparison.fault.code, ERR_IDENTITY_FULL_SINCE_BEFORE_JOINED);
    row.full_since.day = CLOCK_NO_DATE;
    row.category = ROSTER_PROBATIONARY;
    assert_int_equal(comparison_make(&comparison), ROW_BAD);
    assert_int_equal(comparison.fault.code, ERR_IDENTITY_FULL_SINCE_OF_PROBATIONARY);
    row.category = ROSTER_FULL;
    row.joined_on.day = day("1967-12-30");
    assert_int_equal(comparison_make(&comparison), ROW_BAD);
    assert_int_equal(comparison.fault.code, ERR_IDENTITY_JOINED_TOO_YOUNG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_values_are_the_same),   cmocka_unit_test(empty_cells_take_nothing_away),
        cmocka_unit_test(each_difference_is_a_change), cmocka_unit_test(someone_unknown_is_new_when_all_is_said),
        cmocka_unit_test(an_import_moves_nobody),      cmocka_unit_test(days_are_checked_with_those_of_the_register),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
