#include "identity/roster/columns.h"

#include <string.h>

#include "base/utf8.h"
#include "errors.h"
#include "identity/text.h"

enum { HEADING_SIZE = 256, ROWS_SEARCHED = 50, FIELDS_ENOUGH = 3, FIELDS_WITH_PERSON = 2 };

/* Headings by field, the closest first. */
static const struct {
    const char *name;
    const char *titles;
} fields[ROSTER_FIELDS] = {
    [ROSTER_NAME] = {"name", "姓名|党员姓名|名字|人员姓名|name"},
    [ROSTER_ID_NUMBER] = {"id_number",
                          "公民身份号码|公民身份证号码|公民身份证号|居民身份证号码|居民身份证号|身份证号码|"
                          "身份证号|身份证|身份号码|证件号码|证件号|id_number"},
    [ROSTER_SEX] = {"sex", "性别|sex"},
    [ROSTER_BIRTH_DATE] = {"birth_date", "出生日期|出生年月日|出生年月|出生时间|生日|birth_date"},
    [ROSTER_ETHNIC_GROUP] = {"ethnic_group", "民族|族别|ethnic_group"},
    [ROSTER_EDUCATION] = {"education", "学历|文化程度|最高学历|受教育程度|学历情况|学历层次|education"},
    [ROSTER_PHONE] = {"phone", "手机号码|手机号|手机|移动电话|联系手机|联系电话|联系方式|电话号码|电话|本人联系电话|"
                               "手机/电话|phone"},
    [ROSTER_ADDRESS] = {"address", "家庭住址|家庭地址|现居住地|居住地址|现住址|常住地址|住址|家庭详细住址|现居住地址|"
                                   "地址|address"},
    [ROSTER_BRANCH] = {"branch", "所在党支部|所在支部|党支部名称|支部名称|所属党支部|所属支部|党支部|支部|所在党组织|"
                                 "所属党组织|党组织名称|所在组织|组织名称|组织|organization|branch"},
    [ROSTER_CATEGORY] = {"category", "人员类别|党员类别|党员类型|党员性质|类别|政治面貌|正式/预备|"
                                     "category"},
    [ROSTER_JOINED_ON] = {"joined_on", "入党时间|入党日期|入党年月|加入党组织日期|加入党组织时间|加入中共组织时间|"
                                       "加入中共组织日期|入党年月日|加入中国共产党时间|joined_on"},
    [ROSTER_FULL_SINCE] = {"full_since", "转正时间|转正日期|转正年月|转为正式党员日期|转为正式党员时间|转正年月日|"
                                         "full_since"},
    [ROSTER_DUES_CATEGORY] = {"dues_category", "缴费类别|交费类别|党费缴纳类别|党费交纳类别|党费类别|缴纳类别|"
                                               "交纳类别|dues_category"},
    [ROSTER_DUES_BASE] = {"dues_base", "党费基数|党费缴纳基数|党费交纳基数|党费计算基数|缴费基数|交费基数|缴纳基数|"
                                       "计算基数|月工资|月收入|税后月工资|税后月收入|工资|基数|dues_base"},
    [ROSTER_POSITION] = {"position", "单位职务|工作单位及职务|单位及职务|工作单位职务|工作单位和职务|工作单位|工作岗位|"
                                     "职务|单位|position"},
};

static const char counters[] = "序号|编号|号|行号|No|No.|NO|NO.|no";

const char *columns_field_name(enum roster_field field)
{
    return fields[field].name;
}

const char *columns_field_title(enum roster_field field)
{
    static const char *const titles[ROSTER_FIELDS] = {
        [ROSTER_NAME] = "姓名",
        [ROSTER_ID_NUMBER] = "公民身份号码",
        [ROSTER_SEX] = "性别",
        [ROSTER_BIRTH_DATE] = "出生日期",
        [ROSTER_ETHNIC_GROUP] = "民族",
        [ROSTER_EDUCATION] = "学历",
        [ROSTER_PHONE] = "手机号码",
        [ROSTER_ADDRESS] = "家庭住址",
        [ROSTER_BRANCH] = "所在党支部",
        [ROSTER_CATEGORY] = "人员类别",
        [ROSTER_JOINED_ON] = "入党时间",
        [ROSTER_FULL_SINCE] = "转正时间",
        [ROSTER_DUES_CATEGORY] = "缴费类别",
        [ROSTER_DUES_BASE] = "党费基数",
        [ROSTER_POSITION] = "单位职务",
    };
    return titles[field];
}

/* The place of a word in a list "a|b|c", or COLUMNS_NONE. */
static int rank_in(const char *list, const char *word)
{
    size_t length = strlen(word);
    int rank = 0;
    for (const char *at = list; at != NULL; at = strchr(at, '|'), rank++) {
        at += *at == '|';
        if (strncmp(at, word, length) == 0 && (at[length] == '|' || at[length] == '\0'))
            return rank;
    }
    return COLUMNS_NONE;
}

/* Takes a remark in brackets off the end: 姓名(必填). One that names another unit than yuan stays, and so the heading
 * is not known. */
static void drop_remark(char *text)
{
    static const char *const pairs[][2] = {{"(", ")"}, {"[", "]"}, {"【", "】"}, {"〔", "〕"}, {"{", "}"}};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        size_t length = strlen(text);
        size_t close = strlen(pairs[i][1]);
        char *open = strstr(text, pairs[i][0]);
        if (open != NULL && open != text && length > close && strcmp(text + length - close, pairs[i][1]) == 0 &&
            strstr(open, "万") == NULL && strstr(open, "千") == NULL)
            *open = '\0';
    }
}

/* A heading made comparable: no space, no stars and colons at the ends, no remark. */
static bool normalise(const char *title, char text[HEADING_SIZE])
{
    char compact[HEADING_SIZE];
    if (text_compact(title, compact, sizeof compact) != 0)
        return false;
    char *start = compact + strspn(compact, "*:#");
    size_t length = strlen(start);
    while (length > 0 && strchr("*:#", start[length - 1]) != NULL)
        start[--length] = '\0';
    drop_remark(start);
    memcpy(text, start, strlen(start) + 1);
    return text[0] != '\0';
}

/* The field that a heading means. */
static int field_of(const struct cell *cell, int *rank)
{
    char text[HEADING_SIZE];
    if (cell->kind == CELL_EMPTY || cell->kind == CELL_NUMBER || !normalise(cell->text, text))
        return COLUMNS_NONE;
    for (int field = 0; field < ROSTER_FIELDS; field++) {
        *rank = rank_in(fields[field].titles, text);
        if (*rank != COLUMNS_NONE)
            return field;
    }
    return COLUMNS_NONE;
}

void columns_open(struct columns *columns)
{
    memset(columns, 0, sizeof *columns);
    for (int field = 0; field < ROSTER_FIELDS; field++)
        columns->of_field[field] = COLUMNS_NONE;
    for (size_t i = 0; i < TABLE_COLUMNS_MAX; i++)
        columns->all[i].field = COLUMNS_NONE;
}

/* The fields named in a row, a bit for each. */
static uint32_t fields_in(const struct table_row *row)
{
    uint32_t set = 0;
    for (size_t i = 0; i < row->count; i++) {
        int rank;
        int field = field_of(&row->cells[i], &rank);
        if (field != COLUMNS_NONE)
            set |= UINT32_C(1) << field;
    }
    return set;
}

static bool is_heading(const struct table_row *row)
{
    uint32_t set = fields_in(row);
    int count = __builtin_popcount(set);
    bool person = (set & (UINT32_C(1) << ROSTER_NAME | UINT32_C(1) << ROSTER_ID_NUMBER)) != 0;
    return count >= FIELDS_ENOUGH || (person && count >= FIELDS_WITH_PERSON);
}

static void set_title(struct column *column, const char *title)
{
    char text[HEADING_SIZE];
    if (text_tidy(title, text, sizeof text) != 0)
        memcpy(text, "?", 2);
    size_t length = strnlen(text, sizeof column->title - 1);
    memcpy(column->title, text, length);
    column->title[length] = '\0';
    utf8_cut(column->title);
}

static int twice(const char *title, struct err *err)
{
    err_set(err, ERR_IMPORT_COLUMN_TWICE, "two columns for one field");
    return err_param(err, "column", "%s", title);
}

/* Gives a column to a field. Of two columns the one with the closer name has it, and the other is ignored. */
static int assign(struct columns *columns, size_t at, int field, int rank, struct err *err)
{
    struct column *column = &columns->all[at];
    int other = columns->of_field[field];
    if (other == (int)at)
        return 0;
    if (other != COLUMNS_NONE && columns->all[other].rank == rank)
        return twice(column->title, err);
    if (other != COLUMNS_NONE && columns->all[other].rank < rank)
        return 0;
    if (other != COLUMNS_NONE)
        columns->all[other].field = COLUMNS_NONE;
    if (column->field != COLUMNS_NONE)
        columns->of_field[column->field] = COLUMNS_NONE;
    column->field = field;
    column->rank = rank;
    columns->of_field[field] = (int)at;
    return 0;
}

/* Takes the headings of a row. In the second row of a heading, a cell without a known name leaves the one above. */
static int take(struct columns *columns, const struct table_row *row, struct err *err)
{
    for (size_t i = 0; i < row->count; i++) {
        const struct cell *cell = &row->cells[i];
        int rank = 0;
        if (cell->kind == CELL_EMPTY)
            continue;
        int field = field_of(cell, &rank);
        if (columns->all[i].title[0] == '\0' || field != COLUMNS_NONE)
            set_title(&columns->all[i], cell->text);
        if (columns->count <= i)
            columns->count = i + 1;
        /* A heading over several columns (横向合并) belongs to the first of them. */
        bool sideways = cell->copied && i > 0 && strcmp(row->cells[i - 1].text, cell->text) == 0;
        if (field != COLUMNS_NONE && !sideways && assign(columns, i, field, rank, err) != 0)
            return -1;
    }
    columns->header_row = row->number;
    return 0;
}

/* Does the row below a heading belong to it? It names a field under a column that has none yet, and holds nothing that
 * could be data where the heading is known. */
static bool continues_heading(const struct columns *columns, const struct table_row *row)
{
    bool names = false;
    for (size_t i = 0; i < row->count; i++) {
        const struct cell *cell = &row->cells[i];
        int rank;
        if (cell->kind == CELL_EMPTY)
            continue;
        int field = field_of(cell, &rank);
        bool known = columns->all[i].field != COLUMNS_NONE;
        if (known && !cell->copied && field == COLUMNS_NONE)
            return false;
        names = names || (field != COLUMNS_NONE && !known && columns->of_field[field] == COLUMNS_NONE);
    }
    return names;
}

static int check_required(struct columns *columns, uint32_t required, struct err *err)
{
    columns->complete = true;
    for (int field = 0; field < ROSTER_FIELDS; field++) {
        if ((required >> field & 1) != 0 && columns->of_field[field] == COLUMNS_NONE) {
            err_set(err, ERR_IMPORT_COLUMN_MISSING, "no column for %s", fields[field].name);
            return err_param(err, "column", "%s", columns_field_title((enum roster_field)field));
        }
    }
    return 0;
}

enum columns_verdict columns_offer(struct columns *columns, const struct table_row *row, uint32_t required,
                                   struct err *err)
{
    if (columns->complete)
        return COLUMNS_DATA;
    if (columns->header_row == 0) {
        if (is_heading(row))
            return take(columns, row, err) == 0 ? COLUMNS_NOT_DATA : COLUMNS_ERROR;
        if (++columns->rows_offered < ROWS_SEARCHED)
            return COLUMNS_NOT_DATA;
        err_set(err, ERR_IMPORT_NO_HEADER, "no heading in %d rows", ROWS_SEARCHED);
        return COLUMNS_ERROR;
    }
    if (row->number == columns->header_row + 1 && continues_heading(columns, row))
        return take(columns, row, err) == 0 && check_required(columns, required, err) == 0 ? COLUMNS_NOT_DATA
                                                                                           : COLUMNS_ERROR;
    return check_required(columns, required, err) == 0 ? COLUMNS_DATA : COLUMNS_ERROR;
}

int columns_close(struct columns *columns, uint32_t required, struct err *err)
{
    if (columns->header_row == 0)
        return err_set(err, ERR_IMPORT_NO_HEADER, "no heading in %u rows", columns->rows_offered);
    return columns->complete ? 0 : check_required(columns, required, err);
}

bool columns_repeats(const struct columns *columns, const struct table_row *row)
{
    int rank;
    int column = columns->of_field[ROSTER_NAME];
    return column != COLUMNS_NONE && (size_t)column < row->count && field_of(&row->cells[column], &rank) == ROSTER_NAME;
}

bool columns_is_counter(const struct columns *columns, size_t column)
{
    char text[HEADING_SIZE];
    return normalise(columns->all[column].title, text) && rank_in(counters, text) != COLUMNS_NONE;
}
