#include "gateway/json/problem.h"

#include <stddef.h>
#include <string.h>

#include "errors.h"
#include "gateway/json/encode.h"

/* What a status means to people: a problem's title does not change from one occurrence to the next (RFC 9457, 3.1.4).
 */
static const struct {
    int status;
    const char *zh, *en;
} titles[] = {
    {400, "请求的内容有误", "The request is not correct"},
    {401, "需要登录", "Not signed in"},
    {403, "您不能办这件事", "Not allowed"},
    {404, "没有找到", "Not found"},
    {405, "不支持这种请求方法", "Method not allowed"},
    {409, "现在不能这样办", "Conflict with the present state"},
    {412, "内容已被修改", "Changed in the meantime"},
    {413, "内容太大", "Too large"},
    {415, "不支持这种内容类型", "Content type not supported"},
    {422, "不符合规则", "Against the rules"},
    {428, "请先查看最新内容", "A version is needed"},
    {429, "操作太频繁", "Too many requests"},
    {500, "系统出错", "Internal error"},
    {501, "不支持这项功能", "Not supported"},
    {503, "系统暂时用不了", "Not available right now"},
    {504, "等待超时", "Timed out"},
};

/* The names of JSON's types, as the reader of JSON reports what it expected. */
static const char *const type_names[][2] = {
    {"string", "文字"}, {"integer", "整数"}, {"boolean", "true 或 false"},
    {"array", "列表"},  {"object", "对象"},  {"base64", "base64 编码的内容"},
};

static const char *title_of(int status, enum language language)
{
    size_t count = sizeof titles / sizeof *titles;
    for (size_t i = 0; i < count; i++) {
        if (titles[i].status == status)
            return language == LANGUAGE_EN ? titles[i].en : titles[i].zh;
    }
    return title_of(status < 500 ? 400 : 500, language);
}

static const char *localized(const struct err *err, const char *value, enum language language)
{
    for (size_t i = 0;
         err->code == ERR_WRONG_TYPE && language == LANGUAGE_ZH && i < sizeof type_names / sizeof *type_names; i++) {
        if (strcmp(value, type_names[i][0]) == 0)
            return type_names[i][1];
    }
    return value;
}

/* The value of the parameter whose name has `length` bytes, or NULL. */
static const char *param(const struct err *err, const char *name, size_t length)
{
    for (size_t i = 0; i < err->params_count; i++) {
        if (strncmp(err->params[i].name, name, length) == 0 && err->params[i].name[length] == '\0')
            return err->params[i].value;
    }
    return NULL;
}

/* Appends a text of the catalogue with its {parameters} filled in; one that the error does not bring becomes "…". */
static void fill_in(const struct err *err, const char *text, enum language language, struct str *out)
{
    const char *open;
    while ((open = strchr(text, '{'))) {
        size_t length = strcspn(open + 1, "}");
        const char *value = param(err, open + 1, length);
        str_append(out, text, (size_t)(open - text));
        str_puts(out, value ? localized(err, value, language) : "…");
        text = open + 1 + length + (open[1 + length] == '}');
    }
    str_puts(out, text);
}

void problem_explain(const struct err *err, enum language language, struct str *out)
{
    const struct error_text *text = error_text_find(err->code);
    bool english = language == LANGUAGE_EN;
    fill_in(err, english ? text->en : text->zh, language, out);
    str_puts(out, english ? " " : "");
    fill_in(err, english ? text->en_advice : text->zh_advice, language, out);
}

static void put_detail(const struct err *err, enum language language, struct str *out)
{
    struct str detail = str_new(2048);
    problem_explain(err, language, &detail);
    json_encode_text(str_text(&detail), out);
    str_destroy(&detail);
}

static void put_params(const struct err *err, struct str *out)
{
    str_puts(out, ",\"params\":");
    for (size_t i = 0; i < err->params_count; i++) {
        str_putc(out, i ? ',' : '{');
        json_encode_text(err->params[i].name, out);
        str_putc(out, ':');
        json_encode_text(err->params[i].value, out);
    }
    str_putc(out, '}');
}

int problem_write(const struct err *err, enum language language, const char *trace_id, struct str *out)
{
    const struct error_text *text = error_text_find(err->code);
    str_printf(out, "{\"type\":\"/docs/errors.html#%s\",\"title\":", text->code);
    json_encode_text(title_of(text->status, language), out);
    str_printf(out, ",\"status\":%d,\"code\":\"%s\",\"number\":%d,\"detail\":", text->status, text->code, text->number);
    put_detail(err, language, out);
    if (err->field[0]) {
        str_puts(out, ",\"field\":");
        json_encode_text(err->field, out);
    }
    if (err->params_count)
        put_params(err, out);
    if (trace_id && trace_id[0]) {
        str_puts(out, ",\"trace_id\":");
        json_encode_text(trace_id, out);
    }
    str_putc(out, '}');
    return text->status;
}
