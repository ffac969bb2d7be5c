/* base/log: one line, one write, nothing that breaks a line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/log.h"

/* What log_line writes to standard error. */
static const char *capture(enum log_level level, const char *fields)
{
    static char text[8192];
    int pipes[2], saved = dup(STDERR_FILENO);
    assert_int_equal(pipe(pipes), 0);
    dup2(pipes[1], STDERR_FILENO);
    log_line(level, "request", "%s", fields);
    dup2(saved, STDERR_FILENO);
    close(saved);
    close(pipes[1]);
    ssize_t size = read(pipes[0], text, sizeof text - 1);
    close(pipes[0]);
    text[size > 0 ? size : 0] = '\0';
    return text;
}

static void a_line_has_its_parts(void **state)
{
    (void)state;
    log_open("dues", LOG_INFO);
    const char *line = capture(LOG_WARN, "method=Dues.Pay ms=3");
    assert_memory_equal(line, "time=2", 6);
    assert_non_null(strstr(line, "Z level=warn service=dues event=\"request\" method=Dues.Pay ms=3\n"));
    assert_string_equal(capture(LOG_DEBUG, "x=1"), "");
}

static void a_line_stays_one_line(void **state)
{
    (void)state;
    char longest[6000];
    const char *line = capture(LOG_INFO, "a=1\nlevel=error b=2\r\n");
    assert_ptr_equal(strchr(line, '\n'), line + strlen(line) - 1);
    memset(longest, 'x', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    line = capture(LOG_INFO, longest);
    assert_true(strlen(line) <= 4096);
    assert_int_equal(line[strlen(line) - 1], '\n');
}

static void values_are_quoted(void **state)
{
    (void)state;
    assert_string_equal(log_quoted("蒲公英"), "\"蒲公英\"");
    assert_string_equal(log_quoted("a\"b\\c\n\x01\xff"), "\"a\\\"b\\\\c\\n\\x01\\xff\"");
    char longest[1000];
    memset(longest, '"', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    const char *quoted = log_quoted(longest);
    assert_true(strlen(quoted) < 256);
    assert_int_equal(strlen(quoted) % 2, 0); /* no escape is cut in half */
}

static void levels_have_names(void **state)
{
    (void)state;
    enum log_level level = LOG_INFO;
    assert_int_equal(log_level_parse("debug", &level), 0);
    assert_int_equal(level, LOG_DEBUG);
    assert_int_equal(log_level_parse("loud", &level), -1);
    assert_int_equal(level, LOG_DEBUG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_has_its_parts),
        cmocka_unit_test(a_line_stays_one_line),
        cmocka_unit_test(values_are_quoted),
        cmocka_unit_test(levels_have_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
