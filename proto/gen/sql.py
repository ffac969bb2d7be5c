"""Reads a queries.sql: named statements with typed parameters and columns.

    -- What it is for, in words (optional).
    -- name: load_bills :load
    -- returns: ord int4, id uuid, amount_fen int8
    SELECT … FROM unnest(@ord::int4[], @member_id::uuid[]) …;
"""
import re
from dataclasses import dataclass, field

# SQL type → C type. services/store/statement.h says how NULL is written in each.
C_TYPES = {
    "bool": "bool", "int4": "int32_t", "int8": "int64_t", "text": "const char *", "bytea": "struct bytes",
    "uuid": "struct uuid", "date": "int32_t", "timestamptz": "int64_t",
}
OTHER_NAMES = {
    "boolean": "bool", "int": "int4", "integer": "int4", "bigint": "int8", "varchar": "text", "timestamp": "timestamptz",
}
KINDS = ("load", "save", "point", "list")
C_WORDS = set("auto break case char const continue default do double else enum extern float for goto if inline int "
              "long register restrict return short signed sizeof static struct switch typedef union unsigned void "
              "volatile while bool true false".split())

NAME = re.compile(r"-- name: *([a-z][a-z0-9_]*) +:([a-z]+)( any)?")
RETURNS = re.compile(r"-- returns: *(.*)")
COLUMN = re.compile(r"([a-z][a-z0-9_]*) +([a-z0-9_]+)(\[\])?")
CAST = re.compile(r"\s*::\s*([a-z0-9_]+)(\[\])?")
TOKEN = re.compile(
    r"(?P<comment>--[^\n]*|/\*.*?\*/)"
    r"|(?P<text>[eE]'(?:[^'\\]|\\.|'')*'|'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|(?P<dollar>\$[a-z_]*\$).*?(?P=dollar))"
    r"|(?P<param>(?<![<@])@(?P<name>[a-z][a-z0-9_]*))"
    r"|(?P<number>\$[0-9]+)|(?P<end>;)", re.S)


@dataclass
class Value:
    """A parameter or a column."""

    name: str
    type: str
    array: bool

    @property
    def c_type(self):
        return C_TYPES[self.type]


@dataclass
class Statement:
    name: str
    kind: str
    any_count: bool
    line: int
    comment: str = ""
    sql: str = ""
    params: list = field(default_factory=list)
    columns: list = field(default_factory=list)

    @property
    def set_based(self):
        return self.kind != "list"

    @property
    def args(self):
        """The parameters that the caller gives: the kit fills @ord."""
        return [param for param in self.params if not self.is_ord(param)]

    def is_ord(self, param):
        return self.set_based and param.name == "ord"


class Reader:
    def __init__(self, path):
        self.path = path
        self.statements = []
        self.faults = []

    def fault(self, line, sentence):
        self.faults.append(f"{self.path}:{line}: {sentence}")

    def read(self, text):
        """Splits the file at its `-- name:` lines and reads each part."""
        statement, body, returns, above = None, [], None, []
        for number, line in enumerate(text.split("\n"), 1):
            head, columns = NAME.fullmatch(line.strip()), RETURNS.fullmatch(line.strip())
            if line.startswith("-- name:"):
                self._finish(statement, body, returns)
                statement, body, returns = self._start(head, line, number), [], None
                statement.comment = " ".join(above)
            elif columns and statement and not "".join(body).strip():
                more = columns[1].rstrip(", ")
                returns = f"{returns}, {more}" if returns else more
                body.append("")
            elif line.startswith("--") and statement and not "".join(body).strip():
                statement.comment = f"{statement.comment} {line[2:].strip()}".strip()
                body.append("")
            elif statement:
                body.append(line)
            elif line.strip() and not line.startswith("--"):
                self.fault(number, "SQL stands before the first `-- name:` line.")
            is_comment = line.startswith("--") and not line.startswith("-- name:")
            above = above + [line[2:].strip()] if is_comment else []
        self._finish(statement, body, returns)
        self._names()
        return self.statements

    def _start(self, head, line, number):
        if not head or head[2] not in KINDS or (head[3] and head[2] != "save"):
            self.fault(number, f'"{line}" must read `-- name: some_name :load`, :save, :save any, :point or :list.')
            return Statement("bad", "save", True, number)
        return Statement(head[1], head[2], bool(head[3]), number)

    def _finish(self, statement, body, returns):
        if not statement or statement.name == "bad":
            return
        if not "".join(body).strip():
            self.fault(statement.line, f"{statement.name} has no SQL.")
            return
        self._sql(statement, "\n".join(body))
        self._columns(statement, returns)
        self._rules(statement)
        self.statements.append(statement)

    def _type(self, line, what, name):
        if name in C_TYPES:
            return name
        hint = f"write {OTHER_NAMES[name]}" if name in OTHER_NAMES else "use " + ", ".join(C_TYPES)
        self.fault(line, f"the type {name} of {what} is not known: {hint}.")
        return "text"

    def _columns(self, statement, returns):
        for part in (returns or "").split(","):
            column = COLUMN.fullmatch(part.strip())
            if column:
                what = f"the column {column[1]} of {statement.name}"
                type_name = self._type(statement.line, what, column[2])
                statement.columns.append(Value(column[1], type_name, bool(column[3])))
            elif returns:
                self.fault(statement.line, f'"{part.strip()}" in the returns of {statement.name} is not "name type".')

    def _sql(self, statement, body):
        params, types = {}, {}

        def replace(match):
            if match["comment"]:
                return " "
            if match["text"]:
                return match["text"]
            line = statement.line + 1 + body[: match.start()].count("\n")
            if match["number"]:
                self.fault(line, f"{statement.name} uses {match['number']}: name the parameter, @name::type.")
            elif match["end"]:
                if TOKEN.sub(lambda rest: "" if rest["comment"] else rest[0], body[match.end():]).strip():
                    self.fault(line, f"{statement.name} is more than one statement.")
                return ""
            else:
                name = match["name"]
                params.setdefault(name, line)
                cast = CAST.match(body, match.end())
                if cast:
                    found = cast[1], bool(cast[2])
                    if types.setdefault(name, found) != found:
                        self.fault(line, f"@{name} of {statement.name} is cast to two types.")
                return f"${list(params).index(name) + 1}"
            return match[0]

        text = TOKEN.sub(replace, body).strip()
        statement.sql = "\n".join(line.rstrip() for line in text.split("\n") if line.strip())
        for name, line in params.items():
            if name not in types:
                self.fault(line, f"@{name} of {statement.name} has no type: write @{name}::type.")
                continue
            type_name, array = types[name]
            type_name = self._type(line, f"@{name} of {statement.name}", type_name)
            statement.params.append(Value(name, type_name, array))

    def _rules(self, statement):
        name, line = statement.name, statement.line
        ord_param = next((param for param in statement.params if param.name == "ord"), None)
        if statement.kind == "save" and statement.columns:
            self.fault(line, f"{name} is a :save, which returns nothing: drop the returns.")
        if statement.kind != "save" and not statement.columns:
            self.fault(line, f"{name} does not say what it returns: add `-- returns: name type, …`.")
        if statement.kind in ("load", "point"):
            if not ord_param or (statement.columns and statement.columns[0] != Value("ord", "int4", False)):
                self.fault(line, f"{name} must take @ord::int4[] and return `ord int4` first: it serves many calls.")
        if statement.set_based:
            for param in statement.params:
                if not param.array:
                    self.fault(line, f"@{param.name} of {name} must be an array, one element per row: "
                               f"@{param.name}::{param.type}[].")
            if not statement.args:
                self.fault(line, f"{name} takes no parameter of its own, so it has no rows to work on.")
        elif ord_param:
            self.fault(line, f"{name} is a :list and serves one call: it has no @ord.")
        if ord_param and ord_param.type != "int4":
            self.fault(line, f"@ord of {name} must be int4.")
        for values, what in ((statement.params, "parameter"), (statement.columns, "column")):
            self._values(statement, values, what)

    def _values(self, statement, values, what):
        seen = set()
        for value in values:
            if value.name in seen:
                self.fault(statement.line, f"{statement.name} has the {what} {value.name} twice.")
            if value.name in C_WORDS:
                self.fault(statement.line, f"{value.name} is a word of C: rename that {what} of {statement.name}.")
            seen.add(value.name)

    def _names(self):
        seen = {}
        for statement in self.statements:
            for name in (statement.name, f"{statement.name}_row"):
                if name in seen:
                    self.fault(statement.line, f"{statement.name} needs the name {name}, "
                               f"which line {seen[name].line} has already.")
                seen[name] = statement


def read(path):
    """Returns the statements of a file and sentences about its faults."""
    reader = Reader(path)
    with open(path, encoding="utf-8") as file:
        return reader.read(file.read()), reader.faults
