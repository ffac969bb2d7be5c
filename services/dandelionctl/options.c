#include "dandelionctl/options.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "base/uuid.h"
#include "dandelionctl/exit.h"
#include "version.h"

#define CALL    COMMAND_CALL
#define HEALTH  COMMAND_HEALTH
#define EVENTS  COMMAND_EVENTS
#define METHODS COMMAND_METHODS

#define EVERY (CALL | HEALTH | EVENTS | METHODS)

enum { FIRST_OPTION = 256, OPTIONS_MAX = 32 };

enum option_id {
    HELP = FIRST_OPTION,
    CONFIG,
    JSON,
    STREET,
    AS_ACCOUNT,
    ROLE,
    KEY,
    IF_MATCH,
    TIMEOUT,
    BATCH,
    PARALLEL,
    FAILURES,
    SERVICE,
    FROM,
    TYPE,
    FOLLOW,
};

static const struct {
    enum option_id id;
    unsigned commands;
    const char *name, *argument, *help;
} specs[] = {
    {STREET, CALL, "street", "ID", "the street that the call is about"},
    {AS_ACCOUNT, CALL, "as-account", "ID", "act as this account; the audit names it. Needs --street"},
    {ROLE, CALL, "role", "ROLE@ORGANIZATION:PATH", "hold a role in an organisation, given by id and path; repeatable"},
    {KEY, CALL, "key", "KEY", "idempotency key; without it each call is a new one"},
    {IF_MATCH, CALL, "if-match", "VERSION", "the version that the change is based on"},
    {TIMEOUT, CALL, "timeout", "SECONDS", "longest wait for an answer (as the contract says)"},
    {BATCH, CALL, "batch", NULL, "many calls, one a line of standard input; see README.md"},
    {PARALLEL, CALL, "parallel", "N", "with --batch: calls under way at once (64)"},
    {FAILURES, CALL, "failures", NULL, "with --batch: write only the results that failed"},
    {SERVICE, EVENTS, "service", "NAME", "only the log of this service"},
    {FROM, EVENTS, "from", "POSITION|end", "begin after this position (0: the beginning)"},
    {TYPE, EVENTS, "type", "PATTERN", "only types that match, for example 'dandelion.dues.*'"},
    {FOLLOW, EVENTS, "follow", NULL, "go on with new events as they happen"},
    {JSON, CALL | HEALTH | METHODS, "json", NULL, "one line of JSON, for programs"},
    {CONFIG, CALL | HEALTH | EVENTS, "config", "FILE", "configuration of the installation"},
    {HELP, EVERY, "help", NULL, "this text"},
};

enum { SPECS_COUNT = sizeof specs / sizeof *specs };

static const struct {
    enum command command;
    const char *name, *synopsis, *about;
    size_t words_max;
} commands[] = {
    {CALL, "call", "call [OPTION]... SERVICE.METHOD [JSON|-]",
     "Calls a method of a daemon and writes its reply. The input is JSON; - reads it from standard input.", 2},
    {HEALTH, "health", "health [OPTION]...",
     "Asks every service whether it answers on the bus and whether it is ready.", 0},
    {EVENTS, "events", "events [OPTION]...", "Writes the events of the services, one CloudEvent in JSON a line.", 0},
    {METHODS, "methods", "methods [OPTION]... [PATTERN]", "Lists the methods that can be called.", 1},
};

enum { COMMANDS_COUNT = sizeof commands / sizeof *commands };

static void help_general(FILE *out)
{
    fputs("Usage: dandelionctl COMMAND [OPTION]...\n\nThe operator's tool: speaks to the daemons over their bus.\n\n",
          out);
    for (size_t i = 0; i < COMMANDS_COUNT; i++)
        fprintf(out, "  %-9s %s\n", commands[i].name, commands[i].about);
    fputs("\ndandelionctl COMMAND --help tells more; dandelionctl --version names the version.\n"
          "The configuration is --config FILE, $DANDELION_CONFIG, var/dandelion.conf or "
          "/etc/dandelion/dandelion.conf.\n"
          "Exit status: 0 done, 1 refused, 2 wrong use, 3 a service is not available.\n",
          out);
}

static void help_command(size_t at)
{
    printf("Usage: dandelionctl %s\n\n%s\n\n", commands[at].synopsis, commands[at].about);
    for (size_t i = 0; i < SPECS_COUNT; i++) {
        char name[64];
        if (!(specs[i].commands & commands[at].command))
            continue;
        snprintf(name, sizeof name, "--%s%s%s", specs[i].name, specs[i].argument ? " " : "",
                 specs[i].argument ? specs[i].argument : "");
        printf("  %-29s  %s\n", name, specs[i].help);
    }
}

static int wrong(const char *what, const char *value)
{
    fprintf(stderr, "dandelionctl: %s%s%s\nTry: dandelionctl --help\n", what, *value ? ": " : "", value);
    return EXIT_USAGE;
}

static int number_read(const char *text, int64_t min, int64_t max, int64_t *number)
{
    char *end;
    errno = 0;
    long long value = strtoll(text, &end, 10);
    if (errno || end == text || *end || value < min || value > max)
        return -1;
    *number = value;
    return 0;
}

/* Takes an option's number; returns -1, or the exit status. */
static int take_number(const char *name, const char *text, int64_t min, int64_t max, int64_t *number)
{
    if (number_read(text, min, max, number) == 0)
        return -1;
    fprintf(stderr, "dandelionctl: --%s needs a number from %lld to %lld\n", name, (long long)min, (long long)max);
    return EXIT_USAGE;
}

static int take_id(const char *name, const char *text, const char **id)
{
    struct uuid uuid;
    if (uuid_parse(text, &uuid) != 0)
        return wrong(name, "an id has 36 characters, like 01900000-0000-7000-8000-000000000001");
    *id = text;
    return -1;
}

static int take_call_option(int id, const char *value, struct options *options)
{
    int64_t number = 0;
    int status = -1;
    switch (id) {
    case STREET:
        return take_id("--street", value, &options->street);
    case AS_ACCOUNT:
        return take_id("--as-account", value, &options->account);
    case ROLE:
        if (options->roles_count == OPTIONS_ROLES_MAX)
            return wrong("too many roles", "");
        options->roles[options->roles_count++] = value;
        return -1;
    case KEY:
        options->key = value;
        return -1;
    case IF_MATCH:
        return take_number("if-match", value, 1, INT64_MAX, &options->if_match);
    case TIMEOUT:
        status = take_number("timeout", value, 1, 86400, &number);
        options->timeout_ms = (uint32_t)number * 1000;
        return status;
    case PARALLEL:
        status = take_number("parallel", value, 1, PARALLEL_MAX, &number);
        options->parallel = (uint32_t)number;
        return status;
    default:
        options->batch |= id == BATCH;
        options->failures |= id == FAILURES;
        return -1;
    }
}

static int take_option(int id, const char *value, struct options *options)
{
    switch (id) {
    case CONFIG:
        options->config = value;
        return -1;
    case JSON:
        options->json = true;
        return -1;
    case SERVICE:
        options->service = value;
        return -1;
    case TYPE:
        options->type = value;
        return -1;
    case FOLLOW:
        options->follow = true;
        return -1;
    case FROM:
        if (strcmp(value, "end") != 0)
            return take_number("from", value, 0, INT64_MAX - 1, &options->from);
        options->from = OPTIONS_FROM_END;
        return -1;
    default:
        return take_call_option(id, value, options);
    }
}

static int words_take(size_t at, int argc, char **argv, struct options *options)
{
    for (int i = optind; i < argc; i++) {
        if (options->words_count == commands[at].words_max)
            return wrong("one word too many", argv[i]);
        options->words[options->words_count++] = argv[i];
    }
    if (options->command != CALL)
        return -1;
    if (options->words_count == 0 && !options->batch)
        return wrong("call needs a method, for example Kit.Ping", "");
    if (options->words_count == 2 && options->batch)
        return wrong("--batch reads its inputs from standard input", "");
    if (*options->account && !*options->street)
        return wrong("--as-account needs --street", "");
    if (options->roles_count && !*options->account)
        return wrong("--role needs --as-account", "what a role allows is recorded under an account");
    return -1;
}

/* The table that getopt_long wants. */
static void getopt_table(unsigned command, struct option table[OPTIONS_MAX])
{
    size_t count = 0;
    for (size_t i = 0; i < SPECS_COUNT; i++) {
        if (specs[i].commands & command)
            table[count++] = (struct option){specs[i].name, specs[i].argument ? required_argument : no_argument, NULL,
                                             (int)specs[i].id};
    }
    table[count] = (struct option){0};
}

static int command_parse(size_t at, int argc, char **argv, struct options *options)
{
    struct option table[OPTIONS_MAX];
    int id;
    *options =
        (struct options){.command = commands[at].command, .street = "", .account = "", .parallel = 64, .type = "*"};
    getopt_table(options->command, table);
    opterr = 0;
    optind = 1;
    while ((id = getopt_long(argc, argv, ":", table, NULL)) != -1) {
        if (id == HELP) {
            help_command(at);
            return EXIT_DONE;
        }
        if (id == '?' || id == ':')
            return wrong(id == ':' ? "an option lacks its value" : "unknown option", argv[optind - 1]);
        int status = take_option(id, optarg, options);
        if (status >= 0)
            return status;
    }
    return words_take(at, argc, argv, options);
}

int options_parse(int argc, char **argv, struct options *options)
{
    const char *name = argc > 1 ? argv[1] : "";
    for (size_t i = 0; i < COMMANDS_COUNT; i++) {
        if (strcmp(name, commands[i].name) == 0)
            return command_parse(i, argc - 1, argv + 1, options);
    }
    if (strcmp(name, "--version") == 0) {
        puts("dandelionctl " DANDELION_VERSION);
        return EXIT_DONE;
    }
    if (strcmp(name, "--help") == 0 || strcmp(name, "help") == 0) {
        help_general(stdout);
        return EXIT_DONE;
    }
    if (*name)
        return wrong("no such command", name);
    help_general(stderr);
    return EXIT_USAGE;
}
