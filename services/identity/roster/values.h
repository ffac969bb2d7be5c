/* What the cells of a roster mean. Each function returns 0 or a code of "errors.h"; it writes its output only with 0.
 * An empty cell is ERR_FIELD_REQUIRED: the caller decides whether that matters. What can be read in two ways is
 * refused. */
#ifndef DANDELION_ROSTER_VALUES_H
#define DANDELION_ROSTER_VALUES_H

#include <stdbool.h>
#include <stdint.h>

#include "identity/codes.h"
#include "identity/id_number.h"
#include "identity/person.h"
#include "identity/roster/table.h"

/* Nothing but space. */
bool value_is_empty(const struct cell *cell);

/* A text of at most `characters` characters, tidied; a number as it is shown. */
int value_text(const struct cell *cell, size_t characters, char *text, size_t size);

int value_name(const struct cell *cell, char name[PERSON_NAME_SIZE]);
int value_phone(const struct cell *cell, char phone[PERSON_PHONE_SIZE]);

/* The code of a name, a synonym or a code; ERR_CELL_VALUE_UNKNOWN for others. */
int value_code(const struct cell *cell, enum code_table table, const char **code);

struct value_date {
    int32_t day;     /* the first of the month if month_only */
    bool month_only; /* the cell has no day */
};

/* A date between 1900 and `today`: 1987-05-01, 1987.5.1, 1987/5/1, 1987年5月1日, 19870501, a spreadsheet's number; or a
 * month: 1987.05, 1987-5, 1987年5月, 198705. ERR_CELL_DATE_AMBIGUOUS: 1.5.1987, and 1987.1 where the cell may have been
 * 1987.10 before a spreadsheet took it for a number. ERR_CELL_DATE_INCOMPLETE: a year alone. */
int value_date(const struct cell *cell, bool epoch_1904, int32_t today, struct value_date *date);

/* What has been seen of a file's ID numbers. */
struct id_number_evidence {
    bool digits_kept; /* an all-digit number that does not end in 000: the file keeps all 18 digits */
    bool digits_lost; /* a number with only 15 digits left */
};

/* An ID number. A spreadsheet that takes one for a number keeps 15 digits of it: ERR_CELL_DIGITS_LOST for 1.10105E+17,
 * for number cells of 16 digits and more, and for a number that ends in 000 without proof that the file keeps its
 * digits (one in eleven damaged numbers has a right check digit by chance). Lost digits are never guessed. */
int value_id_number(const struct cell *cell, int32_t today, struct id_number_evidence *evidence,
                    struct id_number *number);

/* An amount in yuan as fen: 4500, 4,500.00, ￥4500, 4500元. ERR_CELL_AMOUNT_UNIT for 0.45万. */
int value_money(const struct cell *cell, int64_t *fen);

/* The place of a word in lists like "正式党员|正式", one list for each value; ERR_CELL_VALUE_UNKNOWN for others. */
int value_choice(const struct cell *cell, const char *const *lists, size_t count, size_t *choice);

#endif
