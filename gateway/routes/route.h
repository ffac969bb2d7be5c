/* The table of HTTP routes.
 *
 * Generated from the contract by proto/gen/routes.py into build/gen/routes.[ch]: `routes[]`, `routes_count`. Within
 * the table, routes that match the same path stand in order of precedence, a literal before a variable: the first
 * match is the right one. */
#ifndef DANDELION_GATEWAY_ROUTES_ROUTE_H
#define DANDELION_GATEWAY_ROUTES_ROUTE_H

#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bus/field_rule.h"
#include "dandelion/options.pb-c.h"

enum route_verb { ROUTE_GET, ROUTE_POST, ROUTE_PUT, ROUTE_PATCH, ROUTE_DELETE };

/* What stands between two slashes. The action of the last piece (":archive") is apart, in struct route. */
struct route_piece {
    const char *literal; /* NULL for a variable */
    unsigned field;      /* the variable: index in input->fields, a string or an integer */
};

struct route {
    enum route_verb verb;
    const char *path; /* "/v1/members/{id}:archive": for logs, metrics and documents */
    const struct route_piece *pieces;
    size_t pieces_count;
    const char *action;  /* "archive"; NULL for none */
    const char *method;  /* "Identity.ArchiveMember" */
    const char *service; /* "identity": the daemon that answers */
    const ProtobufCMessageDescriptor *input, *output;
    const struct message_rules *input_rules, *output_rules;
    uint32_t roles; /* bits of bus/method.h; the daemon decides, this only says whether a session is needed */
    Dandelion__Kind kind;
    unsigned success;     /* HTTP status of success */
    uint32_t deadline_ms; /* never 0 */
    int upload;           /* index in input->fields that receives the stored file's name; -1: no upload */
    int update_mask;      /* PATCH: index of update_mask, filled from the body's keys; -1 for other verbs */
    bool idempotent;      /* needs Idempotency-Key */
    bool if_match;        /* needs If-Match */
    bool body;            /* reads a JSON body; otherwise fields come from the query string */
};

#endif
