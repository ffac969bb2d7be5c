#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "errors.h"
#include "identity/roster/decimal.h"
#include "identity/roster/values.h"
#include "identity/text.h"

enum { INPUT_SIZE = 96, PARTS_MAX = 3, YEAR_MIN = 1900, YEAR_MAX = 2100, SERIAL_DIGITS = 5 };

/* The numbers of a date and how they are written. */
struct parts {
    int values[PARTS_MAX];
    int digits[PARTS_MAX];
    int count;
    bool points; /* separated by '.' */
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Takes a time of day off the end: " 08:30", "T00:00:00". */
static void drop_time(char *text)
{
    char *colon = strchr(text, ':');
    if (colon == NULL)
        return;
    char *at = colon;
    while (at > text && is_digit(at[-1]))
        at--;
    if (at > text && (at[-1] == ' ' || at[-1] == 'T') && strspn(colon, "0123456789:.Z") == strlen(colon))
        at[-1] = '\0';
}

/* Steps over what may stand after a part of a date. Returns NULL if it is something else. */
static const char *skip_separator(const char *at, int part, struct parts *parts)
{
    static const char *const words[PARTS_MAX] = {"年", "月", "日"};
    static const char *const signs[] = {"-", "/", ".", "–", "—", "\\"};
    size_t word = strlen(words[part]);
    if (strncmp(at, words[part], word) == 0)
        return at + word;
    if (part == PARTS_MAX - 1)
        return strncmp(at, "号", strlen("号")) == 0 ? at + strlen("号") : NULL;
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
        if (strncmp(at, signs[i], strlen(signs[i])) == 0) {
            parts->points = parts->points || *at == '.';
            return at + strlen(signs[i]);
        }
    }
    return NULL;
}

static bool split(const char *at, struct parts *parts)
{
    *parts = (struct parts){.count = 0};
    while (parts->count < PARTS_MAX && is_digit(*at)) {
        int part = parts->count++;
        for (; is_digit(*at); at++) {
            if (++parts->digits[part] > 8)
                return false;
            parts->values[part] = parts->values[part] * 10 + (*at - '0');
        }
        if (*at == '\0')
            return true;
        at = skip_separator(at, part, parts);
        if (at == NULL)
            return false;
    }
    return *at == '\0' && parts->count > 0;
}

static int make(int year, int month, int day, int32_t today, struct value_date *date)
{
    bool month_only = day == 0;
    int32_t made = clock_date_from(year, month, month_only ? 1 : day);
    if (year < YEAR_MIN || year > YEAR_MAX || made == CLOCK_NO_DATE)
        return ERR_CELL_DATE_UNREADABLE;
    if (made > today)
        return ERR_FIELD_DATE_IN_FUTURE;
    *date = (struct value_date){.day = made, .month_only = month_only};
    return 0;
}

/* A spreadsheet's number of a day. */
static int from_serial(const char *text, bool epoch_1904, int32_t today, struct value_date *date)
{
    struct decimal decimal;
    char day[SERIAL_TEXT_SIZE];
    int32_t made;
    if (!decimal_parse(text, &decimal) || !serial_date(&decimal, epoch_1904, day))
        return ERR_CELL_DATE_UNREADABLE;
    day[CLOCK_DATE_SIZE - 1] = '\0';
    if (clock_date_parse(day, &made) != 0)
        return ERR_CELL_DATE_UNREADABLE;
    int year;
    int month;
    int number;
    clock_date_split(made, &year, &month, &number);
    return make(year, month, number, today, date);
}

/* One number without separators. */
static int from_digits(const struct parts *parts, const char *text, bool epoch_1904, int32_t today,
                       struct value_date *date)
{
    int value = parts->values[0];
    switch (parts->digits[0]) {
    case 8:
        return value % 100 == 0 ? ERR_CELL_DATE_UNREADABLE
                                : make(value / 10000, value / 100 % 100, value % 100, today, date);
    case 6:
        return make(value / 100, value % 100, 0, today, date);
    case SERIAL_DIGITS:
        return from_serial(text, epoch_1904, today, date);
    case 4:
        return value >= YEAR_MIN && value <= YEAR_MAX ? ERR_CELL_DATE_INCOMPLETE : ERR_CELL_DATE_UNREADABLE;
    default:
        return ERR_CELL_DATE_UNREADABLE;
    }
}

/* Year and month. A number cell cannot hold 1987.10: it becomes 1987.1, like January. */
static int from_month(const struct parts *parts, enum cell_kind kind, int32_t today, struct value_date *date)
{
    bool was_number = kind == CELL_NUMBER || kind == CELL_UNTYPED;
    if (was_number && parts->points && parts->values[1] == 1 && parts->digits[1] == 1)
        return ERR_CELL_DATE_AMBIGUOUS;
    return make(parts->values[0], parts->values[1], 0, today, date);
}

static int read_text(const char *text, enum cell_kind kind, bool epoch_1904, int32_t today, struct value_date *date)
{
    struct parts parts;
    if (kind == CELL_NUMBER && strspn(text, "0123456789") == SERIAL_DIGITS && text[SERIAL_DIGITS] == '.')
        return from_serial(text, epoch_1904, today, date); /* with a time of day */
    if (!split(text, &parts))
        return ERR_CELL_DATE_UNREADABLE;
    if (parts.count == 1)
        return from_digits(&parts, text, epoch_1904, today, date);
    if (parts.digits[0] <= 2 && parts.count == 3)
        return ERR_CELL_DATE_AMBIGUOUS; /* 1.5.1987, 87-5-1 */
    if (parts.digits[0] != 4 || parts.digits[1] > 2 || parts.digits[2] > 2)
        return ERR_CELL_DATE_UNREADABLE;
    if (parts.count == 2)
        return from_month(&parts, kind, today, date);
    return parts.values[2] == 0 ? ERR_CELL_DATE_UNREADABLE
                                : make(parts.values[0], parts.values[1], parts.values[2], today, date);
}

int value_date(const struct cell *cell, bool epoch_1904, int32_t today, struct value_date *date)
{
    char tidy[INPUT_SIZE];
    char text[INPUT_SIZE];
    int code = value_text(cell, INPUT_SIZE, tidy, sizeof tidy);
    if (code != 0)
        return code == ERR_FIELD_REQUIRED || code == ERR_CELL_FORMULA ? code : ERR_CELL_DATE_UNREADABLE;
    drop_time(tidy);
    if (text_compact(tidy, text, sizeof text) != 0)
        return ERR_CELL_DATE_UNREADABLE;
    return read_text(text, cell->kind, epoch_1904, today, date);
}
