/* intake/bad_cells: the first hundred, in order, in words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "errors.h"
#include "identity/intake/bad_cells.h"

static struct bad_cells cells;

static void add(uint32_t row, enum roster_field field)
{
    struct bad_cell cell = {.row = row, .field = field};
    bad_cells_add(&cells, &cell);
}

static int forget(void **state)
{
    (void)state;
    memset(&cells, 0, sizeof cells);
    return 0;
}

static void cells_stand_in_the_order_of_the_file(void **state)
{
    (void)state;
    add(5, ROSTER_NAME);
    add(9, ROSTER_NAME);
    add(7, ROSTER_BRANCH);
    add(5, ROSTER_PHONE);
    add(1, ROSTER_NAME);
    const uint32_t rows[] = {1, 5, 5, 7, 9};
    assert_int_equal(cells.count, 5);
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(cells.all[i].row, rows[i]);
    assert_int_equal(cells.all[1].field, ROSTER_NAME); /* of one row: as they were found */
    assert_int_equal(cells.all[2].field, ROSTER_PHONE);
}

static void the_first_are_kept(void **state)
{
    (void)state;
    for (uint32_t row = 1; row <= BAD_CELLS_MAX + 50; row++)
        add(row * 2, ROSTER_NAME);
    assert_int_equal(cells.count, BAD_CELLS_MAX);
    assert_int_equal(cells.all[BAD_CELLS_MAX - 1].row, BAD_CELLS_MAX * 2);
    add(3, ROSTER_BRANCH); /* found late, but it stands early */
    assert_int_equal(cells.count, BAD_CELLS_MAX);
    assert_int_equal(cells.all[1].row, 3);
    assert_int_equal(cells.all[BAD_CELLS_MAX - 1].row, BAD_CELLS_MAX * 2 - 2);
    add(9999, ROSTER_NAME);
    assert_int_equal(cells.all[BAD_CELLS_MAX - 1].row, BAD_CELLS_MAX * 2 - 2);
}

static void columns_are_named_afterwards(void **state)
{
    static struct roster_summary summary;
    (void)state;
    snprintf(summary.places[ROSTER_BRANCH].column, sizeof summary.places[0].column, "AB");
    snprintf(summary.places[ROSTER_BRANCH].title, sizeof summary.places[0].title, "所在支部");
    add(2, ROSTER_BRANCH);
    add(3, ROSTER_CATEGORY);
    bad_cells_place(&cells, &summary);
    assert_string_equal(cells.all[0].column, "AB");
    assert_string_equal(cells.all[0].title, "所在支部");
    assert_string_equal(cells.all[1].column, "");
    assert_string_equal(cells.all[1].title, columns_field_title(ROSTER_CATEGORY));
}

static void messages_have_their_parameters(void **state)
{
    char message[BAD_CELL_MESSAGE_SIZE];
    struct bad_cell cell = {.row = 2};
    (void)state;
    err_set(&cell.error, ERR_CELL_BRANCH_UNKNOWN, "none");
    err_param(&cell.error, "value", "%s", "𬱖支部{value}");
    bad_cell_message(&cell, "zh-CN", message);
    assert_non_null(strstr(message, "“𬱖支部{value}”"));
    bad_cell_message(&cell, "en", message);
    assert_non_null(strstr(message, "\"𬱖支部{value}\""));
    cell.error.params_count = 0;
    bad_cell_message(&cell, "en", message);
    assert_non_null(strstr(message, "\"…\""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(cells_stand_in_the_order_of_the_file, forget),
        cmocka_unit_test_setup(the_first_are_kept, forget),
        cmocka_unit_test_setup(columns_are_named_afterwards, forget),
        cmocka_unit_test_setup(messages_have_their_parameters, forget),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
