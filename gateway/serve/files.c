#include "gateway/serve/files.h"

#include <ftw.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "errors.h"

enum { FILES_MAX = 256, BYTES_MAX = 64 << 20, TAG_BYTES = 12, TAG_SIZE = 2 * TAG_BYTES + 3 };

struct file {
    char *path; /* "/docs/index.html" */
    char *bytes;
    size_t size;
    char tag[TAG_SIZE]; /* ETag: a digest of the content, quoted */
};

struct files {
    struct file list[FILES_MAX];
    size_t count, bytes;
};

/* nftw has no argument of ours; the walk is single-threaded and over when files_load returns. */
static struct files *walk_into;
static size_t walk_prefix;

static int file_read(struct file *file, const char *path, size_t size)
{
    FILE *in = fopen(path, "rb");
    unsigned char digest[crypto_generichash_BYTES_MIN];
    file->bytes = malloc(size + 1);
    bool whole = in && file->bytes && fread(file->bytes, 1, size, in) == size;
    if (in)
        fclose(in);
    if (!whole)
        return -1;
    file->size = size;
    crypto_generichash(digest, sizeof digest, (const unsigned char *)file->bytes, size, NULL, 0);
    file->tag[0] = '"';
    sodium_bin2hex(file->tag + 1, TAG_SIZE - 1, digest, TAG_BYTES);
    strncat(file->tag, "\"", 2);
    return 0;
}

static int on_file(const char *path, const struct stat *status, int type, struct FTW *where)
{
    (void)where;
    if (type != FTW_F)
        return 0;
    size_t size = (size_t)status->st_size;
    if (walk_into->count == FILES_MAX || walk_into->bytes + size > BYTES_MAX)
        return -1;
    struct file *file = &walk_into->list[walk_into->count++];
    file->path = strdup(path + walk_prefix);
    walk_into->bytes += size;
    return file->path ? file_read(file, path, size) : -1;
}

struct files *files_load(const char *directory, struct err *err)
{
    struct files *files = calloc(1, sizeof *files);
    if (!files) {
        err_set(err, ERR_INTERNAL, "out of memory for files");
        return NULL;
    }
    walk_into = files;
    walk_prefix = strlen(directory);
    while (walk_prefix && directory[walk_prefix - 1] == '/')
        walk_prefix--;
    if (*directory && nftw(directory, on_file, 16, FTW_PHYS) != 0) {
        err_set(err, ERR_INTERNAL, "the web files in %s cannot be read", directory);
        files_destroy(&files);
    }
    return files;
}

void files_destroy(struct files **files)
{
    struct files *self = *files;
    if (!self)
        return;
    *files = NULL;
    for (size_t i = 0; i < self->count; i++) {
        free(self->list[i].path);
        free(self->list[i].bytes);
    }
    free(self);
}

static const char *type_of(const char *path)
{
    static const struct {
        const char *ending, *type;
    } types[] = {
        {".html", "text/html; charset=utf-8"},
        {".js", "text/javascript; charset=utf-8"},
        {".css", "text/css; charset=utf-8"},
        {".json", "application/json"},
        {".svg", "image/svg+xml"},
        {".png", "image/png"},
        {".woff2", "font/woff2"},
        {".md", "text/markdown; charset=utf-8"},
        {".txt", "text/plain; charset=utf-8"},
        {".ico", "image/x-icon"},
    };
    const char *dot = strrchr(path, '.');
    for (size_t i = 0; dot && i < sizeof types / sizeof *types; i++)
        if (strcmp(dot, types[i].ending) == 0)
            return types[i].type;
    return "application/octet-stream";
}

static const struct file *file_find(const struct files *files, const char *path)
{
    char index[256];
    for (size_t i = 0; i < files->count; i++)
        if (strcmp(files->list[i].path, path) == 0)
            return &files->list[i];
    size_t length = strlen(path);
    if (length + sizeof "/index.html" > sizeof index || strstr(path, "index.html"))
        return NULL;
    snprintf(index, sizeof index, "%.*s/index.html", (int)(path[length - 1] == '/' ? length - 1 : length), path);
    return file_find(files, index);
}

bool files_serve(const struct files *files, struct http_request *request)
{
    const struct http_head *head = http_request_head(request);
    if (head->method != HTTP_GET && head->method != HTTP_HEAD)
        return false;
    const struct file *file = file_find(files, head->path);
    if (!file)
        return false;
    const struct http_header fields[] = {{"etag", file->tag}, {"cache-control", "no-cache"}};
    const char *known = http_head_get(head, "if-none-match");
    if (known && strstr(known, file->tag))
        http_reply(request, 304, NULL, fields, 2, NULL, 0);
    else
        http_reply(request, 200, type_of(file->path), fields, 2, file->bytes, file->size);
    return true;
}
