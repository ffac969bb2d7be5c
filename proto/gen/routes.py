"""The routes of the contract → routes.h and routes.c.

usage: routes.py contract.pb output-folder
"""
import os
import sys

import cnames
import output
from contract import VERBS, Contract


def precedence(method):
    """Routes of one verb and length stand together; in each piece a literal goes before a variable."""
    pieces = [(kind == "variable", name if kind == "literal" else "") for kind, name in method.pieces]
    return VERBS.index(method.verb), len(pieces), pieces, method.action or ""


def pieces_table(contract, number, method):
    request = contract.messages[method.input_name]
    rows = []
    for kind, name in method.pieces:
        rows.append(f'{{"{name}", 0}}' if kind == "literal" else f"{{NULL, {request.index(name)} /* {name} */}}")
    return f"static const struct route_piece pieces_{number}[] = {{{', '.join(rows)}}};\n"


def row(contract, number, method):
    options, request = method.options, contract.messages[method.input_name]
    lines = [
        f".verb = ROUTE_{method.verb.upper()}",
        f'.path = "{method.path}"',
        f".pieces = pieces_{number}",
        f".pieces_count = {len(method.pieces)}",
        f".action = {cnames.string(method.action)}",
        f'.method = "{method.full_name}"',
        f'.service = "{method.service.key}"',
        f".input = &{cnames.descriptor(method.input_name)}",
        f".output = &{cnames.descriptor(method.output_name)}",
        f".input_rules = &{cnames.rules(method.input_name)}",
        f".output_rules = &{cnames.rules(method.output_name)}",
        f".roles = {contract.roles_mask(options.permission)}",
        f".kind = {contract.enum_constant('Kind', options.kind)}",
        f".success = {method.success}",
        f".deadline_ms = {method.deadline_ms}",
        f".upload = {request.index(options.upload) if options.upload else -1}",
        f".update_mask = {request.index('update_mask') if method.verb == 'patch' else -1}",
        f".idempotent = {cnames.boolean(options.idempotency == contract.options.KEY_REQUIRED)}",
        f".if_match = {cnames.boolean(options.if_match)}",
        f".body = {cnames.boolean(method.has_body)}",
    ]
    return "    {\n" + "".join(f"        {line},\n" for line in lines) + "    },\n"


def main(path, folder):
    contract = Contract(path)
    routed = sorted((method for method in contract.methods if method.verb), key=precedence)
    names = [name for method in routed for name in (method.input_name, method.output_name)]
    files = sorted({contract.messages[name].source.file.header for name in names})
    body = "".join(pieces_table(contract, *pair) for pair in enumerate(routed))
    rows = "".join(row(contract, *pair) for pair in enumerate(routed))
    body += f"\nconst struct route routes[] = {{\n{rows}}};\n\nconst size_t routes_count = {len(routed)};"
    includes = ['"routes.h"', '"bus/method.h"'] + [f'"{file}"' for file in files] + ['"field_rules.h"']
    output.write(os.path.join(folder, "routes.c"), output.source("the contract", includes, body))
    declarations = "extern const struct route routes[];\nextern const size_t routes_count;"
    header = output.header("DANDELION_ROUTES_H", "the contract", ['"gateway/routes/route.h"'], declarations)
    output.write(os.path.join(folder, "routes.h"), header)


if __name__ == "__main__":
    main(*sys.argv[1:])
