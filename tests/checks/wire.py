"""Does the contract still speak with those who use an older one?

proto/wire.lock holds what was once published: the number, name and type of each field, the values of enums, the types
of events, the numbers of errors. A number is never used again or given another meaning; what goes is `reserved`.

With --update (make wire-lock) what is new is added to the lock; what was published never changes that way.
"""

import argparse
import os
import sys

from tests.checks import tree

sys.path.insert(0, os.path.join(tree.ROOT, "proto", "gen"))

import errors  # noqa: E402
from contract import Contract  # noqa: E402

HEAD = """# What was published on the wire. Written by `make wire-lock`, checked by `make check-wire`: see proto/README.md.
"""


def field_type(field):
    name = field.type_name if field.type in ("message", "enum") else field.type
    return f"repeated {name}" if field.repeated else name


def reserved_numbers(ranges, inclusive):
    return {number for each in ranges for number in range(each.start, min(each.end + inclusive, each.start + 1000))}


def of_contract(contract, catalogue):
    """The published facts: {section: {number: text}}, and {section: numbers reserved}."""
    facts, reserved = {}, {}
    for message in contract.our_messages:
        section = f"message {message.full_name}"
        facts[section] = {str(field.number): f"{field.name} {field_type(field)}" for field in message.fields}
        reserved[section] = reserved_numbers(message.proto.reserved_range, inclusive=0)
    for enum in contract.enums.values():
        if enum.source.file.package.split(".")[0] == "dandelion":
            section = f"enum {enum.full_name}"
            facts[section] = {str(value.number): value.name for value in enum.proto.value}
            reserved[section] = reserved_numbers(enum.proto.reserved_range, inclusive=1)
    facts["events"] = {message.event.type: message.full_name for message in contract.events}
    facts["errors"] = {str(error.number): error.code for error in catalogue}
    return facts, reserved


def read_lock(path):
    facts, section = {}, None
    if not os.path.exists(path):
        return facts
    with open(path, encoding="utf-8") as file:
        for line in file:
            if line.startswith("  ") and section:
                key, value = line.split(None, 1)
                facts[section][key] = value.strip()
            elif line.strip() and not line.startswith("#"):
                section = line.strip()
                facts[section] = {}
    return facts


def order(key):
    return (0, int(key), "") if key.lstrip("-").isdigit() else (1, 0, key)


def write_lock(path, facts):
    with open(path, "w", encoding="utf-8") as file:
        file.write(HEAD)
        for section in sorted(facts):
            file.write(f"\n{section}\n")
            for key in sorted(facts[section], key=order):
                file.write(f"  {key} {facts[section][key]}\n")


def compare(locked, facts, reserved):
    """Sentences about what was published and is different now."""
    for section, entries in locked.items():
        if section not in facts:
            yield f"{section} is gone: keep it, with what it held as reserved."
            continue
        for key, was in entries.items():
            now = facts[section].get(key)
            if now is None and was != "reserved" and not may_go(section, key, reserved):
                yield f"{section}: {key} ({was}) is gone: {how_to_remove(section, key)}"
            elif now is not None and was == "reserved":
                yield f"{section}: {key} is reserved and is used again, for {now}."
            elif now is not None and now != was:
                yield f"{section}: {key} was {was} and is {now} now: {how_to_change(section)}"


def may_go(section, key, reserved):
    return section in reserved and int(key) in reserved[section]


def how_to_remove(section, key):
    if section == "events":
        return "an event that was published stays in the log; keep its message."
    if section == "errors":
        return "keep it in proto/errors.txt: old programs know it."
    return f"write `reserved {key};` in its place."


def how_to_change(section):
    if section == "events":
        return "a type never changes its message; make a new version."
    return "take a new number."


def news(locked, facts, reserved):
    """What is not in the lock yet."""
    for section, entries in facts.items():
        for key, now in entries.items():
            if key not in locked.get(section, {}):
                yield section, key, now
    for section, numbers in reserved.items():
        for number in numbers:
            if locked.get(section, {}).get(str(number)) != "reserved":
                yield section, str(number), "reserved"


def main():
    parser = argparse.ArgumentParser(description="Checks the contract against proto/wire.lock.")
    parser.add_argument("--update", action="store_true", help="add what is new to the lock")
    parser.add_argument("--contract", default=os.path.join(tree.ROOT, "build", "gen", "contract.pb"))
    parser.add_argument("--proto", default=os.path.join(tree.ROOT, "proto"))
    options = parser.parse_args()
    lock = os.path.join(options.proto, "wire.lock")

    catalogue, faults = errors.parse(os.path.join(options.proto, "errors.txt"))
    facts, reserved = of_contract(Contract(options.contract), catalogue)
    locked = read_lock(lock)
    faults += [f"{lock}: {sentence}" for sentence in compare(locked, facts, reserved)]
    added = list(news(locked, facts, reserved))
    if options.update and not faults:
        for section in facts:
            locked.setdefault(section, {})
        for section, key, now in added:
            locked[section][key] = now
        write_lock(lock, locked)
        print(f"wire.lock: {len(added)} added")
    elif added and not faults:
        section, key, now = added[0]
        faults.append(f"{lock}: {len(added)} entries are new ({section}: {key} {now} …): run `make wire-lock`.")
    tree.finish(faults)


if __name__ == "__main__":
    main()
