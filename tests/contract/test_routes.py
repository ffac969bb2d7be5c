"""The route table."""

import pytest

from tests.contract.sample import Sample

SHOP = """
service Shop {
  rpc GetThing(Key) returns (Thing) {
    option (method) = {get: "/v1/things/{id}" permission: SIGNED_IN kind: QUERY};
  }
  rpc GetBest(Empty) returns (Thing) {
    option (method) = {get: "/v1/things/best" permission: ANYONE kind: QUERY};
  }
  rpc ArchiveThing(Key) returns (Thing) {
    option (method) = {post: "/v1/things/{id}:archive" permission: MEMBERS_IMPORT kind: COMMAND
                       idempotency: KEY_REQUIRED if_match: true};
  }
  rpc ImportThings(Upload) returns (Empty) {
    option (method) = {post: "/v1/things:import" permission: SIGNED_IN kind: COMMAND idempotency: KEY_NOT_NEEDED
                       upload: "file" success: 201 deadline_ms: 60000};
  }
  rpc SetYear(Year) returns (Thing) {
    option (method) = {put: "/v1/things/{id}/years/{year}" permission: SIGNED_IN kind: COMMAND
                       example: '{"amount_fen":"3"}'};
  }
  rpc ChangeThing(Change) returns (Thing) {
    option (method) = {patch: "/v1/things/{id}" permission: SIGNED_IN kind: COMMAND if_match: true example: '{}'};
  }
  rpc Inside(Empty) returns (Empty) {
    option (method) = {permission: INTERNAL kind: QUERY};
  }
}
message Empty {}
message Key { string id = 7 [(field) = {required: true format: UUID}]; bool all = 1; }
message Upload { string name = 1 [(field) = {max_length: 9}]; string file = 2 [(field) = {max_length: 9}]; }
message Year {
  int64 amount_fen = 4 [(field) = {max: 9}];
  string id = 2 [(field) = {required: true format: UUID}];
  uint32 year = 1 [(field) = {required: true min: 2000 max: 2100}];
}
message Change {
  string id = 1 [(field) = {required: true format: UUID}];
  repeated string update_mask = 15 [(field) = {max_items: 9 max_length: 9}];
}
message Thing { string id = 1 [(field) = {format: UUID}]; }
"""

MAIN = """
#include <stdio.h>
#include "routes.h"
int main(void)
{
    for (size_t i = 0; i < routes_count; i++) {
        const struct route *r = &routes[i];
        printf("%d ", r->verb);
        for (size_t k = 0; k < r->pieces_count; k++)
            printf("/%s", r->pieces[k].literal ? r->pieces[k].literal : r->input->fields[r->pieces[k].field].name);
        printf(" %s %s %s %x %u %u %d %d %d%d%d\\n", r->action ? r->action : "-", r->method, r->service, r->roles,
               r->success, r->deadline_ms, r->upload, r->update_mask, r->idempotent, r->if_match, r->body);
        if (r->input_rules->descriptor != r->input || r->output_rules->descriptor != r->output)
            return 1;
    }
    return 0;
}
"""


@pytest.fixture
def lines(tmp_path):
    sample = Sample(str(tmp_path), {"shop": SHOP})
    sample.generate("fields.py", "routes.py")
    return sample.output(MAIN, "routes.c", "field_rules.c").split("\n")[:-1]


def test_the_table_in_order_of_precedence(lines):
    assert lines == [
        "0 /v1/things/best - Shop.GetBest shop 80000000 200 5000 -1 -1 000",
        "0 /v1/things/id - Shop.GetThing shop 40000000 200 5000 -1 -1 000",
        "1 /v1/things import Shop.ImportThings shop 40000000 201 60000 1 -1 000",
        "1 /v1/things/id archive Shop.ArchiveThing shop 6 200 5000 -1 -1 111",
        "2 /v1/things/id/years/year - Shop.SetYear shop 40000000 200 5000 -1 -1 001",
        "3 /v1/things/id - Shop.ChangeThing shop 40000000 200 5000 -1 1 011",
    ]
