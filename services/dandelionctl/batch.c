/* dandelionctl call --batch: many calls from standard input, a number of them under way at once. */
#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "dandelionctl/commands.h"
#include "dandelionctl/lines.h"
#include "dandelionctl/request.h"
#include "gateway/json/problem.h"

struct batch;

/* One call under way. */
struct flight {
    struct batch *batch;
    struct flight *next; /* of those unused */
    const struct rpc *rpc;
    uint64_t index;
};

struct batch {
    struct ctl *ctl;
    const struct rpc *rpc; /* of lines that are bare inputs; NULL: each line names its method */
    struct lines lines;
    struct event *readable;
    struct flight *flights, *unused;
    size_t under_way;
    uint64_t sent, done, refused, unavailable;
    int64_t began_us;
    struct str out;
};

static void batch_fill(struct batch *batch);

/* --- results */

static void result_write(uint64_t index, const char *kind, const struct str *json)
{
    printf("{\"index\":%" PRIu64 ",\"%s\":%s}\n", index, kind, str_text(json));
}

static void count_failure(struct batch *batch, uint64_t index, const struct err *err)
{
    if (err->code == ERR_LOCAL)
        fprintf(stderr, "dandelionctl: call %" PRIu64 ": %s\n", index, err->detail);
    if (ctl_status(err) == EXIT_UNAVAILABLE)
        batch->unavailable++;
    else
        batch->refused++;
    str_reset(&batch->out);
    problem_write(err, batch->ctl->language, NULL, &batch->out);
    result_write(index, "problem", &batch->out);
}

static void count_success(struct batch *batch, const struct flight *flight, const struct bus_reply *reply)
{
    struct err err = {0};
    str_reset(&batch->out);
    if (!batch->ctl->options->failures && request_reply_json(batch->ctl, flight->rpc, reply, &batch->out, &err) != 0) {
        count_failure(batch, flight->index, &err);
        return;
    }
    batch->done++;
    if (!batch->ctl->options->failures)
        result_write(flight->index, "reply", &batch->out);
}

static void on_reply(void *context, const struct bus_reply *reply)
{
    struct flight *flight = context;
    struct batch *batch = flight->batch;
    if (reply->err)
        count_failure(batch, flight->index, reply->err);
    else
        count_success(batch, flight, reply);
    flight->next = batch->unused;
    batch->unused = flight;
    batch->under_way--;
    batch_fill(batch);
}

/* --- requests */

/* Sends what a line with its own method says: {"method": …, "input": {…}, "key": …, "if_match": …}. */
static int send_named(struct batch *batch, const char *line, size_t length, struct flight *flight, struct err *err)
{
    const char *method = "", *key = NULL;
    json_int_t if_match = 0;
    json_t *input = NULL;
    json_error_t error;
    json_t *root = json_loadb(line, length, JSON_REJECT_DUPLICATES, &error);
    char *text = NULL;
    int rc = -1;
    if (!root || json_unpack_ex(root, &error, 0, "{s:s, s?o, s?s, s?I !}", "method", &method, "input", &input, "key",
                                &key, "if_match", &if_match) != 0)
        err_set(err, ERR_LOCAL, "%s", error.text);
    else if (!(flight->rpc = rpc_find(method)))
        err_set(err, ERR_LOCAL, "no such method: %.80s", method);
    else if (!(text = input ? json_dumps(input, JSON_COMPACT) : strdup("{}")))
        err_set(err, ERR_LOCAL, "out of memory");
    else
        rc = request_send(
            batch->ctl,
            &(struct request){
                .rpc = flight->rpc, .input = text, .length = strlen(text), .key = key, .if_match = if_match},
            on_reply, flight, err);
    free(text);
    json_decref(root);
    return rc;
}

static int send_bare(struct batch *batch, const char *line, size_t length, struct flight *flight, struct err *err)
{
    flight->rpc = batch->rpc;
    struct request request = {
        .rpc = batch->rpc, .input = line, .length = length, .if_match = batch->ctl->options->if_match};
    return request_send(batch->ctl, &request, on_reply, flight, err);
}

static void line_send(struct batch *batch, const char *line, size_t length)
{
    struct flight *flight = batch->unused;
    struct err err = {0};
    flight->index = batch->sent++;
    int rc = batch->rpc ? send_bare(batch, line, length, flight, &err) : send_named(batch, line, length, flight, &err);
    if (rc != 0) {
        count_failure(batch, flight->index, &err);
        return;
    }
    batch->unused = flight->next;
    batch->under_way++;
}

/* Sends lines until enough is under way or no whole line is there; then sees to it that more is read. */
static void batch_fill(struct batch *batch)
{
    size_t length;
    char *line = NULL;
    while (batch->unused && (line = lines_next(&batch->lines, &length))) {
        if (length)
            line_send(batch, line, length);
    }
    if (!batch->lines.ended && batch->unused)
        event_add(batch->readable, NULL);
    else if (batch->lines.ended && batch->under_way == 0)
        event_base_loopbreak(batch->ctl->base);
    if (batch->under_way == 0)
        fflush(stdout); /* whoever feeds us may wait for it */
}

static void on_readable(evutil_socket_t fd, short what, void *context)
{
    struct batch *batch = context;
    (void)fd, (void)what;
    lines_read(&batch->lines);
    batch_fill(batch);
}

/* --- the whole */

static int batch_open(struct batch *batch, struct err *err)
{
    const struct options *options = batch->ctl->options;
    if (options->words_count && !(batch->rpc = rpc_find(options->words[0])))
        return err_set(err, ERR_LOCAL, "no such method: %.80s; dandelionctl methods lists them", options->words[0]);
    batch->flights = calloc(options->parallel, sizeof *batch->flights);
    batch->readable = event_new(batch->ctl->base, STDIN_FILENO, EV_READ, on_readable, batch);
    if (!batch->flights || !batch->readable)
        return err_set(err, ERR_LOCAL, "out of memory");
    for (uint32_t i = 0; i < options->parallel; i++) {
        batch->flights[i] = (struct flight){.batch = batch, .next = batch->unused};
        batch->unused = &batch->flights[i];
    }
    return 0;
}

static int batch_close(struct batch *batch)
{
    double seconds = (double)(clock_monotonic_us() - batch->began_us) / 1e6;
    fprintf(stderr,
            batch->ctl->options->json ? "{\"calls\":%" PRIu64 ",\"done\":%" PRIu64 ",\"refused\":%" PRIu64
                                        ",\"unavailable\":%" PRIu64 ",\"seconds\":%.3f}\n"
                                      : "%" PRIu64 " calls: %" PRIu64 " done, %" PRIu64 " refused, %" PRIu64
                                        " unavailable, in %.1f s\n",
            batch->sent, batch->done, batch->refused, batch->unavailable, seconds);
    if (batch->lines.failed)
        fprintf(stderr, "dandelionctl: standard input cannot be read, or a line is over %d bytes\n", LINE_MAX_BYTES);
    event_free(batch->readable);
    lines_destroy(&batch->lines);
    str_destroy(&batch->out);
    free(batch->flights);
    if (batch->unavailable)
        return EXIT_UNAVAILABLE;
    return batch->lines.failed ? EXIT_USAGE : batch->refused ? EXIT_REFUSED : EXIT_DONE;
}

int batch_run(struct ctl *ctl)
{
    struct batch batch = {.ctl = ctl, .lines = lines_new(STDIN_FILENO), .out = str_new(0)};
    struct err err = {0};
    batch.began_us = clock_monotonic_us();
    if (batch_open(&batch, &err) != 0) {
        free(batch.flights);
        if (batch.readable)
            event_free(batch.readable);
        return ctl_complain(ctl, "", &err);
    }
    batch_fill(&batch);
    event_base_dispatch(ctl->base);
    return batch_close(&batch);
}
