#include "identity/id_number.h"

#include <stddef.h>
#include <string.h>

#include "base/clock.h"
#include "identity/text.h"

enum { INPUT_SIZE = 64, EARLIEST_YEAR = 1880, SHOWN_HEAD = 6, SHOWN_TAIL = 2 };

/* The first two digits of GB/T 2260: provinces and, with 81–83, residents of Hong Kong, Macao and Taiwan. */
static bool is_province(int code)
{
    return (code >= 11 && code <= 15) || (code >= 21 && code <= 23) || (code >= 31 && code <= 37) ||
           (code >= 41 && code <= 46) || (code >= 50 && code <= 54) || (code >= 61 && code <= 65) || code == 71 ||
           (code >= 81 && code <= 83);
}

static int number_of(const char *digits, int count)
{
    int value = 0;
    for (int i = 0; i < count; i++)
        value = value * 10 + (digits[i] - '0');
    return value;
}

char id_number_check(const char digits[ID_NUMBER_LENGTH - 1])
{
    static const int weights[ID_NUMBER_LENGTH - 1] = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
    static const char check[] = "10X98765432";
    int sum = 0;
    for (int i = 0; i < ID_NUMBER_LENGTH - 1; i++)
        sum += (digits[i] - '0') * weights[i];
    return check[sum % 11];
}

/* Faults of form: nothing is computed from what has them. */
static enum id_number_fault form_fault(const char *text)
{
    size_t length = strlen(text);
    size_t digits = strspn(text, "0123456789");
    if (length == 0)
        return ID_NUMBER_EMPTY;
    if (length == ID_NUMBER_OLD_LENGTH && digits == length)
        return ID_NUMBER_OLD;
    if (length != ID_NUMBER_LENGTH)
        return ID_NUMBER_LENGTH_BAD;
    if (digits < ID_NUMBER_LENGTH - 1 || (digits == ID_NUMBER_LENGTH - 1 && text[digits] != 'X'))
        return ID_NUMBER_CHARACTER;
    return ID_NUMBER_OK;
}

enum id_number_fault id_number_parse(const char *input, int32_t today, struct id_number *number)
{
    char text[INPUT_SIZE];
    if (text_compact(input, text, sizeof text) != 0)
        return ID_NUMBER_CHARACTER;
    char *last = text + strlen(text) - (text[0] != '\0');
    if (*last == 'x')
        *last = 'X';
    enum id_number_fault fault = form_fault(text);
    if (fault != ID_NUMBER_OK)
        return fault;
    if (!is_province(number_of(text, 2)))
        return ID_NUMBER_REGION;
    int year = number_of(text + 6, 4);
    int32_t birth_date = clock_date_from(year, number_of(text + 10, 2), number_of(text + 12, 2));
    if (birth_date == CLOCK_NO_DATE || year < EARLIEST_YEAR || birth_date > today)
        return ID_NUMBER_BIRTH;
    if (id_number_check(text) != text[ID_NUMBER_LENGTH - 1])
        return ID_NUMBER_CHECK;
    memcpy(number->text, text, ID_NUMBER_SIZE);
    number->birth_date = birth_date;
    number->sex = (text[16] - '0') % 2 == 1 ? SEX_MALE : SEX_FEMALE;
    return ID_NUMBER_OK;
}

bool id_number_agrees_sex(const struct id_number *number, enum sex sex)
{
    return (sex != SEX_MALE && sex != SEX_FEMALE) || sex == number->sex;
}

void id_number_mask(const struct id_number *number, char masked[ID_NUMBER_SIZE])
{
    memcpy(masked, number->text, ID_NUMBER_SIZE);
    memset(masked + SHOWN_HEAD, '*', ID_NUMBER_LENGTH - SHOWN_HEAD - SHOWN_TAIL);
}
