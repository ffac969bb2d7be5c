#include "identity/credit_code.h"

#include <string.h>

#include "identity/text.h"

enum { MODULUS = 31, INPUT_SIZE = 64 };

/* A character's place here is its value. */
static const char alphabet[] = "0123456789ABCDEFGHJKLMNPQRTUWXY";

enum credit_code_fault credit_code_parse(const char *input, char code[CREDIT_CODE_SIZE])
{
    char text[INPUT_SIZE];
    if (text_compact(input, text, sizeof text) != 0)
        return CREDIT_CODE_CHARACTER;
    if (strlen(text) != CREDIT_CODE_LENGTH)
        return CREDIT_CODE_LENGTH_BAD;
    int sum = 0;
    int weight = 1; /* 3 to the power of the place, modulo 31 */
    for (int i = 0; i < CREDIT_CODE_LENGTH; i++) {
        if (text[i] >= 'a' && text[i] <= 'z')
            text[i] = (char)(text[i] - 'a' + 'A');
        const char *place = strchr(alphabet, text[i]);
        if (place == NULL)
            return CREDIT_CODE_CHARACTER;
        /* The check character itself counts with weight 1: a right code sums to a multiple of 31. */
        int value = (int)(place - alphabet);
        sum += i < CREDIT_CODE_LENGTH - 1 ? value * weight : value;
        weight = weight * 3 % MODULUS;
    }
    if (sum % MODULUS != 0)
        return CREDIT_CODE_CHECK;
    memcpy(code, text, CREDIT_CODE_SIZE);
    return CREDIT_CODE_OK;
}
