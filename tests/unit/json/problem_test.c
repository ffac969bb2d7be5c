/* Problems: their JSON, their language, and that every error of the catalogue makes one. */
#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/str.h"
#include "errors.h"
#include "gateway/json/problem.h"

static void chooses_the_language(void **state)
{
    (void)state;
    static const struct {
        const char *field;
        enum language language;
    } rows[] = {
        {NULL, LANGUAGE_ZH},
        {"", LANGUAGE_ZH},
        {"*", LANGUAGE_ZH},
        {"fr", LANGUAGE_ZH},
        {"en", LANGUAGE_EN},
        {"EN-gb", LANGUAGE_EN},
        {"english", LANGUAGE_ZH},
        {"zh-CN,zh;q=0.9,en;q=0.8", LANGUAGE_ZH},
        {"en-US,en;q=0.9,zh-CN;q=0.8", LANGUAGE_EN},
        {"zh;q=0.5, en; q=0.501", LANGUAGE_EN},
        {"zh;q=0.5, en;q=0.5", LANGUAGE_ZH},
        {"en;q=0", LANGUAGE_ZH},
        {"*;q=0.9, en;q=0.1", LANGUAGE_ZH},
        {"zh;q=0, *", LANGUAGE_EN},
        {"en;q=1.000, zh;q=0.999", LANGUAGE_EN},
        {"en;q=2, zh;q=0.1", LANGUAGE_ZH},
        {";,;q=,en;;q", LANGUAGE_EN},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (language_of(rows[i].field) != rows[i].language)
            fail_msg("\"%s\" is not %s", rows[i].field, language_tag(rows[i].language));
    }
}

static void says_everything(void **state)
{
    (void)state;
    struct err err = {0};
    struct str out = str_new(0);
    err_field(&err, ERR_FIELD_TOO_LONG, "roles[2].\"name\"", "for the log alone");
    err_param(&err, "max", "60");
    assert_int_equal(problem_write(&err, LANGUAGE_ZH, "4bf92f35", &out), 400);
    assert_string_equal(str_text(&out),
                        "{\"type\":\"/docs/errors.html#field.too_long\",\"title\":\"请求的内容有误\",\"status\":400,"
                        "\"code\":\"field.too_long\",\"number\":102,"
                        "\"detail\":\"内容太长，最多 60 个字符。请缩短后重新提交。\","
                        "\"field\":\"roles[2].\\\"name\\\"\",\"params\":{\"max\":\"60\"},\"trace_id\":\"4bf92f35\"}");
    str_reset(&out);
    assert_int_equal(problem_write(&err, LANGUAGE_EN, NULL, &out), 400);
    assert_non_null(strstr(str_text(&out), "at most 60 characters are taken. Shorten it and send it again.\""));
    assert_null(strstr(str_text(&out), "trace_id"));
    str_destroy(&out);
}

static void names_types_in_chinese(void **state)
{
    (void)state;
    struct err err = {0};
    struct str out = str_new(0);
    err_field(&err, ERR_WRONG_TYPE, "year", "x");
    err_param(&err, "expected", "integer");
    problem_write(&err, LANGUAGE_ZH, NULL, &out);
    assert_non_null(strstr(str_text(&out), "需要整数"));
    assert_non_null(strstr(str_text(&out), "\"params\":{\"expected\":\"integer\"}"));
    str_destroy(&out);
}

static void a_missing_parameter_shows_as_such(void **state)
{
    (void)state;
    struct err err = {.code = ERR_FIELD_TOO_LONG};
    struct str out = str_new(0);
    problem_write(&err, LANGUAGE_EN, NULL, &out);
    assert_non_null(strstr(str_text(&out), "at most … characters"));
    str_destroy(&out);
}

static void an_unknown_code_is_internal(void **state)
{
    (void)state;
    struct err err = {.code = 65535};
    struct str out = str_new(0);
    assert_int_equal(problem_write(&err, LANGUAGE_ZH, NULL, &out), 500);
    assert_non_null(strstr(str_text(&out), "\"code\":\"internal\""));
    str_destroy(&out);
}

static void every_error_makes_a_problem(void **state)
{
    (void)state;
    struct str out = str_new(0);
    for (size_t i = 0; i < error_texts_count * 2; i++) {
        struct err err = {.code = error_texts[i / 2].number};
        str_reset(&out);
        assert_int_equal(problem_write(&err, i % 2 ? LANGUAGE_EN : LANGUAGE_ZH, "t", &out), error_texts[i / 2].status);
        json_t *problem = json_loadb(str_text(&out), out.length, JSON_REJECT_DUPLICATES, NULL);
        assert_non_null(problem);
        assert_string_equal(json_string_value(json_object_get(problem, "code")), error_texts[i / 2].code);
        assert_null(strchr(json_string_value(json_object_get(problem, "detail")), '{'));
        json_decref(problem);
    }
    str_destroy(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chooses_the_language),        cmocka_unit_test(says_everything),
        cmocka_unit_test(names_types_in_chinese),      cmocka_unit_test(a_missing_parameter_shows_as_such),
        cmocka_unit_test(an_unknown_code_is_internal), cmocka_unit_test(every_error_makes_a_problem),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
