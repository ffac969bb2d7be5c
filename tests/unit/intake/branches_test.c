/* intake/branches: which branch a text names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "errors.h"
#include "identity/intake/branches.h"

static struct branch all[] = {
    {.id = {{1}}, .name = "一/二党支部", .community = "甲社区"},
    {.id = {{2}}, .name = "第一党支部", .community = "乙社区"},
    {.id = {{3}}, .name = "第一党支部", .community = "甲社区"},
    {.id = {{4}}, .name = "第三党支部", .community = "甲社区"},
    {.id = {{5}}, .name = "第三党支部", .community = "甲社区"},
    {.id = {{6}}, .name = "第二党支部", .community = "甲社区"},
};
static const struct branches branches = {all, sizeof all / sizeof *all};

static void a_name_is_found_however_it_is_spaced(void **state)
{
    static const struct {
        const char *text;
        int id;
    } texts[] = {
        {"第二党支部", 6},          {" 第二　党支部 ", 6}, {"甲社区/第一党支部", 3}, {"乙社区／第一党支部", 2},
        {"乙社区 / 第一党支部", 2}, {"一/二党支部", 1},    {"甲社区/第二党支部", 6},
    };
    struct err fault = {0};
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        const struct branch *branch = branches_find(&branches, texts[i].text, &fault);
        assert_non_null(branch);
        assert_int_equal(branch->id.bytes[0], texts[i].id);
    }
    assert_int_equal(fault.code, 0);
}

static void what_is_not_one_branch_is_refused(void **state)
{
    static const struct {
        const char *text;
        int code;
    } texts[] = {
        {"第四党支部", ERR_CELL_BRANCH_UNKNOWN},
        {"第一党支部", ERR_CELL_BRANCH_AMBIGUOUS},
        {"丙社区/第一党支部", ERR_CELL_BRANCH_UNKNOWN},
        {"甲社区/第三党支部", ERR_CELL_BRANCH_AMBIGUOUS},
        {"/", ERR_CELL_BRANCH_UNKNOWN},
    };
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct err fault = {0};
        assert_null(branches_find(&branches, texts[i].text, &fault));
        assert_int_equal(fault.code, texts[i].code);
        assert_string_equal(fault.params[0].value, texts[i].text);
    }
}

static void ids_are_found(void **state)
{
    (void)state;
    assert_ptr_equal(branches_by_id(&branches, (struct uuid){{4}}), &all[3]);
    assert_null(branches_by_id(&branches, (struct uuid){{9}}));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_is_found_however_it_is_spaced),
        cmocka_unit_test(what_is_not_one_branch_is_refused),
        cmocka_unit_test(ids_are_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
