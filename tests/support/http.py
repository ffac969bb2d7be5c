"""A small HTTP client for tests: one keep-alive connection, JSON in and out, nothing hidden."""

import collections
import http.client
import json
import secrets
import uuid

from tests.support.calls import secret

Reply = collections.namedtuple("Reply", "status headers body")
NEW_KEY = object()


def complete(reply):
    """Has a problem all that every problem has, and all its parameters?"""
    body = reply.body
    return not reply.headers["Content-Type"].startswith("application/problem") or (
        body["status"] == reply.status and body["code"] and body["title"] and len(body["trace_id"]) == 32
        and body["type"].endswith(f"#{body['code']}") and "…" not in body["detail"])


class Http:
    """Speaks to one port of this machine, as one account once `sign_in` was called."""

    def __init__(self, port, token=None):
        self.port, self.token = port, token
        self.connection = None

    def request(self, method, path, body=None, *, key=NEW_KEY, match=None, headers=None, data=None):
        """Sends one request and returns its Reply; the body of a JSON reply is decoded.

        body is sent as JSON, data as it is. A POST carries a new Idempotency-Key unless key says another (None: none);
        match becomes If-Match.
        """
        send = {"Accept": "application/json", **(headers or {})}
        if body is not None:
            data = json.dumps(body, ensure_ascii=False).encode()
            send.setdefault("Content-Type", "application/json")
        if self.token:
            send.setdefault("Authorization", f"Bearer {self.token}")
        if key is NEW_KEY:
            key = str(uuid.uuid4()) if method == "POST" else None
        if key:
            send["Idempotency-Key"] = key
        if match:
            send["If-Match"] = match
        reply = self.exchange(method, path, data, send)
        content = reply.read()
        if reply.will_close:
            self.close()
        kind = reply.headers.get("Content-Type", "")
        found = Reply(reply.status, reply.headers, json.loads(content) if "json" in kind and content else content)
        assert found.status < 400 or method == "HEAD" or not content or complete(found), found
        return found

    def exchange(self, method, path, data, headers):
        if not self.connection:
            self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            self.connection.request(method, path, data, headers)
            return self.connection.getresponse()
        except OSError:
            self.close()
            raise

    def get(self, path, **options):
        return self.request("GET", path, **options)

    def post(self, path, body=None, **options):
        return self.request("POST", path, body, **options)

    def put(self, path, body=None, **options):
        return self.request("PUT", path, body, **options)

    def patch(self, path, body=None, **options):
        return self.request("PATCH", path, body, **options)

    def delete(self, path, **options):
        return self.request("DELETE", path, **options)

    def upload(self, path, name, content, fields=None, **options):
        """Sends one file as the form field `file`, after the other fields of the form."""
        boundary = secrets.token_hex(16)
        head = "".join(f'--{boundary}\r\nContent-Disposition: form-data; name="{field}"\r\n\r\n{value}\r\n'
                       for field, value in (fields or {}).items())
        head += f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
        data = head.encode() + b"Content-Type: application/octet-stream\r\n\r\n" + content
        data += f"\r\n--{boundary}--\r\n".encode()
        kind = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
        return self.request("POST", path, data=data, headers=kind, **options)

    def try_get(self, path):
        """The status of an answer; None if nobody answers."""
        try:
            return self.get(path).status
        except (OSError, http.client.HTTPException):
            self.close()
            return None

    def sign_in(self, username, password):
        """Another client, signed in as this account."""
        reply = self.post("/v1/sessions", {"username": username, "password": password}, key=None)
        assert reply.status == 201, reply
        return Http(self.port, secret(reply.body["token"]))

    def close(self):
        if self.connection:
            self.connection.close()
            self.connection = None
