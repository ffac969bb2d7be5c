#include "identity/roster/package.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zip.h>

#include "errors.h"

enum {
    ENTRIES_MAX = 2048,
    RATIO_MAX = 250,              /* real sheets shrink 5 to 50 times, deflate can do 1032 */
    RATIO_FREE = 4 * 1024 * 1024, /* unpacked bytes below which the ratio does not matter */
    TAIL_SIZE = 65536 + 22 + 20,  /* the end record with the longest comment */
    END_RECORD_SIZE = 22,
    LOCATOR_SIZE = 20, /* of the record for large archives */
    SCAN_SIZE = 64 * 1024,
};

struct package {
    zip_t *zip;
};

struct part {
    zip_file_t *file;
    uint64_t packed;
    uint64_t read;
    uint64_t limit;
};

/* The mark of an encrypted document inside the older container format: "EncryptedPackage" in UTF-16. */
static bool is_encrypted(FILE *file)
{
    static const char mark[] = "E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e";
    char bytes[SCAN_SIZE];
    size_t kept = 0;
    size_t length;
    rewind(file);
    while ((length = fread(bytes + kept, 1, sizeof bytes - kept, file)) > 0) {
        length += kept;
        if (memmem(bytes, length, mark, sizeof mark) != NULL)
            return true;
        kept = length < sizeof mark ? length : sizeof mark;
        memmove(bytes, bytes + length - kept, kept);
    }
    return false;
}

/* How many entries the end record declares; -1 if there is none. libzip allocates for each before it can be asked.
 * Where several records could be the end, libzip has the choice, so the largest number counts; one that refers to a
 * record for large archives may declare any number. */
static long declared_entries(FILE *file)
{
    unsigned char tail[TAIL_SIZE];
    long entries = -1;
    if (fseeko(file, 0, SEEK_END) != 0)
        return -1;
    off_t size = ftello(file);
    off_t start = size > TAIL_SIZE ? size - TAIL_SIZE : 0;
    if (fseeko(file, start, SEEK_SET) != 0)
        return -1;
    size_t length = fread(tail, 1, sizeof tail, file);
    for (size_t at = 0; at + END_RECORD_SIZE <= length; at++) {
        const unsigned char *record = tail + at;
        if (memcmp(record, "PK\5\6", 4) != 0)
            continue;
        long declared = record[10] | record[11] << 8;
        bool large = at >= LOCATOR_SIZE && memcmp(record - LOCATOR_SIZE, "PK\6\7", 4) == 0;
        if (large || declared > entries)
            entries = large ? LONG_MAX : declared;
    }
    return entries;
}

/* What kind of file it is, by its content. */
static int check_kind(FILE *file, struct err *err)
{
    static const unsigned char old_container[] = {0xD0, 0xCF, 0x11, 0xE0};
    unsigned char head[4];
    if (fread(head, 1, sizeof head, file) != sizeof head)
        return err_set(err, ERR_IMPORT_FILE_TYPE, "a file of less than four bytes");
    if (memcmp(head, old_container, sizeof head) == 0) {
        if (is_encrypted(file))
            return err_set(err, ERR_IMPORT_UNREADABLE, "the file has a password");
        return err_set(err, ERR_IMPORT_FILE_TYPE, "the old .xls format");
    }
    if (memcmp(head, "PK\3\4", sizeof head) != 0)
        return err_set(err, ERR_IMPORT_FILE_TYPE, "not a zip file");
    long entries = declared_entries(file);
    if (entries < 0 || entries > ENTRIES_MAX)
        return err_set(err, ERR_IMPORT_UNREADABLE, "a zip file with %ld entries", entries);
    return 0;
}

static int check_file(const char *path, struct err *err)
{
    FILE *file = fopen(path, "rbe");
    if (file == NULL)
        return err_set(err, ERR_IMPORT_UNREADABLE, "cannot open the file: %s", strerror(errno));
    int result = check_kind(file, err);
    fclose(file);
    return result;
}

struct package *package_open(const char *path, struct err *err)
{
    if (check_file(path, err) != 0)
        return NULL;
    struct package *package = calloc(1, sizeof *package);
    int why = ZIP_ER_MEMORY;
    if (package != NULL)
        package->zip = zip_open(path, ZIP_RDONLY, &why);
    if (package == NULL || package->zip == NULL) {
        err_set(err, ERR_IMPORT_UNREADABLE, "damaged zip file (%d)", why);
        package_close(&package);
    }
    return package;
}

void package_close(struct package **package)
{
    if (*package == NULL)
        return;
    if ((*package)->zip != NULL)
        zip_discard((*package)->zip);
    free(*package);
    *package = NULL;
}

/* Part names do not distinguish case. */
static zip_int64_t locate(struct package *package, const char *name)
{
    zip_int64_t index = zip_name_locate(package->zip, name, 0);
    return index >= 0 ? index : zip_name_locate(package->zip, name, ZIP_FL_NOCASE);
}

static int part_begin(struct part *part, struct package *package, const char *name, struct err *err)
{
    zip_stat_t stat;
    zip_int64_t index = locate(package, name);
    if (index < 0 || zip_stat_index(package->zip, (zip_uint64_t)index, 0, &stat) != 0)
        return err_set(err, ERR_IMPORT_UNREADABLE, "a part is missing");
    if ((stat.valid & ZIP_STAT_ENCRYPTION_METHOD) != 0 && stat.encryption_method != ZIP_EM_NONE)
        return err_set(err, ERR_IMPORT_UNREADABLE, "the file has a password");
    if ((stat.valid & ZIP_STAT_SIZE) != 0 && stat.size > part->limit)
        return err_set(err, ERR_IMPORT_UNREADABLE, "a part of %llu bytes", (unsigned long long)stat.size);
    part->packed = stat.comp_size;
    part->file = zip_fopen_index(package->zip, (zip_uint64_t)index, 0);
    if (part->file == NULL)
        return err_set(err, ERR_IMPORT_UNREADABLE, "a part cannot be opened: %s", zip_strerror(package->zip));
    return 0;
}

struct part *part_open(struct package *package, const char *name, uint64_t limit, struct err *err)
{
    struct part *part = calloc(1, sizeof *part);
    if (part == NULL) {
        err_set(err, ERR_INTERNAL, "out of memory");
        return NULL;
    }
    part->limit = limit;
    if (part_begin(part, package, name, err) != 0)
        part_close(&part);
    return part;
}

void part_close(struct part **part)
{
    if (*part == NULL)
        return;
    if ((*part)->file != NULL)
        zip_fclose((*part)->file);
    free(*part);
    *part = NULL;
}

/* The sizes that the file states may lie: what is counted is what comes out. */
static int part_read(void *context, void *bytes, size_t size, size_t *length, struct err *err)
{
    struct part *part = context;
    zip_int64_t got = zip_fread(part->file, bytes, size);
    if (got < 0)
        return err_set(err, ERR_IMPORT_UNREADABLE, "a part is damaged: %s", zip_file_strerror(part->file));
    part->read += (uint64_t)got;
    if (part->read > part->limit)
        return err_set(err, ERR_IMPORT_UNREADABLE, "a part larger than %llu bytes", (unsigned long long)part->limit);
    if (part->read > RATIO_FREE && part->read / RATIO_MAX > part->packed)
        return err_set(err, ERR_IMPORT_UNREADABLE, "a part that grows more than %d times", RATIO_MAX);
    *length = (size_t)got;
    return 0;
}

struct source part_source(struct part *part)
{
    return (struct source){.read = part_read, .context = part};
}

/* No step of the path is empty, "." or "..". */
static bool is_plain_path(const char *path)
{
    for (const char *step = path;; step++) {
        size_t length = strcspn(step, "/");
        if (length == 0 || (step[0] == '.' && (length == 1 || (length == 2 && step[1] == '.'))))
            return false;
        step += length;
        if (*step == '\0')
            return true;
    }
}

bool package_resolve(const char *base, const char *target, char name[PACKAGE_NAME_SIZE])
{
    const char *slash = strrchr(base, '/');
    int folder = target[0] == '/' || slash == NULL ? 0 : (int)(slash - base) + 1;
    if (strpbrk(target, "\\:?#%") != NULL)
        return false;
    target += target[0] == '/';
    int length = snprintf(name, PACKAGE_NAME_SIZE, "%.*s%s", folder, base, target);
    return length < PACKAGE_NAME_SIZE && is_plain_path(name);
}

bool package_relations_of(const char *base, char name[PACKAGE_NAME_SIZE])
{
    const char *slash = strrchr(base, '/');
    int folder = slash == NULL ? 0 : (int)(slash - base) + 1;
    int length = snprintf(name, PACKAGE_NAME_SIZE, "%.*s_rels/%s.rels", folder, base, base + folder);
    return length < PACKAGE_NAME_SIZE;
}
