#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "dandelionctl/caller.h"
#include "dandelionctl/exit.h"
#include "dandelionctl/options.h"

#define ID "01900000-0000-7000-8000-000000000001"

enum { WORDS_MAX = 24 };

/* Splits at blanks: no word of these tests has one. */
static int parse(const char *line, struct options *options)
{
    static char text[512];
    char *argv[WORDS_MAX + 1] = {0};
    int argc = 0;
    assert_true(strlen(line) < sizeof text);
    memcpy(text, line, strlen(line) + 1);
    for (char *at = text; *at && argc < WORDS_MAX;) {
        argv[argc++] = at;
        at += strcspn(at, " ");
        if (*at)
            *at++ = '\0';
    }
    return options_parse(argc, argv, options);
}

static void test_call(void **state)
{
    (void)state;
    struct options options;
    assert_int_equal(parse("dandelionctl call Dues.Pay {} --street " ID " --as-account " ID " --role auditor@" ID
                           ":/1/ --key k --if-match 7 --timeout 9 --json",
                           &options),
                     -1);
    assert_int_equal(options.command, COMMAND_CALL);
    assert_int_equal(options.words_count, 2);
    assert_string_equal(options.words[0], "Dues.Pay");
    assert_string_equal(options.words[1], "{}");
    assert_string_equal(options.street, ID);
    assert_int_equal(options.roles_count, 1);
    assert_string_equal(options.key, "k");
    assert_int_equal(options.if_match, 7);
    assert_int_equal(options.timeout_ms, 9000);
    assert_true(options.json);
    assert_int_equal(options.parallel, 64);
}

static void test_events(void **state)
{
    (void)state;
    struct options options;
    assert_int_equal(parse("dandelionctl events --from end --follow --service dues", &options), -1);
    assert_int_equal(options.from, OPTIONS_FROM_END);
    assert_true(options.follow);
    assert_string_equal(options.service, "dues");
    assert_int_equal(parse("dandelionctl events --from 12", &options), -1);
    assert_int_equal(options.from, 12);
}

static void test_wrong_use(void **state)
{
    static const char *const lines[] = {
        "dandelionctl",
        "dandelionctl destroy",
        "dandelionctl call",
        "dandelionctl call A.B {} more",
        "dandelionctl call A.B --batch {}",
        "dandelionctl call A.B --follow",
        "dandelionctl call A.B --key",
        "dandelionctl call A.B --parallel 0",
        "dandelionctl call A.B --parallel 9999",
        "dandelionctl call A.B --if-match 1x",
        "dandelionctl call A.B --street here",
        ("dandelionctl call A.B --as-account " ID),
        ("dandelionctl call A.B --street " ID " --role auditor@" ID ":/1/"),
        "dandelionctl events --from -1",
        "dandelionctl health more",
    };
    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        struct options options;
        assert_int_equal(parse(lines[i], &options), EXIT_USAGE);
    }
}

static Dandelion__Bus__Caller *caller_of(const char *role, struct arena *arena)
{
    struct options options = {.street = ID, .account = ID, .roles = {role}, .roles_count = 1};
    struct err err = {0};
    return caller_new(&options, arena, &err);
}

static void test_roles(void **state)
{
    (void)state;
    struct arena *arena = arena_new(1 << 16);
    const Dandelion__Bus__Caller *caller = caller_of("branch_secretary@" ID ":/1/4/1c/", arena);
    assert_non_null(caller);
    assert_string_equal(caller->service, "dandelionctl");
    assert_int_equal(caller->n_grants, 1);
    assert_int_equal(caller->grants[0]->role, DANDELION__ROLE__branch_secretary);
    assert_string_equal(caller->grants[0]->organization_id, ID);
    assert_string_equal(caller->grants[0]->path, "/1/4/1c/");
    assert_null(caller_of("branch_secretary", arena));
    assert_null(caller_of("branch_secretary@" ID, arena));
    assert_null(caller_of("branch_secretary@" ID ":", arena)); /* an empty path would contain everything */
    assert_null(caller_of("branch_secretary@" ID ":1/4", arena));
    assert_null(caller_of("branch_secretary@" ID ":/1/4", arena));
    assert_null(caller_of("branch_secretary@here:/1/", arena));
    assert_null(caller_of("king@" ID ":/1/", arena));
    assert_null(caller_of("ROLE_UNSPECIFIED@" ID ":/1/", arena));
    arena_destroy(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_call),
        cmocka_unit_test(test_events),
        cmocka_unit_test(test_wrong_use),
        cmocka_unit_test(test_roles),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
