"""The documents that are generated from the contract, as they were built."""

import json
import os
import re
import subprocess
import sys

import jsonschema
import pytest

from tests.conftest import ROOT

sys.path.insert(0, os.path.join(ROOT, "proto", "gen"))

from contract import Contract  # noqa: E402

TSC = os.path.join(ROOT, "gateway", "web", "node_modules", ".bin", "tsc")


@pytest.fixture(scope="module")
def gen(build):
    return os.path.join(build, "gen")


def load(*path):
    with open(os.path.join(*path), encoding="utf-8") as file:
        return json.load(file)


@pytest.fixture(scope="module")
def openapi(gen):
    return load(gen, "openapi.json")


@pytest.fixture(scope="module")
def asyncapi(gen):
    return load(gen, "asyncapi.json")


@pytest.fixture(scope="module")
def contract(gen):
    return Contract(os.path.join(gen, "contract.pb"))


def operations(document):
    return [(verb, path, operation) for path, verbs in document["paths"].items() for verb, operation in verbs.items()]


def check(document, schema, value):
    """Validates against a schema that points into its document. Formats hold too: an id must be an id."""
    resolver = jsonschema.RefResolver("", document)
    validator = jsonschema.Draft202012Validator(schema, resolver=resolver, format_checker=jsonschema.FormatChecker())
    validator.validate(value)


def references(node):
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        node = list(node.values())
    for child in node if isinstance(node, list) else []:
        yield from references(child)


@pytest.mark.parametrize("name", ["openapi.json", "asyncapi.json"])
def test_every_reference_leads_somewhere(gen, name):
    document = load(gen, name)
    for reference in set(references(document)):
        place = document
        for step in reference.removeprefix("#/").split("/"):
            place = place[step.replace("~1", "/")]


def test_every_route_is_described(openapi, contract):
    routes = {(method.verb, method.path, method.full_name) for method in contract.methods if method.path}
    assert {(verb, path, operation["operationId"]) for verb, path, operation in operations(openapi)} == routes


def test_requests_have_examples_that_fit(openapi):
    for verb, path, operation in operations(openapi):
        content = operation.get("requestBody", {}).get("content", {}).get("application/json")
        if content and "example" in content:
            check(openapi, content["schema"], content["example"])
        elif content:
            raise AssertionError(f"{verb} {path} has no example")


def test_replies_have_examples_that_fit(openapi):
    for _, _, operation in operations(openapi):
        for status, response in operation["responses"].items():
            if "$ref" in response:
                response = openapi["components"]["responses"][status]
            for content in response.get("content", {}).values():
                check(openapi, content["schema"], content["example"])


def test_every_parameter_of_a_path_is_declared(openapi):
    for _, path, operation in operations(openapi):
        declared = {parameter["name"] for parameter in operation["parameters"] if parameter.get("in") == "path"}
        assert declared == set(re.findall(r"{(\w+)}", path))


def test_headers_are_asked_for(openapi, contract):
    for method in contract.methods:
        if not method.path:
            continue
        operation = openapi["paths"][method.path][method.verb]
        headers = {parameter.get("$ref", "").rsplit("/", 1)[-1] for parameter in operation["parameters"]}
        key_required = method.options.idempotency == contract.options.KEY_REQUIRED
        assert ("IdempotencyKey" in headers) == key_required, method.full_name
        assert ("IfMatch" in headers) == method.options.if_match, method.full_name
        if method.options.if_match:
            assert {"412", "428"} <= operation["responses"].keys()


def test_only_what_is_open_to_anyone_needs_no_session(openapi, contract):
    for method in contract.methods:
        if method.path:
            anyone = method.options.permission == contract.options.ANYONE
            assert (openapi["paths"][method.path][method.verb].get("security") == []) == anyone, method.full_name


def test_secrets_go_in_and_never_out(openapi):
    schemas = openapi["components"]["schemas"]
    assert "password" in schemas["SignInRequest"]["properties"]
    for _, _, operation in operations(openapi):
        for response in operation["responses"].values():
            for content in response.get("content", {}).values():
                assert "password" not in json.dumps(content)
    assert "password" not in schemas["Account"]["properties"]


def test_the_body_of_a_change_has_neither_its_path_nor_its_mask(openapi):
    body = openapi["components"]["schemas"]["UpdateMemberRequest"]
    assert {"id", "update_mask"}.isdisjoint(body["properties"])
    assert "null" in body["properties"]["phone"]["type"]


def test_problems_are_described_by_status(openapi):
    for status, response in openapi["components"]["responses"].items():
        example = response["content"]["application/problem+json"]["example"]
        assert str(example["status"]) == status
        assert f"`{example['code']}`" in response["description"]


def test_events_have_examples_that_fit(asyncapi, contract):
    messages = asyncapi["components"]["messages"]
    assert {message["name"] for message in messages.values()} == {event.event.type for event in contract.events}
    for message in messages.values():
        check(asyncapi, message["payload"], message["examples"][0]["payload"])


def test_every_event_is_in_the_channel_of_its_service(asyncapi):
    for service, channel in asyncapi["channels"].items():
        for name in channel["messages"]:
            assert asyncapi["components"]["messages"][name]["name"].startswith(f"dandelion.{service}.")
    assert sum(len(channel["messages"]) for channel in asyncapi["channels"].values()) == len(asyncapi["components"]["messages"])


def test_events_carry_nothing_sensitive(asyncapi):
    assert '"x-sensitivity": "sensitive"' not in json.dumps(asyncapi)


def test_the_matrix_says_what_the_contract_says(gen, contract):
    with open(os.path.join(gen, "docs", "permissions.md"), encoding="utf-8") as file:
        rows = [[cell.strip() for cell in line.strip("|\n").split("|")] for line in file if line.startswith("| `")]
    names = [value.name for value in contract.options.Role.DESCRIPTOR.values if value.number]
    matrix = {row[0].strip("`"): {names[i] for i, mark in enumerate(row[3:]) if mark} for row in rows}
    assert set(matrix) == {method.full_name for method in contract.methods}
    for method in contract.methods:
        held = {contract.options.Role.Name(role) for role in contract.roles_of(method.options.permission)}
        assert matrix[method.full_name] == held


def test_links_inside_the_reference_lead_somewhere(gen):
    with open(os.path.join(gen, "docs", "reference.md"), encoding="utf-8") as file:
        text = file.read()
    headings = {heading.lower().replace(".", "").replace(" ", "-") for heading in re.findall(r"^#+ (.+)$", text, re.M)}
    assert set(re.findall(r"\]\(#([^)]*)\)", text)) <= headings


def test_every_error_has_its_place_for_the_type_of_a_problem(gen, openapi):
    with open(os.path.join(gen, "docs", "errors.html"), encoding="utf-8") as file:
        text = file.read()
    for code in openapi["components"]["schemas"]["ErrorCode"]["enum"]:
        assert f'id="{code}"' in text


def test_documents_are_the_same_each_time(gen, tmp_path):
    tools = os.path.join(ROOT, "proto", "gen")
    arguments = {"openapi": ["errors", "version"], "asyncapi": ["version"], "permissions": [], "reference": ["errors"]}
    values = {"errors": os.path.join(ROOT, "proto", "errors.txt"), "version": load(gen, "openapi.json")["info"]["version"]}
    for script, names in arguments.items():
        command = ["/usr/bin/python3", os.path.join(tools, f"{script}.py"), os.path.join(gen, "contract.pb")]
        environment = {"PYTHONHASHSEED": "7", "PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": os.path.join(gen, "python")}
        # contract.py looks for the options beside contract.pb; the outcome goes elsewhere.
        subprocess.run([*command, *[values[name] for name in names], str(tmp_path)], check=True, env=environment)
    for name in ("openapi.json", "asyncapi.json", "docs/permissions.md", "docs/reference.md", "docs/errors.html"):
        with open(os.path.join(gen, name), "rb") as built:
            assert (tmp_path / name).read_bytes() == built.read(), name


def test_pages_ask_nobody_else_and_have_no_inline_scripts(build):
    for name in ("index.html", "errors.html"):
        with open(os.path.join(build, "web", "docs", name), encoding="utf-8") as file:
            page = file.read()
        assert not re.search(r"https?://", page), name
        assert not re.search(r"<script(?![^>]*\ssrc=)|<style|\son\w+=|\sstyle=", page), name


def test_types_compile(gen, tmp_path):
    options = {"strict": True, "noEmit": True, "types": [], "skipLibCheck": False, "module": "es2020",
               "moduleResolution": "bundler", "target": "es2020", "baseUrl": ".",
               "paths": {"api": [os.path.join(gen, "types", "api.d.ts")]}}
    test = os.path.join(ROOT, "tests", "contract", "types.test.ts")
    (tmp_path / "tsconfig.json").write_text(json.dumps({"compilerOptions": options, "files": [test]}))
    result = subprocess.run([TSC, "-p", str(tmp_path)], stdout=subprocess.PIPE, text=True, check=False)
    assert result.returncode == 0, result.stdout
