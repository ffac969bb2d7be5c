#include "daemon/settings.h"

const struct conf_key settings_keys[] = {
    {"database", CONF_TEXT, NULL, 0, 0, "libpq connection string; the role reaches only its own schema."},
    {"health_port", CONF_NUMBER, NULL, 1, 65535, "Port of /livez, /readyz and /metrics on loopback."},
    {"commit_connections", CONF_NUMBER, "2", 1, 32, "Database connections for commands."},
    {"read_connections", CONF_NUMBER, "2", 1, 32, "Database connections for queries."},
    {"worker_threads", CONF_NUMBER, "2", 1, 16, "Threads for slow work such as password hashing and imports."},
    {"statement_timeout_ms", CONF_NUMBER, "30000", 100, 600000, "Longest time that one statement may take."},
    {NULL, CONF_TEXT, NULL, 0, 0, NULL},
};
