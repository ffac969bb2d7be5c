/* An import as a message, but for its bad cells. */
#ifndef DANDELION_IDENTITY_IMPORT_REPLY_H
#define DANDELION_IDENTITY_IMPORT_REPLY_H

#include "daemon/call.h"
#include "dandelion/identity.pb-c.h"
#include "identity.queries.h"

/* Fills the message from the columns of an import; committed_at CLOCK_NO_INSTANT: not yet. */
int import_fill(struct call *call, const struct identity_load_import_row *row, int64_t committed_at,
                Dandelion__Identity__Import *reply);

#endif
