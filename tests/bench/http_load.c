/* A load generator: sends the requests of a file over keep-alive connections, each as soon as the last one of its
 * connection was answered, and prints what came of it as JSON.
 *
 * usage: http_load HOST PORT CONNECTIONS VERB PATH TOKEN FILE SECONDS
 *
 * Each line of FILE is a request: the end of its path, a JSON body, or both, as in "/0190…/2026 {…}". One with a body
 * has an idempotency key of its own. No request is begun after SECONDS; with 0 all are sent. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum { CONNECTIONS_MAX = 1024, REQUEST_MAX = 4096, ANSWER_MAX = 65536 };

struct connection {
    size_t length;
    int64_t sent_us;
    int fd;
    char answer[ANSWER_MAX];
};

static const char *verb, *path, *token;
static struct iovec *requests; /* written before the clock starts */
static size_t requests_count, next_request, done_count;
static uint32_t *latencies;
static int64_t until_us; /* INT64_MAX: no limit */
static unsigned long statuses[600];
static struct connection connections[CONNECTIONS_MAX];

static int64_t now_us(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000000 + time.tv_nsec / 1000;
}

static void die(const char *what)
{
    fprintf(stderr, "http_load: %s: %s\n", what, strerror(errno));
    exit(1);
}

static int request_write(char request[REQUEST_MAX], const char *line)
{
    const char *body = strchr(line, '{');
    if (!body)
        return snprintf(request, REQUEST_MAX, "%s %s%s HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\n\r\n",
                        verb, path, line, token);
    return snprintf(request, REQUEST_MAX,
                    "%s %s%.*s HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\n"
                    "Content-Type: application/json\r\nIdempotency-Key: load-%d-%zu\r\nContent-Length: %zu\r\n\r\n%s",
                    verb, path, (int)strcspn(line, " {"), line, token, (int)getpid(), requests_count, strlen(body),
                    body);
}

static void request_add(const char *line)
{
    static size_t capacity;
    char request[REQUEST_MAX];
    int length = request_write(request, line);
    if (requests_count == capacity) {
        capacity = capacity ? capacity * 2 : 4096;
        struct iovec *grown = realloc(requests, capacity * sizeof *requests);
        if (!grown)
            die("memory");
        requests = grown;
    }
    char *copy = length < REQUEST_MAX ? strdup(request) : NULL;
    if (!copy)
        die("a request");
    requests[requests_count++] = (struct iovec){copy, (size_t)length};
}

static void requests_read(const char *name)
{
    FILE *file = fopen(name, "r");
    size_t size = 0;
    char *line = NULL;
    ssize_t length;
    if (!file)
        die(name);
    while ((length = getline(&line, &size, file)) > 0) {
        if (line[length - 1] == '\n')
            line[length - 1] = '\0';
        request_add(line);
    }
    free(line);
    fclose(file);
    latencies = calloc(requests_count + 1, sizeof *latencies);
}

static void request_send(struct connection *connection)
{
    int64_t now = now_us();
    if (next_request == requests_count || now >= until_us)
        return;
    const struct iovec *request = &requests[next_request++];
    connection->length = 0;
    connection->sent_us = now;
    if (send(connection->fd, request->iov_base, request->iov_len, MSG_NOSIGNAL) != (ssize_t)request->iov_len)
        die("send");
}

/* The whole answer's length once its head is there; 0 before. */
static size_t answer_length(const struct connection *connection)
{
    const char *end = memmem(connection->answer, connection->length, "\r\n\r\n", 4);
    if (!end)
        return 0;
    const char *field = strcasestr(connection->answer, "\r\ncontent-length:");
    size_t head = (size_t)(end - connection->answer) + 4;
    return head + (field && field < end ? strtoul(field + 17, NULL, 10) : 0);
}

static void answer_read(struct connection *connection)
{
    ssize_t got = recv(connection->fd, connection->answer + connection->length, ANSWER_MAX - 1 - connection->length, 0);
    if (got <= 0)
        die("the server closed the connection");
    connection->length += (size_t)got;
    connection->answer[connection->length] = '\0';
    size_t whole = answer_length(connection);
    if (whole == 0 || connection->length < whole)
        return;
    latencies[done_count++] = (uint32_t)(now_us() - connection->sent_us);
    statuses[strtoul(connection->answer + 9, NULL, 10) % 600]++;
    request_send(connection);
}

static int connect_to(const char *host, const char *port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)strtoul(port, NULL, 10))};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;
    if (inet_pton(AF_INET, host, &address.sin_addr) != 1 ||
        connect(fd, (struct sockaddr *)&address, sizeof address) != 0)
        die("connect");
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return fd;
}

static int by_size(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static double milliseconds(size_t rank)
{
    return latencies[rank] / 1e3;
}

static void report(double seconds)
{
    qsort(latencies, done_count, sizeof *latencies, by_size);
    printf("{\"requests\":%zu,\"seconds\":%.4f,\"per_second\":%.1f,\"p50_ms\":%.3f,\"p99_ms\":%.3f,\"max_ms\":%.3f,"
           "\"statuses\":{",
           done_count, seconds, (double)done_count / seconds, milliseconds(done_count / 2),
           milliseconds(done_count * 99 / 100), milliseconds(done_count - 1));
    const char *comma = "";
    for (size_t status = 0; status < 600; status++) {
        if (statuses[status]) {
            printf("%s\"%zu\":%lu", comma, status, statuses[status]);
            comma = ",";
        }
    }
    printf("}}\n");
}

int main(int argc, char **argv)
{
    if (argc != 9) {
        fprintf(stderr, "usage: http_load HOST PORT CONNECTIONS VERB PATH TOKEN FILE SECONDS\n");
        return 2;
    }
    size_t count = strtoul(argv[3], NULL, 10);
    verb = argv[4];
    path = argv[5];
    token = argv[6];
    requests_read(argv[7]);
    if (count == 0 || count > CONNECTIONS_MAX || requests_count == 0)
        return 2;
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    for (size_t i = 0; i < count; i++) {
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = &connections[i]};
        connections[i].fd = connect_to(argv[1], argv[2]);
        epoll_ctl(epoll, EPOLL_CTL_ADD, connections[i].fd, &event);
    }
    int64_t began = now_us(), seconds = strtol(argv[8], NULL, 10);
    until_us = seconds > 0 ? began + seconds * 1000000 : INT64_MAX;
    for (size_t i = 0; i < count; i++)
        request_send(&connections[i]);
    while (done_count < next_request) {
        struct epoll_event events[256];
        int ready = epoll_wait(epoll, events, 256, 10000);
        if (ready <= 0)
            die("no answer in ten seconds");
        for (int i = 0; i < ready; i++)
            answer_read(events[i].data.ptr);
    }
    report((double)(now_us() - began) / 1e6);
    return 0;
}
