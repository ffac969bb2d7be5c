"""The contract → openapi.json (OpenAPI 3.1).

usage: openapi.py contract.pb errors.txt version output-folder
"""
import json
import os
import sys
from http import HTTPStatus

import errors as catalogue
import output
from contract import Contract
from schema import Schemas, words

INTRODUCTION = """HTTP interface of Dandelion.

Conventions: 64-bit integers (money in fen among them) are written as strings and read as strings or numbers. Every field
is always written: "" stands for an absent text, 0 for an absent number, …_UNSPECIFIED for an absent choice. Unknown
fields are refused. Fields marked `x-sensitivity: sensitive` are masked in replies. Errors are problems (RFC 9457): test
their `code`, not their text. What lies outside the caller's organisations does not exist (404)."""

KEY = {"name": "Idempotency-Key", "in": "header", "required": True,
       "description": "A new random value for each new operation, the same one when it is repeated: it is then done once.",
       "schema": {"type": "string", "minLength": 1, "maxLength": 128, "pattern": "^[!-~]+$"},
       "example": "0190f3a2-5b7c-7d1e-9f00-3c2b1a098765"}
IF_MATCH = {"name": "If-Match", "in": "header", "required": True,
            "description": "The ETag of the version that the caller has seen.",
            "schema": {"type": "string", "maxLength": 64}, "example": '"3"'}
IF_NONE_MATCH = {"name": "If-None-Match", "in": "header",
                 "description": "An ETag; the answer is 304 without content if it is still the present one.",
                 "schema": {"type": "string", "maxLength": 64}, "example": '"3"'}
LANGUAGE = {"name": "Accept-Language", "in": "header",
            "description": "zh-CN (default) or en: the language of problems and of texts made for people.",
            "schema": {"type": "string", "maxLength": 256}, "example": "zh-CN"}
HEADERS = {
    "ETag": {"description": "The version of the resource, for If-Match.", "schema": {"type": "string"}},
    "Location": {"description": "The path of what was created.", "schema": {"type": "string"}},
    "Link": {"description": 'The next page, if there is one: <…>; rel="next".', "schema": {"type": "string"}},
    "Retry-After": {"description": "Seconds to wait before trying again.", "schema": {"type": "integer"}},
}
SECURITY = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "The token of POST /v1/sessions."},
}
# What any method may answer, whatever it does.
ALWAYS = {429, 500, 503, 504}


PAGING = {"page_size": "How many to return at most: 1 to 100; 20 when absent.",
          "page_token": "The next_page_token of the page before; absent for the first page."}


def spaced(name):
    """ListPayments → List payments"""
    return name[0] + "".join(f" {char.lower()}" if char.isupper() else char for char in name[1:])


class Document:
    def __init__(self, contract, errors, version):
        self.contract = contract
        self.errors = errors
        self.version = version
        self.methods = [method for method in contract.methods if method.path]
        self.schemas = Schemas(contract, [method.input_name for method in self.methods],
                               [method.output_name for method in self.methods])
        self.problems = set()

    def build(self):
        paths = {}
        for method in sorted(self.methods, key=lambda method: method.path):
            paths.setdefault(method.path, {})[method.verb] = self.operation(method)
        return {
            "openapi": "3.1.0",
            "info": {"title": "Dandelion", "version": self.version, "description": INTRODUCTION,
                     "license": {"name": "Apache License 2.0", "identifier": "Apache-2.0"}},
            "servers": [{"url": "/"}],
            "tags": [{"name": service.name, "description": words(service.source.comment)
                      or words(self.package_note(service))}
                     for service in self.contract.services if any(m.path for m in service.methods)],
            "security": [{"bearer": []}],
            "paths": paths,
            "components": {
                "schemas": {**dict(sorted(self.schemas.made.items())), **self.problem_schemas()},
                "responses": {str(status): self.problem_response(status) for status in sorted(self.problems)},
                "parameters": {"IdempotencyKey": KEY, "IfMatch": IF_MATCH, "IfNoneMatch": IF_NONE_MATCH,
                               "AcceptLanguage": LANGUAGE},
                "headers": HEADERS,
                "securitySchemes": SECURITY,
            },
        }

    @staticmethod
    def package_note(service):
        """The comment at the head of the service's file."""
        return next((location.leading_detached_comments[0] if location.leading_detached_comments
                     else location.leading_comments
                     for path, location in service.file.locations.items() if path == (12,)), "")

    def operation(self, method):
        note = words(method.source.comment) or spaced(method.name) + "."
        operation = {
            "operationId": method.full_name,
            "tags": [method.service.name],
            "summary": note.split(". ")[0].rstrip("."),
            "description": f"{note}\n\n{self.who(method)}",
            "parameters": self.parameters(method),
        }
        if self.contract.options.Permission.Name(method.options.permission) == "ANYONE":
            operation["security"] = []
        if method.verb in ("post", "put", "patch"):
            operation["requestBody"] = self.body(method)
        operation["responses"] = {str(method.success): self.success(method)}
        if self.is_versioned(method):
            operation["responses"]["304"] = {"description": "Not Modified"}
        operation["responses"].update(self.refusals(method))
        return operation

    def who(self, method):
        permission = self.contract.options.Permission.Name(method.options.permission)
        if permission == "ANYONE":
            return "Needs no session."
        if permission == "SIGNED_IN":
            return "For every account."
        roles = [self.contract.options.Role.Name(role) for role in self.contract.roles_of(method.options.permission)]
        return "For the roles " + ", ".join(f"`{role}`" for role in roles) + ", in their organisation and below."

    def parameters(self, method):
        message = self.contract.messages[method.input_name]
        parameters = [self.parameter(message.field(name), "path") for name in method.variables]
        if not method.has_body and not method.options.upload:
            parameters += [self.parameter(field, "query") for field in message.fields
                           if field.name not in method.variables]
        if method.options.idempotency == self.contract.options.KEY_REQUIRED:
            parameters.append({"$ref": "#/components/parameters/IdempotencyKey"})
        if method.options.if_match:
            parameters.append({"$ref": "#/components/parameters/IfMatch"})
        if self.is_versioned(method):
            parameters.append({"$ref": "#/components/parameters/IfNoneMatch"})
        return parameters + [{"$ref": "#/components/parameters/AcceptLanguage"}]

    def is_versioned(self, method):
        """Whether it reads one thing that has a version."""
        return method.verb == "get" and self.contract.messages[method.output_name].field("version") is not None

    def parameter(self, field, place):
        schema = self.schemas.input_field(field)
        schema.pop("examples", None)
        if field.is_integer:
            schema["type"] = "integer"  # in a URL there are no quotes
        parameter = {"name": field.name, "in": place, "required": place == "path" or field.rule.required, "schema": schema}
        note = schema.pop("description", "") or PAGING.get(field.name)
        if note:
            parameter["description"] = note
        example = self.schemas.example(field)
        if place == "path" and example:
            parameter["example"] = example
        return parameter

    def body(self, method):
        if method.options.upload:
            return self.upload(method)
        schema = self.schemas.read(method.input_name, method.variables)
        content = {"schema": schema}
        if method.options.example:
            content["example"] = json.loads(method.options.example)
        return {"required": True, "content": {"application/json": content}}

    def upload(self, method):
        message = self.contract.messages[method.input_name]
        fields = {field.name: self.schemas.input_field(field) for field in message.fields
                  if field.name != method.options.upload}
        fields[method.options.upload] = {"type": "string", "contentMediaType": "application/octet-stream",
                                         "description": "The file itself."}
        schema = {"type": "object", "properties": fields, "required": [method.options.upload]}
        return {"required": True, "content": {"multipart/form-data": {"schema": schema}}}

    def success(self, method):
        reply = self.contract.messages[method.output_name]
        response = {"description": HTTPStatus(method.success).phrase}
        headers = {"ETag": reply.field("version"), "Link": reply.field("next_page_token"),
                   "Location": method.success == 201 and not method.action and reply.field("id")}
        headers = {name: {"$ref": f"#/components/headers/{name}"} for name, there in headers.items() if there}
        if headers:
            response["headers"] = headers
        if method.success != 204:
            response["content"] = {"application/json": {
                "schema": self.schemas.written(method.output_name),
                "example": self.schemas.example_of(method.output_name)}}
        return response

    def refusals(self, method):
        options = self.contract.options
        permission = options.Permission.Name(method.options.permission)
        statuses = set(ALWAYS)
        if self.contract.messages[method.input_name].fields:
            statuses.add(400)
        if permission != "ANYONE" or method.name == "SignIn":
            statuses.add(401)
        if permission not in ("ANYONE", "SIGNED_IN"):
            statuses.add(403)
        if method.variables:
            statuses.add(404)
        if method.verb in ("post", "put", "patch"):
            statuses |= {413, 415}
        if method.options.kind == options.COMMAND:
            statuses |= {error.status for error in self.errors if error.code.startswith(method.service.key + ".")}
        if method.options.if_match:
            statuses |= {412, 428}
        if method.options.idempotency == options.KEY_REQUIRED:
            statuses |= {409, 422}
        self.problems |= statuses
        return {str(status): {"$ref": f"#/components/responses/{status}"} for status in sorted(statuses)}

    def problem_response(self, status):
        codes = [error for error in self.errors if error.status == status]
        table = "\n".join(f"- `{error.code}`: {error.texts['zh']} {error.texts['en']}" for error in codes)
        response = {"description": f"{HTTPStatus(status).phrase}.\n\n{table}",
                    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"},
                                                             "example": self.problem_example(codes[0])}}}
        if status in (429, 503):
            response["headers"] = {"Retry-After": {"$ref": "#/components/headers/Retry-After"}}
        return response

    @staticmethod
    def problem_example(error):
        return {"type": f"/docs/errors.html#{error.code}", "title": HTTPStatus(error.status).phrase,
                "status": error.status, "code": error.code, "number": error.number,
                "detail": error.texts["zh"] + error.texts["zh+"], "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736"}

    def problem_schemas(self):
        properties = {
            "type": {"type": "string", "format": "uri-reference", "description": "Where the error is described."},
            "title": {"type": "string", "description": "What the status means, in the caller's language."},
            "status": {"type": "integer", "minimum": 400, "maximum": 599},
            "code": {"$ref": "#/components/schemas/ErrorCode"},
            "number": {"type": "integer", "minimum": 1, "maximum": 65535, "description": "The code as a number."},
            "detail": {"type": "string", "description": "What is wrong and what to do, in the caller's language."},
            "field": {"type": "string", "description": "The field that is wrong.", "examples": ["months[1]"]},
            "params": {"type": "object", "additionalProperties": {"type": "string"},
                       "description": "What the detail was filled in with."},
            "trace_id": {"type": "string", "description": "For whoever looks into it."},
        }
        required = ["type", "title", "status", "code", "number", "detail"]
        return {
            "ErrorCode": {"type": "string", "enum": [error.code for error in self.errors],
                          "description": "Never renamed; new ones may come. See docs/errors.html."},
            "Problem": {"type": "object", "description": "An error (RFC 9457).", "properties": properties,
                        "required": required},
        }


def main(contract, errors, version, folder):
    known, faults = catalogue.parse(errors)
    if faults:
        raise SystemExit("\n".join(faults))
    document = Document(Contract(contract), known, version).build()
    output.write(os.path.join(folder, "openapi.json"), json.dumps(document, ensure_ascii=False, indent=1) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
