#include "dandelionctl/cloudevent.h"

#include <inttypes.h>

#include "bus/event_type.h"
#include "bus/field_rule.h"
#include "bus/pb_arena.h"
#include "gateway/json/base64.h"
#include "gateway/json/encode.h"

static void put(const char *name, const char *value, struct str *out)
{
    if (!*value)
        return;
    str_printf(out, ",\"%s\":", name);
    json_encode_text(value, out);
}

/* Appends the message's JSON; nothing when the type is unknown here or the bytes are none of it. */
static bool put_data(const Dandelion__Kit__LoggedEvent *event, struct arena *arena, struct str *out)
{
    const struct event_type *type = event_type_find(event->type);
    ProtobufCAllocator allocator = pb_arena(arena);
    const ProtobufCMessage *message =
        type ? protobuf_c_message_unpack(type->descriptor, &allocator, event->data.len, event->data.data) : NULL;
    struct str data = str_new(0);
    bool known = message && json_encode(message, message_rules_find(type->descriptor), JSON_MASKED, &data) == 0;
    if (known)
        str_printf(out, ",\"datacontenttype\":\"application/json\",\"data\":%s", str_text(&data));
    str_destroy(&data);
    return known;
}

void cloudevent_write(const char *service, const Dandelion__Kit__LoggedEvent *event, struct arena *arena,
                      struct str *out)
{
    str_puts(out, "{\"specversion\":\"1.0\"");
    put("id", event->id, out);
    str_printf(out, ",\"source\":\"/dandelion/%s\"", service);
    put("type", event->type, out);
    put("subject", event->subject, out);
    put("time", event->time, out);
    put("streetid", event->street_id, out);
    put("organizationpath", event->organization_path, out);
    str_printf(out, ",\"position\":\"%" PRId64 "\"", event->position);
    put("traceparent", event->traceparent, out);
    if (!put_data(event, arena, out)) {
        str_puts(out, ",\"data_base64\":\"");
        char *text = str_extend(out, BASE64_ENCODED_SIZE(event->data.len));
        if (text)
            base64_encode(event->data.data, event->data.len, text);
        str_putc(out, '"');
    }
    str_putc(out, '}');
}
