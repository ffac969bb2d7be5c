#include "gateway/http/form.h"

#include <string.h>

#include "gateway/http/percent.h"

static int decode_pair(struct http_pair *pair, char *text, size_t length)
{
    char *equals = memchr(text, '=', length);
    size_t name_length = equals != NULL ? (size_t)(equals - text) : length;
    size_t value_length = equals != NULL ? length - name_length - 1 : 0;
    if (name_length == 0)
        return -1;
    /* The value first: the NUL behind the name goes where the '=' is, or where a NUL already is. */
    pair->value = equals != NULL ? equals + 1 : text + length;
    if (percent_decode(pair->value, pair->value, value_length, true) < 0)
        return -1;
    pair->name = text;
    return percent_decode(text, text, name_length, true) < 0 ? -1 : 0;
}

int http_form_decode(struct http_form *form, char *text, size_t length)
{
    form->count = 0;
    if (length == 0)
        return 0;
    char *end = text + length;
    for (char *at = text;; at++) {
        char *stop = memchr(at, '&', (size_t)(end - at));
        if (stop == NULL)
            stop = end;
        if (form->count == HTTP_FORM_MAX)
            return -1;
        *stop = '\0';
        if (decode_pair(&form->pairs[form->count], at, (size_t)(stop - at)) != 0)
            return -1;
        form->count++;
        if (stop == end)
            return 0;
        at = stop;
    }
}

const char *http_form_get(const struct http_form *form, const char *name)
{
    for (size_t i = 0; i < form->count; i++) {
        if (strcmp(form->pairs[i].name, name) == 0)
            return form->pairs[i].value;
    }
    return NULL;
}
