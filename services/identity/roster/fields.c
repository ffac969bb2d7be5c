#include "identity/roster/fields.h"

#include <string.h>

#include "base/clock.h"
#include "base/utf8.h"
#include "errors.h"
#include "identity/rules.h"
#include "identity/text.h"

enum { SHOWN_HEAD = 3, SHOWN_TAIL = 2, SIGN_SIZE = 16 };

void fields_clear(struct roster_row *row, uint32_t number)
{
    memset(row, 0, sizeof *row);
    row->number = number;
    row->ethnic_group = row->education = "";
    row->birth_date.day = row->joined_on.day = row->full_since.day = CLOCK_NO_DATE;
    row->dues_base_fen = -1;
}

struct roster_fault *fields_fault(struct row_faults *faults, enum roster_field field, int code)
{
    struct roster_fault *fault = &faults->all[faults->count++];
    memset(fault, 0, sizeof *fault);
    fault->field = field;
    const char *name = field == ROSTER_FIELDS ? "" : columns_field_name(field);
    err_field(&fault->error, code, name, "cell");
    return fault;
}

/* What people write where there is nothing to say. */
static bool means_none(const struct cell *cell)
{
    static const char *const signs[] = {"/", "//", "\\", "-", "--", "—", "——", "无", "暂无", "空", "N/A", "n/a"};
    char text[SIGN_SIZE];
    if (value_is_empty(cell))
        return true;
    if (strlen(cell->text) > SIGN_SIZE)
        return false;
    if (text_compact(cell->text, text, sizeof text) != 0)
        return false;
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (strcmp(text, signs[i]) == 0)
            return true;
    return false;
}

static int read_sex(const struct cell *cell, struct roster_row *row)
{
    const char *sex;
    int code = value_code(cell, CODES_SEX, &sex);
    if (code == 0)
        row->sex = (enum sex)(sex[0] - '0');
    return code;
}

static int read_category(const struct cell *cell, struct roster_row *row)
{
    static const char *const lists[] = {
        "正式党员|正式|中共党员|中共正式党员|党员|FULL",
        "预备党员|预备|中共预备党员|PROBATIONARY",
    };
    size_t choice;
    int code = value_choice(cell, lists, sizeof lists / sizeof *lists, &choice);
    if (code == 0)
        row->category = (enum roster_category)(choice + 1);
    return code;
}

static int read_dues_category(const struct cell *cell, struct roster_row *row)
{
    static const char *const lists[] = {
        "按月工资|工资|在职|在职职工|工薪|按月领取工资|WAGE",
        "离退休|退休|离休|离退休人员|RETIRED",
        "个体经营|个体|个体工商户|个体经营者|不按月取酬|SELF_EMPLOYED",
        "农民|务农|FARMER",
        "学生|STUDENT",
        "下岗失业|失业|下岗|无业|待业|UNEMPLOYED",
        "低保|领取低保|抚恤救济|抚恤|救济|RELIEF",
    };
    size_t choice;
    int code = value_choice(cell, lists, sizeof lists / sizeof *lists, &choice);
    if (code == 0)
        row->dues_category = (int)choice + 1;
    return code;
}

static int read_date(const struct fields_context *context, enum roster_field field, const struct cell *cell,
                     struct value_date *date)
{
    struct value_date read;
    int code = value_date(cell, context->epoch_1904, context->options->today, &read);
    if (code != 0)
        return code;
    if (read.month_only && (context->options->months & ROSTER_BIT(field)) == 0)
        return ERR_CELL_DATE_INCOMPLETE;
    *date = read;
    return 0;
}

static int read_cell(const struct fields_context *context, enum roster_field field, const struct cell *cell,
                     struct roster_row *row)
{
    switch (field) {
    case ROSTER_NAME:
        return value_name(cell, row->name);
    case ROSTER_ID_NUMBER:
        return value_id_number(cell, context->options->today, context->evidence, &row->id_number);
    case ROSTER_SEX:
        return read_sex(cell, row);
    case ROSTER_BIRTH_DATE:
        return read_date(context, field, cell, &row->birth_date);
    case ROSTER_ETHNIC_GROUP:
        return value_code(cell, CODES_ETHNIC_GROUP, &row->ethnic_group);
    case ROSTER_EDUCATION:
        return value_code(cell, CODES_EDUCATION, &row->education);
    case ROSTER_PHONE:
        return value_phone(cell, row->phone);
    case ROSTER_ADDRESS:
        return value_text(cell, ROSTER_ADDRESS_CHARACTERS, row->address, sizeof row->address);
    case ROSTER_BRANCH:
        return value_text(cell, ROSTER_BRANCH_CHARACTERS, row->branch, sizeof row->branch);
    case ROSTER_CATEGORY:
        return read_category(cell, row);
    case ROSTER_JOINED_ON:
        return read_date(context, field, cell, &row->joined_on);
    case ROSTER_FULL_SINCE:
        return read_date(context, field, cell, &row->full_since);
    case ROSTER_DUES_CATEGORY:
        return read_dues_category(cell, row);
    case ROSTER_DUES_BASE:
        return value_money(cell, &row->dues_base_fen);
    case ROSTER_POSITION:
        return value_text(cell, ROSTER_POSITION_CHARACTERS, row->position, sizeof row->position);
    case ROSTER_FIELDS:
        break;
    }
    return ERR_INTERNAL;
}

/* Most characters of a field's text. */
static int longest(enum roster_field field)
{
    switch (field) {
    case ROSTER_ADDRESS:
        return ROSTER_ADDRESS_CHARACTERS;
    case ROSTER_BRANCH:
        return ROSTER_BRANCH_CHARACTERS;
    case ROSTER_POSITION:
        return ROSTER_POSITION_CHARACTERS;
    default:
        return PERSON_NAME_CHARACTERS;
    }
}

void fields_read(const struct fields_context *context, enum roster_field field, const struct cell *cell,
                 struct roster_row *row, struct row_faults *faults)
{
    bool required = (context->options->required & ROSTER_BIT(field)) != 0;
    if (means_none(cell)) {
        if (required)
            fields_fault(faults, field, ERR_FIELD_REQUIRED);
        return;
    }
    row->present |= ROSTER_BIT(field);
    int code = read_cell(context, field, cell, row);
    if (code == 0)
        return;
    struct roster_fault *fault = fields_fault(faults, field, code);
    if (code == ERR_CELL_VALUE_UNKNOWN) {
        char shown[ROSTER_SHOWN_SIZE];
        fields_show(field, cell->text, shown);
        err_param(&fault->error, "value", "%s", shown);
    } else if (code == ERR_FIELD_TOO_LONG) {
        err_param(&fault->error, "max", "%d", longest(field));
    }
}

/* The last day that a date may mean, today at most. */
static int32_t latest(const struct value_date *date, int32_t today)
{
    if (date->day == CLOCK_NO_DATE || !date->month_only)
        return date->day;
    int32_t last = clock_date_add_months(date->day, 1) - 1;
    return last < today ? last : today;
}

static bool same_birth(const struct roster_row *row)
{
    const struct value_date *stated = &row->birth_date;
    int32_t known = row->id_number.birth_date;
    return stated->month_only ? clock_month_of(stated->day) == clock_month_of(known) : stated->day == known;
}

static void compare_membership(const struct fields_context *context, const struct roster_row *row,
                               struct row_faults *faults)
{
    int32_t today = context->options->today;
    int32_t birth_date = row->id_number.text[0] == '\0' ? CLOCK_NO_DATE : row->id_number.birth_date;
    /* A month is compared at its end when it should not be early, and the month after it when it should not be late. */
    int32_t joined_on = latest(&row->joined_on, today);
    int32_t full_since = latest(&row->full_since, today);
    if (row->joined_on.month_only && full_since != CLOCK_NO_DATE && full_since >= row->joined_on.day &&
        full_since < joined_on)
        joined_on = full_since;
    switch (membership_dates_check(birth_date, joined_on, full_since, row->category == ROSTER_PROBATIONARY, today)) {
    case MEMBERSHIP_OK:
        break;
    case MEMBERSHIP_JOINED_FUTURE:
        fields_fault(faults, ROSTER_JOINED_ON, ERR_FIELD_DATE_IN_FUTURE);
        break;
    case MEMBERSHIP_JOINED_TOO_YOUNG:
        fields_fault(faults, ROSTER_JOINED_ON, ERR_IDENTITY_JOINED_TOO_YOUNG);
        break;
    case MEMBERSHIP_FULL_FUTURE:
        fields_fault(faults, ROSTER_FULL_SINCE, ERR_FIELD_DATE_IN_FUTURE);
        break;
    case MEMBERSHIP_FULL_BEFORE_JOINED:
        fields_fault(faults, ROSTER_FULL_SINCE, ERR_IDENTITY_FULL_SINCE_BEFORE_JOINED);
        break;
    case MEMBERSHIP_FULL_OF_PROBATIONARY:
        fields_fault(faults, ROSTER_FULL_SINCE, ERR_IDENTITY_FULL_SINCE_OF_PROBATIONARY);
        break;
    }
}

void fields_compare(const struct fields_context *context, const struct roster_row *row, struct row_faults *faults)
{
    if (row->id_number.text[0] != '\0') {
        if (!id_number_agrees_sex(&row->id_number, row->sex))
            fields_fault(faults, ROSTER_SEX, ERR_IDENTITY_SEX_MISMATCH);
        if (row->birth_date.day != CLOCK_NO_DATE && !same_birth(row))
            fields_fault(faults, ROSTER_BIRTH_DATE, ERR_IDENTITY_BIRTH_DATE_MISMATCH);
    }
    compare_membership(context, row, faults);
}

/* Keeps the first and last characters of a number, so that its place can be found on paper. */
static void mask(char *text)
{
    size_t length = strlen(text);
    for (size_t i = 0; i < length; i++) {
        bool edge = length > SHOWN_HEAD + SHOWN_TAIL && (i < SHOWN_HEAD || i >= length - SHOWN_TAIL);
        if (!edge || (unsigned char)text[i] >= 0x80)
            text[i] = '*';
    }
}

void fields_show(enum roster_field field, const char *raw, char text[ROSTER_SHOWN_SIZE])
{
    size_t length = strnlen(raw, ROSTER_SHOWN_SIZE - 1);
    memcpy(text, raw, length);
    text[length] = '\0';
    utf8_cut(text);
    for (char *at = text; *at != '\0'; at++)
        if ((unsigned char)*at < ' ' || *at == 0x7F)
            *at = ' ';
    /* A cell beyond the columns may hold any of them. */
    if (field == ROSTER_ID_NUMBER || field == ROSTER_PHONE || field == ROSTER_ADDRESS || field == ROSTER_FIELDS)
        mask(text);
}
