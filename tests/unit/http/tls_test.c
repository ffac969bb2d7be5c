/* TLS: the handshake, a request, the versions refused, a certificate that does not fit its key. */
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "fixture.h"

static char folder[] = "/tmp/dandelion-tls-XXXXXX";
static char certificate_file[64], key_file[64], other_key_file[64];

static EVP_PKEY *write_key(const char *path)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    FILE *file = fopen(path, "w");
    assert_int_equal(PEM_write_PrivateKey(file, key, NULL, NULL, 0, NULL, NULL), 1);
    fclose(file);
    return key;
}

static void write_certificate(EVP_PKEY *key)
{
    X509 *certificate = X509_new();
    X509_set_version(certificate, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate), 0);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
    X509_set_pubkey(certificate, key);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_ASC,
                               (const unsigned char *)"street.example", -1, -1, 0);
    X509_set_issuer_name(certificate, X509_get_subject_name(certificate));
    assert_true(X509_sign(certificate, key, EVP_sha256()) > 0);
    FILE *file = fopen(certificate_file, "w");
    assert_int_equal(PEM_write_X509(file, certificate), 1);
    fclose(file);
    X509_free(certificate);
}

static int make_files(void **state)
{
    (void)state;
    if (mkdtemp(folder) == NULL)
        return -1;
    snprintf(certificate_file, sizeof certificate_file, "%s/certificate.pem", folder);
    snprintf(key_file, sizeof key_file, "%s/key.pem", folder);
    snprintf(other_key_file, sizeof other_key_file, "%s/other.pem", folder);
    EVP_PKEY *key = write_key(key_file), *other = write_key(other_key_file);
    write_certificate(key);
    EVP_PKEY_free(key);
    EVP_PKEY_free(other);
    return 0;
}

static int remove_files(void **state)
{
    (void)state;
    unlink(certificate_file);
    unlink(key_file);
    unlink(other_key_file);
    return rmdir(folder);
}

struct client {
    SSL_CTX *context;
    SSL *ssl;
    int fd;
};

/* Does one step of TLS again and again, turning the server's loop, until it works or fails. */
static int drive(struct fixture *fixture, struct client *client, int (*step)(SSL *))
{
    int result = -1;
    for (int64_t end = clock_monotonic_us() + 2000000; result <= 0 && clock_monotonic_us() < end;) {
        fixture_turn(fixture, 1);
        result = step(client->ssl);
        int why = SSL_get_error(client->ssl, result);
        if (result <= 0 && why != SSL_ERROR_WANT_READ && why != SSL_ERROR_WANT_WRITE)
            break;
    }
    return result;
}

static struct client client_new(struct fixture *fixture)
{
    struct client client = {.context = SSL_CTX_new(TLS_client_method()), .fd = fixture_connect(fixture)};
    evutil_make_socket_nonblocking(client.fd);
    client.ssl = SSL_new(client.context);
    SSL_set_fd(client.ssl, client.fd);
    return client;
}

static void client_destroy(struct client *client)
{
    SSL_free(client->ssl);
    SSL_CTX_free(client->context);
    close(client->fd);
}

static char got[8192];

static int read_some(SSL *ssl)
{
    return SSL_read(ssl, got, sizeof got - 1);
}

static int write_hello(SSL *ssl)
{
    static const char request[] = GET("/hello") "\r\n";
    return SSL_write(ssl, request, sizeof request - 1);
}

static int write_last(SSL *ssl)
{
    static const char request[] = GET("/big") "Connection: close\r\n\r\n";
    return SSL_write(ssl, request, sizeof request - 1);
}

static void start(struct fixture *fixture, struct http_tls **tls)
{
    struct err err = {0};
    *tls = http_tls_new(certificate_file, key_file, &err);
    assert_non_null(*tls);
    fixture->config.tls = *tls;
    fixture_start(fixture);
}

static void serves(void **state)
{
    struct fixture *fixture = *state;
    struct http_tls *tls;
    start(fixture, &tls);
    struct client client = client_new(fixture);
    static const unsigned char protocols[] = "\x02h2\x08http/1.1";
    SSL_set_alpn_protos(client.ssl, protocols, sizeof protocols - 1);
    assert_int_equal(drive(fixture, &client, SSL_connect), 1);
    const unsigned char *protocol;
    unsigned length;
    SSL_get0_alpn_selected(client.ssl, &protocol, &length);
    assert_memory_equal(protocol, "http/1.1", length);
    for (int i = 0; i < 2; i++) {
        memset(got, 0, sizeof got);
        assert_true(drive(fixture, &client, write_hello) > 0);
        assert_true(drive(fixture, &client, read_some) > 0);
        assert_non_null(strstr(got, "\r\n\r\nhi"));
        assert_non_null(strstr(got, "\r\nStrict-Transport-Security: max-age=31536000"));
    }
    assert_true(drive(fixture, &client, write_last) > 0);
    size_t total = 0;
    for (int result; (result = drive(fixture, &client, read_some)) > 0;)
        total += (size_t)result;
    assert_true(total > 4 << 20);
    assert_int_equal(SSL_get_shutdown(client.ssl), SSL_RECEIVED_SHUTDOWN);
    client_destroy(&client);
    fixture_turn(fixture, 10);
    assert_int_equal(http_server_counters(fixture->server)->open, 0);
    http_server_destroy(&fixture->server);
    http_tls_destroy(&tls);
}

static void speaks_1_2_but_nothing_older(void **state)
{
    struct fixture *fixture = *state;
    struct http_tls *tls;
    start(fixture, &tls);
    for (int version = TLS1_1_VERSION; version <= TLS1_3_VERSION; version++) {
        struct client client = client_new(fixture);
        SSL_set_security_level(client.ssl, 0);
        SSL_set_min_proto_version(client.ssl, version);
        SSL_set_max_proto_version(client.ssl, version);
        assert_int_equal(drive(fixture, &client, SSL_connect) == 1, version >= TLS1_2_VERSION);
        client_destroy(&client);
    }
    fixture_turn(fixture, 10);
    assert_int_equal(http_server_counters(fixture->server)->open, 0);
    http_server_destroy(&fixture->server);
    http_tls_destroy(&tls);
}

static void renews_its_certificate(void **state)
{
    struct fixture *fixture = *state;
    struct http_tls *tls;
    struct err err = {0};
    start(fixture, &tls);
    struct client old = client_new(fixture);
    assert_int_equal(drive(fixture, &old, SSL_connect), 1);
    struct http_tls *renewed = http_tls_new(certificate_file, key_file, &err);
    http_server_set_tls(fixture->server, renewed);
    http_tls_destroy(&tls);
    struct client young = client_new(fixture);
    assert_int_equal(drive(fixture, &young, SSL_connect), 1);
    assert_true(drive(fixture, &old, write_hello) > 0);
    assert_true(drive(fixture, &old, read_some) > 0);
    client_destroy(&old);
    client_destroy(&young);
    http_server_destroy(&fixture->server);
    http_tls_destroy(&renewed);
}

static void ends_plain_requests_and_slow_handshakes(void **state)
{
    struct fixture *fixture = *state;
    struct http_tls *tls;
    fixture->config.head_ms = 50;
    start(fixture, &tls);
    struct str answer = str_new(0);
    for (int i = 0; i < 2; i++) {
        int fd = fixture_connect(fixture);
        fixture_send(fixture, fd, GET("/hello") "\r\n", i == 0 ? strlen(GET("/hello") "\r\n") : 0);
        assert_int_not_equal(fixture_read(fixture, fd, NULL, &answer), OPEN);
        close(fd);
    }
    assert_null(strstr(str_text(&answer), "HTTP"));
    str_destroy(&answer);
    http_server_destroy(&fixture->server);
    http_tls_destroy(&tls);
}

static void says_what_is_wrong_with_the_files(void **state)
{
    (void)state;
    struct err err = {0};
    assert_null(http_tls_new("/nonexistent", key_file, &err));
    assert_non_null(strstr(err.detail, "certificate /nonexistent"));
    assert_null(http_tls_new(certificate_file, "/nonexistent", &err));
    assert_non_null(strstr(err.detail, "key /nonexistent"));
    assert_null(http_tls_new(certificate_file, other_key_file, &err));
    assert_non_null(strstr(err.detail, "mismatch"));
    struct http_tls *none = NULL;
    http_tls_destroy(&none);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
    const struct CMUnitTest tests[] = {
        TEST(serves),
        TEST(speaks_1_2_but_nothing_older),
        TEST(renews_its_certificate),
        TEST(ends_plain_requests_and_slow_handshakes),
        TEST(says_what_is_wrong_with_the_files),
    };
    return cmocka_run_group_tests(tests, make_files, remove_files);
}
