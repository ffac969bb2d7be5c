/* Queries: the statements that a call asks, and their rows turned into its reply.
 *
 * A column fills the field of the same name. A :point statement fills the reply itself, and finding no row is
 * ERR_NOT_FOUND; a :list fills the first repeated message of the reply; a statement named x__field fills that
 * repeated field. A column `<field>_sealed` is opened into its field, `cursor` makes the next page's token, `version`
 * the ETag, and `ord` is the kit's. */
#ifndef DANDELION_DAEMON_ASK_H
#define DANDELION_DAEMON_ASK_H

#include "daemon/call.h"
#include "store/reader.h"

/* Adds a statement to ask. */
int ask_add(struct call *call, const struct statement *statement, const void *args);

/* Asks all of them; `done` is called once, when the reply is complete or the call's error is set. */
void ask_run(struct call *call, struct reader *reader, ProtobufCMessage *reply, void (*done)(struct call *call));

#endif
