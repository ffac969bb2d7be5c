#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/conf.h"

static const struct conf_key own[] = {
    {"database", CONF_TEXT, NULL, 0, 0, "Where the data is."},
    {"connections", CONF_NUMBER, "2", 1, 32, "How many."},
    {NULL, CONF_TEXT, NULL, 0, 0, NULL},
};

#define COMMON                                                                                                         \
    "[common]\nbus_directory = /b\nfiles_directory = /f\ncolumn_key_file = /c\nblind_index_key_file = /i\n"            \
    "session_pepper_key_file = /p\n"

static struct conf *load(const char *text, struct err *err)
{
    char path[] = "/tmp/dandelion-conf-XXXXXX";
    int fd = mkstemp(path);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    close(fd);
    struct conf *conf = conf_load("dues", own, path, err);
    unlink(path);
    return conf;
}

static void refused(const char *text, const char *because)
{
    struct err err = {0};
    struct conf *conf = load(text, &err);
    assert_null(conf);
    if (!strstr(err.detail, because))
        fail_msg("refused because: %s", err.detail);
}

static void test_values_and_defaults(void **state)
{
    struct err err = {0};
    struct conf *conf = load(COMMON "[dues]\ndatabase = dbname=x user=y\n[other]\nwhatever = 1\n", &err);
    (void)state;
    assert_non_null(conf);
    assert_string_equal(conf_text(conf, "bus_directory"), "/b");
    assert_string_equal(conf_text(conf, "database"), "dbname=x user=y");
    assert_string_equal(conf_text(conf, "log_level"), "info");
    assert_int_equal(conf_number(conf, "connections"), 2);
    conf_destroy(&conf);
}

static void test_the_environment_wins(void **state)
{
    struct err err = {0};
    (void)state;
    setenv("DANDELION_DUES_CONNECTIONS", "7", 1);
    struct conf *conf = load(COMMON "[dues]\ndatabase = x\nconnections = 3\n", &err);
    unsetenv("DANDELION_DUES_CONNECTIONS");
    assert_non_null(conf);
    assert_int_equal(conf_number(conf, "connections"), 7);
    conf_destroy(&conf);
}

static void test_what_is_wrong_is_named(void **state)
{
    struct err err = {0};
    (void)state;
    refused(COMMON "[dues]\ndatabase = x\nconections = 3\n", "has no key conections");
    refused(COMMON "colour = red\n[dues]\ndatabase = x\n", "[common] has no key colour");
    refused(COMMON "[dues]\nconnections = 3\n", "[dues] needs database");
    refused("[dues]\ndatabase = x\n", "[common] needs bus_directory");
    refused(COMMON "[dues]\ndatabase = x\nconnections = 0\n", "from 1 to 32");
    refused(COMMON "[dues]\ndatabase = x\nconnections = 3x\n", "from 1 to 32");
    refused(COMMON "[dues]\ndatabase\n", "is not a [section]");
    assert_null(conf_load("dues", own, "/nonexistent/dandelion.conf", &err));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values_and_defaults),
        cmocka_unit_test(test_the_environment_wins),
        cmocka_unit_test(test_what_is_wrong_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
