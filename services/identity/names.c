#include "identity/names.h"

const char *enum_name(const ProtobufCEnumDescriptor *type, int value)
{
    const ProtobufCEnumValue *found = value ? protobuf_c_enum_descriptor_get_value(type, value) : NULL;
    return found ? found->name : "";
}

int enum_value(const ProtobufCEnumDescriptor *type, const char *name)
{
    const ProtobufCEnumValue *found = protobuf_c_enum_descriptor_get_value_by_name(type, name);
    return found ? found->value : 0;
}
