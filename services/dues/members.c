#include "dues/members.h"

#include "daemon/call.h"
#include "dandelion/identity_events.pb-c.h"
#include "dues.queries.h"

static const char *value_name(const ProtobufCEnumDescriptor *descriptor, int value)
{
    const ProtobufCEnumValue *found = protobuf_c_enum_descriptor_get_value(descriptor, value);
    return found ? found->name : "";
}

static int organization_created(struct call *call, const ProtobufCMessage *message)
{
    const Dandelion__Identity__OrganizationCreated *event = (const void *)message;
    struct dues_put_organization args = {
        .street_id = call->street_id,
        .id = call_uuid(event->organization_id),
        .parent_id = call_uuid(event->parent_id),
        .level = value_name(&dandelion__identity__level__descriptor, (int)event->level),
        .name = event->name,
        .path = event->path,
    };
    return dues_put_organization(call, &args);
}

static int organization_renamed(struct call *call, const ProtobufCMessage *message)
{
    const Dandelion__Identity__OrganizationRenamed *event = (const void *)message;
    struct dues_rename_organization args = {
        .street_id = call->street_id,
        .id = call_uuid(event->organization_id),
        .name = event->name,
    };
    return dues_rename_organization(call, &args);
}

static int organization_moved(struct call *call, const ProtobufCMessage *message)
{
    const Dandelion__Identity__OrganizationMoved *event = (const void *)message;
    struct dues_move_organizations args = {
        .street_id = call->street_id,
        .id = call_uuid(event->organization_id),
        .parent_id = call_uuid(event->parent_id),
        .old_path = event->old_path,
        .new_path = event->new_path,
    };
    return dues_move_organizations(call, &args);
}

static int organization_dissolved(struct call *call, const ProtobufCMessage *message)
{
    const Dandelion__Identity__OrganizationDissolved *event = (const void *)message;
    struct dues_dissolve_organization args = {
        .street_id = call->street_id,
        .id = call_uuid(event->organization_id),
    };
    return dues_dissolve_organization(call, &args);
}

static int member_put(struct call *call, const char *member_id, const char *organization_id, const char *name,
                      Dandelion__Identity__MemberCategory category, Dandelion__Identity__MemberState state,
                      const char *joined_on)
{
    struct dues_put_member args = {
        .street_id = call->street_id,
        .id = call_uuid(member_id),
        .organization_id = call_uuid(organization_id),
        .name = name,
        .category = value_name(&dandelion__identity__member_category__descriptor, (int)category),
        .state = value_name(&dandelion__identity__member_state__descriptor, (int)state),
        .joined_on = call_date(joined_on),
    };
    return dues_put_member(call, &args);
}

static int member_registered(struct call *call, const ProtobufCMessage *message)
{
    const Dandelion__Identity__MemberRegistered *event = (const void *)message;
    return member_put(call, event->member_id, event->organization_id, event->name, event->category, event->state,
                      event->joined_on);
}

static int member_changed(struct call *call, const ProtobufCMessage *message)
{
    const Dandelion__Identity__MemberChanged *event = (const void *)message;
    return member_put(call, event->member_id, event->organization_id, event->name, event->category, event->state,
                      event->joined_on);
}

/* A move changes paths of organisations that other events of a batch may name. */
const struct follow_handler members_handlers[] = {
    {"dandelion.identity.organization.created.v1", organization_created, false},
    {"dandelion.identity.organization.renamed.v1", organization_renamed, false},
    {"dandelion.identity.organization.moved.v1", organization_moved, true},
    {"dandelion.identity.organization.dissolved.v1", organization_dissolved, false},
    {"dandelion.identity.member.registered.v1", member_registered, false},
    {"dandelion.identity.member.changed.v1", member_changed, false},
    {NULL, NULL, false},
};
