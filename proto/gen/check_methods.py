"""What an rpc must say, and how the routes must differ."""
import re

from google.protobuf import descriptor_pool, json_format, message_factory

import cnames

PATH = re.compile(r"/v1(/[a-z][a-z0-9_]*|/\{[a-z][a-z0-9_]*\})+(:[a-z][a-z0-9_]*)?")


def check(contract, faults):
    factory = _Factory(contract)
    for service in contract.services:
        if not service.file.ours or service.name != cnames.camel(service.key):
            faults.add(service.source, f"service {service.name} must stand in package dandelion.{service.name.lower()}.")
        for method in service.methods:
            _method(contract, method, factory, faults)
    packages = [service.file.package for service in contract.services]
    for service in contract.services:
        if packages.count(service.file.package) > 1:
            faults.add(service.source, f"package {service.file.package} has more than one service.")
    _routes(contract, faults)


def _method(contract, method, factory, faults):
    def fault(sentence):
        faults.add(method.source, f"rpc {method.name} {sentence}")

    options = method.options
    if method.proto.client_streaming or method.proto.server_streaming:
        fault("is a stream: the bus knows requests and replies only.")
    for name in (method.input_name, method.output_name):
        if not contract.messages[name].source.file.ours:
            fault(f"uses {name}: requests and replies are messages of the project.")
    if not options.permission:
        fault("has no permission: say who may call it.")
    if not options.kind:
        fault("has no kind: say COMPUTE, QUERY or COMMAND.")
    command = options.kind == contract.options.COMMAND
    if options.worker and not command:
        fault("has a worker, which only a COMMAND can have.")
    if options.operation and not (options.worker and options.idempotency == contract.options.KEY_REQUIRED):
        fault("is an operation, which needs a worker and an idempotency key to be asked for by.")
    if options.if_match and not command:
        fault("has if_match, which only a COMMAND can have.")
    if options.idempotency and not command:
        fault("speaks of idempotency, which only a COMMAND can need.")
    if options.success and not 200 <= options.success <= 299:
        fault(f"succeeds with {options.success}, which is not a status of success.")
    if options.deadline_ms > 600000:
        fault("may take longer than ten minutes: make it an operation.")
    if len(method.verbs) > 1:
        fault(f"has {len(method.verbs)} routes ({', '.join(method.verbs)}): say one.")
    elif method.verb:
        _route(contract, method, fault)
        _example(contract, method, factory, fault)
    elif options.upload:
        fault("has an upload but no route.")


def _route(contract, method, fault):
    options, verb = method.options, method.verb
    request = contract.messages[method.input_name]
    command = options.kind == contract.options.COMMAND
    if not PATH.fullmatch(method.path):
        fault(f'has the path "{method.path}", which is not of the form /v1/things/{{id}}:verb.')
        return
    if options.permission == contract.options.INTERNAL:
        fault("is INTERNAL and has a route.")
    if verb == "get" and command:
        fault("is a GET that writes.")
    if verb in ("put", "patch", "delete") and options.kind and not command:
        fault(f"is a {verb.upper()} that does not write.")
    if verb == "post" and command and not options.idempotency:
        fault("is a POST that writes and says nothing of idempotency: say KEY_REQUIRED, or KEY_NOT_NEEDED.")
    if verb == "patch" and not options.if_match:
        fault("is a PATCH without if_match: a change names the version that it changes.")
    _variables(method, request, fault)
    _update_mask(verb, request, fault)
    if verb in ("get", "delete"):
        for field in request.fields:
            if field.type in ("message", "bytes"):
                fault(f"is a {verb.upper()}, and {field.name} cannot stand in a query string.")
    if options.upload:
        field = request.field(options.upload)
        if verb != "post" or not field or field.type != "string" or field.repeated:
            fault(f'has the upload field "{options.upload}", but that must be a string of a POST\'s request.')


def _variables(method, request, fault):
    for name in method.variables:
        field = request.field(name)
        if not field or field.repeated or not (field.type == "string" or field.is_integer):
            fault(f"has {{{name}}} in its path, which is no string or integer of {request.name}.")
        elif not field.rule.required:
            fault(f"has {{{name}}} in its path: it is always there, say required.")
    if len(set(method.variables)) != len(method.variables):
        fault("has the same variable twice in its path.")


def _update_mask(verb, request, fault):
    mask = request.field("update_mask")
    if verb == "patch" and not (mask and mask.type == "string" and mask.repeated):
        fault(f"is a PATCH, but {request.name} has no `repeated string update_mask`.")
    if verb != "patch" and mask:
        fault(f"has an update_mask and is a {verb.upper()}: only a PATCH is partial.")


def _example(contract, method, factory, fault):
    """The example is given to people and to tests: it must be a request that passes."""
    example = method.options.example
    request = contract.messages[method.input_name]
    if not example:
        if method.has_body and set(field.name for field in request.fields) - set(method.variables):
            fault("reads a body and shows no example of it.")
        return
    try:
        parsed = factory.parse(example, method.input_name)
    except json_format.ParseError as error:
        reason = str(error).split("\n")[0].rstrip(".")
        fault(f"has an example that is no {request.name}: {reason}.")
        return
    for field in request.fields:
        if field.name in method.variables or not field.rule.required:
            continue
        if not getattr(parsed, field.name):
            fault(f"has an example without {field.name}, which is required.")


class _Factory:
    """Message classes of the contract, for reading JSON."""

    def __init__(self, contract):
        self.pool = descriptor_pool.DescriptorPool()
        for proto in contract.set.file:
            self.pool.Add(proto)

    def parse(self, text, full_name):
        descriptor = self.pool.FindMessageTypeByName(full_name)
        message = message_factory.MessageFactory(self.pool).GetPrototype(descriptor)()
        return json_format.Parse(text, message)


def _shape(method):
    return method.verb, tuple(kind if kind == "variable" else name for kind, name in method.pieces), method.action


def _overlap(a, b):
    """Whether a path matches both and neither route is the more exact one."""
    if a.verb != b.verb or a.action != b.action or len(a.pieces) != len(b.pieces):
        return False
    first = second = False
    for (kind_a, name_a), (kind_b, name_b) in zip(a.pieces, b.pieces):
        if kind_a == kind_b == "literal" and name_a != name_b:
            return False
        first |= kind_a == "literal" and kind_b == "variable"
        second |= kind_a == "variable" and kind_b == "literal"
    return first and second


def _routes(contract, faults):
    routed = [method for method in contract.methods if len(method.verbs) == 1 and PATH.fullmatch(method.path)]
    for index, method in enumerate(routed):
        for other in routed[:index]:
            route = f"{method.verb.upper()} {method.path}"
            if _shape(method) == _shape(other):
                faults.add(method.source, f"{route} is the route of {other.full_name} ({other.source.place}) already.")
            elif _overlap(method, other):
                faults.add(method.source, f"{route} and {other.path} of {other.full_name} match the same paths.")
