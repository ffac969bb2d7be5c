/* Enumerations by name: columns hold the name of a value, messages its number. */
#ifndef DANDELION_IDENTITY_NAMES_H
#define DANDELION_IDENTITY_NAMES_H

#include <protobuf-c/protobuf-c.h>

/* The name of a value; "" for the unspecified one, 0. */
const char *enum_name(const ProtobufCEnumDescriptor *type, int value);

/* The value of a name; 0 for a name that the type does not have. */
int enum_value(const ProtobufCEnumDescriptor *type, const char *name);

#define LEVEL_NAME(value)    enum_name(&dandelion__identity__level__descriptor, (int)(value))
#define CATEGORY_NAME(value) enum_name(&dandelion__identity__member_category__descriptor, (int)(value))
#define STATE_NAME(value)    enum_name(&dandelion__identity__member_state__descriptor, (int)(value))
#define SEX_NAME(value)      enum_name(&dandelion__identity__sex__descriptor, (int)(value))
#define ROLE_NAME(value)     enum_name(&dandelion__role__descriptor, (int)(value))

#define LEVEL_VALUE(name) ((Dandelion__Identity__Level)enum_value(&dandelion__identity__level__descriptor, name))
#define CATEGORY_VALUE(name)                                                                                           \
    ((Dandelion__Identity__MemberCategory)enum_value(&dandelion__identity__member_category__descriptor, name))
#define STATE_VALUE(name)                                                                                              \
    ((Dandelion__Identity__MemberState)enum_value(&dandelion__identity__member_state__descriptor, name))
#define SEX_VALUE(name)  ((Dandelion__Identity__Sex)enum_value(&dandelion__identity__sex__descriptor, name))
#define ROLE_VALUE(name) ((Dandelion__Role)enum_value(&dandelion__role__descriptor, name))

#endif
