"""The contract and the error catalogue → reference.md (methods, messages, events), errors.md and errors.html.

The `type` of a problem (RFC 9457) points into errors.html.

usage: reference.py contract.pb errors.txt output-folder
"""
import html
import os
import sys

import errors as catalogue
import output
from contract import ENUM_VALUE, Contract
from permissions import route_cell, table
from schema import UPDATE_MASK, words

GROUPS = {"field": "Values of fields"}


def cell(text):
    return words(text).replace("|", "\\|")


def short(contract, full_name):
    """Payment.State of dandelion.dues.Payment.State: its heading."""
    thing = contract.messages.get(full_name) or contract.enums[full_name]
    return full_name[len(thing.source.file.package) + 1:]


def kind(contract, field):
    """What stands in the type column: "string (uuid)", "Member[]"."""
    name = field.type_name.rsplit(".", 1)[1] if field.type_name else field.type
    if field.type_name:
        name = f"[{name}](#{short(contract, field.type_name).lower().replace('.', '')})"
    form = contract.options.Format.Name(field.rule.format).lower()
    if field.rule.format:
        name += f" ({form})"
    return name + ("[]" if field.repeated else "")


def bounds(field):
    rule = field.rule
    said = ["required"] if rule.required else []
    if field.is_integer:
        said.append(f"{rule.min}…{rule.max}")
    if rule.max_length:
        unit = "bytes" if field.type == "bytes" else "characters"
        said.append(f"{rule.min_length}…{rule.max_length} {unit}" if rule.min_length else f"≤ {rule.max_length} {unit}")
    if rule.pattern:
        said.append(f"`{rule.pattern}`")
    if rule.max_items:
        said.append(f"{rule.min_items}…{rule.max_items} items" if rule.min_items else f"≤ {rule.max_items} items")
    return ", ".join(said).replace("|", "\\|")


def message_part(contract, message):
    rows = []
    for field in message.fields:
        sensitivity = contract.options.Sensitivity.Name(field.rule.sensitivity).lower()
        note = " ".join(filter(None, [field.rule.title, cell(f"{field.source.comment} {field.source.remark}")]))
        rows.append([str(field.number), f"`{field.name}`", kind(contract, field), bounds(field),
                     "" if sensitivity == "public" else sensitivity, note])
    parts = [f"### {short(contract, message.full_name)}", words(message.source.comment)]
    if message.event:
        parts.append(f"Event `{message.event.type}`, subject `{message.event.subject}`.")
    if rows:
        parts.append(table(["no.", "field", "type", "bounds", "sensitivity", "meaning"], rows))
    return "\n\n".join(filter(None, parts))


def enum_part(contract, enum):
    rows = []
    for index, value in enumerate(enum.proto.value):
        source = enum.source.child(ENUM_VALUE, index)
        rows.append([str(value.number), f"`{value.name}`", cell(f"{source.comment} {source.remark}")])
    parts = [f"### {short(contract, enum.full_name)}", words(enum.source.comment), table(["no.", "value", "meaning"], rows)]
    return "\n\n".join(filter(None, parts))


def service_part(contract, service):
    rows = []
    for method in service.methods:
        options = method.options
        needs = [name for name, there in (("Idempotency-Key", options.idempotency == contract.options.KEY_REQUIRED),
                                          ("If-Match", options.if_match)) if there]
        rows.append([f"`{method.full_name}`", route_cell(method), contract.options.Kind.Name(options.kind).lower(),
                     contract.options.Permission.Name(options.permission), ", ".join(needs),
                     f"{method.deadline_ms / 1000:g} s", cell(method.source.comment)])
    head = ["method", "route", "kind", "permission", "needs", "deadline", "what it does"]
    return table(head, rows)


def reference(contract):
    parts = ["# Reference", "Generated from `proto/`. Fields of requests and replies; what must be filled in, and within "
             "which bounds. Who may call what: [permissions.md](permissions.md). Errors: [errors.md](errors.md)."]
    services = {service.file.name: service for service in contract.services}
    for file in contract.files:
        if not file.ours:
            continue
        parts.append(f"## {file.name}")
        if file.name in services:
            parts.append(service_part(contract, services[file.name]))
        parts += [message_part(contract, m) for m in contract.our_messages if m.source.file is file]
        parts += [enum_part(contract, e) for _, e in sorted(contract.enums.items()) if e.source.file is file]
    parts += ["## Roles", enum_part(contract, contract.enums["dandelion.Role"])]
    return "\n\n".join(parts) + "\n"


def groups(known):
    """Errors by what stands before the dot of their code."""
    found = {}
    for error in known:
        found.setdefault(error.code.rsplit(".", 1)[0] if "." in error.code else "", []).append(error)
    return {GROUPS.get(name, name.capitalize() or "Requests in general"): errors for name, errors in found.items()}


def errors_markdown(known):
    parts = ["# Errors", "Generated from `proto/errors.txt`. Programs test the code or the number, never a text."]
    for name, errors in groups(known).items():
        rows = [[f"`{error.code}`", str(error.number), str(error.status),
                 cell(error.texts["zh"] + error.texts["zh+"]), cell(error.texts["en"] + " " + error.texts["en+"])]
                for error in errors]
        parts += [f"## {name}", table(["code", "number", "HTTP", "中文", "English"], rows)]
    return "\n\n".join(parts) + "\n"


def errors_html(known):
    rows = "\n".join(
        f'<section id="{error.code}"><h2><code>{error.code}</code></h2>'
        f"<p>{error.number} · HTTP {error.status}</p>"
        f'<p lang="zh-CN">{html.escape(error.texts["zh"])}<br>{html.escape(error.texts["zh+"])}</p>'
        f'<p lang="en">{html.escape(error.texts["en"])}<br>{html.escape(error.texts["en+"])}</p></section>'
        for error in known)
    return f"""<!doctype html>
<html lang="zh-CN">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>蒲公英 · 错误说明 · Errors</title>
<link rel="stylesheet" href="/docs/pages.css">
<main class="page">
<h1>错误说明 · Errors</h1>
<p><a href="/docs">接口说明 · Interface</a></p>
{rows}
</main>
</html>
"""


def main(contract, errors, folder):
    known, _ = catalogue.parse(errors)
    docs = os.path.join(folder, "docs")
    output.write(os.path.join(docs, "reference.md"), reference(Contract(contract)))
    output.write(os.path.join(docs, "errors.md"), errors_markdown(known))
    output.write(os.path.join(docs, "errors.html"), errors_html(known))


if __name__ == "__main__":
    main(*sys.argv[1:])
