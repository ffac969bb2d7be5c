/* base/arena and base/str: alignment, caps, failure. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/str.h"

static void arena_aligns_and_zeroes(void **state)
{
    (void)state;
    struct arena *arena = arena_new(1 << 20);
    for (size_t size = 0; size < 3000; size += 7) {
        unsigned char *bytes = arena_alloc(arena, size);
        assert_non_null(bytes);
        assert_int_equal((uintptr_t)bytes % _Alignof(max_align_t), 0);
        for (size_t i = 0; i < size; i++)
            assert_int_equal(bytes[i], 0);
        memset(bytes, 0xff, size);
    }
    arena_reset(arena);
    assert_int_equal(arena_used(arena), 0);
    unsigned char *again = arena_alloc(arena, 64);
    assert_int_equal(again[0], 0);
    arena_destroy(&arena);
    assert_null(arena);
    arena_destroy(&arena);
}

static void arena_holds_its_cap(void **state)
{
    (void)state;
    struct arena *arena = arena_new(10000);
    assert_null(arena_alloc(arena, 10001));
    assert_null(arena_alloc(arena, SIZE_MAX));
    assert_null(arena_array(arena, SIZE_MAX / 2, 3));
    assert_null(arena_copy(arena, "", SIZE_MAX));
    assert_non_null(arena_alloc(arena, 9000));
    assert_null(arena_alloc(arena, 2000));
    assert_non_null(arena_alloc(arena, 900)); /* a refusal harms nothing */
    arena_reset(arena);
    assert_non_null(arena_alloc(arena, 9984));
    arena_destroy(&arena);
}

static void arena_makes_texts(void **state)
{
    (void)state;
    struct arena *arena = arena_new(1 << 16);
    assert_string_equal(arena_strdup(arena, "蒲公英"), "蒲公英");
    assert_string_equal(arena_printf(arena, "%s-%d", "dues", 7), "dues-7");
    assert_memory_equal(arena_copy(arena, "a\0b", 3), "a\0b", 4);
    assert_non_null(arena_copy(arena, NULL, 0));
    arena_destroy(&arena);
}

static void str_grows(void **state)
{
    (void)state;
    struct str str = str_new(0);
    assert_string_equal(str_text(&str), "");
    for (int i = 0; i < 1000; i++)
        str_printf(&str, "%d,", i);
    str_puts(&str, "end");
    str_putc(&str, '.');
    assert_true(str_ok(&str));
    assert_int_equal(str.length, 10 * 2 + 90 * 3 + 900 * 4 + 4);
    assert_string_equal(str_text(&str) + str.length - 8, "999,end.");
    str_reset(&str);
    assert_string_equal(str_text(&str), "");
    str_append(&str, "a\0b", 3);
    assert_int_equal(str.length, 3);
    str_destroy(&str);
    str_destroy(NULL);
}

static void str_fails_whole(void **state)
{
    (void)state;
    struct str str = str_new(8);
    str_puts(&str, "12345678");
    assert_true(str_ok(&str));
    str_putc(&str, '9');
    assert_false(str_ok(&str));
    assert_string_equal(str_text(&str), "");
    assert_null(str_extend(&str, 1));
    str_reset(&str);
    str_printf(&str, "%s", "123456789");
    assert_false(str_ok(&str));
    str_reset(&str);
    str_puts(&str, "ok");
    assert_string_equal(str_text(&str), "ok");
    str_destroy(&str);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arena_aligns_and_zeroes), cmocka_unit_test(arena_holds_its_cap),
        cmocka_unit_test(arena_makes_texts),       cmocka_unit_test(str_grows),
        cmocka_unit_test(str_fails_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
