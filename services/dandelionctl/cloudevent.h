/* An entry of an event log as a CloudEvent. */
#ifndef DANDELION_DANDELIONCTL_CLOUDEVENT_H
#define DANDELION_DANDELIONCTL_CLOUDEVENT_H

#include "base/arena.h"
#include "base/str.h"
#include "dandelion/kit.pb-c.h"

/* Appends the event in the JSON format of CloudEvents 1.0, on one line. Its data is written as the contract describes
 * it, sensitive values masked; that of a type which this program does not know, as base64. */
void cloudevent_write(const char *service, const Dandelion__Kit__LoggedEvent *event, struct arena *arena,
                      struct str *out);

#endif
