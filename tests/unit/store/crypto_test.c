#include <setjmp.h>
#include <sodium.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "errors.h"
#include "store/crypto.h"

static const struct uuid street = {{1}}, other_street = {{2}}, owner = {{3}}, other_owner = {{4}};

struct fixture {
    struct crypto *crypto;
    struct arena *arena;
    struct err err;
};

static char *key_file(unsigned char fill, size_t size)
{
    char *path = strdup("/tmp/dandelion-key-XXXXXX");
    int fd = mkstemp(path);
    unsigned char bytes[64];
    memset(bytes, fill, sizeof bytes);
    assert_int_equal(write(fd, bytes, size), size);
    close(fd);
    return path;
}

static struct crypto *crypto_with(unsigned char seal, unsigned char index, size_t size, struct err *err)
{
    char *first = key_file(seal, size), *second = key_file(index, 32);
    struct crypto *crypto = crypto_new(first, second, err);
    unlink(first);
    unlink(second);
    free(first);
    free(second);
    return crypto;
}

static int set_up(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    assert_int_not_equal(sodium_init(), -1);
    fixture->crypto = crypto_with(7, 8, 32, &fixture->err);
    fixture->arena = arena_new(1 << 16);
    *state = fixture;
    return fixture->crypto && fixture->arena ? 0 : -1;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;
    crypto_destroy(&fixture->crypto);
    arena_destroy(&fixture->arena);
    free(fixture);
    return 0;
}

static void test_what_is_sealed_opens(void **state)
{
    struct fixture *f = *state;
    struct bytes sealed = crypto_seal(f->crypto, f->arena, "phone", &street, &owner, "13800138000");
    assert_non_null(sealed.data);
    assert_null(memmem(sealed.data, sealed.size, "13800138000", 11));
    assert_string_equal(crypto_open(f->crypto, f->arena, "phone", &street, &owner, sealed, &f->err), "13800138000");
}

static void test_the_same_value_is_sealed_differently(void **state)
{
    struct fixture *f = *state;
    struct bytes a = crypto_seal(f->crypto, f->arena, "phone", &street, &owner, "1");
    struct bytes b = crypto_seal(f->crypto, f->arena, "phone", &street, &owner, "1");
    assert_memory_not_equal(a.data, b.data, a.size);
}

static void test_a_sealed_value_cannot_be_moved(void **state)
{
    struct fixture *f = *state;
    struct bytes sealed = crypto_seal(f->crypto, f->arena, "phone", &street, &owner, "13800138000");
    assert_null(crypto_open(f->crypto, f->arena, "address", &street, &owner, sealed, &f->err));
    assert_null(crypto_open(f->crypto, f->arena, "phone", &other_street, &owner, sealed, &f->err));
    assert_null(crypto_open(f->crypto, f->arena, "phone", &street, &other_owner, sealed, &f->err));
    assert_int_equal(f->err.code, ERR_INTERNAL);
}

static void test_an_altered_value_does_not_open(void **state)
{
    struct fixture *f = *state;
    struct bytes sealed = crypto_seal(f->crypto, f->arena, "phone", &street, &owner, "13800138000");
    for (size_t i = 0; i < sealed.size; i++) {
        unsigned char *copy = arena_copy(f->arena, sealed.data, sealed.size);
        copy[i] ^= 1;
        assert_null(
            crypto_open(f->crypto, f->arena, "phone", &street, &owner, (struct bytes){copy, sealed.size}, NULL));
    }
    for (size_t size = 0; size < sealed.size; size++)
        assert_null(
            crypto_open(f->crypto, f->arena, "phone", &street, &owner, (struct bytes){sealed.data, size}, NULL));
}

static void test_absence_stays_absence(void **state)
{
    struct fixture *f = *state;
    assert_null(crypto_seal(f->crypto, f->arena, "phone", &street, &owner, "").data);
    assert_null(crypto_index(f->crypto, f->arena, "phone", &street, NULL).data);
    assert_string_equal(crypto_open(f->crypto, f->arena, "phone", &street, &owner, (struct bytes){NULL, 0}, NULL), "");
}

static void test_the_index_finds_equal_values_of_one_street_and_field(void **state)
{
    struct fixture *f = *state;
    struct bytes index = crypto_index(f->crypto, f->arena, "phone", &street, "13800138000");
    assert_int_equal(index.size, 16);
    assert_memory_equal(index.data, crypto_index(f->crypto, f->arena, "phone", &street, "13800138000").data, 16);
    assert_memory_not_equal(index.data, crypto_index(f->crypto, f->arena, "phone", &street, "13800138001").data, 16);
    assert_memory_not_equal(index.data, crypto_index(f->crypto, f->arena, "id_number", &street, "13800138000").data,
                            16);
    assert_memory_not_equal(index.data, crypto_index(f->crypto, f->arena, "phone", &other_street, "13800138000").data,
                            16);
}

static void test_another_key_opens_nothing(void **state)
{
    struct fixture *f = *state;
    struct crypto *other = crypto_with(9, 8, 32, &f->err);
    struct bytes sealed = crypto_seal(f->crypto, f->arena, "phone", &street, &owner, "13800138000");
    assert_null(crypto_open(other, f->arena, "phone", &street, &owner, sealed, NULL));
    crypto_destroy(&other);
}

static void test_a_key_file_of_the_wrong_size_is_refused(void **state)
{
    struct fixture *f = *state;
    assert_null(crypto_with(7, 8, 31, &f->err));
    assert_null(crypto_with(7, 8, 33, &f->err));
    assert_null(crypto_new("/nonexistent", "/nonexistent", &f->err));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_what_is_sealed_opens, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_the_same_value_is_sealed_differently, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_sealed_value_cannot_be_moved, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_an_altered_value_does_not_open, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_absence_stays_absence, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_the_index_finds_equal_values_of_one_street_and_field, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_another_key_opens_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_key_file_of_the_wrong_size_is_refused, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
