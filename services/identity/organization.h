/* Organisations as several topics need them. */
#ifndef DANDELION_IDENTITY_ORGANIZATION_H
#define DANDELION_IDENTITY_ORGANIZATION_H

#include "daemon/call.h"
#include "dandelion/identity.pb-c.h"
#include "identity.queries.h"

/* The path of a street's working committee. */
#define ORGANIZATION_ROOT_PATH "/1/"

/* load: an organisation that lies in the caller's scope. */
int organization_load(struct call *call, struct uuid id);

/* decide: the organisation loaded by organization_load; NULL when it is not there, or not for this caller to see. */
const struct identity_load_organization_row *organization_find(const struct call *call, struct uuid id);

/* decide, work: as organization_find, but an existing branch: else NULL with the call refused. `id` stands in the
 * request's field `organization_id`. */
const struct identity_load_organization_row *branch_find(struct call *call, struct uuid id);

/* load: the caller's street, whose tree or roles will change. Such commands run one after the other. */
int street_load(struct call *call);

/* decide: the street loaded; NULL with the call refused when it is not there. */
const struct identity_load_street_row *street_find(struct call *call);

/* decide: says that tree or roles of the street change; `labels` new organisations are made. */
int street_change(struct call *call, const struct identity_load_street_row *street, int64_t labels);

/* The path below `parent` (NULL: the root) for a label, in base 36; NULL with the call refused when it would be too
 * long. */
const char *organization_path(struct call *call, const char *parent, int64_t label);

/* Fills the message from an organisation's columns. */
void organization_fill(struct call *call, const struct identity_load_organization_row *row,
                       Dandelion__Identity__Organization *reply);

/* The present of what is at (`whole`: and below) old_path ends today; that of new_path begins. */
int organization_history(struct call *call, const char *old_path, const char *new_path, bool whole);

#endif
