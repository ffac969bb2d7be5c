"""Each wrong contract is refused with a sentence that names file and line. «HERE» marks the line."""

import os

import pytest

from tests.contract.sample import GENERATORS, ROOT, Sample  # noqa: F401 (puts the generators on the path)

import check  # noqa: E402

# A service with one method of each kind, in which each test puts one thing wrong.
GOOD = """
service Shop {
  rpc GetThing(GetThingRequest) returns (Thing) {
    option (method) = {get: "/v1/things/{id}" permission: SIGNED_IN kind: QUERY};
  }
  rpc MakeThing(MakeThingRequest) returns (Thing) {
    option (method) = {post: "/v1/things" permission: MEMBERS_WRITE kind: COMMAND idempotency: KEY_REQUIRED success: 201
                       example: '{"name":"x"}'};
  }
  rpc ChangeThing(ChangeThingRequest) returns (Thing) {
    option (method) = {patch: "/v1/things/{id}" permission: MEMBERS_WRITE kind: COMMAND if_match: true example: '{}'};
  }
  EXTRA
}
message GetThingRequest {
  string id = 1 [(field) = {required: true format: UUID}];
}
message MakeThingRequest {
  string name = 1 [(field) = {required: true max_length: 60 format: TEXT}];
}
message ChangeThingRequest {
  string id = 1 [(field) = {required: true format: UUID}];
  string name = 2 [(field) = {max_length: 60}];
  repeated string update_mask = 15 [(field) = {max_items: 16 max_length: 64}];
}
message Thing {
  string id = 1 [(field) = {format: UUID}];
}
message Request {
  string text = 1 [(field) = {required: true max_length: 60}];
  repeated string many = 2 [(field) = {max_items: 3 max_length: 60}];
}
message Id {
  string id = 1 [(field) = {required: true format: UUID}];
}
message Empty {}
"""


def faults(folder, extra="", more="", events=""):
    files = {"shop": GOOD.replace("EXTRA", extra) + more}
    if events:
        files["shop_events"] = events
    sample = Sample(str(folder), files)
    return sample, check.check(sample.contract, "proto")


def line_of_mark(sample):
    for path in sample.paths:
        with open(os.path.join(sample.proto, path), encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                if "HERE" in line:
                    return f"proto/{path}:{number}: "
    raise AssertionError("no mark")


def refused(found, sample, sentence):
    place = line_of_mark(sample)
    assert any(fault.startswith(place) and sentence in fault for fault in found), found
    assert all(fault.startswith("proto/dandelion/") and fault.endswith(("." , ")")) for fault in found)


def test_the_good_one_passes(tmp_path):
    assert faults(tmp_path)[1] == []


def test_the_project_s_own_passes():
    contract = os.path.join(os.environ.get("DANDELION_BUILD", os.path.join(ROOT, "build")), "gen", "contract.pb")
    assert check.check(contract, "proto") == []


def rpc(options, request="Request", reply="Empty", name="Do"):
    return f"rpc {name}({request}) returns ({reply}) {{ // HERE\n option (method) = {{{options}}};\n}}"


WRITES = "permission: MEMBERS_WRITE kind: COMMAND"
EXAMPLE = """ example: '{"text":"x"}'"""

METHODS = {
    "no options": ("rpc Do(Request) returns (Empty); // HERE", "has no permission"),
    "no permission": (rpc("kind: QUERY"), "has no permission"),
    "no kind": (rpc("permission: SIGNED_IN"), "has no kind"),
    "two verbs": (rpc(f'{WRITES} post: "/v1/a" put: "/v1/b" idempotency: KEY_REQUIRED'), "2 routes (post, put)"),
    "same route": (rpc('get: "/v1/things/{id}" permission: SIGNED_IN kind: QUERY', "Id"),
                   "GET /v1/things/{id} is the route of Shop.GetThing"),
    "same shape": (rpc('get: "/v1/things/{text}" permission: SIGNED_IN kind: QUERY', "Text"),
                   "is the route of Shop.GetThing"),
    "ambiguous": ("rpc A(Id) returns (Empty) { option (method) = {get: \"/v1/a/{id}/c\" permission: SIGNED_IN kind: "
                  "QUERY}; }\n" + rpc('get: "/v1/a/b/{id}" permission: SIGNED_IN kind: QUERY', "Id"),
                  "match the same paths"),
    "path grammar": (rpc('get: "/v2/things" permission: SIGNED_IN kind: QUERY', "Empty"), "is not of the form"),
    "trailing slash": (rpc('get: "/v1/a/" permission: SIGNED_IN kind: QUERY', "Empty"), "is not of the form"),
    "unknown variable": (rpc('get: "/v1/a/{nothing}" permission: SIGNED_IN kind: QUERY', "Empty"), "{nothing}"),
    "repeated variable": (rpc(f'put: "/v1/a/{{many}}" {WRITES}{EXAMPLE}'), "{many}"),
    "optional variable": (rpc('get: "/v1/a/{id}" permission: SIGNED_IN kind: QUERY', "Thing"), "say required"),
    "variable twice": (rpc('get: "/v1/a/{id}/{id}" permission: SIGNED_IN kind: QUERY', "Id"), "same variable twice"),
    "no idempotency": (rpc(f'post: "/v1/a" {WRITES}{EXAMPLE}'), "KEY_REQUIRED"),
    "key for a query": (rpc("permission: SIGNED_IN kind: QUERY idempotency: KEY_REQUIRED"), "only a COMMAND"),
    "if_match for a query": (rpc("permission: SIGNED_IN kind: QUERY if_match: true"), "only a COMMAND"),
    "worker for a query": (rpc("permission: SIGNED_IN kind: QUERY worker: true"), "only a COMMAND"),
    "get writes": (rpc(f'get: "/v1/a" {WRITES}'), "GET that writes"),
    "delete reads": (rpc('delete: "/v1/a" permission: SIGNED_IN kind: QUERY'), "DELETE that does not write"),
    "internal route": (rpc('get: "/v1/a" permission: INTERNAL kind: QUERY'), "INTERNAL and has a route"),
    "patch blind": (rpc(f'patch: "/v1/things2/{{id}}" {WRITES} example: \'{{}}\'', "ChangeThingRequest"),
                    "without if_match"),
    "patch without mask": (rpc(f'patch: "/v1/a/{{id}}" {WRITES} if_match: true example: \'{{}}\'', "Id"),
                           "update_mask"),
    "mask elsewhere": (rpc(f'put: "/v1/a/{{id}}" {WRITES} example: \'{{}}\'', "ChangeThingRequest"),
                       "only a PATCH is partial"),
    "message in query": (rpc('get: "/v1/a" permission: SIGNED_IN kind: QUERY', "Nested"), "query string"),
    "unknown upload": (rpc(f'post: "/v1/a" {WRITES} idempotency: KEY_REQUIRED upload: "file"'), '"file"'),
    "upload of a list": (rpc(f'post: "/v1/a" {WRITES} idempotency: KEY_REQUIRED upload: "many"'), '"many"'),
    "upload without route": (rpc(f'{WRITES} upload: "text"'), "no route"),
    "status": (rpc("permission: SIGNED_IN kind: QUERY success: 404"), "not a status of success"),
    "deadline": (rpc("permission: SIGNED_IN kind: QUERY deadline_ms: 700000"), "ten minutes"),
    "no example": (rpc(f'put: "/v1/a" {WRITES}'), "shows no example"),
    "example of another": (rpc(f'put: "/v1/a" {WRITES} example: \'{{"other":1}}\''), "no Request"),
    "example incomplete": (rpc(f'put: "/v1/a" {WRITES} example: \'{{}}\''), "without text, which is required"),
    "stream": ("rpc Do(stream Request) returns (Empty) { // HERE\n option (method) = "
               "{permission: SIGNED_IN kind: QUERY}; }", "is a stream"),
    "foreign": (rpc("permission: SIGNED_IN kind: QUERY", "dandelion.FieldOptions"), "messages of the project"),
}
MORE = """
message Text { string text = 1 [(field) = {required: true format: DATE}]; }
message Nested { Thing thing = 1; }
"""


@pytest.mark.parametrize("name", METHODS)
def test_methods(tmp_path, name):
    extra, sentence = METHODS[name]
    sample, found = faults(tmp_path, extra, MORE)
    refused(found, sample, sentence)


FIELDS = {
    "string without bound": ("string a = 1;", "a has no bound: say max_length"),
    "text without bound": ("string a = 1 [(field) = {format: TEXT}];", "a has no bound"),
    "bytes without bound": ("bytes a = 1;", "a has no bound"),
    "number without bounds": ("int64 a = 1;", "a has no bounds: say min and max"),
    "number with min alone": ("int64 a = 1 [(field) = {min: 3}];", "a has no bounds"),
    "list without bound": ("repeated Thing a = 1;", "say max_items"),
    "list of strings without bound": ("repeated string a = 1 [(field) = {max_items: 3}];", "say max_length"),
    "min above max": ("int64 a = 1 [(field) = {min: 3 max: 2}];", "above max"),
    "lengths": ("string a = 1 [(field) = {min_length: 3 max_length: 2}];", "above max_length"),
    "items": ("repeated Thing a = 1 [(field) = {min_items: 3 max_items: 2}];", "above max_items"),
    "required zero": ("int64 a = 1 [(field) = {required: true max: 9}];", "a min of 1 or more"),
    "required bool": ("bool a = 1 [(field) = {required: true}];", "could only be true"),
    "negative unsigned": ("uint32 a = 1 [(field) = {min: -1 max: 9}];", "negative"),
    "too wide": ("int32 a = 1 [(field) = {max: 2147483648}];", "does not fit"),
    "float": ("double a = 1;", "smallest unit"),
    "optional": ("optional string a = 1 [(field) = {max_length: 9}];", "drop the word"),
    "case": ("string myName = 1 [(field) = {max_length: 9}];", "snake_case"),
    "pattern not anchored": ('string a = 1 [(field) = {max_length: 9 pattern: "[0-9]+"}];', "not anchored"),
    "pattern broken": ('string a = 1 [(field) = {max_length: 9 pattern: "^([0-9]$"}];', "not a POSIX extended"),
    "pattern of a number": ('int64 a = 1 [(field) = {max: 9 pattern: "^1$"}];', "says nothing about a"),
    "max of a string": ("string a = 1 [(field) = {max_length: 9 max: 9}];", "max says nothing about a"),
    "items of a single": ("string a = 1 [(field) = {max_length: 9 max_items: 9}];", "says nothing about a"),
    "format of bytes": ("bytes a = 1 [(field) = {max_length: 9 format: UUID}];", "says nothing about a"),
}


@pytest.mark.parametrize("name", FIELDS)
def test_fields(tmp_path, name):
    line, sentence = FIELDS[name]
    sample, found = faults(tmp_path, more=f"message Bad {{\n  {line} // HERE\n}}\n")
    refused(found, sample, sentence)


def test_a_secret_is_never_returned(tmp_path):
    extra = "rpc Do(Empty) returns (Bad) { option (method) = {permission: SIGNED_IN kind: QUERY}; }"
    more = "message Bad {\n  string a = 1 [(field) = {max_length: 9 sensitivity: SECRET}]; // HERE\n}\n"
    sample, found = faults(tmp_path, extra, more)
    refused(found, sample, "a secret is never returned")


def test_an_enum_begins_with_unspecified(tmp_path):
    sample, found = faults(tmp_path, more="enum Bad { // HERE\n  RED = 0;\n}\n")
    refused(found, sample, "…_UNSPECIFIED")


def test_a_map_has_no_place(tmp_path):
    _, found = faults(tmp_path, more="message Bad { map<string, string> a = 1; }")
    assert any("a map is not part of the contract" in fault for fault in found)


EVENTS = {
    "no type": ("message Made { // HERE\n}", "is an event without a type"),
    "bad type": ('message Made { // HERE\n option (event) = {type: "shop.made" subject: "id"};\nFIELD}',
                 "must read dandelion.shop.<entity>.<past-tense verb>.v<number>"),
    "other service": ('message Made { // HERE\n option (event) = {type: "dandelion.inn.thing.made.v1" subject: "id"};'
                      "\nFIELD}", "must read dandelion.shop."),
    "present tense": ('message Made { // HERE\n option (event) = {type: "dandelion.shop.thing.create.v1" subject: '
                      '"id"};\nFIELD}', "past-tense"),
    "unknown subject": ('message Made { // HERE\n option (event) = {type: "dandelion.shop.thing.made.v1" subject: '
                        '"it"};\nFIELD}', '"it" does not'),
    "same type": ('message First { option (event) = {type: "dandelion.shop.thing.made.v1" subject: "id"};\nFIELD}\n'
                  'message Made { // HERE\n option (event) = {type: "dandelion.shop.thing.made.v1" subject: "id"};\n'
                  "FIELD}", "is the type of First already"),
    "sensitive": ('message Made { option (event) = {type: "dandelion.shop.thing.made.v1" subject: "id"};\nFIELD\n'
                  "string phone = 2 [(field) = {max_length: 20 sensitivity: SENSITIVE}]; // HERE\n}", "leave it out"),
}


@pytest.mark.parametrize("name", EVENTS)
def test_events(tmp_path, name):
    body, sentence = EVENTS[name]
    field = "string id = 1 [(field) = {format: UUID}];\n"
    sample, found = faults(tmp_path, events=body.replace("FIELD", field))
    refused(found, sample, sentence)


def test_a_service_stands_in_its_package(tmp_path):
    sample = Sample(str(tmp_path), {"shop": "service Store { // HERE\n}\n"})
    refused(check.check(sample.contract, "proto"), sample, "must stand in package dandelion.store")


def test_the_build_stops(tmp_path):
    """As ninja runs it: the sentence on standard error, exit code 1."""
    import subprocess
    import sys

    sample = Sample(str(tmp_path), {"shop": "message Bad { string a = 1; }"})
    command = [sys.executable, os.path.join(GENERATORS, "check.py"), sample.contract, "proto"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr == "proto/dandelion/shop.proto:4: a has no bound: say max_length, or a format of fixed length.\n"
