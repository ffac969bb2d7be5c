/* An upload: the file of a multipart form goes to the files directory, named by its content, and its name into the
 * message. Other parts of the form are fields of the message. */
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "errors.h"
#include "gateway/http/multipart.h"
#include "gateway/json/decode.h"
#include "gateway/serve/exchange.h"

enum { FIELD_MAX = 1024, PARTS_MAX = 8, NAME_MAX_BYTES = 200, DIGEST_SIZE = 32 };

struct upload {
    crypto_generichash_state digest;
    struct exchange *exchange;
    struct multipart *multipart;
    size_t value_length;
    struct err err;
    int fd;              /* of the file being written; -1 */
    char temporary[512]; /* "" when there is none */
    char field[64];      /* name of the plain part being read */
    char value[FIELD_MAX + 1];
    bool in_file, have_file;
};

void upload_destroy(struct upload **upload)
{
    struct upload *self = *upload;
    if (!self)
        return;
    *upload = NULL;
    multipart_destroy(&self->multipart);
    if (self->fd >= 0)
        close(self->fd);
    if (*self->temporary)
        unlink(self->temporary);
    free(self);
}

static int file_begin(struct upload *upload, const struct multipart_part *part)
{
    struct exchange *exchange = upload->exchange;
    if (upload->have_file)
        return err_field(&upload->err, ERR_MULTIPART_MALFORMED, part->name, "two files");
    snprintf(upload->temporary, sizeof upload->temporary, "%s/.upload-XXXXXX",
             conf_text(exchange->gateway->conf, "files_directory"));
    upload->fd = mkostemp(upload->temporary, O_CLOEXEC);
    if (upload->fd < 0) {
        *upload->temporary = '\0';
        return err_set(&upload->err, ERR_UNAVAILABLE, "the files directory takes no file: %s", strerror(errno));
    }
    upload->have_file = upload->in_file = true;
    crypto_generichash_init(&upload->digest, NULL, 0, DIGEST_SIZE);
    char *name = arena_strdup(exchange->arena, part->filename ? part->filename : "");
    if (!name)
        return err_set(&upload->err, ERR_OVERLOADED, "no room for the file's name");
    if (strlen(name) > NAME_MAX_BYTES)
        name = (char *)"";
    return *name ? json_set_text(exchange->message, "file_name", name, exchange->arena, &upload->err) : 0;
}

static int on_begin(const struct multipart_part *part, void *context)
{
    struct upload *upload = context;
    const struct route *route = upload->exchange->route;
    if (strcmp(part->name, route->input->fields[route->upload].name) == 0)
        return file_begin(upload, part);
    upload->in_file = false;
    upload->value_length = 0;
    snprintf(upload->field, sizeof upload->field, "%s", part->name);
    return 0;
}

static int on_data(const char *bytes, size_t length, void *context)
{
    struct upload *upload = context;
    if (!upload->in_file) {
        if (upload->value_length + length > FIELD_MAX) {
            err_field(&upload->err, ERR_BODY_TOO_LARGE, upload->field, "a long field");
            return err_param(&upload->err, "max", "%d", FIELD_MAX);
        }
        memcpy(upload->value + upload->value_length, bytes, length);
        upload->value_length += length;
        return 0;
    }
    crypto_generichash_update(&upload->digest, (const unsigned char *)bytes, length);
    while (length > 0) {
        ssize_t wrote = write(upload->fd, bytes, length);
        if (wrote < 0)
            return err_set(&upload->err, ERR_UNAVAILABLE, "the upload cannot be written: %s", strerror(errno));
        bytes += wrote;
        length -= (size_t)wrote;
    }
    return 0;
}

static int on_end(void *context)
{
    struct upload *upload = context;
    struct exchange *exchange = upload->exchange;
    if (upload->in_file)
        return 0;
    if (memchr(upload->value, '\0', upload->value_length))
        return err_field(&upload->err, ERR_FIELD_CONTROL_CHARACTER, upload->field, "a NUL");
    upload->value[upload->value_length] = '\0';
    char *value = arena_strdup(exchange->arena, upload->value);
    if (!value)
        return err_set(&upload->err, ERR_OVERLOADED, "no room for a field");
    return json_set_text(exchange->message, upload->field, value, exchange->arena, &upload->err);
}

/* Gives the file its lasting name, the digest of its content. */
static int file_keep(struct upload *upload)
{
    struct exchange *exchange = upload->exchange;
    unsigned char digest[DIGEST_SIZE];
    char hex[2 * DIGEST_SIZE + 1], path[600];
    if (!upload->have_file)
        return err_field(&upload->err, ERR_UPLOAD_MISSING, "file", "no file in the form");
    crypto_generichash_final(&upload->digest, digest, sizeof digest);
    sodium_bin2hex(hex, sizeof hex, digest, sizeof digest);
    snprintf(path, sizeof path, "%s/%s", conf_text(exchange->gateway->conf, "files_directory"), hex);
    if (fsync(upload->fd) != 0 || rename(upload->temporary, path) != 0)
        return err_set(&upload->err, ERR_UNAVAILABLE, "the upload cannot be kept: %s", strerror(errno));
    *upload->temporary = '\0';
    const char *field = exchange->route->input->fields[exchange->route->upload].name;
    char *name = arena_strdup(exchange->arena, hex);
    return name ? json_set_text(exchange->message, field, name, exchange->arena, &upload->err)
                : err_set(&upload->err, ERR_OVERLOADED, "no room for a name");
}

static void upload_refuse(struct upload *upload)
{
    struct err err = upload->err;
    if (!err.code) {
        err_set(&err, multipart_too_large(upload->multipart) ? ERR_BODY_TOO_LARGE : ERR_MULTIPART_MALFORMED, "%s",
                multipart_reason(upload->multipart));
        err_param(&err, "max", "%d", EXCHANGE_FILE_MAX);
    }
    exchange_refuse(upload->exchange, &err);
}

static void on_piece(struct http_request *request, const char *bytes, size_t length)
{
    struct upload *upload = ((struct exchange *)http_request_data(request))->upload;
    if (multipart_feed(upload->multipart, bytes, length) != 0)
        upload_refuse(upload);
}

static void on_whole(struct http_request *request)
{
    struct exchange *exchange = http_request_data(request);
    if (multipart_finish(exchange->upload->multipart) != 0 || file_keep(exchange->upload) != 0)
        upload_refuse(exchange->upload);
    else
        exchange_call(exchange);
}

void upload_begin(struct exchange *exchange)
{
    static const struct multipart_sink parts = {on_begin, on_data, on_end};
    static const struct http_body_sink body = {on_piece, on_whole};
    static const struct multipart_limits limits = {.parts = PARTS_MAX, .part_size = EXCHANGE_FILE_MAX};
    const char *type = http_head_get(http_request_head(exchange->request), "content-type");
    struct err err = {0};
    struct upload *upload = calloc(1, sizeof *upload);
    if (upload) {
        upload->exchange = exchange;
        upload->fd = -1;
        exchange->upload = upload;
        upload->multipart = multipart_new(type ? type : "", &limits, &parts, upload);
    }
    if (!upload || !upload->multipart) {
        err_set(&err, upload ? ERR_UNSUPPORTED_MEDIA_TYPE : ERR_OVERLOADED, "no form to read");
        err_param(&err, "expected", "multipart/form-data");
        exchange_refuse(exchange, &err);
        return;
    }
    http_request_stream(exchange->request, (uint64_t)EXCHANGE_FILE_MAX + (1 << 16), &body);
}
