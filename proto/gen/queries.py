"""services/<name>/queries.sql → <name>.queries.h and <name>.queries.c: "sqlc for C".

usage: queries.py name queries.sql output-folder
"""
import os
import sys

import cnames
import output
import sql

CALLS = """
struct call;

/* The kit's side (services/daemon). */
int call_load(struct call *call, const struct statement *statement, const void *args);
const void *call_rows(const struct call *call, const struct statement *statement, size_t *count);
int call_save(struct call *call, const struct statement *statement, const void *args);
int call_ask(struct call *call, const struct statement *statement, const void *args);
"""


def member(value, array):
    space = "" if value.c_type.endswith("*") else " "
    if array:
        item = value.c_type if value.c_type.startswith("const ") else f"const {value.c_type} "
        star = "const *" if value.c_type.endswith("*") else "*"
        return f"    struct {{\n        {item}{star}items;\n        size_t count;\n    }} {value.name};\n"
    return f"    {value.c_type}{space}{value.name};\n"


def structs(prefix, statement):
    name = f"{prefix}_{statement.name}"
    text = output.comment(statement.comment)
    if statement.args:
        arrays = not statement.set_based
        members = "".join(member(param, arrays and param.array) for param in statement.args)
        text += f"struct {name} {{\n{members}}};\n"
    if statement.columns:
        members = "".join(member(column, column.array) for column in statement.columns)
        text += f"struct {name}_row {{\n{members}}};\n"
    return text


def functions(prefix, statement):
    """The typed ways in: what a handler calls."""
    name = f"{prefix}_{statement.name}"
    verb = {"load": "load", "save": "save", "point": "ask", "list": "ask"}[statement.kind]
    parameter, value = (f", const struct {name} *args", "args") if statement.args else ("", "NULL")
    text = f"extern const struct statement {name}_statement;\n"
    text += f"static inline int {name}(struct call *call{parameter})\n"
    text += f"{{\n    return call_{verb}(call, &{name}_statement, {value});\n}}\n"
    if statement.kind == "load":
        text += f"static inline size_t {name}_rows(const struct call *call, const struct {name}_row **rows)\n"
        text += f"{{\n    size_t count = 0;\n    *rows = (const struct {name}_row *)"
        text += f"call_rows(call, &{name}_statement, &count);\n    return count;\n}}\n"
    return text


def header(prefix, path, statements):
    includes = ["<stdbool.h>", "<stddef.h>", "<stdint.h>", "", '"base/bytes.h"', '"base/uuid.h"', '"store/statement.h"']
    body = CALLS.strip() + "\n"
    for statement in statements:
        body += "\n" + structs(prefix, statement) + functions(prefix, statement)
    body += f"\n/* All of them, ended by NULL: what a connection prepares. */\n"
    body += f"extern const struct statement *const {prefix}_statements[];"
    text = output.header(f"DANDELION_{prefix.upper()}_QUERIES_H", path, includes, body)
    return text.replace("#include \n", "\n")


def description(prefix, statement):
    name = f"{prefix}_{statement.name}"
    text, params, columns = "", "NULL", "NULL"
    if statement.params:
        params = f"{statement.name}_params"
        text += f"static const struct statement_param {params}[] = {{\n"
        for param in statement.params:
            is_ord = statement.is_ord(param)
            offset = "0" if is_ord else f"offsetof(struct {name}, {param.name})"
            text += (f'    {{"{param.name}", SQL_{param.type.upper()}, {cnames.boolean(param.array)}, '
                     f"{cnames.boolean(is_ord)}, {offset}}},\n")
        text += "};\n"
    if statement.columns:
        columns = f"{statement.name}_columns"
        text += f"static const struct statement_column {columns}[] = {{\n"
        for column in statement.columns:
            text += (f'    {{"{column.name}", SQL_{column.type.upper()}, {cnames.boolean(column.array)}, '
                     f"offsetof(struct {name}_row, {column.name})}},\n")
        text += "};\n"
    lines = "\n".join("        " + cnames.string(line + "\n") for line in statement.sql.split("\n"))
    text += f"""const struct statement {name}_statement = {{
    .name = "{prefix}.{statement.name}",
    .sql =
{lines},
    .kind = STATEMENT_{statement.kind.upper()},
    .set_based = {cnames.boolean(statement.set_based)},
    .any_count = {cnames.boolean(statement.any_count)},
    .params = {params},
    .params_count = {len(statement.params)},
    .columns = {columns},
    .columns_count = {len(statement.columns)},
    .args_size = {f"sizeof(struct {name})" if statement.args else 0},
    .row_size = {f"sizeof(struct {name}_row)" if statement.columns else 0},
}};
"""
    return text


def main(prefix, path, folder):
    statements, faults = sql.read(path)
    for statement in statements:
        if len(f"{prefix}.{statement.name}") > 63:
            faults.append(f"{path}:{statement.line}: the name {statement.name} is too long for PostgreSQL.")
    if faults:
        print(*faults, sep="\n", file=sys.stderr)
        return 1
    shown = "/".join(os.path.abspath(path).split("/")[-3:])
    output.write(os.path.join(folder, f"{prefix}.queries.h"), header(prefix, shown, statements))
    body = "\n".join(description(prefix, statement) for statement in statements)
    body += f"\nconst struct statement *const {prefix}_statements[] = {{\n"
    body += "".join(f"    &{prefix}_{statement.name}_statement,\n" for statement in statements) + "    NULL,\n};"
    text = output.source(shown, [f'"{prefix}.queries.h"'], body)
    output.write(os.path.join(folder, f"{prefix}.queries.c"), text)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
