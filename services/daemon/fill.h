/* How the columns of a statement fill the fields of a message. Worked out once per statement. */
#ifndef DANDELION_DAEMON_FILL_H
#define DANDELION_DAEMON_FILL_H

#include <libpq-fe.h>

#include "bus/field_rule.h"
#include "daemon/call.h"
#include "store/statement.h"

struct fill_column {
    int column;
    enum sql_type type;
    const ProtobufCFieldDescriptor *field;
    const struct field_rule *rule;
    bool sealed;
};

struct fill {
    struct fill *next;
    const struct statement *statement;
    const struct message_rules *reply;
    const ProtobufCMessageDescriptor *target; /* the message that a row becomes */
    const ProtobufCFieldDescriptor *repeated; /* of the reply, when rows become its elements; NULL: the reply itself */
    struct fill_column *columns;
    size_t columns_count;
    int cursor_column, version_column, owner_column; /* -1: none */
};

/* All fills of a daemon. */
struct fills {
    struct fill *first;
};

/* The fill of `statement` into a reply; NULL with ERR_INTERNAL when a column has no field to fill. */
const struct fill *fill_of(struct fills *fills, const struct statement *statement, const struct message_rules *reply,
                           struct err *err);

/* Fills a message from one row; texts are copied to the call's arena. */
int fill_row(const struct fill *fill, struct call *call, const PGresult *result, int row, ProtobufCMessage *message);

/* The version column of a row. */
int64_t fill_version(const struct fill *fill, const PGresult *result, int row);

void fills_destroy(struct fills *fills);

#endif
