#include "daemon/settings.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "errors.h"

/* A section of "" stands for the daemon's own. */
static const struct conf_key keys[] = {
    {"common", "bus_directory", CONF_TEXT, NULL, 0, 0,
     "Folder of the daemons' sockets, mode 0700, its path at most 80 bytes."},
    {"common", "log_level", CONF_TEXT, "info", 0, 0, "Least important message logged: debug, info, warn, error."},
    {"common", "files_directory", CONF_TEXT, NULL, 0, 0, "Uploaded files, named by their content."},
    {"common", "column_key_file", CONF_TEXT, NULL, 0, 0, "32 random bytes that seal sensitive columns; mode 0600."},
    {"common", "blind_index_key_file", CONF_TEXT, NULL, 0, 0,
     "32 random bytes by which sealed values are found again; mode 0600."},
    {"common", "session_pepper_key_file", CONF_TEXT, NULL, 0, 0,
     "32 random bytes that passwords are mixed with; mode 0600."},
    {"common", "clock_file", CONF_TEXT, "", 0, 0,
     "For tests and drills: eight bytes, milliseconds (little endian) added to the machine's clock."},
    {"", "database", CONF_TEXT, NULL, 0, 0, "libpq connection string; the role reaches only its own schema."},
    {"", "health_port", CONF_NUMBER, NULL, 1, 65535, "Port of /livez, /readyz and /metrics on loopback."},
    {"", "commit_connections", CONF_NUMBER, "2", 1, 32, "Database connections for commands."},
    {"", "read_connections", CONF_NUMBER, "2", 1, 32, "Database connections for queries."},
    {"", "worker_threads", CONF_NUMBER, "2", 1, 16, "Threads for slow work such as password hashing and imports."},
    {"", "statement_timeout_ms", CONF_NUMBER, "30000", 100, 600000, "Longest time that one statement may take."},
    {NULL, NULL, CONF_TEXT, NULL, 0, 0, NULL},
};

enum { KEYS_COUNT = sizeof keys / sizeof *keys };

/* The table with the service's name where the section is its own. conf keeps it, so there is one per process. */
static const struct conf_key *keys_of(const char *service)
{
    static struct conf_key own[KEYS_COUNT];
    memcpy(own, keys, sizeof keys);
    for (size_t i = 0; i < KEYS_COUNT - 1; i++)
        if (!*own[i].section)
            own[i].section = service;
    return own;
}

/* Where the configuration came from, for a reload. */
static const char *loaded_service, *loaded_path;

static int log_level_set(const struct conf *conf, const char *service, struct err *err)
{
    enum log_level level;
    const char *name = conf_text(conf, "common", "log_level");
    if (log_level_parse(name, &level) != 0)
        return err_set(err, ERR_INTERNAL, "log_level is %s; it must be debug, info, warn or error", name);
    log_open(service, level);
    return 0;
}

struct conf *settings_load(const char *service, const char *path, struct err *err)
{
    struct conf *conf = conf_load(keys_of(service), path, err);
    loaded_service = service;
    loaded_path = path;
    if (conf && log_level_set(conf, service, err) != 0)
        conf_destroy(&conf);
    return conf;
}

int settings_reload(const struct conf *conf, struct err *err)
{
    (void)conf;
    struct conf *fresh = conf_load(keys_of(loaded_service), loaded_path, err);
    int rc = fresh ? log_level_set(fresh, loaded_service, err) : -1;
    conf_destroy(&fresh);
    return rc;
}

int settings_describe(const char *service, FILE *out)
{
    conf_describe(keys_of(service), out);
    return ferror(out) ? 1 : 0;
}
