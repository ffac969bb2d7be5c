#include "identity/roster/merges.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "errors.h"

enum {
    CHUNK_SIZE = 64 * 1024,
    TAG_MAX = 256,
    MERGES_MAX = 65536,
    CARRIED_MAX = 512, /* merges that do not overlap cannot be more in a row */
    CARRIED_BYTES_MAX = 1024 * 1024,
    COLUMN_LETTERS_MAX = 3,
    ROW_MAX = 1048576,
};

struct carried {
    const struct merge *merge;
    enum cell_kind kind;
    char *text;
    size_t size;
};

const char *merges_read_place(const char *text, uint32_t *column, uint32_t *row)
{
    uint32_t letters = 0;
    uint32_t digits = 0;
    const char *at = text;
    for (; *at >= 'A' && *at <= 'Z' && at - text <= COLUMN_LETTERS_MAX; at++)
        letters = letters * 26 + (uint32_t)(*at - 'A' + 1);
    if (at == text || at - text > COLUMN_LETTERS_MAX)
        return NULL;
    for (; *at >= '0' && *at <= '9' && digits <= ROW_MAX; at++)
        digits = digits * 10 + (uint32_t)(*at - '0');
    if (digits == 0 || digits > ROW_MAX)
        return NULL;
    *column = letters - 1;
    *row = digits;
    return at;
}

/* Reads "A3:A7". Returns false for a single cell or nonsense. */
static bool read_range(const char *text, struct merge *merge)
{
    uint32_t first_column;
    uint32_t last_column;
    const char *at = merges_read_place(text, &first_column, &merge->first_row);
    if (at == NULL || *at != ':')
        return false;
    at = merges_read_place(at + 1, &last_column, &merge->last_row);
    if (at == NULL || *at != '"' || last_column < first_column || merge->last_row < merge->first_row)
        return false;
    if (first_column >= TABLE_COLUMNS_MAX)
        return false;
    merge->first_column = (uint16_t)first_column;
    merge->last_column = (uint16_t)(last_column < TABLE_COLUMNS_MAX ? last_column : TABLE_COLUMNS_MAX - 1);
    return true;
}

static int add(struct merges *merges, const struct merge *merge, struct err *err)
{
    if (merges->count == MERGES_MAX)
        return err_set(err, ERR_IMPORT_UNREADABLE, "more than %d merged cells", MERGES_MAX);
    if (merges->count == merges->room) {
        size_t room = merges->room == 0 ? 64 : merges->room * 2;
        struct merge *all = reallocarray(merges->all, room, sizeof *all);
        if (all == NULL)
            return err_set(err, ERR_INTERNAL, "out of memory");
        merges->all = all;
        merges->room = room;
    }
    merges->all[merges->count++] = *merge;
    return 0;
}

/* Takes the range out of a tag that begins with "mergeCell ". */
static int add_tag(struct merges *merges, const char *tag, struct err *err)
{
    struct merge merge;
    char plain[TAG_MAX];
    size_t length = strcspn(tag, ">");
    if (length >= sizeof plain)
        return 0;
    memcpy(plain, tag, length);
    plain[length] = '\0';
    for (char *quote = plain; (quote = strchr(quote, '\'')) != NULL;)
        *quote = '"';
    const char *range = strstr(plain, " ref=\"");
    if (range == NULL || !read_range(range + strlen(" ref=\""), &merge))
        return 0;
    return add(merges, &merge, err);
}

/* Finds tags in `length` bytes that are followed by a NUL. Returns how many bytes need not be looked at again. */
static int find_tags(struct merges *merges, const char *text, size_t length, size_t *done, struct err *err)
{
    static const char mark[] = "mergeCell ";
    size_t at = 0;
    for (;;) {
        const char *found = memmem(text + at, length - at, mark, sizeof mark - 1);
        if (found == NULL)
            break;
        at = (size_t)(found - text);
        if (length - at < TAG_MAX && memchr(found, '>', length - at) == NULL) {
            *done = at; /* the rest of the tag is still to come */
            return 0;
        }
        if (at > 0 && (found[-1] == '<' || found[-1] == ':') && add_tag(merges, found, err) != 0)
            return -1;
        at += sizeof mark - 1;
    }
    size_t kept = sizeof mark; /* a mark may be cut, and the character before it counts */
    *done = length - at > kept ? length - kept : at;
    return 0;
}

static int by_first_row(const void *a, const void *b)
{
    const struct merge *left = a;
    const struct merge *right = b;
    return (left->first_row > right->first_row) - (left->first_row < right->first_row);
}

int merges_scan(struct merges *merges, const struct source *source, struct err *err)
{
    char text[CHUNK_SIZE + 1];
    size_t kept = 0;
    size_t length;
    *merges = (struct merges){0};
    do {
        if (source->read(source->context, text + kept, CHUNK_SIZE - kept, &length, err) != 0)
            return -1;
        size_t total = kept + length;
        size_t done;
        text[total] = '\0';
        if (find_tags(merges, text, total, &done, err) != 0)
            return -1;
        done -= done > 0; /* the character before the mark */
        kept = total - done;
        memmove(text, text + done, kept);
    } while (length > 0);
    if (merges->count > 0) {
        qsort(merges->all, merges->count, sizeof *merges->all, by_first_row);
        merges->carried = calloc(CARRIED_MAX, sizeof *merges->carried);
        if (merges->carried == NULL)
            return err_set(err, ERR_INTERNAL, "out of memory");
    }
    return 0;
}

static void drop(struct merges *merges, size_t at)
{
    merges->carried_bytes -= merges->carried[at].size;
    free(merges->carried[at].text);
    merges->carried[at] = merges->carried[--merges->carried_count];
}

void merges_close(struct merges *merges)
{
    for (size_t i = 0; i < merges->carried_count; i++)
        free(merges->carried[i].text);
    free(merges->carried);
    free(merges->all);
    *merges = (struct merges){0};
}

/* Begins to carry a merge whose first row this is. */
static int carry(struct merges *merges, const struct merge *merge, const struct row_builder *builder, struct err *err)
{
    if (merge->first_column >= builder->count || builder->cells[merge->first_column].kind == CELL_EMPTY)
        return 0;
    const char *text = builder->text.data + builder->offsets[merge->first_column];
    size_t size = strlen(text) + 1;
    if (merges->carried_count == CARRIED_MAX || merges->carried_bytes + size > CARRIED_BYTES_MAX)
        return err_set(err, ERR_IMPORT_UNREADABLE, "too many merged cells over each other");
    char *copy = strdup(text);
    if (copy == NULL)
        return err_set(err, ERR_INTERNAL, "out of memory");
    enum cell_kind kind = builder->cells[merge->first_column].kind;
    merges->carried[merges->carried_count++] =
        (struct carried){.merge = merge, .kind = kind, .text = copy, .size = size};
    merges->carried_bytes += size;
    return 0;
}

static int copy_cells(const struct carried *carried, uint32_t row, struct row_builder *builder, struct err *err)
{
    const struct merge *merge = carried->merge;
    for (uint32_t column = merge->first_column; column <= merge->last_column; column++) {
        bool source_cell = row == merge->first_row && column == merge->first_column;
        bool filled = column < builder->count && builder->cells[column].kind != CELL_EMPTY;
        if (source_cell || filled)
            continue;
        if (row_builder_put(builder, column, carried->kind, carried->text, carried->size - 1, err) != 0)
            return -1;
        builder->cells[column].copied = true;
    }
    return 0;
}

int merges_fill(struct merges *merges, uint32_t row, struct row_builder *builder, struct err *err)
{
    for (size_t i = merges->carried_count; i > 0; i--)
        if (merges->carried[i - 1].merge->last_row < row)
            drop(merges, i - 1);
    for (; merges->next < merges->count && merges->all[merges->next].first_row <= row; merges->next++)
        if (merges->all[merges->next].first_row == row && carry(merges, &merges->all[merges->next], builder, err) != 0)
            return -1;
    for (size_t i = 0; i < merges->carried_count; i++)
        if (copy_cells(&merges->carried[i], row, builder, err) != 0)
            return -1;
    return 0;
}
