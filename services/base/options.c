#include "base/options.h"

#include <getopt.h>
#include <stddef.h>

enum options_action options_read(int argc, char **argv, const char **config)
{
    static const struct option options[] = {
        {"config", required_argument, NULL, 'c'},
        {"check-config", no_argument, NULL, OPTIONS_CHECK_CONFIG},
        {"describe-config", no_argument, NULL, OPTIONS_DESCRIBE_CONFIG},
        {"version", no_argument, NULL, OPTIONS_VERSION},
        {"help", no_argument, NULL, OPTIONS_HELP},
        {NULL, 0, NULL, 0},
    };
    enum options_action action = OPTIONS_RUN;
    int option;
    *config = NULL;
    while ((option = getopt_long(argc, argv, "c:h", options, NULL)) != -1) {
        if (option == '?')
            return OPTIONS_WRONG;
        if (option == 'c')
            *config = optarg;
        else
            action = option == 'h' ? OPTIONS_HELP : (enum options_action)option;
    }
    if (optind != argc || (!*config && action <= OPTIONS_CHECK_CONFIG))
        return OPTIONS_WRONG;
    return action;
}
