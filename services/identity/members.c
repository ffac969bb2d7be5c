/* Members: searched, registered, changed. */
#include "base/clock.h"
#include "errors.h"
#include "identity.methods.h"
#include "identity/id_number.h"
#include "identity/member.h"
#include "identity/names.h"
#include "identity/organization.h"
#include "identity/person.h"
#include "identity/sealed.h"

int identity_get_member_query(struct call *call, const Dandelion__Identity__GetMemberRequest *request)
{
    return identity_get_member(call,
                               &(struct identity_get_member){call->street_id, call_uuid(request->id), call->scope});
}

static struct bytes index_of(struct call *call, const char *field, const char *value)
{
    return crypto_index(call_crypto(call), call->arena, field, &call->street_id, value);
}

/* The blind index of a number as people write it. One that is no number is looked for as it is, and not found. */
static struct bytes phone_index(struct call *call, const char *text)
{
    char phone[PERSON_PHONE_SIZE];
    return index_of(call, "phone", person_phone_parse(text, phone) == PERSON_OK ? phone : text);
}

static struct bytes id_number_index(struct call *call, const char *text)
{
    struct id_number number;
    return index_of(call, "id_number",
                    id_number_parse(text, call->today, &number) == ID_NUMBER_OK ? number.text : text);
}

int identity_list_members_query(struct call *call, const Dandelion__Identity__ListMembersRequest *request)
{
    struct identity_search_members search = {
        .street_id = call->street_id,
        .name = request->name,
        .phone_index = phone_index(call, request->phone),
        .id_number_index = id_number_index(call, request->id_number),
        .scope = call->scope,
        .organization_id = call_uuid(request->organization_id),
        .category = CATEGORY_NAME(request->category),
        .state = STATE_NAME(request->state),
    };
    if (call_page(call, request->page_size, request->page_token, &search.after, &search.limit) != 0)
        return -1;
    if (*search.name || search.phone_index.data || search.id_number_index.data)
        return identity_search_members(call, &search);
    struct identity_list_members list = {
        .scope = search.scope,
        .street_id = search.street_id,
        .organization_id = search.organization_id,
        .after = search.after,
        .category = search.category,
        .state = search.state,
        .limit = search.limit,
    };
    return identity_list_members(call, &list);
}

/* --- create */

int identity_create_member_load(struct call *call, const Dandelion__Identity__CreateMemberRequest *request)
{
    return organization_load(call, call_uuid(request->organization_id));
}

static struct sealer sealer_of(struct call *call, const struct member *member)
{
    return (struct sealer){call_crypto(call), call->arena, call->street_id, member->id};
}

static int creation_save(struct call *call, const struct member *member)
{
    struct sealer sealer = sealer_of(call, member);
    struct sealed id_number, phone, address;
    if (sealer_seal(&sealer, "id_number", member->id_number, &id_number, &call->err) != 0 ||
        sealer_seal(&sealer, "phone", member->phone, &phone, &call->err) != 0 ||
        sealer_seal(&sealer, "address", member->address, &address, &call->err) != 0)
        return -1;
    struct identity_insert_person person = {
        .street_id = call->street_id,
        .id = member->id,
        .name = member->name,
        .id_number_sealed = id_number.value,
        .id_number_index = id_number.index,
        .sex = SEX_NAME(member->sex),
        .birth_date = member->birth_date,
        .ethnic_group = member->ethnic_group,
        .education = member->education,
        .phone_sealed = phone.value,
        .phone_index = phone.index,
        .address_sealed = address.value,
        .address_index = address.index,
    };
    struct identity_insert_member row = {
        .street_id = call->street_id,
        .id = member->id,
        .organization_id = member->organization_id,
        .organization_path = member->organization_path,
        .category = CATEGORY_NAME(member->category),
        .joined_on = member->joined_on,
        .full_since = member->full_since,
    };
    struct identity_insert_membership membership = {call->street_id, member->id, call->today, member->organization_id};
    if (identity_insert_person(call, &person) != 0 || identity_insert_member(call, &row) != 0 ||
        identity_insert_membership(call, &membership) != 0)
        return -1;
    return member_event(call, member);
}

int identity_create_member_decide(struct call *call, const Dandelion__Identity__CreateMemberRequest *request,
                                  Dandelion__Identity__Member *reply)
{
    const struct identity_load_organization_row *branch = branch_find(call, call_uuid(request->organization_id));
    if (!branch)
        return -1;
    struct member member = {
        .id = uuid_new(call->now),
        .organization_id = branch->id,
        .organization_name = branch->name,
        .organization_path = branch->path,
        .ethnic_group = request->ethnic_group,
        .education = request->education,
        .category = request->category,
        .joined_on = call_date(request->joined_on),
        .full_since = call_date(request->full_since),
        .state = DANDELION__IDENTITY__MEMBER_STATE__ACTIVE,
        .version = 1,
    };
    if (member_set_name(call, &member, request->name) != 0 ||
        member_set_id_number(call, &member, request->id_number, request->sex, request->birth_date) != 0 ||
        member_set_phone(call, &member, request->phone) != 0 ||
        member_set_address(call, &member, request->address) != 0 || member_check_dates(call, &member) != 0 ||
        creation_save(call, &member) != 0)
        return -1;
    member_fill(call, &member, reply);
    return 0;
}

/* --- change */

int identity_update_member_load(struct call *call, const Dandelion__Identity__UpdateMemberRequest *request)
{
    struct uuid id = call_uuid(request->id);
    call_aggregate(call, id);
    return identity_load_member(call, &(struct identity_load_member){call->street_id, id, call->scope});
}

/* Opens a sealed column; NULL with the call refused. */
static const char *open_sealed(struct call *call, const char *field, const struct uuid *owner, struct bytes sealed)
{
    return crypto_open(call_crypto(call), call->arena, field, &call->street_id, owner, sealed, &call->err);
}

/* The member as the register has it. */
static int member_read(struct call *call, const struct identity_load_member_row *row, struct member *member)
{
    *member = (struct member){
        .id = row->id,
        .organization_id = row->organization_id,
        .organization_name = row->organization_name,
        .organization_path = row->organization_path,
        .name = row->name,
        .id_number = open_sealed(call, "id_number", &row->id, row->id_number_sealed),
        .sex = SEX_VALUE(row->sex),
        .birth_date = row->birth_date,
        .ethnic_group = row->ethnic_group,
        .education = row->education,
        .phone = open_sealed(call, "phone", &row->id, row->phone_sealed),
        .address = open_sealed(call, "address", &row->id, row->address_sealed),
        .category = CATEGORY_VALUE(row->category),
        .joined_on = row->joined_on,
        .full_since = row->full_since,
        .state = STATE_VALUE(row->state),
        .version = row->version,
    };
    return member->id_number && member->phone && member->address ? 0 : -1;
}

/* Takes over the fields that the mask names. */
static int changes_apply(struct call *call, const Dandelion__Identity__UpdateMemberRequest *request,
                         struct member *member)
{
    char *const *mask = request->update_mask;
    size_t count = request->n_update_mask;
    if (call_updates(mask, count, "name") && member_set_name(call, member, request->name) != 0)
        return -1;
    if (call_updates(mask, count, "phone") && member_set_phone(call, member, request->phone) != 0)
        return -1;
    if (call_updates(mask, count, "address") && member_set_address(call, member, request->address) != 0)
        return -1;
    if (call_updates(mask, count, "ethnic_group"))
        member->ethnic_group = request->ethnic_group;
    if (call_updates(mask, count, "education"))
        member->education = request->education;
    if (call_updates(mask, count, "category"))
        member->category = request->category;
    if (member->category == DANDELION__IDENTITY__MEMBER_CATEGORY__MEMBER_CATEGORY_UNSPECIFIED)
        return call_refuse_field(call, ERR_FIELD_REQUIRED, "category", "a member has a category");
    if (call_updates(mask, count, "full_since"))
        member->full_since = call_date(request->full_since);
    return member_check_dates(call, member);
}

static int change_save(struct call *call, const struct member *before, const struct member *after)
{
    struct sealer sealer = sealer_of(call, after);
    struct sealed phone, address;
    if (sealer_seal(&sealer, "phone", after->phone, &phone, &call->err) != 0 ||
        sealer_seal(&sealer, "address", after->address, &address, &call->err) != 0)
        return -1;
    struct identity_update_member row = {
        .street_id = call->street_id,
        .id = after->id,
        .version = before->version,
        .category = CATEGORY_NAME(after->category),
        .full_since = after->full_since,
    };
    struct identity_update_person person = {
        .street_id = call->street_id,
        .id = after->id,
        .name = after->name,
        .ethnic_group = after->ethnic_group,
        .education = after->education,
        .phone_sealed = phone.value,
        .phone_index = phone.index,
        .address_sealed = address.value,
        .address_index = address.index,
    };
    if (identity_update_member(call, &row) != 0 || identity_update_person(call, &person) != 0)
        return -1;
    return member_event(call, after);
}

int identity_update_member_decide(struct call *call, const Dandelion__Identity__UpdateMemberRequest *request,
                                  Dandelion__Identity__Member *reply)
{
    const struct identity_load_member_row *row;
    struct member before, after;
    if (identity_load_member_rows(call, &row) != 1)
        return call_refuse(call, ERR_NOT_FOUND, "no such member in the scope");
    if (call_match(call, row->version) != 0 || member_read(call, row, &before) != 0)
        return -1;
    after = before;
    after.version++;
    if (changes_apply(call, request, &after) != 0 || change_save(call, &before, &after) != 0)
        return -1;
    member_fill(call, &after, reply);
    return 0;
}
