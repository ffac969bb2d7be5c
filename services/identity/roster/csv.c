#include "identity/roster/csv.h"

#include <string.h>

#include "errors.h"
#include "identity/roster/charset.h"

enum { CHUNK_SIZE = 64 * 1024 };

enum state {
    FIELD_START,
    PLAIN,
    QUOTED,
    QUOTE_SEEN, /* a quote inside quotes: the end of the field, or half of a quote */
    AFTER_CR
};

struct csv {
    enum state state;
    char separator;
    bool row_open; /* something of the present row was seen */
    uint32_t row;
    uint32_t quoted_row; /* where the open quotes began */
    size_t column;
    struct str field;
    struct row_builder builder;
    const struct table_sink *sink;
};

/* ="0123" and '0123 keep a number as text in programs that would change it. */
static enum cell_kind unwrap(char **text, size_t *length)
{
    char *at = *text;
    if (*length >= 3 && at[0] == '=' && at[1] == '"' && at[*length - 1] == '"') {
        *text += 2;
        *length -= 3;
        return CELL_TEXT;
    }
    if (*length >= 2 && at[0] == '\'' && at[1] >= '0' && at[1] <= '9') {
        *text += 1;
        *length -= 1;
        return CELL_TEXT;
    }
    return CELL_UNTYPED;
}

static int end_field(struct csv *csv, struct err *err)
{
    if (!str_ok(&csv->field)) {
        err_set(err, ERR_IMPORT_UNREADABLE, "row %u: a field larger than %d bytes", csv->row, TABLE_CELL_MAX);
        return -1;
    }
    char *text = csv->field.data;
    size_t length = csv->field.length;
    enum cell_kind kind = length == 0 ? CELL_EMPTY : unwrap(&text, &length);
    int result = row_builder_put(&csv->builder, csv->column++, kind, text, length, err);
    str_reset(&csv->field);
    csv->state = FIELD_START;
    return result;
}

static int end_row(struct csv *csv, struct err *err)
{
    if (end_field(csv, err) != 0)
        return -1;
    if (csv->row > TABLE_ROWS_MAX) {
        err_set(err, ERR_IMPORT_TOO_MANY_ROWS, "more than %d rows", TABLE_ROWS_MAX);
        return err_param(err, "max", "%d", TABLE_ROWS_MAX);
    }
    struct table_row row = row_builder_finish(&csv->builder, csv->row++);
    int result = csv->sink->row(csv->sink->context, &row, err);
    row_builder_reset(&csv->builder);
    csv->column = 0;
    csv->row_open = false;
    return result;
}

/* The end of a field by a separator or of a row by a line end. */
static int end_by(struct csv *csv, char c, struct err *err)
{
    if (c == csv->separator) {
        csv->row_open = true;
        return end_field(csv, err);
    }
    int result = end_row(csv, err);
    csv->state = c == '\r' ? AFTER_CR : FIELD_START;
    return result;
}

static bool ends_field(const struct csv *csv, char c)
{
    return c == csv->separator || c == '\n' || c == '\r';
}

/* The bytes from `at` that may be taken into the field at once. */
static size_t run_length(const struct csv *csv, const char *at, const char *end)
{
    const char *start = at;
    if (csv->state == QUOTED) {
        const char *quote = memchr(at, '"', (size_t)(end - at));
        return (size_t)((quote == NULL ? end : quote) - start);
    }
    while (at < end && !ends_field(csv, *at))
        at++;
    return (size_t)(at - start);
}

/* What a single byte does in the states where it matters alone. */
static int step(struct csv *csv, char c, struct err *err)
{
    switch (csv->state) {
    case AFTER_CR:
        csv->state = FIELD_START;
        if (c == '\n')
            return 0;
        return step(csv, c, err);
    case FIELD_START:
        if (ends_field(csv, c))
            return end_by(csv, c, err);
        csv->row_open = true;
        if (c == '"') {
            csv->state = QUOTED;
            csv->quoted_row = csv->row;
            return 0;
        }
        csv->state = PLAIN;
        str_putc(&csv->field, c);
        return 0;
    case QUOTE_SEEN:
        if (ends_field(csv, c))
            return end_by(csv, c, err);
        csv->state = c == '"' ? QUOTED : PLAIN;
        str_putc(&csv->field, c);
        return 0;
    case QUOTED: /* only its quote comes here */
        csv->state = QUOTE_SEEN;
        return 0;
    case PLAIN:
        break;
    }
    return end_by(csv, c, err);
}

static int feed(struct csv *csv, const char *text, size_t length, struct err *err)
{
    const char *end = text + length;
    if (memchr(text, '\0', length) != NULL)
        return err_set(err, ERR_IMPORT_ENCODING, "a NUL character");
    while (text < end) {
        if (csv->state == PLAIN || csv->state == QUOTED) {
            size_t run = run_length(csv, text, end);
            str_append(&csv->field, text, run);
            text += run;
            if (!str_ok(&csv->field))
                return end_field(csv, err); /* says that it is too large */
            if (text == end)
                return 0;
        }
        if (step(csv, *text++, err) != 0)
            return -1;
    }
    return 0;
}

static int finish(struct csv *csv, struct err *err)
{
    if (csv->state == QUOTED) {
        err_set(err, ERR_IMPORT_QUOTE_OPEN, "quotes open since row %u", csv->quoted_row);
        return err_param(err, "row", "%u", csv->quoted_row);
    }
    return csv->row_open ? end_row(csv, err) : 0;
}

/* The separator that occurs most often outside quotes. */
static char find_separator(const char *text, size_t length)
{
    static const char candidates[] = ",;\t";
    size_t counts[sizeof candidates - 1] = {0};
    bool quoted = false;
    for (size_t i = 0; i < length; i++) {
        quoted = quoted != (text[i] == '"');
        const char *candidate = quoted || text[i] == '\0' ? NULL : strchr(candidates, text[i]);
        if (candidate != NULL)
            counts[candidate - candidates]++;
    }
    size_t best = 0;
    for (size_t i = 1; i < sizeof counts / sizeof *counts; i++)
        if (counts[i] > counts[best])
            best = i;
    return candidates[best];
}

/* Sets the separator from the first piece of the file; returns how much of it is a declaration, "sep=;" on a line. */
static size_t choose_separator(struct csv *csv, const char *text, size_t length)
{
    static const char declaration[] = "sep=";
    size_t start = sizeof declaration - 1;
    if (length > start + 1 && memcmp(text, declaration, start) == 0 && strchr("\r\n", text[start + 1]) != NULL) {
        csv->separator = text[start];
        bool crlf = length > start + 2 && text[start + 1] == '\r' && text[start + 2] == '\n';
        return start + (crlf ? 3 : 2);
    }
    csv->separator = find_separator(text, length);
    return 0;
}

/* Reads until the buffer is full or the file ends. */
static int fill(struct charset *charset, char *text, size_t size, size_t *length, struct err *err)
{
    size_t more = 1;
    for (*length = 0; more > 0 && size - *length >= 16; *length += more)
        if (charset_read(charset, text + *length, size - *length, &more, err) != 0)
            return -1;
    return 0;
}

static int read_all(struct csv *csv, struct charset *charset, struct err *err)
{
    char text[CHUNK_SIZE];
    size_t length;
    if (fill(charset, text, sizeof text, &length, err) != 0)
        return -1;
    size_t skip = choose_separator(csv, text, length);
    while (length > 0) {
        if (feed(csv, text + skip, length - skip, err) != 0 || fill(charset, text, sizeof text, &length, err) != 0)
            return -1;
        skip = 0;
    }
    return finish(csv, err);
}

int csv_read(const char *path, const struct table_sink *sink, struct err *err)
{
    struct charset *charset = charset_open(path, err);
    if (charset == NULL)
        return -1;
    struct csv csv = {.state = FIELD_START, .row = 1, .field = str_new(TABLE_CELL_MAX), .sink = sink};
    row_builder_open(&csv.builder);
    int result = read_all(&csv, charset, err);
    row_builder_close(&csv.builder);
    str_destroy(&csv.field);
    charset_close(&charset);
    return result;
}
