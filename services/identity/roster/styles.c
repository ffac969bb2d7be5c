#include "identity/roster/styles.h"

#include <stdlib.h>
#include <string.h>

#include "identity/roster/xml.h"

static void set_bit(uint8_t *bits, uint32_t at)
{
    bits[at / 8] = (uint8_t)(bits[at / 8] | 1U << at % 8);
}

static bool has_bit(const uint8_t *bits, uint32_t at)
{
    return at < STYLES_MAX && (bits[at / 8] >> at % 8 & 1) != 0;
}

/* The built-in formats that show dates (ECMA-376, 18.8.30), those of the Chinese editions included. */
static bool is_builtin_date(uint32_t format)
{
    return (format >= 14 && format <= 22) || (format >= 27 && format <= 36) || (format >= 45 && format <= 47) ||
           (format >= 50 && format <= 58);
}

bool styles_is_date_code(const char *code)
{
    for (const char *at = code; *at != '\0'; at++) {
        const char *close = NULL;
        switch (*at) {
        case '"':
            close = strchr(at + 1, '"');
            break;
        case '[': /* a colour, a condition, a language; or elapsed time, which is no date */
            close = strchr(at + 1, ']');
            break;
        case '\\':
        case '_':
        case '*':
            close = at[1] == '\0' ? at : at + 1;
            break;
        case 'y':
        case 'Y':
        case 'm':
        case 'M':
        case 'd':
        case 'D':
            return true;
        default:
            continue;
        }
        if (close == NULL)
            return false;
        at = close;
    }
    return false;
}

static uint32_t number(const char *text)
{
    unsigned long value = text == NULL ? 0 : strtoul(text, NULL, 10);
    return value < STYLES_MAX ? (uint32_t)value : 0; /* 0 is the general format */
}

static int on_start(void *context, const char *name, const char **attributes, struct err *err)
{
    struct styles *styles = context;
    (void)err;
    if (strcmp(name, "numFmt") == 0) {
        const char *code = xml_attribute(attributes, "formatCode");
        if (code != NULL && styles_is_date_code(code))
            set_bit(styles->date_formats, number(xml_attribute(attributes, "numFmtId")));
    } else if (strcmp(name, "cellXfs") == 0) {
        styles->in_cell_styles = true;
    } else if (strcmp(name, "xf") == 0 && styles->in_cell_styles && styles->count < STYLES_MAX) {
        uint32_t format = number(xml_attribute(attributes, "numFmtId"));
        if (is_builtin_date(format) || (format != 0 && has_bit(styles->date_formats, format)))
            set_bit(styles->date_styles, styles->count);
        styles->count++;
    }
    return 0;
}

static int on_end(void *context, const char *name, struct err *err)
{
    struct styles *styles = context;
    (void)err;
    if (strcmp(name, "cellXfs") == 0)
        styles->in_cell_styles = false;
    return 0;
}

int styles_read(struct styles *styles, const struct source *source, struct err *err)
{
    const struct xml_handler handler = {.start = on_start, .end = on_end, .context = styles};
    *styles = (struct styles){0};
    return xml_read(source, &handler, err);
}

bool styles_is_date(const struct styles *styles, uint32_t style)
{
    return has_bit(styles->date_styles, style);
}
