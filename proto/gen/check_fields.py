"""What a message, a field, an enum and an event must say."""
import ctypes
import re

EVENT_TYPE = re.compile(r"dandelion\.(?P<service>[a-z]+)\.[a-z][a-z_]*\.[a-z][a-z_]*\.v[1-9][0-9]*")
# Formats whose length is fixed by what they are.
SHORT_FORMATS = {"UUID", "DATE", "MONTH", "INSTANT"}
REGCOMP_EXTENDED = 1
# The slips that are likely: an event says what has happened.
NOT_PAST = {"create", "update", "delete", "add", "remove", "pay", "open", "close", "change", "move", "start", "end"}


def check(contract, faults):
    secrets = contract.reachable(method.output_name for method in contract.methods)
    in_events = contract.reachable(message.full_name for message in contract.events)
    for message in contract.our_messages:
        for field in message.fields:
            _field(contract, field, faults)
            sensitivity = contract.options.Sensitivity.Name(field.rule.sensitivity)
            if sensitivity == "SECRET" and message.full_name in secrets:
                faults.add(field.source, f"{field.name} is SECRET and stands in a reply: a secret is never returned.")
            if sensitivity in ("SENSITIVE", "SECRET") and message.full_name in in_events:
                faults.add(field.source, f"{field.name} is {sensitivity} and stands in an event: leave it out.")
        _shape(message, faults)
    _events(contract, faults)
    _enums(contract, faults)


def _shape(message, faults):
    for field in message.fields:
        if field.proto.proto3_optional:
            faults.add(field.source, f"{field.name} is optional: absence is the default value, drop the word.")
        if field.name != field.name.lower():
            faults.add(field.source, f"{field.name} is not snake_case.")
    if message.proto.options.map_entry:
        faults.add(message.source, "a map is not part of the contract: use a repeated message.")


def _enums(contract, faults):
    for enum in contract.enums.values():
        if enum.source.file.ours and not enum.proto.value[0].name.endswith("_UNSPECIFIED"):
            faults.add(enum.source, f"the zero value of {enum.proto.name} must be called …_UNSPECIFIED.")


def _field(contract, field, faults):
    rule = field.rule
    if field.type in ("float", "double"):
        faults.add(field.source, f"{field.name} is a {field.type}: use an integer of the smallest unit.")
    elif field.type in ("string", "bytes"):
        _text(contract, field, faults)
    elif field.is_integer:
        _number(field, faults)
    elif field.type == "bool" and rule.required:
        faults.add(field.source, f"{field.name} is a required bool, which could only be true: drop `required`.")
    _applies(field, faults)
    if field.repeated and not rule.max_items:
        faults.add(field.source, f"{field.name} is repeated and has no bound: say max_items.")
    if rule.max_items and rule.min_items > rule.max_items:
        faults.add(field.source, f"min_items of {field.name} is above max_items.")


def _text(contract, field, faults):
    rule = field.rule
    if not rule.max_length and contract.options.Format.Name(rule.format) not in SHORT_FORMATS:
        faults.add(field.source, f"{field.name} has no bound: say max_length, or a format of fixed length.")
    if rule.max_length and rule.min_length > rule.max_length:
        faults.add(field.source, f"min_length of {field.name} is above max_length.")
    if rule.pattern:
        _pattern(field, faults)


def _pattern(field, faults):
    """Compiled with the regcomp that will compile it in the daemon."""
    pattern = field.rule.pattern
    if not (pattern.startswith("^") and pattern.endswith("$")):
        faults.add(field.source, f"the pattern of {field.name} is not anchored: write ^…$.")
    room = ctypes.create_string_buffer(1024)  # more than any libc's regex_t
    if ctypes.CDLL(None).regcomp(room, pattern.encode(), REGCOMP_EXTENDED) != 0:
        faults.add(field.source, f"the pattern of {field.name} is not a POSIX extended regular expression.")


def _number(field, faults):
    rule = field.rule
    # 0 is "not said" in proto3, so bounds are said by a max, or by a negative min with 0 as max.
    if rule.max == 0 and rule.min >= 0:
        faults.add(field.source, f"{field.name} has no bounds: say min and max.")
    elif rule.min > rule.max:
        faults.add(field.source, f"min of {field.name} is above max.")
    elif field.type.startswith(("u", "f")) and rule.min < 0:
        faults.add(field.source, f"min of {field.name} is negative, its type is not.")
    elif field.type.endswith("32") and rule.max >= 1 << (32 if field.type in ("uint32", "fixed32") else 31):
        faults.add(field.source, f"max of {field.name} does not fit its type.")
    if rule.required and rule.min < 1 and not field.repeated:
        faults.add(field.source, f"{field.name} is a required number, but 0 means absent: say a min of 1 or more.")


def _applies(field, faults):
    """Options that say nothing about a field of this type."""
    rule = field.rule
    text = field.type in ("string", "bytes")
    options = [
        ("min_length", rule.min_length, text), ("max_length", rule.max_length, text),
        ("pattern", rule.pattern, field.type == "string"), ("format", rule.format, field.type == "string"),
        ("min", rule.min, field.is_integer), ("max", rule.max, field.is_integer),
        ("min_items", rule.min_items, field.repeated), ("max_items", rule.max_items, field.repeated),
    ]
    for name, value, meaningful in options:
        if value and not meaningful:
            kind = field.type if field.repeated else f"single {field.type}"
            faults.add(field.source, f"{name} says nothing about {field.name}, a {kind}.")


def _events(contract, faults):
    used = {field.type_name for message in contract.our_messages for field in message.fields}
    seen = {}
    for message in contract.our_messages:
        file = message.source.file
        if message.event is None:
            top_level = message.full_name.count(".") == file.package.count(".") + 1
            if file.name.endswith("_events.proto") and top_level and message.full_name not in used:
                faults.add(message.source, f"{message.name} is an event without a type: say option (event).")
            continue
        match = EVENT_TYPE.fullmatch(message.event.type)
        service = file.package.rsplit(".", 1)[1]
        verb = message.event.type.split(".")[3] if match else ""
        if not match or match["service"] != service or verb in NOT_PAST:
            faults.add(message.source, f'the event type "{message.event.type}" must read '
                       f"dandelion.{service}.<entity>.<past-tense verb>.v<number>.")
        if message.event.type in seen:
            faults.add(message.source, f"{message.event.type} is the type of {seen[message.event.type]} already.")
        seen[message.event.type] = message.name
        subject = message.field(message.event.subject)
        if not subject or subject.type != "string" or subject.repeated:
            faults.add(message.source, f'the subject of {message.name} must name a string field of it, '
                       f'"{message.event.subject}" does not.')
