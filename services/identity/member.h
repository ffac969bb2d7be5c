/* A member in the making or under change, on its way from a request into the register. */
#ifndef DANDELION_IDENTITY_MEMBER_H
#define DANDELION_IDENTITY_MEMBER_H

#include "daemon/call.h"
#include "dandelion/identity.pb-c.h"

/* What the register holds of a member, plain. Texts live in the call's arena; "" is absent. */
struct member {
    struct uuid id, organization_id;
    const char *organization_name, *organization_path;
    const char *name, *id_number;
    Dandelion__Identity__Sex sex;
    int32_t birth_date;
    const char *ethnic_group, *education, *phone, *address;
    Dandelion__Identity__MemberCategory category;
    int32_t joined_on, full_since; /* CLOCK_NO_DATE: absent */
    Dandelion__Identity__MemberState state;
    int64_t version;
};

/* Reads name, telephone number and address into the member as they are kept; -1 with the call refused for a malformed
 * one. */
int member_set_name(struct call *call, struct member *member, const char *text);
int member_set_phone(struct call *call, struct member *member, const char *text);
int member_set_address(struct call *call, struct member *member, const char *text);

/* Reads the ID number, and from it sex and birth date; what the caller says of them (0 and "": nothing) must agree. */
int member_set_id_number(struct call *call, struct member *member, const char *text, Dandelion__Identity__Sex sex,
                         const char *birth_date);

/* Do the days of the membership follow each other? */
int member_check_dates(struct call *call, const struct member *member);
int membership_error(int fault, const char **field);

void member_fill(struct call *call, const struct member *member, Dandelion__Identity__Member *reply);

/* The event of a registration (version 1) or of a change, for the member as it is now. */
int member_event(struct call *call, const struct member *member);

#endif
