/* access/password: which passwords are too easy. Hashing is tested with the daemon. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "identity/access/password.h"

static void easy_passwords_are_weak(void **state)
{
    static const char *const weak[] = {"password",   "PassWord123", "88888888", "12345678", "hgfedcba",
                                       "aaaaaaaaaa", "1qaz2wsx",    "li.si123", "XLI.SI99", "mail李四mail"};
    (void)state;
    for (size_t i = 0; i < sizeof weak / sizeof *weak; i++)
        assert_true(password_is_weak(weak[i], "li.si", "李四"));
}

static void others_are_not(void **state)
{
    static const char *const strong[] = {"correct horse battery", "蒲公英很漂亮的", "x7$kd02mq", "lisi-is-not-me"};
    (void)state;
    for (size_t i = 0; i < sizeof strong / sizeof *strong; i++)
        assert_false(password_is_weak(strong[i], "li.si", "李四"));
    assert_false(password_is_weak("abc is a short name", "abc", "")); /* shorter than what is looked for */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(easy_passwords_are_weak),
        cmocka_unit_test(others_are_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
