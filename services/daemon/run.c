/* The command line of every daemon. */
#include <stdio.h>

#include "base/log.h"
#include "base/options.h"
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

int daemon_run(const struct daemon_spec *spec, int argc, char **argv)
{
    struct daemon daemon = {.spec = spec};
    struct err err = {0};
    const char *config;
    enum options_action action = options_read(argc, argv, &config);
    if (action == OPTIONS_WRONG)
        return usage(spec, stderr, 2);
    if (action == OPTIONS_HELP)
        return usage(spec, stdout, 0);
    if (action == OPTIONS_VERSION)
        return printf("%sd %s\n", spec->name, DANDELION_VERSION) < 0;
    log_open(spec->name, LOG_INFO);
    if (action == OPTIONS_DESCRIBE_CONFIG) {
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
    if (action == OPTIONS_RUN) {
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
