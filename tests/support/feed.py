"""Stands in for a service whose events a daemon follows: a log of events that it reads, and the bell."""

import os
import threading
import uuid

import zmq

READ, PAGE = "Kit.ReadEvents", 1000


class Feed:
    """Answers Kit.ReadEvents on the bus as the service `name`, from events given by `tell`."""

    def __init__(self, place, messages, name):
        self.messages, self.name, self.events = messages, name, []
        self.context = zmq.Context()
        self.router = self.bind(place, zmq.ROUTER, name)
        self.bell = self.bind(place, zmq.PUB, name + ".events")
        self.ending = threading.Event()
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def bind(self, place, kind, name):
        path = os.path.join(place.run, "bus", name)
        if os.path.exists(path):
            os.unlink(path)
        socket = self.context.socket(kind)
        socket.linger = 0
        socket.bind("ipc://" + path)
        os.chmod(path, 0o777)  # the folder is closed to others
        return socket

    def tell(self, street, happened, where, /, **fields):
        """Adds an event: what happened ("member.registered") and the fields of its message, its subject first."""
        message = "".join(word.capitalize() for word in happened.replace(".", "_").split("_"))
        content = self.messages.filled(f"dandelion.{self.name}.{message}", fields)
        event = self.messages.filled("dandelion.kit.LoggedEvent", {
            "position": len(self.events) + 1, "id": str(uuid.uuid4()), "type": f"dandelion.{self.name}.{happened}.v1",
            "subject": next(iter(fields.values())), "street_id": street, "organization_path": where,
            "time": "2026-11-23T06:10:13.000Z"})
        event.data = content.SerializeToString()
        self.events.append(event)

    def ring(self):
        """Says on the bell that the newest event is there."""
        newest = self.events[-1]
        event = self.messages.filled("dandelion.bus.Event", {
            "id": newest.id, "source": "/dandelion/test", "spec_version": "1.0", "type": newest.type,
            "subject": newest.subject, "time": newest.time, "position": newest.position,
            "street_id": newest.street_id, "organization_path": newest.organization_path})
        self.bell.send_multipart([newest.type.encode(), event.SerializeToString()])

    def serve(self):
        while not self.ending.is_set():
            if self.router.poll(50):
                sender, head, body = self.router.recv_multipart()
                self.answer(sender, head, body)

    def answer(self, sender, head, body):
        envelope = self.messages.new("dandelion.bus.Request")
        envelope.ParseFromString(head)
        assert envelope.method == READ, envelope.method
        request = self.messages.new("dandelion.kit.ReadEventsRequest")
        request.ParseFromString(body)
        page = self.messages.new("dandelion.kit.ReadEventsReply")
        page.events.extend(self.events[request.after:request.after + min(request.limit, PAGE)])
        reply = self.messages.new("dandelion.bus.Reply")
        reply.id = envelope.id
        self.router.send_multipart([sender, reply.SerializeToString(), page.SerializeToString()])

    def close(self):
        self.ending.set()
        self.thread.join()
        self.router.close()
        self.bell.close()
        self.context.term()
