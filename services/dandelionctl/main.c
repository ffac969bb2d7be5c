/* dandelionctl: the operator's tool. */
#include <stdio.h>

#include "dandelionctl/commands.h"

static int command_run(struct ctl *ctl)
{
    switch (ctl->options->command) {
    case COMMAND_HEALTH:
        return health_run(ctl);
    case COMMAND_EVENTS:
        return events_run(ctl);
    default:
        return ctl->options->batch ? batch_run(ctl) : call_run(ctl);
    }
}

int main(int argc, char **argv)
{
    struct options options;
    struct ctl ctl;
    struct err err = {0};
    int status = options_parse(argc, argv, &options);
    if (status >= 0)
        return status;
    if (options.command == COMMAND_METHODS)
        return methods_run(&options);
    if (ctl_open(&ctl, &options, &err) == 0) {
        status = command_run(&ctl);
    } else {
        fprintf(stderr, "dandelionctl: %s\n", err.detail);
        status = EXIT_USAGE;
    }
    ctl_close(&ctl);
    if (fflush(stdout) != 0 || ferror(stdout)) {
        fputs("dandelionctl: the output cannot be written\n", stderr);
        status = EXIT_UNAVAILABLE;
    }
    return status;
}
