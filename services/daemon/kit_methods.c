/* What every daemon answers. */
#include "daemon/daemon.h"
#include "kit.methods.h"
#include "kit.queries.h"
#include "version.h"

int kit_ping(struct call *call, const Dandelion__Kit__PingRequest *request, Dandelion__Kit__PingReply *reply)
{
    (void)request;
    reply->service = (char *)call->daemon->spec->name;
    reply->version = (char *)DANDELION_VERSION;
    return 0;
}

int kit_read_events_query(struct call *call, const Dandelion__Kit__ReadEventsRequest *request)
{
    return kit_read_events(call, &(struct kit_read_events){.after = request->after, .limit = (int32_t)request->limit});
}

int kit_get_operation_query(struct call *call, const Dandelion__Kit__GetOperationRequest *request)
{
    return kit_get_operation(call, &(struct kit_get_operation){
                                       .street_id = call->street_id,
                                       .account_id = call->account_id,
                                       .id = request->id,
                                       .now = call->now,
                                   });
}
