#include "identity/roster/values.h"

#include <string.h>

#include "base/utf8.h"
#include "errors.h"
#include "identity/id_number_error.h"
#include "identity/roster/decimal.h"
#include "identity/text.h"

enum { INPUT_SIZE = 1024, MONEY_PLACES = 2, KEPT_DIGITS = 15, PLAIN_ID_DIGITS = 16 };

static const int64_t MONEY_MAX_FEN = INT64_C(100000000000); /* as the contract bounds a base */

bool value_is_empty(const struct cell *cell)
{
    return cell->kind == CELL_EMPTY || text_is_blank(cell->text);
}

/* The cell as text: tidied, and a number as it is shown. */
static int plain(const struct cell *cell, char *text, size_t size)
{
    struct decimal decimal;
    char number[DECIMAL_PLAIN_SIZE];
    const char *raw = cell->text;
    if (value_is_empty(cell))
        return ERR_FIELD_REQUIRED;
    if (cell->kind == CELL_ERROR)
        return ERR_CELL_FORMULA;
    if (cell->kind == CELL_BOOL)
        return ERR_CELL_VALUE_UNKNOWN;
    if (cell->kind == CELL_NUMBER && decimal_parse(raw, &decimal) && decimal_plain(&decimal, number))
        raw = number;
    if (strlen(raw) >= size)
        return ERR_FIELD_TOO_LONG;
    return text_tidy(raw, text, size) == 0 ? 0 : ERR_FIELD_CONTROL_CHARACTER;
}

int value_text(const struct cell *cell, size_t characters, char *text, size_t size)
{
    char tidy[INPUT_SIZE];
    size_t count = 0;
    int code = plain(cell, tidy, sizeof tidy);
    if (code != 0)
        return code;
    size_t length = strlen(tidy);
    if (!utf8_count(tidy, length, &count) || count > characters || length >= size)
        return ERR_FIELD_TOO_LONG;
    memcpy(text, tidy, length + 1);
    return 0;
}

static int person_code(enum person_fault fault, int malformed)
{
    switch (fault) {
    case PERSON_OK:
        return 0;
    case PERSON_EMPTY:
        return ERR_FIELD_REQUIRED;
    case PERSON_TOO_LONG:
        return ERR_FIELD_TOO_LONG;
    case PERSON_CHARACTER:
    case PERSON_DOT:
    case PERSON_PHONE_FORM:
    case PERSON_PHONE_SEVERAL:
        break;
    }
    return malformed;
}

int value_name(const struct cell *cell, char name[PERSON_NAME_SIZE])
{
    char text[INPUT_SIZE];
    int code = plain(cell, text, sizeof text);
    if (code == ERR_FIELD_CONTROL_CHARACTER)
        return ERR_IDENTITY_NAME_MALFORMED;
    return code != 0 ? code : person_code(person_name_parse(text, name), ERR_IDENTITY_NAME_MALFORMED);
}

int value_phone(const struct cell *cell, char phone[PERSON_PHONE_SIZE])
{
    char text[INPUT_SIZE];
    int code = plain(cell, text, sizeof text);
    return code != 0 ? code : person_code(person_phone_parse(text, phone), ERR_IDENTITY_PHONE_MALFORMED);
}

int value_code(const struct cell *cell, enum code_table table, const char **code)
{
    char text[INPUT_SIZE];
    int fault = plain(cell, text, sizeof text);
    if (fault != 0)
        return fault;
    const struct code *found = codes_find(table, text);
    if (found != NULL) {
        *code = found->code;
        return 0;
    }
    switch (table) {
    case CODES_ETHNIC_GROUP:
        return ERR_IDENTITY_ETHNIC_GROUP_UNKNOWN;
    case CODES_EDUCATION:
        return ERR_IDENTITY_EDUCATION_UNKNOWN;
    case CODES_SEX:
        break;
    }
    return ERR_CELL_VALUE_UNKNOWN;
}

/* A long number in the notation of a spreadsheet: 1.10105E+17. */
static bool is_scientific(const char *text)
{
    struct decimal decimal;
    return strpbrk(text, "eE") != NULL && decimal_parse(text, &decimal);
}

/* Is this what is left of a number of which 15 digits were kept? Notes what it says about the file. */
static bool lost_digits(const struct cell *cell, const char *text, struct id_number_evidence *evidence)
{
    size_t digits = strspn(text, "0123456789");
    bool whole = text[digits] == '\0' && digits == ID_NUMBER_LENGTH;
    bool zeros = whole && strcmp(text + KEPT_DIGITS, "000") == 0;
    struct id_number number;
    if (cell->kind == CELL_NUMBER ? digits >= PLAIN_ID_DIGITS : is_scientific(text)) {
        evidence->digits_lost = true;
        return true;
    }
    if (!zeros) {
        evidence->digits_kept = evidence->digits_kept || whole;
        return false;
    }
    if (id_number_parse(text, INT32_MAX, &number) == ID_NUMBER_CHECK) {
        evidence->digits_lost = true;
        return true;
    }
    return evidence->digits_lost || !evidence->digits_kept;
}

int value_id_number(const struct cell *cell, int32_t today, struct id_number_evidence *evidence,
                    struct id_number *number)
{
    char tidy[INPUT_SIZE];
    char text[INPUT_SIZE];
    int code = plain(cell, tidy, sizeof tidy);
    if (code != 0)
        return code == ERR_FIELD_TOO_LONG ? ERR_IDENTITY_ID_NUMBER_MALFORMED : code;
    if (text_compact(tidy, text, sizeof text) != 0)
        return ERR_IDENTITY_ID_NUMBER_MALFORMED;
    const char *bare = text + (text[0] == '\''); /* typed to keep the digits */
    if (lost_digits(cell, bare, evidence))
        return ERR_CELL_DIGITS_LOST;
    return id_number_error(id_number_parse(bare, today, number));
}

/* Takes thousands separators out: groups of three, or the text is no amount. */
static bool drop_commas(char *text)
{
    char *comma = strchr(text, ',');
    if (comma == NULL)
        return true;
    size_t head = (size_t)(comma - text);
    if (head == 0 || head > 3)
        return false;
    char *out = comma;
    const char *at = comma;
    while (*at == ',') {
        if (strspn(at + 1, "0123456789") < 3)
            return false;
        memmove(out, at + 1, 3);
        out += 3;
        at += 4;
    }
    if (*at != '.' && *at != '\0')
        return false;
    memmove(out, at, strlen(at) + 1);
    return true;
}

/* Takes signs and words of currency off both ends. */
static char *strip_currency(char *text)
{
    static const char *const heads[] = {"¥", "￥", "人民币", "RMB", "CNY"};
    static const char *const tails[] = {"元/月", "元每月", "元整", "元", "圆", "RMB", "CNY"};
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
        if (strncmp(text, heads[i], strlen(heads[i])) == 0)
            text += strlen(heads[i]);
    for (size_t i = 0; i < sizeof tails / sizeof *tails; i++) {
        size_t length = strlen(text);
        size_t tail = strlen(tails[i]);
        if (length > tail && strcmp(text + length - tail, tails[i]) == 0) {
            text[length - tail] = '\0';
            break;
        }
    }
    return text;
}

int value_money(const struct cell *cell, int64_t *fen)
{
    static const char *const units[] = {"万", "千", "百", "亿", "k", "K", "w", "W"};
    char tidy[INPUT_SIZE];
    char text[INPUT_SIZE];
    struct decimal decimal;
    int64_t amount;
    int code = plain(cell, tidy, sizeof tidy);
    if (code != 0)
        return code;
    if (text_compact(tidy, text, sizeof text) != 0)
        return ERR_CELL_AMOUNT_UNREADABLE;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (strstr(text, units[i]) != NULL)
            return ERR_CELL_AMOUNT_UNIT;
    char *digits = strip_currency(text);
    /* An exponent in a text is a number's damage, not something a person writes. */
    if (!drop_commas(digits) || strspn(digits, "0123456789.") != strlen(digits) || !decimal_parse(digits, &decimal) ||
        !decimal_scaled(&decimal, MONEY_PLACES, &amount) || amount > MONEY_MAX_FEN)
        return ERR_CELL_AMOUNT_UNREADABLE;
    *fen = amount;
    return 0;
}

static bool list_has(const char *list, const char *word)
{
    size_t length = strlen(word);
    for (const char *at = list; at != NULL; at = strchr(at, '|')) {
        at += *at == '|';
        if (strncmp(at, word, length) == 0 && (at[length] == '|' || at[length] == '\0'))
            return true;
    }
    return false;
}

int value_choice(const struct cell *cell, const char *const *lists, size_t count, size_t *choice)
{
    char tidy[INPUT_SIZE];
    char text[INPUT_SIZE];
    int code = plain(cell, tidy, sizeof tidy);
    if (code != 0)
        return code;
    if (text_compact(tidy, text, sizeof text) != 0)
        return ERR_CELL_VALUE_UNKNOWN;
    for (size_t i = 0; i < count; i++) {
        if (list_has(lists[i], text)) {
            *choice = i;
            return 0;
        }
    }
    return ERR_CELL_VALUE_UNKNOWN;
}
