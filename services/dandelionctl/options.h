/* The command line. */
#ifndef DANDELION_DANDELIONCTL_OPTIONS_H
#define DANDELION_DANDELIONCTL_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum command { COMMAND_CALL = 1, COMMAND_HEALTH = 2, COMMAND_EVENTS = 4, COMMAND_METHODS = 8 };

enum { OPTIONS_ROLES_MAX = 64, PARALLEL_MAX = 4096 };

/* The position that stands for "where the log ends now". */
#define OPTIONS_FROM_END (-1)

struct options {
    enum command command;
    const char *words[2]; /* what is no option: method and input of call, pattern of methods */
    size_t words_count;
    const char *config; /* NULL: the usual places */
    bool json;

    const char *street, *account; /* "" for none */
    const char *roles[OPTIONS_ROLES_MAX];
    size_t roles_count;
    const char *key; /* NULL: made where the method needs one */
    int64_t if_match;
    uint32_t timeout_ms; /* 0: as the contract says */
    bool batch, failures;
    uint32_t parallel;

    const char *service; /* NULL: all */
    const char *type;    /* shell pattern */
    int64_t from;
    bool follow;
};

/* Reads the command line. Returns -1 when the command shall run; otherwise the exit status, after it has written the
 * help that was asked for, or what is wrong. The strings are those of argv. */
int options_parse(int argc, char **argv, struct options *options);

#endif
