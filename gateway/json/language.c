#include "gateway/json/language.h"

#include <string.h>
#include <strings.h>

enum { WEIGHT_MAX = 1000 };

/* "0.8" in thousandths; what is no weight counts as none at all. */
static int weight_of(const char *text)
{
    int weight = text[0] == '1' ? WEIGHT_MAX : 0;
    int step = WEIGHT_MAX / 10;
    if ((text[0] != '0' && text[0] != '1') || text[1] != '.')
        return weight;
    for (text += 2; *text >= '0' && *text <= '9' && step > 0 && weight < WEIGHT_MAX; text++, step /= 10)
        weight += (*text - '0') * step;
    return weight;
}

/* Whether a range ("en-GB", "*") covers a language ("en"). */
static int covers(const char *range, size_t length, const char *language)
{
    size_t main_length = strlen(language);
    if (length == 1 && range[0] == '*')
        return 1;
    return length >= main_length && strncasecmp(range, language, main_length) == 0 &&
           (length == main_length || range[main_length] == '-');
}

/* The greatest weight that a field gives a language; "*" counts for those that are not named. */
static int weight_in(const char *field, const char *language)
{
    int named = -1, any = 0;
    while (*(field += strspn(field, " \t,"))) {
        size_t length = strcspn(field, " \t,;");
        size_t item = strcspn(field, ",");
        const char *q = memchr(field, ';', item);
        q = q ? q + 1 + strspn(q + 1, " \t") : NULL;
        int weight = q && (*q == 'q' || *q == 'Q') && q[1] == '=' ? weight_of(q + 2) : WEIGHT_MAX;
        if (covers(field, length, language)) {
            int *best = field[0] == '*' ? &any : &named;
            *best = weight > *best ? weight : *best;
        }
        field += item;
    }
    return named >= 0 ? named : any;
}

enum language language_of(const char *accept_language)
{
    if (!accept_language)
        return LANGUAGE_ZH;
    return weight_in(accept_language, "en") > weight_in(accept_language, "zh") ? LANGUAGE_EN : LANGUAGE_ZH;
}

const char *language_tag(enum language language)
{
    return language == LANGUAGE_EN ? "en" : "zh-CN";
}
