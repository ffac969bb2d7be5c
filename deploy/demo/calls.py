"""The front doors that the loader uses: the bus, by dandelionctl, and HTTP, for the roster."""

import http.client
import json
import os
import struct
import subprocess
import threading
import time

from deploy.problem import Problem


class Refused(Problem):
    def __init__(self, what, problem):
        super().__init__(f"The demonstration street cannot be loaded: {what} was refused: "
                         f"{problem.get('detail')} ({problem.get('code')} {problem.get('field', '')})")
        self.code = problem.get("code")


class Clock:
    """The daemons' clock: real time plus an offset that they all read from one file (services/base/clock.h)."""

    def __init__(self, path):
        self.path = path

    def set(self, offset_ms):
        with open(self.path, "r+b") as file:
            file.write(struct.pack("<q", offset_ms))

    def go_to(self, instant):
        self.set(int((instant.timestamp() - time.time()) * 1000))


class Tool:
    """dandelionctl, for one installation."""

    def __init__(self, place):
        self.program = os.path.join(place.build, "bin", "dandelionctl")
        self.config = place.config

    def once(self, method, body):
        """One call as the operator; the reply."""
        command = [self.program, "call", method, "-", "--json", "--config", self.config]
        done = subprocess.run(command, input=json.dumps(body), capture_output=True, text=True, check=False)
        if done.returncode == 1:
            raise Refused(method, json.loads(done.stdout))
        if done.returncode != 0:
            raise Problem(f"The demonstration street cannot be loaded: {done.stderr.strip() or done.stdout.strip()}")
        return json.loads(done.stdout)

    def acting(self, actor):
        return Batch(self, actor)


class Batch:
    """A `dandelionctl call --batch` that stays: it acts as one account and takes calls as long as it is wanted."""

    def __init__(self, tool, actor):
        role = f"{actor['role']}@{actor['organization_id']}:{actor['path']}"
        command = [tool.program, "call", "--batch", "--config", tool.config, "--timeout", "60",
                   "--street", actor["street_id"], "--as-account", actor["account_id"], "--role", role]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE)
        self.sent = 0

    def run(self, calls, tolerated=()):
        """calls: [(method, input, key)] or with a version as fourth. Returns the replies in the same order; None for
        one that was refused with one of the tolerated codes."""
        if not calls:
            return []
        first, self.sent = self.sent, self.sent + len(calls)
        writer = threading.Thread(target=self.write, args=(calls,))
        writer.start()
        replies = [None] * len(calls)
        refused = None
        for _ in calls:
            line = self.process.stdout.readline()
            if not line:
                raise Problem("The demonstration street cannot be loaded: "
                              + self.process.stderr.read().decode().strip())
            result = json.loads(line)
            at = result["index"] - first
            if "reply" in result:
                replies[at] = result["reply"]
            elif result["problem"]["code"] not in tolerated:
                refused = refused or Refused(calls[at][0], result["problem"])
        writer.join()
        if refused:
            raise refused
        return replies

    def write(self, calls):
        lines = []
        for method, body, key, *version in calls:
            line = {"method": method, "input": body, "key": key}
            lines.append(json.dumps(line | {"if_match": version[0]} if version else line))
        self.process.stdin.write(("\n".join(lines) + "\n").encode())
        self.process.stdin.flush()

    def close(self):
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()
        self.process.stderr.close()


class Http:
    """The gateway, as one account."""

    def __init__(self, port):
        self.port, self.token = port, None

    def sign_in(self, username, password):
        """Returns the account; None if there is none with this password."""
        self.token = None
        status, body = self.request("POST", "/v1/sessions", {"username": username, "password": password})
        if status == 401:
            return None
        self.token = self.checked("sign-in", status, body)["token"]
        return body["account"]

    def get(self, path):
        return self.checked(path, *self.request("GET", path))

    def post(self, path, body, key):
        return self.checked(path, *self.request("POST", path, body, {"Idempotency-Key": key}))

    def upload(self, path, name, content, key):
        boundary = "dandelion-demonstration-" + key
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
        data = head.encode() + content + f"\r\n--{boundary}--\r\n".encode()
        headers = {"Idempotency-Key": key, "Content-Type": f"multipart/form-data; boundary={boundary}"}
        return self.checked(path, *self.request("POST", path, data, headers))

    def request(self, method, path, body=None, headers=()):
        headers = {"Accept": "application/json", "Accept-Language": "en", **dict(headers)}
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
            headers["Content-Type"] = "application/json"
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        try:
            connection.request(method, path, body, headers)
            reply = connection.getresponse()
            return reply.status, json.loads(reply.read() or b"{}")
        finally:
            connection.close()

    @staticmethod
    def checked(what, status, body):
        if status >= 400:
            raise Refused(what, body)
        return body
