/* dandelionctl call: one method, once. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "dandelionctl/commands.h"
#include "dandelionctl/pretty.h"
#include "dandelionctl/request.h"
#include "gateway/json/decode.h"
#include "gateway/json/problem.h"

struct call {
    struct ctl *ctl;
    const struct rpc *rpc;
    int status;
};

/* A failure as problem+json on standard output for programs, as a sentence on standard error for people. */
static int fail(const struct call *call, const struct err *err)
{
    if (call->ctl->options->json && err->code > 0) {
        struct str text = str_new(0);
        problem_write(err, call->ctl->language, NULL, &text);
        puts(str_text(&text));
        str_destroy(&text);
        return (int)ctl_status(err);
    }
    return ctl_complain(call->ctl, call->rpc->name, err);
}

static void on_reply(void *context, const struct bus_reply *reply)
{
    struct call *call = context;
    struct str line = str_new(0), text = str_new(0);
    struct err err = {0};
    event_base_loopbreak(call->ctl->base);
    if (reply->err)
        err = *reply->err;
    else
        request_reply_json(call->ctl, call->rpc, reply, &line, &err);
    if (err.code) {
        call->status = fail(call, &err);
    } else if (call->ctl->options->json) {
        puts(str_text(&line));
    } else {
        pretty_json(str_text(&line), &text);
        puts(str_text(&text));
    }
    str_destroy(&line);
    str_destroy(&text);
}

/* Reads standard input whole. Returns 0 or -1. */
static int input_read(struct str *text)
{
    size_t room = 64 * 1024;
    size_t got = room;
    while (got == room && text->length <= JSON_SIZE_MAX) {
        char part[64 * 1024];
        got = fread(part, 1, room, stdin);
        str_append(text, part, got);
    }
    return str_ok(text) && !ferror(stdin) ? 0 : -1;
}

int call_run(struct ctl *ctl)
{
    const struct options *options = ctl->options;
    const char *given = options->words_count > 1 ? options->words[1] : "{}";
    struct call call = {.ctl = ctl, .rpc = rpc_find(options->words[0])};
    struct str text = str_new(0);
    struct err err = {0};
    if (!call.rpc) {
        err_set(&err, ERR_LOCAL, "no such method; dandelionctl methods lists them");
        return ctl_complain(ctl, options->words[0], &err);
    }
    if (strcmp(given, "-") != 0)
        str_puts(&text, given);
    else if (input_read(&text) != 0)
        err_set(&err, ERR_LOCAL, "standard input cannot be read: %s", strerror(errno));
    struct request request = {
        .rpc = call.rpc,
        .input = str_text(&text),
        .length = text.length,
        .key = options->key,
        .if_match = options->if_match,
    };
    if (err.code || request_send(ctl, &request, on_reply, &call, &err) != 0) {
        fail(&call, &err);
        call.status = EXIT_USAGE; /* the call was not made: what was given cannot be sent */
    } else {
        event_base_dispatch(ctl->base);
    }
    str_destroy(&text);
    return call.status;
}
