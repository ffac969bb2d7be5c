/* dandelionctl methods: what can be called. */
#include <fnmatch.h>
#include <stdio.h>

#include "dandelionctl/commands.h"
#include "dandelionctl/rpc.h"
#include "gateway/json/encode.h"

static void write_line(const struct rpc *rpc)
{
    printf("%-30s %s\n", rpc->name, rpc->about);
    if (rpc->example)
        printf("%-30s '%s'\n", "", rpc->example);
}

static void write_json(const struct rpc *rpc, bool first)
{
    struct str out = str_new(0);
    str_puts(&out, first ? "{\"method\":" : ",{\"method\":");
    json_encode_text(rpc->name, &out);
    str_printf(&out, ",\"service\":\"%s\",\"about\":", rpc->service);
    json_encode_text(rpc->about, &out);
    str_printf(&out, ",\"input\":\"%s\",\"output\":\"%s\",\"writes\":%s,\"needs_key\":%s,\"needs_version\":%s",
               rpc->input->name, rpc->output->name, rpc->writes ? "true" : "false", rpc->idempotent ? "true" : "false",
               rpc->if_match ? "true" : "false");
    str_printf(&out, ",\"internal\":%s,\"example\":", rpc->internal ? "true" : "false");
    json_encode_text(rpc->example ? rpc->example : "", &out);
    printf("%s}", str_text(&out));
    str_destroy(&out);
}

int methods_run(const struct options *options)
{
    const char *pattern = options->words_count ? options->words[0] : "*";
    bool first = true;
    if (options->json)
        putchar('[');
    for (size_t i = 0; i < rpcs_count; i++) {
        if (fnmatch(pattern, rpcs[i].name, 0) != 0)
            continue;
        if (options->json)
            write_json(&rpcs[i], first);
        else
            write_line(&rpcs[i]);
        first = false;
    }
    if (options->json)
        puts("]");
    return first ? EXIT_REFUSED : EXIT_DONE;
}
