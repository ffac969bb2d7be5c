/* What people are told of an ID number that the rules refuse. */
#ifndef DANDELION_IDENTITY_ID_NUMBER_ERROR_H
#define DANDELION_IDENTITY_ID_NUMBER_ERROR_H

#include "errors.h"
#include "identity/id_number.h"

/* The error of the catalogue for a fault; 0 for none. */
static inline int id_number_error(enum id_number_fault fault)
{
    switch (fault) {
    case ID_NUMBER_OK:
        return 0;
    case ID_NUMBER_EMPTY:
        return ERR_FIELD_REQUIRED;
    case ID_NUMBER_OLD:
        return ERR_IDENTITY_ID_NUMBER_OLD;
    case ID_NUMBER_BIRTH:
        return ERR_IDENTITY_ID_NUMBER_BIRTH_DATE;
    case ID_NUMBER_CHECK:
        return ERR_IDENTITY_ID_NUMBER_CHECK_DIGIT;
    case ID_NUMBER_LENGTH_BAD:
    case ID_NUMBER_CHARACTER:
    case ID_NUMBER_REGION:
        break;
    }
    return ERR_IDENTITY_ID_NUMBER_MALFORMED;
}

#endif
