"""Messages as JSON Schemas (2020-12, as OpenAPI 3.1 and AsyncAPI 3 use it), the way the gateway's transcoder reads and
writes them.

A message has up to two schemas. What is written always has every field, so all are required; what is read has required
fields, bounds and nothing else. A message that is used both ways gets the name …Input for the second.
"""
import base64

from contract import ENUM_VALUE

UINT64_FORMS = {"int64", "uint64", "sint64", "fixed64", "sfixed64"}
TEXT_FORMATS = {"UUID": "uuid", "DATE": "date", "INSTANT": "date-time"}
PATTERNS = {"MONTH": "^[0-9]{4}-(0[1-9]|1[0-2])$", "TOKEN": "^[!-~]*$"}
EXAMPLES = {"UUID": "01900000-0000-7000-8000-000000000001", "DATE": "2026-11-23", "MONTH": "2026-11",
            "INSTANT": "2026-11-23T06:10:13.123Z"}
MASKED_EXAMPLES = {"id_number": "110105********002X", "phone": "138****8000"}
UPDATE_MASK = "update_mask"


def words(text):
    """A comment as one line."""
    return " ".join(text.split())


class Schemas:
    """The components/schemas of a document: filled while references are taken."""

    def __init__(self, contract, read, written):
        """`read` and `written` are the full names of the messages that come in and go out."""
        self.contract = contract
        self.both = contract.reachable(read) & contract.reachable(written)
        self.made = {}
        self.owners = {}

    def reference(self, name):
        return {"$ref": f"#/components/schemas/{name}"}

    def _name(self, thing, suffix=""):
        """Payment.State of package dandelion.dues → PaymentState."""
        name = thing.full_name[len(thing.source.file.package) + 1:].replace(".", "") + suffix
        owner = self.owners.setdefault(name, thing.full_name)
        if owner != thing.full_name:
            raise SystemExit(f"{thing.source.place}: {thing.full_name} and {owner} are both called {name} in JSON: rename one.")
        return name

    def written(self, full_name):
        """A reference to the schema of a message that is sent."""
        message = self.contract.messages[full_name]
        return self._message(message, self._name(message), self.output_of)

    def read(self, full_name, without=()):
        """A reference to the schema of a message that is received; fields `without` come from elsewhere."""
        message = self.contract.messages[full_name]
        name = self._name(message, "Input" if full_name in self.both else "")
        return self._message(message, name, lambda made: self.input_of(made, without))

    def _message(self, message, name, make):
        if name not in self.made:
            self.made[name] = {}  # its place in the order, and an end for messages that contain themselves
            self.made[name].update(make(message))
        return self.reference(name)

    def enum(self, full_name):
        enum = self.contract.enums[full_name]
        name = self._name(enum)
        if name not in self.made:
            values = [value.name for value in enum.proto.value]
            note = words(f"{enum.source.comment} {values[0]} stands for absent.")
            self.made[name] = {"type": "string", "enum": values[1:] + values[:1],
                               "description": "\n".join([note, *self._meanings(enum)])}
        return self.reference(name)

    @staticmethod
    def _meanings(enum):
        for index, value in enumerate(enum.proto.value):
            source = enum.source.child(ENUM_VALUE, index)
            note = words(f"{source.comment} {source.remark}")
            if note:
                yield f"- `{value.name}`: {note}"

    def output_of(self, message):
        fields = [field for field in message.fields if not self._is(field, "SECRET") and field.name != UPDATE_MASK]
        schema = {"type": "object", "properties": {field.name: self.output_field(field) for field in fields}}
        if fields:
            schema["required"] = [field.name for field in fields]
        return self._described(schema, message.source)

    def input_of(self, message, without=()):
        patch = message.field(UPDATE_MASK) is not None
        fields = [field for field in message.fields if field.name not in without and field.name != UPDATE_MASK]
        properties = {field.name: self.input_field(field, nullable=patch) for field in fields}
        schema = {"type": "object", "properties": properties, "additionalProperties": False}
        required = [field.name for field in fields if field.rule.required]
        if required:
            schema["required"] = required
        if patch:
            schema["minProperties"] = 1
        return self._described(schema, message.source)

    def _is(self, field, sensitivity):
        return self.contract.options.Sensitivity.Name(field.rule.sensitivity) == sensitivity

    def _described(self, schema, source):
        note = words(source.comment)
        return {"description": note, **schema} if note else schema

    def _annotated(self, schema, field):
        """With title, description and sensitivity of the field beside the type."""
        sensitivity = self.contract.options.Sensitivity.Name(field.rule.sensitivity)
        note = words(f"{field.source.comment} {field.source.remark}")
        said = {"title": field.rule.title, "description": note,
                "x-sensitivity": "" if sensitivity == "PUBLIC" else sensitivity.lower()}
        return {**{key: value for key, value in said.items() if value}, **schema}

    def output_field(self, field):
        masked = self._is(field, "SENSITIVE")
        if field.type == "message":
            item = self.written(field.type_name)
            item = item if field.repeated else {"oneOf": [item, {"type": "null"}]}
        elif field.type == "enum":
            item = self.enum(field.type_name)
        else:
            item = self._scalar(field)
            if field.type in UINT64_FORMS:
                item = {"type": "string", "format": field.type, "examples": item["examples"]}
            if masked:
                item = {"type": "string" if item["type"] == "string" else [item["type"], "null"],
                        "examples": [MASKED_EXAMPLES.get(field.name, "***")]}
            item.pop("minLength", None)
            item.pop("pattern", None)
        return self._annotated(self._list(field, item), field)

    def input_field(self, field, nullable=False):
        if field.type == "message":
            item = self.read(field.type_name)
        elif field.type == "enum":
            item = self.enum(field.type_name)
        else:
            item = self._scalar(field)
            if field.type in UINT64_FORMS:
                item["type"] = ["string", "integer"]
        schema = self._list(field, item)
        if nullable:
            types = schema.get("type")
            schema = ({**schema, "type": ([types] if isinstance(types, str) else types) + ["null"]} if types
                      else {"oneOf": [schema, {"type": "null"}]})
        return self._annotated(schema, field)

    def _list(self, field, item):
        if not field.repeated:
            return item
        schema = {"type": "array", "items": item, "maxItems": field.rule.max_items}
        if field.rule.min_items or field.rule.required:
            schema["minItems"] = max(field.rule.min_items, 1)
        return schema

    def _scalar(self, field):
        rule = field.rule
        if field.type == "bool":
            return {"type": "boolean"}
        if field.is_integer:
            schema = {"type": "integer", "format": field.type, "minimum": rule.min, "maximum": rule.max}
            return {**schema, "examples": [self.example(field)]}
        schema = {"type": "string"}
        if field.type == "bytes":
            return {**schema, "contentEncoding": "base64", "maxLength": (rule.max_length + 2) // 3 * 4}
        fixed = self._format(field) in EXAMPLES
        said = {"minLength": rule.min_length or int(rule.required and not fixed), "maxLength": rule.max_length,
                "format": TEXT_FORMATS.get(self._format(field)),
                "pattern": rule.pattern or PATTERNS.get(self._format(field))}
        schema.update({key: value for key, value in said.items() if value})
        example = self.example(field)
        return {**schema, "examples": [example]} if example else schema

    def _format(self, field):
        return self.contract.options.Format.Name(field.rule.format)

    def example(self, field):
        """A plausible value of a scalar field, as it is written."""
        rule = field.rule
        if field.type == "enum":
            return self.contract.enums[field.type_name].proto.value[1].name
        if field.type == "bool":
            return False
        if field.is_integer:
            number = int(rule.example) if rule.example else max(rule.min, min(rule.max, 1))
            return str(number) if field.type in UINT64_FORMS else number
        if field.type == "bytes":
            return base64.b64encode(bytes(3)).decode()
        return rule.example or EXAMPLES.get(self._format(field), "")

    def example_of(self, full_name):
        """A message as it may be written."""
        out = {}
        for field in self.contract.messages[full_name].fields:
            if self._is(field, "SECRET") or field.name == UPDATE_MASK:
                continue
            if field.type == "message":
                value = self.example_of(field.type_name)
            elif self._is(field, "SENSITIVE"):
                value = MASKED_EXAMPLES.get(field.name, "***")
            else:
                value = self.example(field)
            out[field.name] = [value] if field.repeated else value
        return out
