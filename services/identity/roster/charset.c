#include "identity/roster/charset.h"

#include <errno.h>
#include <iconv.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "errors.h"

enum { RAW_SIZE = 64 * 1024, MARK_MAX = 3, CHARACTER_MAX = 4 };

struct charset {
    FILE *file;
    iconv_t converter;
    size_t start; /* of what is not converted yet */
    size_t end;
    char raw[RAW_SIZE];
};

struct mark {
    const char *bytes;
    size_t length;
    const char *encoding;
};

static const struct mark marks[] = {
    {"\xEF\xBB\xBF", 3, "UTF-8"},
    {"\xFF\xFE", 2, "UTF-16LE"},
    {"\xFE\xFF", 2, "UTF-16BE"},
};

/* Moves what is left to the front and reads more behind it. Returns false at the end of the file. */
static bool refill(struct charset *charset)
{
    size_t left = charset->end - charset->start;
    memmove(charset->raw, charset->raw + charset->start, left);
    size_t more = fread(charset->raw + left, 1, sizeof charset->raw - left, charset->file);
    charset->start = 0;
    charset->end = left + more;
    return more > 0;
}

/* The encoding that a mark at the front declares, which is skipped; NULL if there is none. */
static const char *declared(struct charset *charset)
{
    refill(charset);
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        const struct mark *mark = &marks[i];
        if (charset->end >= mark->length && memcmp(charset->raw, mark->bytes, mark->length) == 0) {
            charset->start = mark->length;
            return mark->encoding;
        }
    }
    return NULL;
}

/* Advances over whole characters; false at bytes that are not UTF-8. Up to 3 bytes at the end may be left over. */
static bool skip_utf8(struct charset *charset)
{
    while (charset->start < charset->end) {
        uint32_t character;
        size_t left = charset->end - charset->start;
        size_t length = utf8_decode(charset->raw + charset->start, left, &character);
        if (length == 0)
            return left < CHARACTER_MAX;
        charset->start += length;
    }
    return true;
}

/* Reads the whole file to tell UTF-8 from GB18030, then returns to the front. */
static int guess(struct charset *charset, const char **encoding, struct err *err)
{
    bool utf8 = true;
    do {
        if (memchr(charset->raw + charset->start, '\0', charset->end - charset->start) != NULL)
            return err_set(err, ERR_IMPORT_ENCODING, "the file holds NUL bytes");
        utf8 = utf8 && skip_utf8(charset);
        if (!utf8)
            charset->start = charset->end;
    } while (refill(charset));
    utf8 = utf8 && charset->start == charset->end;
    if (ferror(charset->file) || fseeko(charset->file, 0, SEEK_SET) != 0)
        return err_set(err, ERR_IMPORT_UNREADABLE, "cannot read the file: %s", strerror(errno));
    charset->start = charset->end = 0;
    *encoding = utf8 ? "UTF-8" : "GB18030";
    return 0;
}

static int begin(struct charset *charset, const char *path, struct err *err)
{
    charset->file = fopen(path, "rbe");
    if (charset->file == NULL)
        return err_set(err, ERR_IMPORT_UNREADABLE, "cannot open the file: %s", strerror(errno));
    const char *encoding = declared(charset);
    if (encoding == NULL && guess(charset, &encoding, err) != 0)
        return -1;
    charset->converter = iconv_open("UTF-8", encoding);
    if (charset->converter == (iconv_t)-1)
        return err_set(err, ERR_INTERNAL, "no converter for %s", encoding);
    return 0;
}

struct charset *charset_open(const char *path, struct err *err)
{
    struct charset *charset = calloc(1, sizeof *charset);
    if (charset == NULL) {
        err_set(err, ERR_INTERNAL, "out of memory");
        return NULL;
    }
    charset->converter = (iconv_t)-1;
    if (begin(charset, path, err) != 0)
        charset_close(&charset);
    return charset;
}

void charset_close(struct charset **charset)
{
    struct charset *gone = *charset;
    if (gone == NULL)
        return;
    if (gone->converter != (iconv_t)-1)
        iconv_close(gone->converter);
    if (gone->file != NULL)
        fclose(gone->file);
    free(gone);
    *charset = NULL;
}

int charset_read(struct charset *charset, char *text, size_t size, size_t *length, struct err *err)
{
    char *out = text;
    size_t room = size;
    for (;;) {
        char *in = charset->raw + charset->start;
        size_t left = charset->end - charset->start;
        int why = iconv(charset->converter, &in, &left, &out, &room) == (size_t)-1 ? errno : 0;
        charset->start = charset->end - left;
        if (why == EILSEQ)
            return err_set(err, ERR_IMPORT_ENCODING, "bytes that are no text");
        if (out != text)
            break;
        if (!refill(charset)) {
            if (charset->start != charset->end)
                return err_set(err, ERR_IMPORT_ENCODING, "the last character is cut off");
            break;
        }
    }
    if (ferror(charset->file))
        return err_set(err, ERR_IMPORT_UNREADABLE, "cannot read the file");
    *length = (size_t)(out - text);
    return 0;
}
