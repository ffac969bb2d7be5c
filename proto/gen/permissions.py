"""The contract → permissions.md: every method, every role.

usage: permissions.py contract.pb output-folder
"""
import os
import sys

import output
from contract import Contract

INTRODUCTION = """# Who may do what

Generated from `proto/`. A role is held in an organisation and reaches what lies below it; what lies outside does not exist
for the caller. A method that names no permission is closed.
"""
SPECIAL = {"ANYONE": "anyone, also without a session", "SIGNED_IN": "any account",
           "INTERNAL": "only other daemons and the gateway"}


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])


def method_cell(method):
    return f"`{method.full_name}`"


def route_cell(method):
    return f"`{method.verb.upper()} {method.path}`" if method.path else ""


def matrix(contract, roles, service):
    rows, special = [], []
    for method in service.methods:
        permission = contract.options.Permission.Name(method.options.permission)
        if permission in SPECIAL:
            special.append([method_cell(method), route_cell(method), SPECIAL[permission]])
            continue
        held = set(contract.roles_of(method.options.permission))
        rows.append([method_cell(method), route_cell(method), permission] + ["✓" if number in held else "" for _, number in roles])
    head = ["method", "route", "permission"] + [name.replace("_", " ") for name, _ in roles]
    parts = [f"## {service.name}"] + ([table(head, rows)] if rows else [])
    return "\n\n".join(parts + ([table(["method", "route", "who"], special)] if special else []))


def main(path, folder):
    contract = Contract(path)
    roles = [(value.name, value.number) for value in contract.options.Role.DESCRIPTOR.values if value.number]
    text = "\n\n".join([INTRODUCTION.strip()] + [matrix(contract, roles, service) for service in contract.services])
    output.write(os.path.join(folder, "docs", "permissions.md"), text + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
