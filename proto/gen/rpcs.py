"""Every method of the contract → rpcs.h and rpcs.c, for dandelionctl.

usage: rpcs.py contract.pb output-folder
"""
import os
import sys

import cnames
import output
from contract import Contract


def row(contract, method):
    options, about = method.options, " ".join(method.source.comment.split())
    lines = [
        f'.name = "{method.full_name}"',
        f'.service = "{method.service.key}"',
        f".about = {cnames.string(about) if about else chr(34) * 2}",
        f".example = {cnames.string(options.example)}",
        f".input = &{cnames.descriptor(method.input_name)}",
        f".output = &{cnames.descriptor(method.output_name)}",
        f".input_rules = &{cnames.rules(method.input_name)}",
        f".output_rules = &{cnames.rules(method.output_name)}",
        f".writes = {cnames.boolean(options.kind == contract.options.COMMAND)}",
        f".idempotent = {cnames.boolean(options.idempotency == contract.options.KEY_REQUIRED)}",
        f".if_match = {cnames.boolean(options.if_match)}",
        f".internal = {cnames.boolean(options.permission == contract.options.INTERNAL)}",
        f".deadline_ms = {method.deadline_ms}",
    ]
    return "    {\n" + "".join(f"        {line},\n" for line in lines) + "    },\n"


def main(path, folder):
    contract = Contract(path)
    methods = sorted(contract.methods, key=lambda method: method.full_name)
    names = [name for method in methods for name in (method.input_name, method.output_name)]
    files = sorted({contract.messages[name].source.file.header for name in names})
    rows = "".join(row(contract, method) for method in methods)
    body = f"const struct rpc rpcs[] = {{\n{rows}}};\n\nconst size_t rpcs_count = {len(methods)};"
    includes = ['"rpcs.h"'] + [f'"{file}"' for file in files] + ['"field_rules.h"']
    output.write(os.path.join(folder, "rpcs.c"), output.source("the contract", includes, body))
    header = output.header("DANDELION_RPCS_H", "the contract", ['"dandelionctl/rpc.h"'], "")
    output.write(os.path.join(folder, "rpcs.h"), header)


if __name__ == "__main__":
    main(*sys.argv[1:])
