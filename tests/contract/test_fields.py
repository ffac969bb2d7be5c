"""The tables of field rules."""

import pytest

from tests.contract.sample import Sample

SHOP = """
message Plain { bool yes = 1; }
message Order {
  string phone = 9 [(field) = {max_length: 20 min_length: 3 sensitivity: SENSITIVE title: "手机号" pattern: "^1[0-9]+$"}];
  int64 amount_fen = 2 [(field) = {required: true min: 1 max: 9223372036854775807}];
  sint64 change = 3 [(field) = {min: -9223372036854775808 max: 0}];
  repeated Plain plains = 4 [(field) = {min_items: 1 max_items: 5}];
  string day = 5 [(field) = {format: DATE}];
}
message Outer { Order order = 1; Plain plain = 2; Outer inner = 3; dandelion.FieldOptions foreign = 4; }
message Tree { Tree left = 1; }
"""
MAIN = """
#include <stdio.h>
#include "dandelion/shop.pb-c.h"
#include "field_rules.h"
static void show(const struct message_rules *rules)
{
    printf("%s %d\\n", rules->descriptor->short_name, rules->sensitive);
    for (unsigned i = 0; i < rules->descriptor->n_fields; i++) {
        const struct field_rule *f = &rules->fields[i];
        printf("  %s %d %d %ld..%ld %u..%u %u..%u %d %d %s %s %s\\n", rules->descriptor->fields[i].name, f->required,
               f->bounded, (long)f->min, (long)f->max, f->min_length, f->max_length, f->min_items, f->max_items,
               (int)f->format, (int)f->sensitivity, f->title ? f->title : "-", f->pattern ? f->pattern : "-",
               f->message ? f->message->descriptor->short_name : "-");
    }
}
int main(void)
{
    show(message_rules_find(&dandelion__shop__order__descriptor));
    show(message_rules_find(&dandelion__shop__outer__descriptor));
    show(&dandelion__shop__tree__rules);
    return message_rules_find(&dandelion__field_options__descriptor) != NULL;
}
"""


@pytest.fixture
def text(tmp_path):
    sample = Sample(str(tmp_path), {"shop": SHOP})
    sample.generate("fields.py")
    return sample.output(MAIN, "field_rules.c")


def test_the_rules_stand_beside_the_descriptor_s_fields(text):
    assert text == """Order 1
  amount_fen 1 1 1..9223372036854775807 0..0 0..0 0 0 - - -
  change 0 1 -9223372036854775808..0 0..0 0..0 0 0 - - -
  plains 0 0 0..0 0..0 1..5 0 0 - - Plain
  day 0 0 0..0 0..0 0..0 2 0 - - -
  phone 0 0 0..0 3..20 0..0 0 2 手机号 ^1[0-9]+$ -
Outer 1
  order 0 0 0..0 0..0 0..0 0 0 - - Order
  plain 0 0 0..0 0..0 0..0 0 0 - - Plain
  inner 0 0 0..0 0..0 0..0 0 0 - - Outer
  foreign 0 0 0..0 0..0 0..0 0 0 - - -
Tree 0
  left 0 0 0..0 0..0 0..0 0 0 - - Tree
"""
