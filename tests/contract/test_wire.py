"""Which changes of the contract break those who use an older one."""

import os

import pytest

from tests.checks import wire
from tests.contract.sample import Sample

import errors  # noqa: E402
from contract import Contract  # noqa: E402

THING = """
message Thing {
  string id = 1 [(field) = {format: UUID}];
  repeated string names = 2 [(field) = {max_items: 9 max_length: 9}];
  Color color = 3;
  reserved 7, 9 to 10;
}
enum Color { COLOR_UNSPECIFIED = 0; RED = 1; reserved 5; }
"""
EVENT = """
message ThingMade {
  option (event) = {type: "dandelion.shop.thing.made.v1" subject: "id"};
  string id = 1 [(field) = {format: UUID}];
}
"""
ERRORS = "internal | 1 | 500\nzh: a\nzh+: b\nen: c\nen+: d\n"


def facts(folder, thing=THING, event=EVENT, catalogue=ERRORS):
    sample = Sample(str(folder), {"shop": thing, "shop_events": event})
    path = os.path.join(str(folder), "errors.txt")
    with open(path, "w", encoding="utf-8") as file:
        file.write(catalogue)
    return wire.of_contract(Contract(sample.contract), errors.parse(path)[0])


@pytest.fixture
def lock(tmp_path):
    """What is in the lock after the contract above was published."""
    found, reserved = facts(tmp_path / "old")
    for section, number, now in list(wire.news({}, found, reserved)):
        found[section][number] = now
    path = str(tmp_path / "wire.lock")
    wire.write_lock(path, found)
    assert wire.read_lock(path) == found
    return found


def changed(tmp_path, lock, **files):
    found, reserved = facts(tmp_path / "new", **files)
    return list(wire.compare(lock, found, reserved)), list(wire.news(lock, found, reserved))


def test_nothing_changed(tmp_path, lock):
    assert changed(tmp_path, lock) == ([], [])


def test_what_is_new_is_added(tmp_path, lock):
    more = THING.replace("  reserved 7", "  bool nice = 4;\n  reserved 8; reserved 7")
    breaks, news = changed(tmp_path, lock, thing=more)
    assert breaks == []
    assert news == [("message dandelion.shop.Thing", "4", "nice bool"), ("message dandelion.shop.Thing", "8", "reserved")]


def test_a_field_may_go_when_its_number_is_reserved(tmp_path, lock):
    line = "  repeated string names = 2 [(field) = {max_items: 9 max_length: 9}];\n"
    breaks, _ = changed(tmp_path, lock, thing=THING.replace(line, "  reserved 2;\n"))
    assert breaks == []


BREAKS = {
    "removed": ({"thing": THING.replace("  Color color = 3;\n", "")}, "3 (color dandelion.shop.Color) is gone"),
    "type": ({"thing": THING.replace("Color color", "string color")}, "is color string now: take a new number"),
    "repeated": ({"thing": THING.replace("repeated string", "string")}, "is names string now"),
    "renamed": ({"thing": THING.replace("string id", "string key")}, "was id string and is key string now"),
    "renumbered": ({"thing": THING.replace("color = 3", "color = 4")}, "is gone: write `reserved 3;`"),
    "used again": ({"thing": THING.replace("reserved 7, 9", "bool old = 7; reserved 9")}, "7 is reserved and is used"),
    "enum value": ({"thing": THING.replace("RED = 1", "BLUE = 1")}, "1 was RED and is BLUE now"),
    "enum value gone": ({"thing": THING.replace("RED = 1; ", "")}, "1 (RED) is gone"),
    "enum value again": ({"thing": THING.replace("reserved 5;", "PINK = 5;")}, "5 is reserved and is used again"),
    "message": ({"event": EVENT.replace("ThingMade", "ThingDone")}, "message dandelion.shop.ThingMade is gone"),
    "event": ({"event": EVENT.replace("made.v1", "done.v1")}, "an event that was published stays in the log"),
    "error": ({"catalogue": ERRORS.replace("internal", "broken")}, "1 was internal and is broken now"),
    "error gone": ({"catalogue": ERRORS.replace("| 1 |", "| 2 |")}, "keep it in proto/errors.txt"),
}


@pytest.mark.parametrize("name", BREAKS)
def test_breaks(tmp_path, lock, name):
    files, sentence = BREAKS[name]
    breaks, _ = changed(tmp_path, lock, **files)
    assert any(sentence in each for each in breaks), breaks
