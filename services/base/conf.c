#include "base/conf.h"

#include <ctype.h>
#include <errno.h>
#include <ini.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "errors.h"

const struct conf_key conf_common[] = {
    {"bus_directory", CONF_TEXT, NULL, 0, 0, "Folder of the daemons' sockets, mode 0700, its path at most 80 bytes."},
    {"log_level", CONF_TEXT, "info", 0, 0, "Least important message that is logged: debug, info, warn, error."},
    {"files_directory", CONF_TEXT, NULL, 0, 0, "Uploaded files, named by their content."},
    {"column_key_file", CONF_TEXT, NULL, 0, 0, "32 random bytes that seal sensitive columns; mode 0600."},
    {"blind_index_key_file", CONF_TEXT, NULL, 0, 0, "32 random bytes by which sealed values are found; mode 0600."},
    {"session_pepper_key_file", CONF_TEXT, NULL, 0, 0, "32 random bytes that passwords are mixed with; mode 0600."},
    {"clock_file", CONF_TEXT, "", 0, 0, "For tests: eight bytes, milliseconds (little endian) added to the clock."},
    {NULL, CONF_TEXT, NULL, 0, 0, NULL},
};

struct conf {
    const char *section;
    const struct conf_key *own;
    size_t common_count, count;
    char **values;   /* of the common keys, then of the own */
    struct err *err; /* while reading */
    const char *path;
};

static size_t keys_count(const struct conf_key *keys)
{
    size_t count = 0;
    while (keys[count].name)
        count++;
    return count;
}

static const struct conf_key *key_at(const struct conf *conf, size_t i)
{
    return i < conf->common_count ? &conf_common[i] : &conf->own[i - conf->common_count];
}

static const char *section_at(const struct conf *conf, size_t i)
{
    return i < conf->common_count ? "common" : conf->section;
}

/* The index of a key of a section (NULL: of either); `count` when there is none. */
static size_t key_index(const struct conf *conf, const char *section, const char *name)
{
    size_t i = 0;
    while (i < conf->count &&
           (strcmp(key_at(conf, i)->name, name) != 0 || (section && strcmp(section_at(conf, i), section) != 0)))
        i++;
    return i;
}

static int value_set(struct conf *conf, size_t i, const char *value)
{
    char *copy = strdup(value);
    if (!copy)
        return err_set(conf->err, ERR_INTERNAL, "out of memory");
    free(conf->values[i]);
    conf->values[i] = copy;
    return 0;
}

/* inih calls it for each line; 0 stops with an error. */
static int on_line(void *context, const char *section, const char *name, const char *value)
{
    struct conf *conf = context;
    if (!*section) {
        err_set(conf->err, ERR_INTERNAL, "%s: %s stands before any [section]", conf->path, name);
        return 0;
    }
    if (strcmp(section, "common") != 0 && strcmp(section, conf->section) != 0)
        return 1; /* another program's */
    size_t i = key_index(conf, section, name);
    if (i == conf->count) {
        err_set(conf->err, ERR_INTERNAL, "%s: [%s] has no key %s", conf->path, section, name);
        return 0;
    }
    return value_set(conf, i, value) == 0;
}

static int environment_read(struct conf *conf)
{
    for (size_t i = 0; i < conf->count; i++) {
        char name[96];
        snprintf(name, sizeof name, "DANDELION_%s_%s", section_at(conf, i), key_at(conf, i)->name);
        for (char *c = name; *c; c++)
            *c = (char)toupper((unsigned char)*c);
        const char *value = getenv(name);
        if (value && value_set(conf, i, value) != 0)
            return -1;
    }
    return 0;
}

static int number_parse(const char *text, int64_t *number)
{
    char *end;
    errno = 0;
    long long value = strtoll(text, &end, 10);
    if (errno || end == text || *end)
        return -1;
    *number = value;
    return 0;
}

static int values_check(struct conf *conf)
{
    for (size_t i = 0; i < conf->count; i++) {
        const struct conf_key *key = key_at(conf, i);
        int64_t number;
        if (!conf->values[i] && !key->fallback)
            return err_set(conf->err, ERR_INTERNAL, "%s: [%s] needs %s: %s", conf->path, section_at(conf, i), key->name,
                           key->meaning);
        if (!conf->values[i] && key->fallback && value_set(conf, i, key->fallback) != 0)
            return -1;
        if (conf->values[i] && key->type == CONF_NUMBER &&
            (number_parse(conf->values[i], &number) != 0 || number < key->min || number > key->max))
            return err_set(conf->err, ERR_INTERNAL, "%s: [%s] %s must be a number from %lld to %lld", conf->path,
                           section_at(conf, i), key->name, (long long)key->min, (long long)key->max);
    }
    return 0;
}

struct conf *conf_load(const char *section, const struct conf_key *own, const char *path, struct err *err)
{
    struct conf *conf = calloc(1, sizeof *conf);
    if (!conf) {
        err_set(err, ERR_INTERNAL, "out of memory");
        return NULL;
    }
    *conf = (struct conf){.section = section, .own = own, .err = err, .path = path};
    conf->common_count = keys_count(conf_common);
    conf->count = conf->common_count + keys_count(own);
    conf->values = calloc(conf->count + 1, sizeof *conf->values);
    int line = conf->values ? ini_parse(path, on_line, conf) : 0;
    if (!conf->values)
        err_set(err, ERR_INTERNAL, "out of memory");
    else if (line < 0)
        err_set(err, ERR_INTERNAL, "%s cannot be read: %s", path, strerror(errno));
    else if (line > 0 && !err->code)
        err_set(err, ERR_INTERNAL, "%s:%d is not a [section] and not name = value", path, line);
    else if (!err->code && environment_read(conf) == 0)
        values_check(conf);
    if (err->code)
        conf_destroy(&conf);
    return conf;
}

void conf_destroy(struct conf **conf)
{
    struct conf *self = *conf;
    if (!self)
        return;
    *conf = NULL;
    for (size_t i = 0; self->values && i < self->count; i++)
        free(self->values[i]);
    free(self->values);
    free(self);
}

const char *conf_text(const struct conf *conf, const char *name)
{
    size_t i = key_index(conf, NULL, name);
    if (i == conf->count)
        abort(); /* the program asks for what its own table does not state */
    return conf->values[i];
}

int64_t conf_number(const struct conf *conf, const char *name)
{
    int64_t number = 0;
    if (number_parse(conf_text(conf, name), &number) != 0)
        abort(); /* values_check let it pass, so the key is not a number in the table */
    return number;
}

int conf_open_log(const struct conf *conf, struct err *err)
{
    enum log_level level;
    const char *name = conf_text(conf, "log_level");
    if (log_level_parse(name, &level) != 0)
        return err_set(err, ERR_INTERNAL, "log_level is %s; it must be debug, info, warn or error", name);
    log_open(conf->section, level);
    return 0;
}

int conf_reload(const struct conf *conf, struct err *err)
{
    struct conf *fresh = conf_load(conf->section, conf->own, conf->path, err);
    int rc = fresh ? conf_open_log(fresh, err) : -1;
    conf_destroy(&fresh);
    return rc;
}

static void keys_describe(const char *section, const struct conf_key *keys, FILE *out)
{
    fprintf(out, "[%s]\n", section);
    for (; keys->name; keys++) {
        fprintf(out, "# %s\n", keys->meaning);
        if (keys->type == CONF_NUMBER)
            fprintf(out, "# A number from %lld to %lld.\n", (long long)keys->min, (long long)keys->max);
        fprintf(out, "%s%s = %s\n", keys->fallback ? "#" : "", keys->name, keys->fallback ? keys->fallback : "");
    }
}

void conf_describe(const char *section, const struct conf_key *own, FILE *out)
{
    keys_describe("common", conf_common, out);
    fputc('\n', out);
    keys_describe(section, own, out);
}
