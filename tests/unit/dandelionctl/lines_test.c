#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "dandelionctl/lines.h"

static void feed(int fd, const char *text)
{
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
}

static void expect_line(struct lines *lines, const char *text)
{
    size_t length = 0;
    const char *line = lines_next(lines, &length);
    assert_non_null(line);
    assert_string_equal(line, text);
    assert_int_equal(length, strlen(text));
}

static void expect_none(struct lines *lines)
{
    size_t length;
    assert_null(lines_next(lines, &length));
}

static void test_lines_come_whole(void **state)
{
    (void)state;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    struct lines lines = lines_new(ends[0]);
    expect_none(&lines);
    feed(ends[1], "one\n\ntw");
    lines_read(&lines);
    expect_line(&lines, "one");
    expect_line(&lines, "");
    expect_none(&lines);
    feed(ends[1], "o\nthree");
    lines_read(&lines);
    expect_line(&lines, "two");
    expect_none(&lines);
    close(ends[1]);
    lines_read(&lines);
    expect_line(&lines, "three"); /* the last one needs no line break */
    expect_none(&lines);
    assert_true(lines.ended);
    assert_false(lines.failed);
    lines_destroy(&lines);
    close(ends[0]);
}

static void test_a_line_without_end_is_refused(void **state)
{
    (void)state;
    char part[16384];
    int ends[2];
    memset(part, 'x', sizeof part);
    assert_int_equal(pipe(ends), 0);
    struct lines lines = lines_new(ends[0]);
    for (int i = 0; i <= LINE_MAX_BYTES / (int)sizeof part && !lines.failed; i++) {
        assert_int_equal(write(ends[1], part, sizeof part), sizeof part);
        lines_read(&lines);
    }
    assert_true(lines.failed);
    assert_true(lines.ended);
    expect_none(&lines);
    lines_destroy(&lines);
    close(ends[0]);
    close(ends[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines_come_whole),
        cmocka_unit_test(test_a_line_without_end_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
