/* Unified social credit codes of organisations after GB 32100-2015. */
#ifndef DANDELION_IDENTITY_CREDIT_CODE_H
#define DANDELION_IDENTITY_CREDIT_CODE_H

enum { CREDIT_CODE_LENGTH = 18, CREDIT_CODE_SIZE = 19 };

enum credit_code_fault {
    CREDIT_CODE_OK = 0,
    CREDIT_CODE_LENGTH_BAD,
    CREDIT_CODE_CHARACTER, /* not of the alphabet, which has no I, O, S, V, Z */
    CREDIT_CODE_CHECK
};

/* Reads a code: spaces go, full-width and lower-case characters are made plain. Writes `code` only when CREDIT_CODE_OK.
 */
enum credit_code_fault credit_code_parse(const char *input, char code[CREDIT_CODE_SIZE]);

#endif
