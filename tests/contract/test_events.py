"""The table of event types."""

from tests.contract.sample import Sample

EVENTS = """
message ThingMade {
  option (event) = {type: "dandelion.shop.thing.made.v1" subject: "thing_id"};
  int64 price_fen = 1 [(field) = {max: 9}];
  string thing_id = 2 [(field) = {format: UUID}];
}
message Broken {
  option (event) = {type: "dandelion.shop.thing.broken.v1" subject: "id"};
  string id = 4 [(field) = {format: UUID}];
}
"""
MAIN = """
#include <stdio.h>
#include "dandelion/shop_events.pb-c.h"
#include "event_types.h"
int main(void)
{
    for (size_t i = 0; i < event_types_count; i++) {
        const struct event_type *type = &event_types[i];
        printf("%s %s %s\\n", type->type, type->service, type->descriptor->fields[type->subject].name);
        if (event_type_find(type->type) != type || event_type_of(type->descriptor) != type)
            return 1;
    }
    return event_type_find(EVENT_SHOP_THING_MADE_V1) != &event_types[1] || event_type_find("x") != NULL;
}
"""


def test_the_table_and_its_searches(tmp_path):
    sample = Sample(str(tmp_path), {"shop_events": EVENTS})
    sample.generate("events.py")
    lines = ["dandelion.shop.thing.broken.v1 shop id", "dandelion.shop.thing.made.v1 shop thing_id", ""]
    assert sample.output(MAIN, "event_types.c") == "\n".join(lines)
