"""(dandelion.field) → field_rules.h and field_rules.c.

usage: fields.py contract.pb output-folder
"""
import os
import sys

import cnames
import output
from contract import Contract

ALL = """

/* All of them, sorted by the name of the message. */
extern const struct message_rules *const message_rules_all[];
extern const size_t message_rules_count;
"""

FIND = """
static int compare_name(const void *name, const void *rules)
{
    return strcmp(name, (*(const struct message_rules *const *)rules)->descriptor->name);
}

const struct message_rules *message_rules_find(const ProtobufCMessageDescriptor *descriptor)
{
    const struct message_rules *const *found =
        bsearch(descriptor->name, message_rules_all, message_rules_count, sizeof *message_rules_all, compare_name);
    return found ? *found : NULL;
}
"""


def header(contract):
    lines = [f"extern const struct message_rules {cnames.rules(m.full_name)};" for m in contract.our_messages]
    body = "/* The rules of each message, by the name of its descriptor. */\n" + "\n".join(lines) + ALL
    return output.header("DANDELION_FIELD_RULES_H", "the contract", ['"bus/field_rule.h"'], body)


def source(contract):
    files = sorted({message.source.file.header for message in contract.our_messages})
    includes = ['"field_rules.h"', "<stdlib.h>", "<string.h>"] + [f'"{file}"' for file in files]
    parts = [message_rules(contract, message) for message in contract.our_messages]
    pointers = "\n".join(f"    &{cnames.rules(message.full_name)}," for message in contract.our_messages)
    parts.append(f"const struct message_rules *const message_rules_all[] = {{\n{pointers}\n}};")
    parts.append(f"const size_t message_rules_count = {len(contract.our_messages)};")
    return output.source("the contract", includes, "\n".join(parts) + "\n" + FIND)


def message_rules(contract, message):
    name = cnames.c_symbol(message.full_name)
    rows = "\n".join(field_rule(contract, field) for field in message.fields)
    fields = f"{name}__field_rules"
    table = f"static const struct field_rule {fields}[] = {{\n{rows}\n}};\n" if rows else ""
    return (f"{table}const struct message_rules {name}__rules = {{&{name}__descriptor, "
            f"{fields if rows else 'NULL'}, {cnames.boolean(sensitive(contract, message))}}};\n")


def field_rule(contract, field):
    rule = field.rule
    ours = field.type == "message" and contract.messages[field.type_name].source.file.ours
    values = {
        "message": f"&{cnames.rules(field.type_name)}" if ours else "",
        "title": cnames.string(rule.title) if rule.title else "",
        "pattern": cnames.string(rule.pattern) if rule.pattern else "",
        "min": cnames.int64(rule.min) if rule.min else "",
        "max": cnames.int64(rule.max) if rule.max else "",
        "min_length": rule.min_length, "max_length": rule.max_length,
        "min_items": rule.min_items, "max_items": rule.max_items,
        "format": contract.enum_constant("Format", rule.format) if rule.format else "",
        "sensitivity": contract.enum_constant("Sensitivity", rule.sensitivity) if rule.sensitivity else "",
        "required": "true" if rule.required else "",
        "bounded": "true" if field.is_integer else "",
    }
    said = [f".{name} = {value}" for name, value in values.items() if value]
    return f"    /* {field.name} */ {{{', '.join(said) or '0'}}},"


def sensitive(contract, message):
    hidden = [contract.options.SENSITIVE, contract.options.SECRET]
    below = [contract.messages[name] for name in contract.reachable([message.full_name])]
    return any(field.rule.sensitivity in hidden for each in below for field in each.fields)


def main(path, folder):
    contract = Contract(path)
    output.write(os.path.join(folder, "field_rules.h"), header(contract))
    output.write(os.path.join(folder, "field_rules.c"), source(contract))


if __name__ == "__main__":
    main(*sys.argv[1:])
