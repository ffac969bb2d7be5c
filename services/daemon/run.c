/* The command line of every daemon. */
#include <getopt.h>
#include <stdio.h>

#include "base/log.h"
#include "daemon/daemon.h"
#include "daemon/settings.h"
#include "version.h"

static int usage(const struct daemon_spec *spec, FILE *out, int status)
{
    fprintf(out,
            "usage: %sd --config FILE [--check-config | --describe-config | --version]\n"
            "Runs Dandelion's %s service until SIGTERM. SIGHUP reads the log level anew.\n",
            spec->name, spec->name);
    return status;
}

static int options_read(int argc, char **argv, const char **config, char *action)
{
    static const struct option options[] = {
        {"config", required_argument, NULL, 'c'},
        {"check-config", no_argument, NULL, 'k'},
        {"describe-config", no_argument, NULL, 'd'},
        {"version", no_argument, NULL, 'v'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    int option;
    *config = NULL;
    *action = 'r';
    while ((option = getopt_long(argc, argv, "c:h", options, NULL)) != -1) {
        if (option == 'c')
            *config = optarg;
        else if (option == '?')
            return -1;
        else
            *action = (char)option;
    }
    bool needs_config = *action == 'r' || *action == 'k';
    return optind == argc && (*config || !needs_config) ? 0 : -1;
}

int daemon_run(const struct daemon_spec *spec, int argc, char **argv)
{
    struct daemon daemon = {.spec = spec};
    struct err err = {0};
    const char *config;
    char action;
    if (options_read(argc, argv, &config, &action) != 0)
        return usage(spec, stderr, 2);
    if (action == 'h')
        return usage(spec, stdout, 0);
    if (action == 'v')
        return printf("%sd %s\n", spec->name, DANDELION_VERSION) < 0;
    log_open(spec->name, LOG_INFO);
    if (action == 'd') {
        conf_describe(spec->name, settings_keys, stdout);
        return 0;
    }
    daemon.conf = conf_load(spec->name, settings_keys, config, &err);
    if (!daemon.conf || conf_open_log(daemon.conf, &err) != 0) {
        log_line(LOG_ERROR, "configuration refused", "detail=%s", log_quoted(err.detail));
        conf_destroy(&daemon.conf);
        return 2;
    }
    int status = 0;
    if (action == 'r') {
        if (daemon_start(&daemon, &err) == 0) {
            log_line(LOG_INFO, "started", "version=%s", DANDELION_VERSION);
            event_base_dispatch(daemon.base);
        } else {
            log_line(LOG_ERROR, "cannot start", "detail=%s", log_quoted(err.detail));
            status = 1;
        }
    }
    daemon_end(&daemon);
    log_line(LOG_INFO, "stopped", "status=%d", status);
    return status;
}
