"""The events of the contract → asyncapi.json (AsyncAPI 3.0).

usage: asyncapi.py contract.pb version output-folder
"""
import json
import os
import sys

import output
from contract import Contract
from schema import Schemas, words

INTRODUCTION = """Events of Dandelion: what has happened, in the order in which it happened.

Each event is a CloudEvent 1.0. A type never changes its meaning; fields are only added. `position` is dense and in commit
order within a service and street: after position 7 comes 8, so a reader knows when it has missed something. Events carry
no sensitive values; personal ones are replaced by pseudonyms for analysts."""

ATTRIBUTES = {
    "specversion": {"type": "string", "const": "1.0"},
    "id": {"type": "string", "format": "uuid"},
    "source": {"type": "string", "format": "uri-reference", "examples": ["/dandelion/dues"]},
    "type": {"type": "string"},
    "subject": {"type": "string", "description": "The entity that the event is about."},
    "time": {"type": "string", "format": "date-time"},
    "datacontenttype": {"type": "string", "const": "application/json"},
    "traceparent": {"type": "string", "maxLength": 55, "description": "W3C trace context of the command."},
    "streetid": {"type": "string", "format": "uuid", "description": "The street."},
    "organizationpath": {"type": "string", "description": "Where in the tree of organisations, as a path.",
                         "examples": ["/1/4/1c/"]},
    "position": {"type": "string", "format": "int64", "description": "Of the event in its service's log."},
}
REQUIRED = ["specversion", "id", "source", "type", "subject", "time", "datacontenttype", "streetid", "position"]


class Document:
    def __init__(self, contract, version):
        self.contract = contract
        self.version = version
        self.schemas = Schemas(contract, [], [event.full_name for event in contract.events])

    def build(self):
        messages = {event.name: self.message(event) for event in self.contract.events}
        services = sorted({self.service(event) for event in self.contract.events})
        return {
            "asyncapi": "3.0.0",
            "info": {"title": "Dandelion events", "version": self.version, "description": INTRODUCTION},
            "defaultContentType": "application/cloudevents+json",
            "channels": {service: self.channel(service) for service in services},
            "operations": {f"publish_{service}": self.operation(service) for service in services},
            "components": {
                "messages": messages,
                "schemas": {"CloudEvent": {"type": "object", "properties": ATTRIBUTES, "required": REQUIRED},
                            **dict(sorted(self.schemas.made.items()))},
            },
        }

    @staticmethod
    def service(event):
        return event.source.file.package.rsplit(".", 1)[1]

    def of(self, service):
        return [event for event in self.contract.events if self.service(event) == service]

    def channel(self, service):
        return {"address": f"dandelion.{service}", "title": f"What {service} tells",
                "description": "The prefix of the types of its events, and of its topics on the bus.",
                "messages": {event.name: {"$ref": f"#/components/messages/{event.name}"} for event in self.of(service)}}

    def operation(self, service):
        return {"action": "send", "channel": {"$ref": f"#/channels/{service}"},
                "messages": [{"$ref": f"#/channels/{service}/messages/{event.name}"} for event in self.of(service)]}

    def message(self, event):
        note = words(event.source.comment)
        attributes = {"type": {"const": event.event.type}, "data": self.schemas.written(event.full_name)}
        message = {
            "name": event.event.type, "title": event.name, "contentType": "application/cloudevents+json",
            "payload": {"allOf": [{"$ref": "#/components/schemas/CloudEvent"},
                                  {"type": "object", "properties": attributes, "required": ["data"]}]},
            "examples": [{"payload": self.example(event)}],
        }
        return {**message, "summary": note} if note else message

    def example(self, event):
        data = self.schemas.example_of(event.full_name)
        return {"specversion": "1.0", "id": "01900000-0000-7000-8000-0000000000e1",
                "source": f"/dandelion/{self.service(event)}", "type": event.event.type,
                "subject": data[event.event.subject], "time": "2026-11-23T06:10:13.123Z",
                "datacontenttype": "application/json", "streetid": "01900000-0000-7000-8000-000000000001",
                "organizationpath": "/1/4/1c/", "position": "42", "data": data}


def main(contract, version, folder):
    document = Document(Contract(contract), version).build()
    output.write(os.path.join(folder, "asyncapi.json"), json.dumps(document, ensure_ascii=False, indent=1) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
