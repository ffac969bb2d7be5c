#include "base/conf.h"

#include <ctype.h>
#include <errno.h>
#include <ini.h>
#include <stdlib.h>
#include <string.h>

#include "errors.h"

struct conf {
    const struct conf_key *keys;
    size_t count;
    char **values;
    struct err *err; /* while reading */
    const char *path;
};

static size_t key_index(const struct conf_key *keys, const char *section, const char *name)
{
    size_t i = 0;
    while (keys[i].name && (strcmp(keys[i].section, section) != 0 || strcmp(keys[i].name, name) != 0))
        i++;
    return i;
}

static bool section_known(const struct conf_key *keys, const char *section)
{
    for (; keys->name; keys++)
        if (strcmp(keys->section, section) == 0)
            return true;
    return false;
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
    if (!section_known(conf->keys, section))
        return 1; /* another program's */
    size_t i = key_index(conf->keys, section, name);
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
        snprintf(name, sizeof name, "DANDELION_%s_%s", conf->keys[i].section, conf->keys[i].name);
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
        const struct conf_key *key = &conf->keys[i];
        int64_t number;
        if (!conf->values[i] && !key->fallback)
            return err_set(conf->err, ERR_INTERNAL, "%s: [%s] needs %s: %s", conf->path, key->section, key->name,
                           key->meaning);
        if (!conf->values[i] && value_set(conf, i, key->fallback) != 0)
            return -1;
        if (key->type == CONF_NUMBER &&
            (number_parse(conf->values[i], &number) != 0 || number < key->min || number > key->max))
            return err_set(conf->err, ERR_INTERNAL, "%s: [%s] %s must be a number from %lld to %lld", conf->path,
                           key->section, key->name, (long long)key->min, (long long)key->max);
    }
    return 0;
}

struct conf *conf_load(const struct conf_key *keys, const char *path, struct err *err)
{
    struct conf *conf = calloc(1, sizeof *conf);
    if (!conf) {
        err_set(err, ERR_INTERNAL, "out of memory");
        return NULL;
    }
    *conf = (struct conf){.keys = keys, .err = err, .path = path};
    while (keys[conf->count].name)
        conf->count++;
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

const char *conf_text(const struct conf *conf, const char *section, const char *name)
{
    size_t i = key_index(conf->keys, section, name);
    if (i == conf->count)
        abort(); /* the program asks for what its own table does not state */
    return conf->values[i];
}

int64_t conf_number(const struct conf *conf, const char *section, const char *name)
{
    int64_t number = 0;
    if (number_parse(conf_text(conf, section, name), &number) != 0)
        abort(); /* values_check let it pass, so the key is not a number in the table */
    return number;
}

void conf_describe(const struct conf_key *keys, FILE *out)
{
    const char *section = "";
    for (; keys->name; keys++) {
        if (strcmp(section, keys->section) != 0)
            fprintf(out, "%s[%s]\n", *section ? "\n" : "", keys->section);
        section = keys->section;
        fprintf(out, "# %s\n", keys->meaning);
        if (keys->type == CONF_NUMBER)
            fprintf(out, "# A number from %lld to %lld.\n", (long long)keys->min, (long long)keys->max);
        fprintf(out, "%s%s = %s\n", keys->fallback ? "#" : "", keys->name, keys->fallback ? keys->fallback : "");
    }
}
