"""A bus client for tests: speaks the daemons' protocol with messages built from the descriptors of the contract."""

import collections
import itertools
import os
import time
import uuid

import zmq
from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory

Reply = collections.namedtuple("Reply", "code field params version body")


class Messages:
    """Classes of the contract's messages, by full name, and the methods of its services, by "Service.Method"."""

    def __init__(self, contract):
        files = descriptor_pb2.FileDescriptorSet()
        with open(contract, "rb") as file:
            files.ParseFromString(file.read())
        pool = descriptor_pool.DescriptorPool()
        for file in files.file:
            pool.Add(file)
        self.pool = pool
        self.factory = message_factory.MessageFactory(pool)
        self.methods = {}
        for file in files.file:
            for service in file.service:
                for method in service.method:
                    name = f"{service.name}.{method.name}"
                    self.methods[name] = (method.input_type.lstrip("."), method.output_type.lstrip("."))

    def new(self, name):
        return self.factory.GetPrototype(self.pool.FindMessageTypeByName(name))()

    def filled(self, name, value):
        return json_format.ParseDict(value, self.new(name), descriptor_pool=self.pool)


class Bus:
    """Calls methods of daemons by name: `bus.call("Dues.Quote", {…})`."""

    def __init__(self, directory, contract):
        self.directory, self.contract = directory, contract
        self.context, self.sockets, self.ids = None, {}, itertools.count(1)
        self.known = None
        self.ahead_ms = 0  # how far the daemons' clock is ahead of ours

    @property
    def messages(self):
        if not self.known:
            self.known = Messages(self.contract)
        return self.known

    def socket(self, service):
        if not self.context:
            self.context = zmq.Context()
        if service not in self.sockets:
            dealer = self.context.socket(zmq.DEALER)
            dealer.linger = 0
            dealer.connect("ipc://" + os.path.join(self.directory, service))
            self.sockets[service] = dealer
        return self.sockets[service]

    def call(self, method, body=None, *, seconds=10, **options):
        """Sends one request and waits for its reply; the options are those of `send`."""
        [reply] = self.gather([self.send(method, body, seconds=seconds, **options)], seconds)
        if not reply:
            raise TimeoutError(f"{method} was not answered in {seconds} s")
        return reply

    def send(self, method, body=None, *, caller=None, key="", match=0, seconds=10, language="en", service=None):
        """Sends one request; `gather` takes what this returns. caller: the fields of dandelion.bus.Caller; service: who
        is asked, for methods that every daemon answers."""
        service = service or method.split(".")[0].lower()
        input_type, output_type = self.messages.methods[method]
        envelope = self.messages.filled("dandelion.bus.Request", {
            "id": next(self.ids),
            "method": method,
            "deadline_unix_ms": int((time.time() + seconds) * 1000) + self.ahead_ms,
            "traceparent": f"00-{uuid.uuid4().hex}-{uuid.uuid4().hex[:16]}-01",
            "caller": caller or {},
            "idempotency_key": key,
            "if_match": match,
            "language": language,
        })
        payload = self.messages.filled(input_type, body or {})
        self.socket(service).send_multipart([envelope.SerializeToString(), payload.SerializeToString()])
        return service, envelope.id, output_type

    def gather(self, sent, seconds=10):
        """The replies to what was sent, in the same order; None for those that did not come in time."""
        types = {(service, number): output_type for service, number, output_type in sent}
        replies, deadline = {}, time.monotonic() + seconds
        for service in {service for service, _, _ in sent}:
            dealer = self.socket(service)
            while any(at not in replies for at in types if at[0] == service):
                if not dealer.poll(max(0, deadline - time.monotonic()) * 1000):
                    break
                head, content = dealer.recv_multipart()
                reply = self.messages.new("dandelion.bus.Reply")
                reply.ParseFromString(head)
                if (service, reply.id) in types:
                    replies[service, reply.id] = self.reply(reply, content, types[service, reply.id])
        return [replies.get((service, number)) for service, number, _ in sent]

    def reply(self, reply, content, output_type):
        params = {param.name: param.value for param in reply.error.params}
        body = None
        if not reply.HasField("error"):
            body = self.messages.new(output_type)
            body.ParseFromString(content)
        return Reply(reply.error.code, reply.error.field, params, reply.version, body)

    def close(self):
        for socket in self.sockets.values():
            socket.close()
        self.sockets.clear()
        if self.context:
            self.context.term()
            self.context = None
