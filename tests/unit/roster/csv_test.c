/* roster/csv: encodings, separators, quotes, line ends, bounds. Rows are compared as "row:[cell][cell]" lines. */
#include <iconv.h>

#include "base/err.h"
#include "base/str.h"
#include "errors.h"
#include "identity/roster/csv.h"
#include "tests/unit/roster/files.h"

static struct str seen;

static int note(void *context, const struct table_row *row, struct err *err)
{
    (void)context;
    (void)err;
    str_printf(&seen, "%u:", row->number);
    for (size_t i = 0; i < row->count; i++)
        str_printf(&seen, "%s%s%s", row->cells[i].kind == CELL_TEXT ? "'" : "", row->cells[i].text, "|");
    str_puts(&seen, "\n");
    return 0;
}

static int read_bytes(const void *bytes, size_t size, struct err *err)
{
    const struct table_sink sink = {.row = note};
    str_reset(&seen);
    err_clear(err);
    files_write(bytes, size);
    return csv_read(files_path(), &sink, err);
}

static void reads_as(const char *text, const char *rows)
{
    struct err err;
    assert_int_equal(read_bytes(text, strlen(text), &err), 0);
    assert_string_equal(str_text(&seen), rows);
}

static void refuses(const char *bytes, size_t size, int code)
{
    struct err err;
    assert_int_equal(read_bytes(bytes, size, &err), -1);
    assert_int_equal(err.code, code);
}

static void reads_the_standard(void **state)
{
    (void)state;
    reads_as("a,b,c\r\n1,2,3\r\n", "1:a|b|c|\n2:1|2|3|\n");
    reads_as("a,b\n1,2", "1:a|b|\n2:1|2|\n");
    reads_as("a,b\r1,2\r", "1:a|b|\n2:1|2|\n");
    reads_as("\"a,b\",\"say \"\"hi\"\"\",\"x\ny\"\nz", "1:a,b|say \"hi\"|x\ny|\n2:z|\n");
    reads_as("\"\",b\n", "1:|b|\n");
    reads_as("a,,\n,,c\n", "1:a|\n2:||c|\n");
    reads_as("", "");
    reads_as("\n\na\n", "1:\n2:\n3:a|\n");
    reads_as("a\r\n\r\nb", "1:a|\n2:\n3:b|\n");
}

static void reads_real_life(void **state)
{
    (void)state;
    reads_as("a;b;c\n1,5;2;3\n", "1:a|b|c|\n2:1,5|2|3|\n");
    reads_as("a\tb\tc\n1,5\t2\t3\n", "1:a|b|c|\n2:1,5|2|3|\n");
    reads_as("sep=;\r\na;b,c\r\n", "1:a|b,c|\n");
    reads_as("sep=\t\na\tb\n", "1:a|b|\n");
    reads_as("a,5\" pipe,c\n", "1:a|5\" pipe|c|\n");
    reads_as("\"a\"b,c\n", "1:ab|c|\n");
    reads_as("a,=\"0123\",'0123,'x\n", "1:a|'0123|'0123|'x|\n");
    reads_as("a,b\n1\n1,2,3,4\n", "1:a|b|\n2:1|\n3:1|2|3|4|\n");
    reads_as("\xEF\xBB\xBF姓名,性别\n", "1:姓名|性别|\n");
}

static void convert(const char *text, const char *encoding, const char *mark, size_t mark_length)
{
    char out[512];
    char *in = (char *)(uintptr_t)text;
    char *at = out + mark_length;
    size_t left = strlen(text);
    size_t room = sizeof out - mark_length;
    memcpy(out, mark, mark_length);
    iconv_t converter = iconv_open(encoding, "UTF-8");
    assert_true(iconv(converter, &in, &left, &at, &room) != (size_t)-1);
    iconv_close(converter);
    struct err err;
    assert_int_equal(read_bytes(out, (size_t)(at - out), &err), 0);
}

static void reads_every_encoding(void **state)
{
    (void)state;
    static const char text[] = "姓名,性别\n张三𬱖,男\n";
    static const char rows[] = "1:姓名|性别|\n2:张三𬱖|男|\n";
    convert(text, "UTF-8", "", 0);
    assert_string_equal(str_text(&seen), rows);
    convert(text, "UTF-8", "\xEF\xBB\xBF", 3);
    assert_string_equal(str_text(&seen), rows);
    convert(text, "GB18030", "", 0);
    assert_string_equal(str_text(&seen), rows);
    convert(text, "UTF-16LE", "\xFF\xFE", 2);
    assert_string_equal(str_text(&seen), rows);
    convert(text, "UTF-16BE", "\xFE\xFF", 2);
    assert_string_equal(str_text(&seen), rows);
    convert("姓名,性别\n张三,男\n", "GBK", "", 0);
    assert_string_equal(str_text(&seen), "1:姓名|性别|\n2:张三|男|\n");
}

/* The first Chinese character, and a character cut by a piece of the file, far from the beginning. */
static void decides_by_the_whole_file(void **state)
{
    (void)state;
    for (size_t lead = 65530; lead < 65545; lead++) {
        struct err err;
        char *bytes = malloc(lead + 8);
        memset(bytes, 'x', lead);
        bytes[7] = '\n';
        memcpy(bytes + lead, "\xD5\xC5\xC8\xFD", 4);
        assert_int_equal(read_bytes(bytes, lead + 4, &err), 0);
        assert_non_null(strstr(str_text(&seen), "x张三|\n"));
        memcpy(bytes + lead, "张三", 6);
        assert_int_equal(read_bytes(bytes, lead + 6, &err), 0);
        assert_non_null(strstr(str_text(&seen), "x张三|\n"));
        free(bytes);
    }
}

static void refuses_what_is_no_text(void **state)
{
    (void)state;
    refuses("a,b\0c\n", 6, ERR_IMPORT_ENCODING);
    refuses("\xFF\xFE"
            "a\0,\0\0\0",
            8, ERR_IMPORT_ENCODING);
    refuses("a\0,\0b\0", 6, ERR_IMPORT_ENCODING);
    refuses("a,\xFF\xFF\n", 5, ERR_IMPORT_ENCODING);
    refuses("\xD5\xC5\xD5", 3, ERR_IMPORT_ENCODING);
    refuses("\xEF\xBB\xBF\xD5\xC5\n", 6, ERR_IMPORT_ENCODING);
    refuses("\xFF\xFE"
            "a\0\x00\xD8,\0",
            8, ERR_IMPORT_ENCODING);
}

static void refuses_open_quotes_and_excess(void **state)
{
    (void)state;
    struct err err;
    refuses("a,b\n1,\"2\n3,4\n", 13, ERR_IMPORT_QUOTE_OPEN);
    assert_int_equal(read_bytes("a\nb\n\"c\nd", 8, &err), -1);
    assert_string_equal(err.params[0].name, "row");
    assert_string_equal(err.params[0].value, "3");
    size_t size = 3 * 1024 * 1024;
    char *bytes = malloc(size);
    memset(bytes, 'x', size);
    refuses(bytes, size, ERR_IMPORT_UNREADABLE);
    bytes[0] = '"';
    refuses(bytes, size, ERR_IMPORT_UNREADABLE);
    for (size_t i = 1; i < size; i += 2)
        bytes[i] = ',';
    bytes[0] = 'x';
    refuses(bytes, size, ERR_IMPORT_UNREADABLE); /* more columns than there are */
    for (size_t i = 0; i < size; i++)
        bytes[i] = i % 60000 == 59999 ? ',' : 'x';
    refuses(bytes, size, ERR_IMPORT_UNREADABLE); /* a row too large */
    memset(bytes, '\n', size);
    refuses(bytes, size, ERR_IMPORT_TOO_MANY_ROWS);
    free(bytes);
}

static int stop(void *context, const struct table_row *row, struct err *err)
{
    (void)context;
    return row->number == 2 ? err_set(err, ERR_CONFLICT, "enough") : 0;
}

static void stops_when_told(void **state)
{
    (void)state;
    const struct table_sink sink = {.row = stop};
    struct err err;
    files_write("a\nb\nc\n", 6);
    assert_int_equal(csv_read(files_path(), &sink, &err), -1);
    assert_int_equal(err.code, ERR_CONFLICT);
    assert_int_equal(csv_read("/nonexistent", &sink, &err), -1);
    assert_int_equal(err.code, ERR_IMPORT_UNREADABLE);
}

static int finish(void **state)
{
    str_destroy(&seen);
    return files_remove(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_the_standard),      cmocka_unit_test(reads_real_life),
        cmocka_unit_test(reads_every_encoding),    cmocka_unit_test(decides_by_the_whole_file),
        cmocka_unit_test(refuses_what_is_no_text), cmocka_unit_test(refuses_open_quotes_and_excess),
        cmocka_unit_test(stops_when_told),
    };
    return cmocka_run_group_tests(tests, NULL, finish);
}
