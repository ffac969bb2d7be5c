#include "sample/organizations.h"

#include "daemon/call.h"
#include "dandelion/identity_events.pb-c.h"
#include "sample.queries.h"

static int organization_created(struct call *call, const ProtobufCMessage *message)
{
    const Dandelion__Identity__OrganizationCreated *event = (const void *)message;
    struct sample_put_organization args = {
        .street_id = call->street_id,
        .id = call_uuid(event->organization_id),
        .path = event->path,
    };
    return sample_put_organization(call, &args);
}

static int organization_moved(struct call *call, const ProtobufCMessage *message)
{
    const Dandelion__Identity__OrganizationMoved *event = (const void *)message;
    struct sample_move_organizations args = {
        .street_id = call->street_id,
        .old_path = event->old_path,
        .new_path = event->new_path,
    };
    return sample_move_organizations(call, &args);
}

static int organization_dissolved(struct call *call, const ProtobufCMessage *message)
{
    const Dandelion__Identity__OrganizationDissolved *event = (const void *)message;
    struct sample_dissolve_organization args = {
        .street_id = call->street_id,
        .id = call_uuid(event->organization_id),
    };
    return sample_dissolve_organization(call, &args);
}

/* A move changes paths of organisations that other events of a batch may name. */
const struct follow_handler organizations_handlers[] = {
    {"dandelion.identity.organization.created.v1", organization_created, false},
    {"dandelion.identity.organization.moved.v1", organization_moved, true},
    {"dandelion.identity.organization.dissolved.v1", organization_dissolved, false},
    {NULL, NULL, false},
};
