#include "dandelionctl/ctl.h"

#include <errno.h>
#include <grp.h>
#include <ini.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "dandelionctl/caller.h"
#include "dandelionctl/rpc.h"
#include "errors.h"
#include "gateway/json/problem.h"

enum { KEPT_MEMORY = 1 << 20, WORK_MEMORY = 16 << 20 };

static const struct conf_key no_keys[] = {{NULL, CONF_TEXT, NULL, 0, 0, NULL}};

/* The file that is there of those that are usual. */
static const char *config_find(const struct options *options, struct err *err)
{
    static const char *const usual[] = {"var/dandelion.conf", "/etc/dandelion/dandelion.conf"};
    const char *named = options->config ? options->config : getenv("DANDELION_CONFIG");
    if (named && *named)
        return named;
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++) {
        if (access(usual[i], R_OK) == 0)
            return usual[i];
    }
    err_set(err, ERR_LOCAL, "no configuration: give --config FILE or set DANDELION_CONFIG");
    return NULL;
}

/* As every program reads its keys: the environment stands above the file. */
static int health_port_of(const char *section, const char *value)
{
    char name[96];
    snprintf(name, sizeof name, "DANDELION_%s_HEALTH_PORT", section);
    for (char *c = name; *c; c++)
        *c = (char)(*c >= 'a' && *c <= 'z' ? *c - 'a' + 'A' : *c);
    const char *given = getenv(name);
    long port = strtol(given ? given : value, NULL, 10);
    return port > 0 && port < 65536 ? (int)port : 0;
}

static bool has_methods(const char *service)
{
    for (size_t i = 0; i < rpcs_count; i++) {
        if (strcmp(rpcs[i].service, service) == 0)
            return true;
    }
    return false;
}

/* inih calls it for each line. */
static int on_line(void *context, const char *section, const char *name, const char *value)
{
    struct ctl *ctl = context;
    if (strcmp(name, "health_port") != 0 || ctl->services_count == CTL_SERVICES_MAX || strlen(section) >= CTL_NAME_MAX)
        return 1;
    struct ctl_service *service = &ctl->services[ctl->services_count++];
    snprintf(service->name, sizeof service->name, "%s", section);
    service->health_port = health_port_of(section, value);
    service->on_bus = has_methods(section);
    return 1;
}

static enum language language_wanted(void)
{
    static const char *const variables[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
    for (size_t i = 0; i < sizeof variables / sizeof *variables; i++) {
        const char *value = getenv(variables[i]);
        if (value && *value)
            return strncmp(value, "zh", 2) == 0 ? LANGUAGE_ZH : LANGUAGE_EN;
    }
    return LANGUAGE_EN;
}

/* A loop whose backend also takes regular files: standard input may be one. */
static struct event_base *loop_new(void)
{
    struct event_config *config = event_config_new();
    if (!config)
        return NULL;
    event_config_require_features(config, EV_FEATURE_FDS);
    struct event_base *base = event_base_new_with_config(config);
    event_config_free(config);
    return base;
}

/* Root becomes the user whom the bus belongs to: nothing here needs more, and the bus takes no one else for safe. */
static int privileges_drop(const char *bus_directory, struct err *err)
{
    struct stat about;
    if (geteuid() != 0)
        return 0;
    if (stat(bus_directory, &about) != 0)
        return err_set(err, ERR_LOCAL, "%.120s: %s", bus_directory, strerror(errno));
    if (about.st_uid == 0)
        return 0;
    if (setgroups(0, NULL) != 0 || setgid(about.st_gid) != 0 || setuid(about.st_uid) != 0)
        return err_set(err, ERR_LOCAL, "cannot become the user of %.120s: %s", bus_directory, strerror(errno));
    return 0;
}

int ctl_open(struct ctl *ctl, const struct options *options, struct err *err)
{
    *ctl = (struct ctl){.options = options, .language = language_wanted()};
    const char *path = config_find(options, err);
    if (!path)
        return -1;
    ctl->conf = conf_load("dandelionctl", no_keys, path, err);
    if (!ctl->conf)
        return -1;
    const char *clock_file = conf_text(ctl->conf, "clock_file");
    if (*clock_file && clock_share(clock_file, err) != 0)
        return -1;
    ini_parse(path, on_line, ctl); /* conf_load has found the file readable and well-formed */
    if (privileges_drop(conf_text(ctl->conf, "bus_directory"), err) != 0)
        return -1;
    ctl->arena = arena_new(KEPT_MEMORY);
    ctl->work = arena_new(WORK_MEMORY);
    ctl->base = loop_new();
    if (!ctl->arena || !ctl->work || !ctl->base)
        return err_set(err, ERR_LOCAL, "out of memory");
    ctl->caller = caller_new(options, ctl->arena, err);
    return ctl->caller ? 0 : -1;
}

void ctl_close(struct ctl *ctl)
{
    for (size_t i = 0; i < ctl->services_count; i++)
        bus_client_destroy(&ctl->services[i].client);
    if (ctl->base)
        event_base_free(ctl->base);
    arena_destroy(&ctl->work);
    arena_destroy(&ctl->arena);
    conf_destroy(&ctl->conf);
    ctl->base = NULL;
}

struct ctl_service *ctl_service(struct ctl *ctl, const char *name)
{
    for (size_t i = 0; i < ctl->services_count; i++) {
        if (strcmp(ctl->services[i].name, name) == 0)
            return &ctl->services[i];
    }
    return NULL;
}

struct bus_client *ctl_client(struct ctl *ctl, struct ctl_service *service, struct err *err)
{
    char endpoint[512];
    const char *endpoints[] = {endpoint};
    if (service->client)
        return service->client;
    snprintf(endpoint, sizeof endpoint, "ipc://%s/%s", conf_text(ctl->conf, "bus_directory"), service->name);
    struct bus_client_options options = {.endpoints = endpoints, .endpoints_count = 1};
    service->client = bus_client_new(ctl->base, &options, err);
    return service->client;
}

enum exit_status ctl_status(const struct err *err)
{
    switch (err->code) {
    case ERR_UNAVAILABLE:
    case ERR_OVERLOADED:
    case ERR_DEADLINE_EXCEEDED:
        return EXIT_UNAVAILABLE;
    default:
        return err->code == ERR_LOCAL ? EXIT_USAGE : EXIT_REFUSED;
    }
}

int ctl_complain(const struct ctl *ctl, const char *what, const struct err *err)
{
    struct str text = str_new(4096);
    if (err->code == ERR_LOCAL || !err->code)
        str_puts(&text, err->detail);
    else
        problem_explain(err, ctl->language, &text);
    fprintf(stderr, "dandelionctl: %s%s%s%s%s", what, *what ? ": " : "", err->field, *err->field ? ": " : "",
            str_text(&text));
    if (err->code > 0)
        fprintf(stderr, " (%s)", error_text_find(err->code)->code);
    fputc('\n', stderr);
    str_destroy(&text);
    return (int)ctl_status(err);
}
