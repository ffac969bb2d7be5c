"""Reads the contract for the generators: a FileDescriptorSet with source positions and our options.

`contract.pb` and the module `dandelion.options_pb2` are made by protoc at build time; the module is looked for in the
folder `python` beside contract.pb.
"""
import importlib
import os
import sys

import cnames

PACKAGE = "dandelion."
VERBS = ("get", "post", "put", "patch", "delete")
# Fields of FileDescriptorProto, DescriptorProto and so on: source positions are named by paths of such numbers.
FILE_MESSAGE, FILE_ENUM, FILE_SERVICE = 4, 5, 6
MESSAGE_FIELD, MESSAGE_NESTED, MESSAGE_ENUM, MESSAGE_ONEOF = 2, 3, 4, 8
ENUM_VALUE, SERVICE_METHOD = 2, 2


class Source:
    """Where something stands, and the comment above it."""

    def __init__(self, file, path):
        self.file = file
        self.path = tuple(path)

    def child(self, *path):
        return Source(self.file, self.path + path)

    @property
    def place(self):
        location = self.file.locations.get(self.path)
        return f"{self.file.name}:{location.span[0] + 1 if location else 1}"

    @property
    def comment(self):
        location = self.file.locations.get(self.path)
        return location.leading_comments.strip() if location else ""

    @property
    def remark(self):
        """The comment behind it, on the same line."""
        location = self.file.locations.get(self.path)
        return location.trailing_comments.strip() if location else ""


class File:
    def __init__(self, proto):
        self.proto = proto
        self.name = proto.name
        self.package = proto.package
        self.header = proto.name[: -len(".proto")] + ".pb-c.h"
        self.locations = {tuple(location.path): location for location in proto.source_code_info.location}

    @property
    def ours(self):
        """Of the project, and not the options themselves (package dandelion)."""
        return self.package.startswith(PACKAGE)


class Field:
    INTEGERS = {"int32", "int64", "uint32", "uint64", "sint32", "sint64", "fixed32", "fixed64", "sfixed32", "sfixed64"}

    def __init__(self, proto, message, source, rule):
        self.proto = proto
        self.message = message
        self.source = source
        self.rule = rule
        self.name = proto.name
        self.number = proto.number
        self.type = proto.Type.Name(proto.type)[len("TYPE_"):].lower()  # "string", "int64", "message", "enum" …
        self.repeated = proto.label == proto.LABEL_REPEATED
        self.type_name = proto.type_name.lstrip(".")

    @property
    def is_integer(self):
        return self.type in self.INTEGERS

    @property
    def is_scalar(self):
        return self.type != "message"


class Message:
    def __init__(self, proto, full_name, source, options):
        self.proto = proto
        self.full_name = full_name
        self.source = source
        self.fields = []
        for index, field in enumerate(proto.field):
            rule = field.options.Extensions[options.field]
            self.fields.append(Field(field, self, source.child(MESSAGE_FIELD, index), rule))
        # protoc-c sorts a descriptor's fields by number, and so the tables are.
        self.fields.sort(key=lambda field: field.number)
        has_event = proto.options.HasExtension(options.event)
        self.event = proto.options.Extensions[options.event] if has_event else None

    def field(self, name):
        return next((field for field in self.fields if field.name == name), None)

    def index(self, name):
        """Index of a field in the C descriptor's fields[]."""
        return next(index for index, field in enumerate(self.fields) if field.name == name)

    @property
    def name(self):
        return self.full_name.rsplit(".", 1)[1]


class Enum:
    def __init__(self, proto, full_name, source):
        self.proto = proto
        self.full_name = full_name
        self.source = source


class Method:
    def __init__(self, proto, service, source, options):
        self.proto = proto
        self.service = service
        self.source = source
        self.name = proto.name
        self.full_name = f"{service.name}.{proto.name}"
        self.has_options = proto.options.HasExtension(options.method)
        self.options = proto.options.Extensions[options.method]
        self.input_name = proto.input_type.lstrip(".")
        self.output_name = proto.output_type.lstrip(".")
        self.verbs = [verb for verb in VERBS if getattr(self.options, verb)]

    @property
    def verb(self):
        return self.verbs[0] if self.verbs else None

    @property
    def path(self):
        return getattr(self.options, self.verb) if self.verb else None

    @property
    def pieces(self):
        """What stands between the slashes, without the action: [("literal", "v1"), ("variable", "id")]."""
        path = self.path.rsplit(":", 1)[0] if self.action else self.path
        pieces = []
        for piece in path.strip("/").split("/"):
            variable = piece.startswith("{")
            pieces.append(("variable", piece.strip("{}")) if variable else ("literal", piece))
        return pieces

    @property
    def action(self):
        """"archive" of /v1/members/{id}:archive, or None."""
        last = self.path.rsplit("/", 1)[1]
        return last.rsplit(":", 1)[1] if ":" in last else None

    @property
    def variables(self):
        return [name for kind, name in self.pieces if kind == "variable"] if self.path else []

    @property
    def has_body(self):
        """Whether the request is read from a body, and not from the path and the query string alone."""
        return self.verb in ("post", "put", "patch") and not self.options.upload

    @property
    def success(self):
        return self.options.success or 200

    @property
    def deadline_ms(self):
        return self.options.deadline_ms or 5000


class Service:
    def __init__(self, proto, file, source, options):
        self.name = proto.name
        self.file = file
        self.source = source
        self.key = file.package.rsplit(".", 1)[1]  # "dues"
        self.methods = [
            Method(method, self, source.child(SERVICE_METHOD, index), options)
            for index, method in enumerate(proto.method)
        ]


class Contract:
    def __init__(self, path):
        folder = os.path.join(os.path.dirname(os.path.abspath(path)), "python")
        sys.path.insert(0, folder)
        self.options = importlib.import_module("dandelion.options_pb2")
        from google.protobuf import descriptor_pb2

        self.set = descriptor_pb2.FileDescriptorSet()
        with open(path, "rb") as file:
            self.set.ParseFromString(file.read())
        self.files = [File(proto) for proto in self.set.file]
        self.messages, self.enums, self.services = {}, {}, []
        for file in self.files:
            self._read(file)
        self.services.sort(key=lambda service: service.key)

    def _read(self, file):
        for index, proto in enumerate(file.proto.message_type):
            self._message(proto, file.package, Source(file, (FILE_MESSAGE, index)))
        for index, proto in enumerate(file.proto.enum_type):
            self._enum(proto, file.package, Source(file, (FILE_ENUM, index)))
        for index, proto in enumerate(file.proto.service):
            source = Source(file, (FILE_SERVICE, index))
            self.services.append(Service(proto, file, source, self.options))

    def _message(self, proto, scope, source):
        full_name = f"{scope}.{proto.name}"
        self.messages[full_name] = Message(proto, full_name, source, self.options)
        for index, nested in enumerate(proto.nested_type):
            self._message(nested, full_name, source.child(MESSAGE_NESTED, index))
        for index, nested in enumerate(proto.enum_type):
            self._enum(nested, full_name, source.child(MESSAGE_ENUM, index))

    def _enum(self, proto, scope, source):
        full_name = f"{scope}.{proto.name}"
        self.enums[full_name] = Enum(proto, full_name, source)

    @property
    def our_messages(self):
        """The project's messages, sorted by name."""
        return [self.messages[name] for name in sorted(self.messages) if self.messages[name].source.file.ours]

    @property
    def methods(self):
        return [method for service in self.services for method in service.methods]

    @property
    def events(self):
        return sorted((message for message in self.our_messages if message.event), key=lambda m: m.event.type)

    def roles_of(self, permission):
        """Numbers of the roles that hold a permission."""
        value = self.options.Permission.DESCRIPTOR.values_by_number[permission]
        return list(value.GetOptions().Extensions[self.options.permission].roles)

    def roles_mask(self, permission):
        """The C expression of struct method's `roles`."""
        name = self.options.Permission.Name(permission)
        if name in ("ANYONE", "SIGNED_IN", "INTERNAL"):
            return f"METHOD_{name}"
        roles = [self.options.Role.Name(role) for role in self.roles_of(permission)]
        bits = [f"METHOD_ROLE({cnames.enum_value('dandelion.Role', role)})" for role in roles]
        return " | ".join(bits) or "0"

    def enum_constant(self, enum, number):
        """The C name of a value of an enum of options.proto: enum_constant("Kind", 2)."""
        return cnames.enum_value(f"dandelion.{enum}", getattr(self.options, enum).Name(number))

    def reachable(self, names):
        """All messages that can occur inside the named ones, with them."""
        seen, todo = set(), list(names)
        while todo:
            name = todo.pop()
            if name in seen or name not in self.messages:
                continue
            seen.add(name)
            todo += [field.type_name for field in self.messages[name].fields if field.type == "message"]
        return seen
