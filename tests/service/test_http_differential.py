"""Our HTTP reader against node's: whatever we accept, node accepts too, and understands alike.

The same bytes go to both servers on connections of their own, which the client then closes for writing. Ours answers
every request with what it understood of it; node's tells it on its output when the connection has ended, because an
error in a later request makes node drop the answers to earlier ones. We may refuse what node accepts, we are stricter;
but as long as we accept, both must have seen the same requests, and neither may see one that the other takes for part
of a body.

Known differences, which the comparison allows for:
- node hands on an absolute target as it is, we the path in it;
- a '?' with nothing behind it: node keeps it, we do not tell it from no query;
- behind a request with "Connection: close" or an upgrade we look at nothing, node may still look.
"""

import json
import os
import random
import re
import socket
import subprocess

import pytest

CASES = 5000
SEED = int(os.environ.get("DANDELION_SEED") or 20261123)

# The body is counted as the parser hands it over, before node's streams get to see it.
NODE = """
const http = require("node:http");
const server = http.createServer({ insecureHTTPParser: false }, (request, response) => {
  const { push } = request;
  let length = 0;
  request.push = (piece) => {
    if (piece === null) request.socket.understood.push([request.method, request.url, length]);
    else length += piece.length;
    return push.call(request, piece);
  };
  request.on("end", () => response.end());
  request.resume();
});
server.timeout = 500; // some upgrades never end
server.on("connection", (socket) => {
  socket.understood = [];
  socket.on("end", () => setImmediate(() => socket.destroy()));
  socket.on("close", () => console.log(JSON.stringify(socket.understood)));
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
"""

HOST = b"Host: street.example\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n"

VALID = [
    b"GET / HTTP/1.1\r\n" + HOST + b"\r\n",
    b"GET /v1/members?page_size=5&q=%E6%9D%8E HTTP/1.1\r\n" + HOST + b"Accept: */*\r\nConnection: close\r\n\r\n",
    b"HEAD /v1/me HTTP/1.1\r\n" + HOST + b"\r\n",
    b"OPTIONS /a%20b HTTP/1.1\r\n" + HOST + b"X-Empty:\r\nX-Tab: \ta\tb \r\n\r\n",
    b"GET http://street.example/a?b HTTP/1.1\r\n" + HOST + b"\r\n",
    b"DELETE /v1/sessions/current HTTP/1.1\r\n" + HOST + b"Authorization: Bearer abc\r\n\r\n",
    b"POST /v1/dues:quote HTTP/1.1\r\n" + HOST + b"Content-Length: 5\r\n\r\nhello",
    b"PATCH /x HTTP/1.1\r\n" + HOST + b"Content-Length: 36\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n\r\n",
    b"PUT /y HTTP/1.1\r\n" + HOST + CHUNKED + b"\r\n5\r\nhello\r\n0A\r\n0123456789\r\n0\r\n\r\n",
    b"POST /z HTTP/1.1\r\n" + HOST + CHUNKED + b"\r\n0\r\n\r\n",
    b"POST /e HTTP/1.1\r\n" + HOST + b"Expect: 100-continue\r\nContent-Length: 2\r\n\r\nab",
]

ATTACKS = [
    b"POST /a HTTP/1.1\r\n" + HOST + b"Content-Length: 5\r\n" + CHUNKED + b"\r\n0\r\n\r\n",
    b"POST /a HTTP/1.1\r\n" + HOST + b"Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
    b"POST /a HTTP/1.1\r\n" + HOST + b"Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc",
    b"POST /a HTTP/1.1\r\n" + HOST + b"Content-Length: 3, 3\r\n\r\nabc",
    b"POST /a HTTP/1.1\r\n" + HOST + b"Content-Length: +3\r\n\r\nabc",
    b"POST /a HTTP/1.1\r\n" + HOST + b"Content-Length : 3\r\n\r\nabc",
    b"POST /a HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    b"POST /a HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    b"POST /a HTTP/1.1\r\n" + HOST + b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
    b"POST /a HTTP/1.1\r\n" + HOST + b"Transfer-Encoding:\x0bchunked\r\n\r\n0\r\n\r\n",
    b"POST /a HTTP/1.1\r\n" + HOST + CHUNKED + b"\r\n0x3\r\nabc\r\n0\r\n\r\n",
    b"POST /a HTTP/1.1\r\n" + HOST + CHUNKED + b"\r\n3;a=b\r\nabc\r\n0\r\n\r\n",
    b"POST /a HTTP/1.1\r\n" + HOST + CHUNKED + b"\r\n3\r\nabc\r\n0\r\nX: y\r\n\r\n",
    b"POST /a HTTP/1.1\r\n" + HOST + CHUNKED + b"\r\n3\nabc\r\n0\r\n\r\n",
    b"GET /a HTTP/1.1\r\n" + HOST + b": empty\r\n\r\n",
    b"GET /a HTTP/1.1\r\n" + HOST + b"X: a\x00b\r\n\r\n",
    b"GET /a HTTP/1.1\r\n" + HOST + b"X: a\r\n folded\r\n\r\n",
    b"GET /a HTTP/1.1\nHost: a\n\n",
    b"GET /a HTTP/1.1\r\n\r\n",
    b"GET /a HTTP/1.1\r\n" + HOST + HOST + b"\r\n",
    b"GET http://other.example/ HTTP/1.1\r\n" + HOST + b"\r\n",
    b"GET /a HTTP/1.0\r\n\r\n",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    b"GET /a HTTP/1.1\r\n" + HOST + b"Connection: upgrade\r\nUpgrade: h2c\r\n\r\n",
    b"GET /a HTTP/1.1\r\n" + HOST + b"a:\r\n" * 70 + b"\r\n",
    b"GET /%zz HTTP/1.1\r\n" + HOST + b"\r\n",
]

PIECES = [
    *[b"\r\n", b"\r", b"\n", b" ", b"\t", b"\x00", b"\x0b", b"\x7f", b"\x80", b":", b";", b",", b"0", b"+", b"%"],
    *[b"Content-Length: 3\r\n", b"Content-Length: 0\r\n", b"Transfer-Encoding: chunked\r\n", b"Connection: close\r\n"],
    *[b"Connection: keep-alive\r\n", b"Host: street.example\r\n", b"0\r\n\r\n", b"3\r\nabc\r\n", b"chunked", b"HTTP/1.1"],
    *[b"GET /next HTTP/1.1\r\nHost: street.example\r\n\r\n", b"Expect: 100-continue\r\n", b"Trailer: x\r\n"],
]


def mutate(rng, text):
    """One change to the bytes, of the kinds that parsers disagree on."""
    at = rng.randrange(len(text) + 1)
    end = min(len(text), at + rng.randrange(1, 12))
    kind = rng.randrange(6)
    if kind == 0:
        return text[:at] + rng.choice(PIECES) + text[at:]
    if kind == 1:
        return text[:at] + text[end:]
    if kind == 2:
        return text[:at] + bytes([rng.randrange(256)]) + text[at + 1 :]
    if kind == 3:
        return text[:end] + text[at:]
    lines = text.split(b"\r\n")
    one, other = rng.randrange(len(lines)), rng.randrange(len(lines))
    if kind == 4:
        lines[one], lines[other] = lines[other], lines[one]
    else:
        lines.insert(one, lines[other])
    return b"\r\n".join(lines)


def traffic():
    """The cases: every request as it is and followed by another, then one to three in a row with up to two changes."""
    yield from VALID
    for text in VALID + ATTACKS:
        yield text + VALID[0]
    rng = random.Random(SEED)
    for _ in range(CASES):
        text = b"".join(rng.choice(rng.choice([VALID, VALID, VALID, ATTACKS])) for _ in range(rng.randrange(1, 4)))
        for _ in range(rng.randrange(3)):
            text = mutate(rng, text)
        yield text


class Server:
    """A server process that prints its port."""

    def __init__(self, *command):
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE)
        self.port = int(self.process.stdout.readline())

    def send(self, text):
        """All that comes back on a connection that says `text` and no more."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as connection:
            answer = b""
            try:
                connection.sendall(text)
                connection.shutdown(socket.SHUT_WR)
                while piece := connection.recv(65536):
                    answer += piece
            except ConnectionError:  # a reset after a refusal
                pass
            return answer

    def close(self):
        self.process.terminate()
        self.process.wait()
        self.process.stdout.close()


@pytest.fixture(scope="module")
def ours(build):
    server = Server(os.path.join(build, "tests", "http_probe"), "0")
    yield server
    server.close()


@pytest.fixture(scope="module")
def node():
    server = Server("node", "-e", NODE)
    yield server
    server.close()


def understood(server, text):
    """(method, path, length of the body) of each request that our server accepted, and the whole answer."""
    answer = server.send(text)
    found = [json.loads(one) for one in re.findall(rb"\r\nX-Understood: (.*?)\r\n", answer)]
    return [(one["method"], plain_path(one["path"]), one["length"]) for one in found], answer


def understood_by_node(server, text):
    server.send(text)
    found = json.loads(server.process.stdout.readline())
    return [(method, plain_path(path), length) for method, path, length in found]


def plain_path(path):
    """Without the known differences."""
    path = re.sub(r"^https?://[^/?]*", "", path, flags=re.IGNORECASE)
    path = path if path.startswith("/") else "/" + path
    return path[:-1] if path.endswith("?") and path.count("?") == 1 else path


def refused(answer):
    return re.search(rb"HTTP/1\.1 [45]", answer) is not None


def test_valid_requests_are_accepted(ours, node):
    for text in VALID:
        assert len(understood(ours, text)[0]) == len(understood_by_node(node, text)) == 1, text


def test_attacks_are_refused(ours):
    for text in ATTACKS:
        found, answer = understood(ours, text + VALID[0])
        if b"upgrade" in text:  # ignored, as a server may; but the connection ends
            assert len(found) == 1
        else:
            assert refused(answer) and found == [], (text, answer)


def test_we_are_never_laxer_than_node(ours, node):
    accepted = 0
    for number, text in enumerate(traffic()):
        (mine, answer), theirs = understood(ours, text), understood_by_node(node, text)
        where = f"case {number} of seed {SEED}: {text!r}"
        ended = refused(answer) or b"\r\nConnection: close\r\n" in answer
        assert mine == theirs[: len(mine)], where
        assert ended or len(mine) == len(theirs), where
        accepted += len(mine)
    assert accepted > CASES / 4  # else the cases are too wild to say anything
