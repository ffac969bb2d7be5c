/* roster: whole files, as branches keep them. */
#include "base/clock.h"
#include "base/err.h"
#include "base/str.h"
#include "errors.h"
#include "identity/roster/roster.h"
#include "tests/unit/roster/files.h"

static struct str good;
static struct str bad;
static struct roster_row last;
static struct roster_summary summary;

static int on_row(void *context, const struct roster_row *row, struct err *err)
{
    (void)context;
    (void)err;
    str_printf(&good, "%u:%s ", row->number, row->name);
    last = *row;
    return 0;
}

/* A fault as "7:C:id_number:<code>:<text> ". */
static int on_bad(void *context, const struct roster_fault *fault, struct err *err)
{
    (void)context;
    (void)err;
    str_printf(&bad, "%u:%s:%s:%d:%s ", fault->row, fault->column, fault->title, fault->error.code, fault->text);
    for (size_t i = 0; i < fault->error.params_count; i++)
        str_printf(&bad, "{%s=%s} ", fault->error.params[i].name, fault->error.params[i].value);
    return 0;
}

static struct roster_options options(void)
{
    return (struct roster_options){
        .today = clock_date_from(2026, 11, 23), .required = ROSTER_REQUIRED_DEFAULT, .months = ROSTER_MONTHS_DEFAULT};
}

static int read_file(const struct roster_options *with, struct err *err)
{
    const struct roster_sink sink = {.row = on_row, .bad = on_bad};
    str_reset(&good);
    str_reset(&bad);
    err_clear(err);
    int result = roster_read(files_path(), with, &sink, &summary, err);
    if (result == 0)
        assert_int_equal(summary.good + summary.bad + summary.blank + summary.skipped,
                         summary.last_row - summary.header_row);
    return result;
}

static void reads(const char *text)
{
    struct err err;
    struct roster_options with = options();
    files_write(text, strlen(text));
    if (read_file(&with, &err) != 0)
        fail_msg("%d %s", err.code, err.detail);
}

static void refuses(const char *text, int code)
{
    struct err err;
    struct roster_options with = options();
    files_write(text, strlen(text));
    assert_int_equal(read_file(&with, &err), -1);
    assert_int_equal(err.code, code);
}

static void reads_every_field(void **state)
{
    (void)state;
    reads("第一党支部党员花名册,,,\n制表单位：某某社区,,,\n"
          "序号,身份证号,姓 名,性别,民族,出生年月,文化程度,联系电话,家庭住址,所在党支部,人员类别,入党时间,转正时间,"
          "缴费类别,党费基数（元）,单位职务,籍贯\n"
          "1,11010519491231002X,张　三,女,汉,1949.12,大专,138 0013 "
          "8000,\"幸福路3号,2单元\",第一党支部,正式党员,1975年7月1日,"
          "19760701,退休,\"3,210.55\",退休教师,山东\n");
    assert_string_equal(str_text(&good), "4:张三 ");
    assert_string_equal(str_text(&bad), "");
    assert_int_equal(summary.header_row, 3);
    assert_int_equal(last.number, 4);
    assert_string_equal(last.id_number.text, "11010519491231002X");
    assert_int_equal(last.sex, SEX_FEMALE);
    assert_true(last.birth_date.month_only);
    assert_int_equal(last.birth_date.day, clock_date_from(1949, 12, 1));
    assert_string_equal(last.ethnic_group, "01");
    assert_string_equal(last.education, "30");
    assert_string_equal(last.phone, "13800138000");
    assert_string_equal(last.address, "幸福路3号,2单元");
    assert_string_equal(last.branch, "第一党支部");
    assert_int_equal(last.category, ROSTER_FULL);
    assert_int_equal(last.joined_on.day, clock_date_from(1975, 7, 1));
    assert_int_equal(last.full_since.day, clock_date_from(1976, 7, 1));
    assert_int_equal(last.dues_category, 2);
    assert_int_equal(last.dues_base_fen, 321055);
    assert_string_equal(last.position, "退休教师");
    assert_int_equal(last.present, (1U << ROSTER_FIELDS) - 1);
    assert_int_equal(summary.columns_known, (1U << ROSTER_FIELDS) - 1);
    assert_int_equal(summary.ignored_count, 1);
    assert_string_equal(summary.ignored[0].column, "Q");
    assert_string_equal(summary.ignored[0].title, "籍贯");
}

static void leaves_absent_what_is_absent(void **state)
{
    (void)state;
    reads("姓名,公民身份号码,手机号,转正时间,学历\n张三,11010519491231002X,/,—,无\n");
    assert_string_equal(str_text(&good), "2:张三 ");
    assert_int_equal(last.present, ROSTER_BIT(ROSTER_NAME) | ROSTER_BIT(ROSTER_ID_NUMBER));
    assert_string_equal(last.phone, "");
    assert_string_equal(last.education, "");
    assert_string_equal(last.ethnic_group, "");
    assert_int_equal(last.full_since.day, CLOCK_NO_DATE);
    assert_int_equal(last.joined_on.day, CLOCK_NO_DATE);
    assert_int_equal(last.dues_base_fen, -1);
    assert_int_equal(last.category, ROSTER_CATEGORY_NONE);
    assert_int_equal(last.sex, SEX_UNKNOWN);
}

/* One row with one fault each: its place, its code, its text, masked where it identifies a person. */
static void names_every_fault(void **state)
{
    (void)state;
    static const struct {
        const char *row;
        const char *fault;
        int code;
    } cases[] = {
        {",11010519491231002X", "2:A:姓名:%d: ", ERR_FIELD_REQUIRED},
        {"张三,", "2:B:身份证号:%d: ", ERR_FIELD_REQUIRED},
        {"张三,110105194912310021", "2:B:身份证号:%d:110*************21 ", ERR_IDENTITY_ID_NUMBER_CHECK_DIGIT},
        {"张三,1.10105E+17", "2:B:身份证号:%d:1.1******17 ", ERR_CELL_DIGITS_LOST},
        {"张三,110105194912310000", "2:B:身份证号:%d:110*************00 ", ERR_CELL_DIGITS_LOST},
        {"张三,110105491231002", "2:B:身份证号:%d:110**********02 ", ERR_IDENTITY_ID_NUMBER_OLD},
        {"张\x01三,11010519491231002X", "2:A:姓名:%d:张 三 ", ERR_IDENTITY_NAME_MALFORMED},
        {"张三,11010519491231002X,男", "2:C:性别:%d:男 ", ERR_IDENTITY_SEX_MISMATCH},
        {"张三,11010519491231002X,雄", "2:C:性别:%d:雄 {value=雄} ", ERR_CELL_VALUE_UNKNOWN},
        {"张三,11010519491231002X,,1949-12-30", "2:D:出生日期:%d:1949-12-30 ", ERR_IDENTITY_BIRTH_DATE_MISMATCH},
        {"张三,11010519491231002X,,1949.11", "2:D:出生日期:%d:1949.11 ", ERR_IDENTITY_BIRTH_DATE_MISMATCH},
        {"张三,11010519491231002X,,1949.1", "2:D:出生日期:%d:1949.1 ", ERR_CELL_DATE_AMBIGUOUS},
        {"张三,11010519491231002X,,,1987.5", "2:E:入党时间:%d:1987.5 ", ERR_CELL_DATE_INCOMPLETE},
        {"张三,11010519491231002X,,,1987-02-30", "2:E:入党时间:%d:1987-02-30 ", ERR_CELL_DATE_UNREADABLE},
        {"张三,11010519491231002X,,,2027-01-01", "2:E:入党时间:%d:2027-01-01 ", ERR_FIELD_DATE_IN_FUTURE},
        {"张三,11010519491231002X,,,1960-01-01", "2:E:入党时间:%d:1960-01-01 ", ERR_IDENTITY_JOINED_TOO_YOUNG},
        {"张三,11010519491231002X,,,1987-05-01,1987-04-30", "2:F:转正时间:%d:1987-04-30 ",
         ERR_IDENTITY_FULL_SINCE_BEFORE_JOINED},
        {"张三,11010519491231002X,,,1987-05-01,1988-05-01,预备党员", "2:F:转正时间:%d:1988-05-01 ",
         ERR_IDENTITY_FULL_SINCE_OF_PROBATIONARY},
        {"张三,11010519491231002X,,,,,群众", "2:G:党员类别:%d:群众 {value=群众} ", ERR_CELL_VALUE_UNKNOWN},
        {"张三,11010519491231002X,,,,,,13800", "2:H:手机:%d:***** ", ERR_IDENTITY_PHONE_MALFORMED},
        {"张三,11010519491231002X,,,,,,,0.45万", "2:I:月工资:%d:0.45万 ", ERR_CELL_AMOUNT_UNIT},
        {"张三,11010519491231002X,,,,,,,4500.125", "2:I:月工资:%d:4500.125 ", ERR_CELL_AMOUNT_UNREADABLE},
        {"张三,11010519491231002X,,,,,,,,火星族", "2:J:民族:%d:火星族 ", ERR_IDENTITY_ETHNIC_GROUP_UNKNOWN},
        {"张三,11010519491231002X,,,,,,,,,自学", "2:K:学历:%d:自学 ", ERR_IDENTITY_EDUCATION_UNKNOWN},
        {"张三,11010519491231002X,,,,,,,,,,13800138000", "2:L::%d:138******00 ", ERR_CELL_COLUMN_UNNAMED},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[512];
        char wanted[128];
        char *code = strstr(cases[i].fault, "%d");
        snprintf(text, sizeof text,
                 "姓名,身份证号,性别,出生日期,入党时间,转正时间,党员类别,手机,月工资,民族,学历\n%s\n", cases[i].row);
        snprintf(wanted, sizeof wanted, "%.*s%d%s", (int)(code - cases[i].fault), cases[i].fault, cases[i].code,
                 code + 2);
        struct err err;
        struct roster_options with = options();
        files_write(text, strlen(text));
        assert_int_equal(read_file(&with, &err), 0);
        assert_string_equal(str_text(&bad), wanted);
        assert_string_equal(str_text(&good), "");
        assert_int_equal(summary.bad, 1);
    }
}

static void counts_every_row(void **state)
{
    (void)state;
    reads("花名册\n姓名,序号,身份证号\n张三,1,11010519491231002X\n\n,2,\n李四,3,440524188001010014\n"
          "姓名,序号,身份证号\n王五,4,1\n合计,2 人\n共83人\n填表人：张三,审核人：李四\n , ,　\n");
    assert_string_equal(str_text(&good), "3:张三 6:李四 ");
    assert_int_equal(summary.good, 2);
    assert_int_equal(summary.bad, 1);
    assert_int_equal(summary.blank, 3);
    assert_int_equal(summary.skipped, 4);
    assert_int_equal(summary.bad_cells, 1);
    assert_int_equal(summary.header_row, 2);
    assert_int_equal(summary.last_row, 12);
}

static void finds_people_twice(void **state)
{
    (void)state;
    char wanted[64];
    reads("姓名,身份证号\n张三,11010519491231002X\n李四,440524188001010014\n张三,11010519491231002x\n"
          "张叁,１１０１０５１９４９１２３１００２Ｘ\n");
    assert_string_equal(str_text(&good), "2:张三 3:李四 ");
    snprintf(wanted, sizeof wanted, "4:B:身份证号:%d:110*************2x {row=2} ", ERR_CELL_DUPLICATE);
    assert_memory_equal(str_text(&bad), wanted, strlen(wanted));
    assert_int_equal(summary.bad, 2);
    /* Many people, so that the set grows. */
    struct str text = str_new(0);
    str_puts(&text, "姓名,身份证号\n");
    for (int turn = 0; turn < 2; turn++) {
        for (int i = 0; i < 5000; i++) {
            char number[32];
            snprintf(number, sizeof number, "110105%04d0101%03d", 1950 + i / 1000, i % 1000);
            str_printf(&text, "张三,%s%c\n", number, id_number_check(number));
        }
    }
    reads(str_text(&text));
    str_destroy(&text);
    assert_true(summary.good >= 4990 && summary.good <= 5000);
    assert_int_equal(summary.good + summary.bad, 10000);
}

static void knows_headings_by_many_names(void **state)
{
    (void)state;
    static const char *const headings[] = {
        "公民身份号码,姓名",          "*姓名：,身份证号码（必填）", "姓\n名,身份证\n号码",
        "NO,党员姓名,居民身份证号码", "ID,ｎａｍｅ,id_number",      "姓名[必填],证件号码",
    };
    for (size_t i = 0; i < sizeof headings / sizeof *headings; i++) {
        char text[256];
        size_t name_first = strstr(headings[i], "公民身份号码") == headings[i] ? 0 : 1;
        bool numbered = strncmp(headings[i], "NO", 2) == 0 || strncmp(headings[i], "ID", 2) == 0;
        struct str quoted = str_new(0);
        str_puts(&quoted, "\"");
        for (const char *at = headings[i]; *at != '\0'; at++)
            str_puts(&quoted, *at == ',' ? "\",\"" : (char[]){*at, '\0'});
        snprintf(text, sizeof text, "%s\"\n%s%s\n", str_text(&quoted), numbered ? "1," : "",
                 name_first ? "张三,11010519491231002X" : "11010519491231002X,张三");
        str_destroy(&quoted);
        reads(text);
        assert_string_equal(str_text(&good), "2:张三 ");
    }
}

static void chooses_between_headings(void **state)
{
    (void)state;
    reads("姓名,身份证号,联系电话,手机号码,月收入（万元）\n张三,11010519491231002X,0535-8234567,13800138000,0.45\n");
    assert_string_equal(last.phone, "13800138000");
    assert_int_equal(last.dues_base_fen, -1);
    assert_int_equal(summary.ignored_count, 2);
    assert_string_equal(summary.ignored[0].title, "联系电话");
    assert_string_equal(summary.ignored[1].title, "月收入（万元）");
    reads("姓名,身份证号,手机号码,联系电话\n张三,11010519491231002X,13800138000,0535-8234567\n");
    assert_string_equal(last.phone, "13800138000");
    assert_string_equal(summary.ignored[0].title, "联系电话");
    refuses("姓名,身份证号,手机,手机\n张三,11010519491231002X,1,2\n", ERR_IMPORT_COLUMN_TWICE);
}

static void reads_headings_of_two_rows(void **state)
{
    (void)state;
    reads("名册\n序号,姓名,身份证号,党员情况,,电话\n,,,入党时间,转正时间,\n1,张三,11010519491231002X,1987-05-01,1988-"
          "05-01,"
          "13800138000\n");
    assert_string_equal(str_text(&good), "4:张三 ");
    assert_int_equal(summary.header_row, 3);
    assert_int_equal(last.joined_on.day, clock_date_from(1987, 5, 1));
    assert_int_equal(last.full_since.day, clock_date_from(1988, 5, 1));
    assert_string_equal(last.phone, "13800138000");
}

#define TEXT(place, text) "<c r=\"" place "\" t=\"inlineStr\"><is><t>" text "</t></is></c>"

static void reads_a_workbook(void **state)
{
    (void)state;
    struct err err;
    struct roster_options with = options();
    files_book(&(struct book){
        .styles = "<xf numFmtId=\"14\"/>",
        .sheet = "<row r=\"1\">" TEXT(
            "A1",
            "党员花名册") "</row>"
                          "<row r=\"3\">" TEXT("A3", "党支部") TEXT("B3", "姓名") TEXT("C3", "身份证号")
                              TEXT("D3", "党员情况") TEXT(
                                  "F3",
                                  "手机") "</row>"
                                          "<row r=\"4\">" TEXT("D4", "入党时间") TEXT(
                                              "E4",
                                              "转正时间") "</row>"
                                                          "<row r=\"5\">" TEXT(
                                                              "A5",
                                                              "第一党支部") TEXT("B5", "张三")
                                                              TEXT(
                                                                  "C5",
                                                                  "11010519491231002X") "<c r=\"D5\" "
                                                                                        "s=\"1\"><v>31898</v></c><c "
                                                                                        "r=\"E5\"><v>32264</v></c><c "
                                                                                        "r=\"F5\"><v>13800138000</v></"
                                                                                        "c></row>"
                                                                                        "<row r=\"6\">" TEXT(
                                                                                            "B6",
                                                                                            "李四") "<c "
                                                                                                    "r=\"C6\"><v>4."
                                                                                                    "40524188001010E17<"
                                                                                                    "/v></c></row>"
                                                                                                    "<row "
                                                                                                    "r=\"7\">" TEXT(
                                                                                                        "B7",
                                                                                                        "王五") "<c "
                                                                                                                "r="
                                                                                                                "\"C7\""
                                                                                                                " t="
                                                                                                                "\"e\">"
                                                                                                                "<v>#N/"
                                                                                                                "A</"
                                                                                                                "v></"
                                                                                                                "c></"
                                                                                                                "row>"
                                                                                                                "<row "
                                                                                                                "r="
                                                                                                                "\"10\""
                                                                                                                ">" TEXT(
                                                                                                                    "A1"
                                                                                                                    "0",
                                                                                                                    "合"
                                                                                                                    "计") "<c r=\"B10\"><v>3</v></c></row>"
                                                                                                                          "</sheetData><mergeCells><mergeCell ref=\"A1:F1\"/><mergeCell ref=\"A3:A4\"/><mergeCell ref=\"B3:B4\"/>"
                                                                                                                          "<mergeCell ref=\"C3:C4\"/><mergeCell ref=\"D3:E3\"/><mergeCell ref=\"F3:F4\"/><mergeCell ref=\"A5:A9\"/>"
                                                                                                                          "</mergeCells><sheetData>"});
    if (read_file(&with, &err) != 0)
        fail_msg("%d %s", err.code, err.detail);
    char wanted[160];
    snprintf(wanted, sizeof wanted, "6:C:身份证号:%d:4.4**************17 7:C:身份证号:%d:**** ", ERR_CELL_DIGITS_LOST,
             ERR_CELL_FORMULA);
    assert_string_equal(str_text(&bad), wanted);
    assert_string_equal(str_text(&good), "5:张三 ");
    assert_string_equal(last.branch, "第一党支部");
    assert_int_equal(last.joined_on.day, clock_date_from(1987, 5, 1));
    assert_int_equal(last.full_since.day, clock_date_from(1988, 5, 1));
    assert_string_equal(last.phone, "13800138000");
    assert_int_equal(summary.header_row, 4);
    assert_int_equal(summary.blank, 2); /* rows 8 and 9, which the file leaves out */
    assert_int_equal(summary.skipped, 1);
}

static void takes_months_when_allowed(void **state)
{
    (void)state;
    static const char text[] = "姓名,身份证号,入党时间,转正时间\n张三,11010519491231002X,1987.5,1988-05\n"
                               "李四,440524188001010014,1987年5月,1987-05-10\n";
    struct err err;
    struct roster_options with = options();
    with.months |= ROSTER_BIT(ROSTER_JOINED_ON) | ROSTER_BIT(ROSTER_FULL_SINCE);
    files_write(text, strlen(text));
    assert_int_equal(read_file(&with, &err), 0);
    assert_string_equal(str_text(&good), "2:张三 3:李四 ");
    assert_true(last.joined_on.month_only);
    assert_false(last.full_since.month_only);
    assert_int_equal(last.joined_on.day, clock_date_from(1987, 5, 1));
}

static void refuses_whole_files(void **state)
{
    (void)state;
    struct err err;
    struct roster_options with = options();
    refuses("", ERR_IMPORT_EMPTY);
    refuses("<html><table><tr><td>姓名</td></tr></table></html>", ERR_IMPORT_FILE_TYPE);
    refuses("%PDF-1.7", ERR_IMPORT_FILE_TYPE);
    refuses("甲,乙\n1,2\n", ERR_IMPORT_NO_HEADER);
    refuses("姓名,身份证号\n", ERR_IMPORT_EMPTY);
    refuses("姓名,身份证号\n合计,\n", ERR_IMPORT_EMPTY);
    refuses("姓名,身份证号\n\"张三", ERR_IMPORT_QUOTE_OPEN);
    refuses("姓名,性别\n张三,男\n", ERR_IMPORT_COLUMN_MISSING);
    char many[400];
    memset(many, '\n', sizeof many - 1);
    many[sizeof many - 1] = '\0';
    refuses(many, ERR_IMPORT_NO_HEADER);
    with.rows_max = 1;
    static const char two[] = "姓名,身份证号\n张三,11010519491231002X\n李四,440524188001010014\n";
    files_write(two, strlen(two));
    assert_int_equal(read_file(&with, &err), -1);
    assert_int_equal(err.code, ERR_IMPORT_TOO_MANY_ROWS);
    assert_string_equal(err.params[0].value, "1");
    with = options();
    with.required |= ROSTER_BIT(ROSTER_JOINED_ON);
    assert_int_equal(read_file(&with, &err), -1);
    assert_int_equal(err.code, ERR_IMPORT_COLUMN_MISSING);
    assert_string_equal(err.params[0].value, "入党时间");
}

static int finish(void **state)
{
    str_destroy(&good);
    str_destroy(&bad);
    return files_remove(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_every_field),        cmocka_unit_test(leaves_absent_what_is_absent),
        cmocka_unit_test(names_every_fault),        cmocka_unit_test(counts_every_row),
        cmocka_unit_test(finds_people_twice),       cmocka_unit_test(knows_headings_by_many_names),
        cmocka_unit_test(chooses_between_headings), cmocka_unit_test(reads_headings_of_two_rows),
        cmocka_unit_test(reads_a_workbook),         cmocka_unit_test(takes_months_when_allowed),
        cmocka_unit_test(refuses_whole_files),
    };
    return cmocka_run_group_tests(tests, NULL, finish);
}
