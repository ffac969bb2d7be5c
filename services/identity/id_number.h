/* Citizen identity numbers after GB 11643-1999: 6 digits of region, 8 of birth date, 3 of order (odd: male), 1 check
 * character. */
#ifndef DANDELION_IDENTITY_ID_NUMBER_H
#define DANDELION_IDENTITY_ID_NUMBER_H

#include <stdbool.h>
#include <stdint.h>

enum { ID_NUMBER_LENGTH = 18, ID_NUMBER_SIZE = 19, ID_NUMBER_OLD_LENGTH = 15 };

/* GB/T 2261.1. */
enum sex {
    SEX_UNKNOWN = 0,
    SEX_MALE = 1,
    SEX_FEMALE = 2,
    SEX_BECAME_MALE = 5,   /* 女性改（变）为男性 */
    SEX_BECAME_FEMALE = 6, /* 男性改（变）为女性 */
    SEX_NOT_STATED = 9
};

enum id_number_fault {
    ID_NUMBER_OK = 0,
    ID_NUMBER_EMPTY,
    ID_NUMBER_OLD, /* 15 digits: the form before 1999, no longer valid since 2013 */
    ID_NUMBER_LENGTH_BAD,
    ID_NUMBER_CHARACTER, /* something other than 17 digits and a digit or X */
    ID_NUMBER_REGION,    /* the first two digits are no province of GB/T 2260 */
    ID_NUMBER_BIRTH,     /* no such day, before 1880, or after `today` */
    ID_NUMBER_CHECK      /* the check character does not agree: a digit is wrong or two are swapped */
};

struct id_number {
    char text[ID_NUMBER_SIZE]; /* 17 digits and a digit or 'X' */
    int32_t birth_date;        /* as clock_date_from */
    enum sex sex;              /* SEX_MALE or SEX_FEMALE */
};

/* Reads a number as people write it: spaces go, full-width digits and a lower-case x are made plain. `today` bounds the
 * birth date. Writes *number only when ID_NUMBER_OK. */
enum id_number_fault id_number_parse(const char *input, int32_t today, struct id_number *number);

/* The check character for 17 digits: '0'–'9' or 'X'. */
char id_number_check(const char digits[ID_NUMBER_LENGTH - 1]);

/* Does a stated sex agree with the number? Unknown and not stated agree with both; so do the codes 5 and 6, because a
 * person who changed sex may keep the number or be given a new one. */
bool id_number_agrees_sex(const struct id_number *number, enum sex sex);

/* The number with all but the first 6 and last 2 characters as '*', for people who may see that there is one. */
void id_number_mask(const struct id_number *number, char masked[ID_NUMBER_SIZE]);

#endif
