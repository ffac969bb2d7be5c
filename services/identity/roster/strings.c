#include "identity/roster/strings.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/hex.h"
#include "base/utf8.h"
#include "errors.h"
#include "identity/roster/table.h"
#include "identity/roster/xml.h"

/* Strings are used in about the order in which they were first used, so few blocks are read twice. */
enum {
    BLOCK_SIZE = 8 * 1024, /* a block ends with the string that fills it */
    CACHE_SLOTS = 32,
    BLOCKS_FIRST = 64,
    ESCAPE_LENGTH = 7, /* _xHHHH_ */
};

static const uint64_t STRINGS_BYTES_MAX = UINT64_C(1) << 30;

struct block {
    uint64_t offset;
    uint32_t first; /* number of its first string */
};

struct slot {
    size_t block; /* number of the block plus 1; 0: empty */
    char *bytes;
    size_t room;
};

struct strings {
    FILE *file; /* each string: its length as uint32_t, then its bytes */
    uint64_t size;
    uint32_t count;
    struct block *blocks;
    size_t blocks_count;
    size_t blocks_room;
    uint64_t block_end; /* where the next block begins, at the earliest */
    struct slot cache[CACHE_SLOTS];
    /* While reading: */
    struct str text;
    bool in_string;
    bool in_text;
    int phonetic; /* depth inside rPh, which tells how to pronounce the text and is not part of it */
};

void strings_append_unescaped(struct str *text, const char *raw, size_t length)
{
    const char *end = raw + length;
    while (raw < end) {
        const char *escape = memmem(raw, (size_t)(end - raw), "_x", 2);
        if (escape == NULL || end - escape < ESCAPE_LENGTH)
            break;
        uint8_t unit[2];
        char bytes[4];
        bool is_escape = escape[ESCAPE_LENGTH - 1] == '_' && hex_decode(escape + 2, 4, unit) == 0;
        uint32_t character = is_escape ? (uint32_t)(unit[0] << 8 | unit[1]) : 0;
        size_t size = character == 0 ? 0 : utf8_encode(character, bytes);
        str_append(text, raw, (size_t)(escape - raw));
        if (size > 0)
            str_append(text, bytes, size);
        else
            str_append(text, escape, 2);
        raw = escape + (size > 0 ? ESCAPE_LENGTH : 2);
    }
    str_append(text, raw, (size_t)(end - raw));
}

static int begin_block(struct strings *strings, struct err *err)
{
    if (strings->blocks_count == strings->blocks_room) {
        size_t room = strings->blocks_room == 0 ? BLOCKS_FIRST : strings->blocks_room * 2;
        struct block *blocks = reallocarray(strings->blocks, room, sizeof *blocks);
        if (blocks == NULL)
            return err_set(err, ERR_INTERNAL, "out of memory");
        strings->blocks = blocks;
        strings->blocks_room = room;
    }
    strings->blocks[strings->blocks_count++] = (struct block){.offset = strings->size, .first = strings->count};
    strings->block_end = strings->size + BLOCK_SIZE;
    return 0;
}

static int add(struct strings *strings, struct err *err)
{
    uint32_t length = (uint32_t)strings->text.length;
    if (!str_ok(&strings->text))
        return err_set(err, ERR_IMPORT_UNREADABLE, "a string larger than %d bytes", TABLE_CELL_MAX);
    if (strings->size + sizeof length + length > STRINGS_BYTES_MAX || strings->count == UINT32_MAX)
        return err_set(err, ERR_IMPORT_UNREADABLE, "more than %llu bytes of strings",
                       (unsigned long long)STRINGS_BYTES_MAX);
    if (strings->size >= strings->block_end && begin_block(strings, err) != 0)
        return -1;
    if (fwrite(&length, sizeof length, 1, strings->file) != 1 ||
        (length > 0 && fwrite(strings->text.data, length, 1, strings->file) != 1))
        return err_set(err, ERR_INTERNAL, "temporary file: %s", strerror(errno));
    strings->size += sizeof length + length;
    strings->count++;
    return 0;
}

static int on_start(void *context, const char *name, const char **attributes, struct err *err)
{
    struct strings *strings = context;
    (void)attributes;
    (void)err;
    if (strcmp(name, "si") == 0) {
        strings->in_string = true;
        str_reset(&strings->text);
    } else if (strcmp(name, "rPh") == 0) {
        strings->phonetic++;
    } else if (strcmp(name, "t") == 0) {
        strings->in_text = strings->in_string && strings->phonetic == 0;
    }
    return 0;
}

static int on_end(void *context, const char *name, struct err *err)
{
    struct strings *strings = context;
    if (strcmp(name, "t") == 0) {
        strings->in_text = false;
    } else if (strcmp(name, "rPh") == 0) {
        strings->phonetic--;
    } else if (strcmp(name, "si") == 0) {
        strings->in_string = false;
        return add(strings, err);
    }
    return 0;
}

static int on_text(void *context, const char *text, size_t length, struct err *err)
{
    struct strings *strings = context;
    (void)err;
    if (strings->in_text)
        str_append(&strings->text, text, length);
    return 0;
}

static int read_into(struct strings *strings, const struct source *source, struct err *err)
{
    const struct xml_handler handler = {on_start, on_end, on_text, strings};
    strings->file = tmpfile();
    if (strings->file == NULL)
        return err_set(err, ERR_INTERNAL, "temporary file: %s", strerror(errno));
    if (xml_read(source, &handler, err) != 0)
        return -1;
    if (fflush(strings->file) != 0)
        return err_set(err, ERR_INTERNAL, "temporary file: %s", strerror(errno));
    return 0;
}

struct strings *strings_read(const struct source *source, struct err *err)
{
    struct strings *strings = calloc(1, sizeof *strings);
    if (strings == NULL) {
        err_set(err, ERR_INTERNAL, "out of memory");
        return NULL;
    }
    strings->text = str_new(TABLE_CELL_MAX);
    if (read_into(strings, source, err) != 0)
        strings_close(&strings);
    return strings;
}

void strings_close(struct strings **strings)
{
    struct strings *gone = *strings;
    if (gone == NULL)
        return;
    for (size_t i = 0; i < CACHE_SLOTS; i++)
        free(gone->cache[i].bytes);
    if (gone->file != NULL)
        fclose(gone->file);
    str_destroy(&gone->text);
    free(gone->blocks);
    free(gone);
    *strings = NULL;
}

static size_t block_of(const struct strings *strings, uint32_t index)
{
    size_t low = 0;
    size_t high = strings->blocks_count;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (strings->blocks[middle].first <= index)
            low = middle;
        else
            high = middle;
    }
    return low;
}

/* The bytes of a block, from the cache or the file. */
static const char *fetch(struct strings *strings, size_t block, struct err *err)
{
    struct slot *slot = &strings->cache[block % CACHE_SLOTS];
    uint64_t offset = strings->blocks[block].offset;
    uint64_t end = block + 1 < strings->blocks_count ? strings->blocks[block + 1].offset : strings->size;
    size_t size = (size_t)(end - offset);
    if (slot->block == block + 1)
        return slot->bytes;
    slot->block = 0;
    if (slot->room < size) {
        free(slot->bytes);
        slot->bytes = malloc(size);
        slot->room = slot->bytes == NULL ? 0 : size;
    }
    if (slot->bytes == NULL || pread(fileno(strings->file), slot->bytes, size, (off_t)offset) != (ssize_t)size) {
        err_set(err, ERR_INTERNAL, "temporary file or memory: %s", strerror(errno));
        return NULL;
    }
    slot->block = block + 1;
    return slot->bytes;
}

int strings_get(struct strings *strings, uint32_t index, struct str *text, struct err *err)
{
    if (index >= strings->count)
        return err_set(err, ERR_IMPORT_UNREADABLE, "string %u of %u", index, strings->count);
    size_t block = block_of(strings, index);
    const char *at = fetch(strings, block, err);
    if (at == NULL)
        return -1;
    uint32_t length;
    memcpy(&length, at, sizeof length);
    for (uint32_t i = strings->blocks[block].first; i < index; i++) {
        at += sizeof length + length;
        memcpy(&length, at, sizeof length);
    }
    str_reset(text);
    strings_append_unescaped(text, at + sizeof length, length);
    return 0;
}
