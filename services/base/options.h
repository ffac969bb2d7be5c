/* The command line that every daemon and the gateway have. */
#ifndef DANDELION_BASE_OPTIONS_H
#define DANDELION_BASE_OPTIONS_H

enum options_action {
    OPTIONS_RUN,
    OPTIONS_CHECK_CONFIG,
    OPTIONS_DESCRIBE_CONFIG,
    OPTIONS_VERSION,
    OPTIONS_HELP,
    OPTIONS_WRONG, /* getopt has told what, if an option is unknown */
};

/* Reads `--config FILE [--check-config | --describe-config | --version | --help]`. `config` is the FILE, not NULL when
 * the program shall run or check it. */
enum options_action options_read(int argc, char **argv, const char **config);

#endif
