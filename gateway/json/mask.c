#include "gateway/json/mask.h"

#include <stdio.h>
#include <string.h>

static const char DIGITS[] = "0123456789";

const char *mask_text(const char *text, char mask[MASK_SIZE])
{
    size_t length = strlen(text);
    size_t digits = strspn(text, DIGITS);
    if (length == 18 && (digits == 18 || (digits == 17 && (text[17] == 'X' || text[17] == 'x'))))
        snprintf(mask, MASK_SIZE, "%.6s********%s", text, text + 14);
    else if (length == 11 && digits == 11 && text[0] == '1')
        snprintf(mask, MASK_SIZE, "%.3s****%s", text, text + 7);
    else
        snprintf(mask, MASK_SIZE, "%s", length ? "***" : "");
    return mask;
}
