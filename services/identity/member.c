#include "identity/member.h"

#include "base/clock.h"
#include "dandelion/identity_events.pb-c.h"
#include "errors.h"
#include "identity/id_number_error.h"
#include "identity/person.h"
#include "identity/rules.h"
#include "identity/text.h"

enum { ADDRESS_SIZE = 200 * 4 + 1 };

static int keep(struct call *call, const char **field, const char *text)
{
    *field = arena_strdup(call->arena, text);
    return *field ? 0 : call_refuse(call, ERR_OVERLOADED, "no room for a field");
}

int member_set_name(struct call *call, struct member *member, const char *text)
{
    char name[PERSON_NAME_SIZE];
    enum person_fault fault = person_name_parse(text, name);
    if (fault == PERSON_EMPTY)
        return call_refuse_field(call, ERR_FIELD_REQUIRED, "name", "a name of spaces");
    if (fault != PERSON_OK)
        return call_refuse_field(call, ERR_IDENTITY_NAME_MALFORMED, "name", "fault %d", (int)fault);
    return keep(call, &member->name, name);
}

int member_set_phone(struct call *call, struct member *member, const char *text)
{
    char phone[PERSON_PHONE_SIZE];
    enum person_fault fault = person_phone_parse(text, phone);
    if (fault == PERSON_EMPTY)
        return keep(call, &member->phone, "");
    if (fault != PERSON_OK)
        return call_refuse_field(call, ERR_IDENTITY_PHONE_MALFORMED, "phone", "fault %d", (int)fault);
    return keep(call, &member->phone, phone);
}

int member_set_address(struct call *call, struct member *member, const char *text)
{
    char address[ADDRESS_SIZE];
    if (text_tidy(text, address, sizeof address) != 0)
        return call_refuse_field(call, ERR_FIELD_CONTROL_CHARACTER, "address", "not a line of text");
    return keep(call, &member->address, address);
}

int member_set_id_number(struct call *call, struct member *member, const char *text, Dandelion__Identity__Sex sex,
                         const char *birth_date)
{
    struct id_number number;
    enum id_number_fault fault = id_number_parse(text, call->today, &number);
    if (fault != ID_NUMBER_OK)
        return call_refuse_field(call, id_number_error(fault), "id_number", "fault %d", (int)fault);
    if (!id_number_agrees_sex(&number, (enum sex)sex))
        return call_refuse_field(call, ERR_IDENTITY_SEX_MISMATCH, "sex", "the number says otherwise");
    if (*birth_date && call_date(birth_date) != number.birth_date)
        return call_refuse_field(call, ERR_IDENTITY_BIRTH_DATE_MISMATCH, "birth_date", "the number says otherwise");
    member->sex = (Dandelion__Identity__Sex)number.sex;
    member->birth_date = number.birth_date;
    return keep(call, &member->id_number, number.text);
}

int membership_error(int fault, const char **field)
{
    *field = "joined_on";
    switch ((enum membership_fault)fault) {
    case MEMBERSHIP_OK:
        return 0;
    case MEMBERSHIP_JOINED_FUTURE:
        return ERR_FIELD_DATE_IN_FUTURE;
    case MEMBERSHIP_JOINED_TOO_YOUNG:
        return ERR_IDENTITY_JOINED_TOO_YOUNG;
    case MEMBERSHIP_FULL_FUTURE:
        *field = "full_since";
        return ERR_FIELD_DATE_IN_FUTURE;
    case MEMBERSHIP_FULL_BEFORE_JOINED:
        *field = "full_since";
        return ERR_IDENTITY_FULL_SINCE_BEFORE_JOINED;
    case MEMBERSHIP_FULL_OF_PROBATIONARY:
        break;
    }
    *field = "full_since";
    return ERR_IDENTITY_FULL_SINCE_OF_PROBATIONARY;
}

int member_check_dates(struct call *call, const struct member *member)
{
    const char *field;
    bool probationary = member->category == DANDELION__IDENTITY__MEMBER_CATEGORY__PROBATIONARY;
    enum membership_fault fault =
        membership_dates_check(member->birth_date, member->joined_on, member->full_since, probationary, call->today);
    int code = membership_error((int)fault, &field);
    return code ? call_refuse_field(call, code, field, "the days do not follow each other") : 0;
}

void member_fill(struct call *call, const struct member *member, Dandelion__Identity__Member *reply)
{
    reply->id = (char *)call_uuid_text(call, member->id);
    reply->organization_id = (char *)call_uuid_text(call, member->organization_id);
    reply->organization_name = (char *)member->organization_name;
    reply->name = (char *)member->name;
    reply->id_number = (char *)member->id_number;
    reply->sex = member->sex;
    reply->birth_date = (char *)call_date_text(call, member->birth_date);
    reply->ethnic_group = (char *)member->ethnic_group;
    reply->education = (char *)member->education;
    reply->phone = (char *)member->phone;
    reply->address = (char *)member->address;
    reply->category = member->category;
    reply->joined_on = (char *)call_date_text(call, member->joined_on);
    reply->full_since = (char *)call_date_text(call, member->full_since);
    reply->state = member->state;
    reply->version = member->version;
    call_version(call, member->version);
}

int member_event(struct call *call, const struct member *member)
{
    Dandelion__Identity__MemberRegistered registered = DANDELION__IDENTITY__MEMBER_REGISTERED__INIT;
    Dandelion__Identity__MemberChanged changed = DANDELION__IDENTITY__MEMBER_CHANGED__INIT;
    registered.member_id = changed.member_id = (char *)call_uuid_text(call, member->id);
    registered.organization_id = changed.organization_id = (char *)call_uuid_text(call, member->organization_id);
    registered.organization_path = changed.organization_path = (char *)member->organization_path;
    registered.name = changed.name = (char *)member->name;
    registered.category = changed.category = member->category;
    registered.state = changed.state = member->state;
    registered.joined_on = changed.joined_on = (char *)call_date_text(call, member->joined_on);
    call_audit(call, registered.member_id, member->organization_id);
    return call_event(call, member->version == 1 ? &registered.base : &changed.base, member->organization_path);
}
