#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/page.h"
#include "errors.h"

static const unsigned char key[PAGE_KEY_SIZE] = "0123456789abcde";

static void test_a_token_gives_its_cursor_back(void **state)
{
    static const char *const cursors[] = {"a", "张三|01900000-0000-7000-8000-000000000001", " ", "/1/4/"};
    struct arena *arena = arena_new(1 << 16);
    (void)state;
    for (size_t i = 0; i < sizeof cursors / sizeof *cursors; i++) {
        const char *cursor;
        char *token = page_token_make(key, "Identity.ListMembers", cursors[i], arena);
        assert_int_equal(page_token_read(key, "Identity.ListMembers", token, arena, &cursor, NULL), 0);
        assert_string_equal(cursor, cursors[i]);
    }
    arena_destroy(&arena);
}

static void test_no_token_is_the_first_page(void **state)
{
    const char *cursor;
    (void)state;
    assert_int_equal(page_token_read(key, "Identity.ListMembers", "", NULL, &cursor, NULL), 0);
    assert_string_equal(cursor, "");
}

static void test_a_foreign_or_altered_token_is_refused(void **state)
{
    struct arena *arena = arena_new(1 << 16);
    struct err err = {0};
    const char *cursor;
    (void)state;
    char *token = page_token_make(key, "Identity.ListMembers", "cursor", arena);
    assert_int_equal(page_token_read(key, "Dues.ListBills", token, arena, &cursor, &err), -1);
    assert_int_equal(err.code, ERR_PAGE_TOKEN_INVALID);
    for (size_t i = 0; token[i]; i++) {
        char *copy = arena_strdup(arena, token);
        copy[i] = copy[i] == 'A' ? 'B' : 'A';
        assert_int_equal(page_token_read(key, "Identity.ListMembers", copy, arena, &cursor, NULL), -1);
    }
    assert_int_equal(page_token_read(key, "Identity.ListMembers", "AAAA", arena, &cursor, NULL), -1);
    assert_int_equal(page_token_read(key, "Identity.ListMembers", "not base64!", arena, &cursor, NULL), -1);
    arena_destroy(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_token_gives_its_cursor_back),
        cmocka_unit_test(test_no_token_is_the_first_page),
        cmocka_unit_test(test_a_foreign_or_altered_token_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
