/* Names and telephone numbers of people. */
#ifndef DANDELION_IDENTITY_PERSON_H
#define DANDELION_IDENTITY_PERSON_H

enum { PERSON_NAME_CHARACTERS = 60, PERSON_NAME_SIZE = PERSON_NAME_CHARACTERS * 4 + 1, PERSON_PHONE_SIZE = 21 };

enum person_fault {
    PERSON_OK = 0,
    PERSON_EMPTY,
    PERSON_TOO_LONG,
    PERSON_CHARACTER, /* a control or unassignable character, or bytes that are not UTF-8 */
    PERSON_DOT,       /* a name that begins or ends with the inner dot, or has two in a row */
    PERSON_PHONE_FORM,
    PERSON_PHONE_SEVERAL /* more than one number in the field */
};

/* A name as it is kept: 1 to 60 characters of any script, rare ones of the extensions included. Space between Chinese
 * characters (张　三, typed to align a column) goes; between other words one ' ' stays. The many look-alikes of the
 * inner dot become U+00B7 (买买提·吐尔逊). Writes `name` only when PERSON_OK. */
enum person_fault person_name_parse(const char *input, char name[PERSON_NAME_SIZE]);

/* A telephone number as it is kept: 11 digits of a mobile; area code, '-' and 7 or 8 digits of a land line; or 7 or 8
 * digits alone. Reads +86 and 0086, spaces, dashes, brackets, full-width digits. Writes `phone` only when PERSON_OK. */
enum person_fault person_phone_parse(const char *input, char phone[PERSON_PHONE_SIZE]);

#endif
