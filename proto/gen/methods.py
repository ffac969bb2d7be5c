"""(dandelion.method) → <service>.methods.h and <service>.methods.c for each service.

usage: methods.py contract.pb output-folder
"""
import os
import sys

import cnames
import output
from contract import Contract


def handlers(contract, method):
    """The functions that the service writes: [(member of struct method, whether it gets a reply)]."""
    kind = contract.options.Kind.Name(method.options.kind)
    if kind == "COMPUTE":
        return [("compute", True)]
    if kind == "QUERY":
        return [("query", False)]
    work = [("work", False)] if method.options.worker else []
    return [("load", False)] + work + [("decide", True)]


def function(method, step):
    """dues_pay_decide; a pure function is called by the method's name alone: dues_quote_dues."""
    name = f"{method.service.key}_{cnames.snake(method.name)}"
    return name if step == "compute" else f"{name}_{step}"


def prototype(method, step, has_reply):
    arguments = ["struct call *call", f"const {cnames.c_type(method.input_name)} *request"]
    if has_reply:
        arguments.append(f"{cnames.c_type(method.output_name)} *reply")
    return f"int {function(method, step)}({', '.join(arguments)});\n"


def thunk(method, step, has_reply):
    name = f"{cnames.snake(method.name)}_{step}"
    arguments = "struct call *call, const ProtobufCMessage *request"
    values = f"call, (const {cnames.c_type(method.input_name)} *)request"
    if has_reply:
        arguments += ", ProtobufCMessage *reply"
        values += f", ({cnames.c_type(method.output_name)} *)reply"
    return f"static int {name}({arguments})\n{{\n    return {function(method, step)}({values});\n}}\n"


def row(contract, method):
    options = method.options
    lines = [
        f'.name = "{method.full_name}"',
        f".input = &{cnames.descriptor(method.input_name)}",
        f".output = &{cnames.descriptor(method.output_name)}",
        f".input_rules = &{cnames.rules(method.input_name)}",
        f".output_rules = &{cnames.rules(method.output_name)}",
        f".roles = {contract.roles_mask(options.permission)}",
        f".permission = {contract.enum_constant('Permission', options.permission)}",
        f".kind = {contract.enum_constant('Kind', options.kind)}",
        f".idempotent = {cnames.boolean(options.idempotency == contract.options.KEY_REQUIRED)}",
        f".if_match = {cnames.boolean(options.if_match)}",
        f".operation = {cnames.boolean(options.operation)}",
        f".deadline_ms = {method.deadline_ms}",
    ]
    lines += [f".{step} = {cnames.snake(method.name)}_{step}" for step, _ in handlers(contract, method)]
    return "    {\n" + "".join(f"        {line},\n" for line in lines) + "    },\n"


def headers(contract, service):
    names = [name for method in service.methods for name in (method.input_name, method.output_name)]
    return [f'"{file}"' for file in sorted({contract.messages[name].source.file.header for name in names})]


def header(contract, service):
    body = ""
    for method in service.methods:
        body += output.comment(method.source.comment)
        body += "".join(prototype(method, *handler) for handler in handlers(contract, method)) + "\n"
    body += f"/* Sorted by name. */\nextern const struct method {service.key}_methods[];\n"
    body += f"extern const size_t {service.key}_methods_count;"
    guard = f"DANDELION_{service.key.upper()}_METHODS_H"
    return output.header(guard, service.file.name, ['"bus/method.h"'] + headers(contract, service), body)


def source(contract, service):
    body = ""
    for method in service.methods:
        body += "".join(thunk(method, *handler) + "\n" for handler in handlers(contract, method))
    rows = "".join(row(contract, method) for method in sorted(service.methods, key=lambda method: method.full_name))
    body += f"const struct method {service.key}_methods[] = {{\n{rows}}};\n\n"
    body += f"const size_t {service.key}_methods_count = {len(service.methods)};"
    return output.source(service.file.name, [f'"{service.key}.methods.h"', '"field_rules.h"'], body)


def main(path, folder):
    contract = Contract(path)
    for service in contract.services:
        output.write(os.path.join(folder, f"{service.key}.methods.h"), header(contract, service))
        output.write(os.path.join(folder, f"{service.key}.methods.c"), source(contract, service))


if __name__ == "__main__":
    main(*sys.argv[1:])
