"""(dandelion.event) → event_types.h and event_types.c.

usage: events.py contract.pb output-folder
"""
import os
import sys

import cnames
import output
from contract import Contract

FIND = """
static int compare_type(const void *type, const void *event)
{
    return strcmp(type, ((const struct event_type *)event)->type);
}

const struct event_type *event_type_find(const char *type)
{
    return bsearch(type, event_types, event_types_count, sizeof *event_types, compare_type);
}

const struct event_type *event_type_of(const ProtobufCMessageDescriptor *descriptor)
{
    for (size_t i = 0; i < event_types_count; i++)
        if (event_types[i].descriptor == descriptor)
            return &event_types[i];
    return NULL;
}
"""


def header(contract):
    lines = []
    for message in contract.events:
        name = "EVENT_" + message.event.type.split(".", 1)[1].replace(".", "_").upper()
        lines.append(f"#define {name} {cnames.string(message.event.type)}")
    return output.header("DANDELION_EVENT_TYPES_H", "the contract", ['"bus/event_type.h"'], "\n".join(lines))


def source(contract):
    files = sorted({message.source.file.header for message in contract.events})
    includes = ['"event_types.h"', "<stdlib.h>", "<string.h>"] + [f'"{file}"' for file in files]
    rows = []
    for message in contract.events:
        service = message.source.file.package.rsplit(".", 1)[1]
        rows.append(f'    {{"{message.event.type}", "{service}", &{cnames.descriptor(message.full_name)}, '
                    f"{message.index(message.event.subject)}}},")
    rows = rows or ["    {0},"]
    body = "const struct event_type event_types[] = {\n" + "\n".join(rows) + "\n};\n"
    body += f"const size_t event_types_count = {len(contract.events)};\n" + FIND
    return output.source("the contract", includes, body)


def main(path, folder):
    contract = Contract(path)
    output.write(os.path.join(folder, "event_types.h"), header(contract))
    output.write(os.path.join(folder, "event_types.c"), source(contract))


if __name__ == "__main__":
    main(*sys.argv[1:])
