#include "daemon/ask.h"

#include <string.h>

#include "bus/pb_arena.h"
#include "daemon/daemon.h"
#include "daemon/fill.h"
#include "daemon/page.h"
#include "errors.h"

/* One statement that a call asks. */
struct ask {
    struct question question; /* first, so that a question is its ask */
    struct call *call;
    struct ask *next;
};

int ask_add(struct call *call, const struct statement *statement, const void *args)
{
    struct ask *ask = arena_alloc(call->arena, sizeof *ask);
    void *copy = ask ? arena_copy(call->arena, args, statement->args_size) : NULL;
    if (!copy)
        return call_refuse(call, ERR_REPLY_TOO_LARGE, "no room for a question");
    ask->question.statement = statement;
    ask->question.args = copy;
    ask->call = call;
    ask->next = call->asks;
    call->asks = ask;
    return 0;
}

/* The token of the next page, when there are more rows than a page holds. */
static int page_cut(struct call *call, const struct fill *fill, const struct answer *answer, size_t *count)
{
    const ProtobufCFieldDescriptor *field =
        protobuf_c_message_descriptor_get_field_by_name(call->reply->descriptor, "next_page_token");
    *count = answer->count;
    if (!field || fill->cursor_column < 0 || call->page_size == 0 || *count <= call->page_size)
        return 0;
    *count = call->page_size;
    const char *cursor = PQgetvalue(answer->result, answer->rows[*count - 1], fill->cursor_column);
    char *token = page_token_make(daemon_page_key(call->daemon), call->method->name, cursor, call->arena);
    if (!token)
        return call_refuse(call, ERR_REPLY_TOO_LARGE, "no room for a page token");
    *(char **)(void *)((char *)call->reply + field->offset) = token;
    return 0;
}

/* Makes a message of each row and gives them to the repeated field. */
static int rows_fill(struct call *call, const struct fill *fill, const struct answer *answer)
{
    size_t count;
    if (page_cut(call, fill, answer, &count) != 0)
        return -1;
    ProtobufCMessage **messages = arena_array(call->arena, count ? count : 1, sizeof(ProtobufCMessage *));
    if (!messages)
        return call_refuse(call, ERR_REPLY_TOO_LARGE, "no room for %zu rows", count);
    for (size_t i = 0; i < count; i++) {
        messages[i] = arena_alloc(call->arena, fill->target->sizeof_message);
        if (!messages[i])
            return call_refuse(call, ERR_REPLY_TOO_LARGE, "no room for row %zu", i);
        protobuf_c_message_init(fill->target, messages[i]);
        if (fill_row(fill, call, answer->result, answer->rows[i], messages[i]) != 0)
            return -1;
    }
    *(size_t *)(void *)((char *)call->reply + fill->repeated->quantifier_offset) = count;
    *(ProtobufCMessage ***)(void *)((char *)call->reply + fill->repeated->offset) = messages;
    return 0;
}

static void answer_take(struct call *call, const struct statement *statement, const struct answer *answer)
{
    const struct fill *fill = fill_of(daemon_fills(call->daemon), statement, call->method->output_rules, &call->err);
    if (!fill)
        return;
    if (fill->repeated) {
        rows_fill(call, fill, answer);
    } else if (answer->count == 0) {
        call_refuse(call, ERR_NOT_FOUND, "%s found no row", statement->name);
    } else if (fill_row(fill, call, answer->result, answer->rows[0], call->reply) == 0 && fill->version_column >= 0) {
        call->unit.version = fill_version(fill, answer->result, answer->rows[0]);
    }
}

static void on_answer(struct question *question, const struct answer *answer, const struct err *err)
{
    struct ask *ask = (struct ask *)question;
    struct call *call = ask->call;
    if (!call->err.code) {
        if (err)
            call->err = *err;
        else
            answer_take(call, question->statement, answer);
    }
    if (--call->asks_open == 0)
        call->asks_done(call);
}

void ask_run(struct call *call, struct reader *reader, ProtobufCMessage *reply, void (*done)(struct call *call))
{
    call->reply = reply;
    call->asks_done = done;
    call->asks_open = 1; /* our own, so that an early answer does not end the call */
    for (struct ask *next, *ask = call->asks; ask; ask = next) {
        next = ask->next;
        ask->question.deadline = call->unit.deadline;
        ask->question.done = on_answer;
        call->asks_open++;
        reader_ask(reader, &ask->question);
    }
    if (--call->asks_open == 0)
        done(call);
}
