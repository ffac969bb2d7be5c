"""What operators and clients in general rely on: headers, compression, documents, health, figures, TLS, overload."""

import gzip
import http.client
import json
import re
import selectors
import shutil
import socket
import ssl
import subprocess
import time

import pytest

from tests.support.daemons import Daemons
from tests.support.http import Http
from tests.support.postgres import new_place
from tests.support.street import Street

QUOTE = json.dumps({"category": "WAGE", "base_fen": "450000"}).encode()


@pytest.fixture(scope="module")
def admin(street):
    return street.admin


def test_every_answer_has_the_headers_of_caution(admin, http):
    for reply in (admin.get("/v1/me"), http.get("/v1/me"), admin.get("/nothing"), admin.get("/openapi.json"),
                  admin.get("/livez"), admin.post("/v1/dues:quote", {})):
        assert reply.headers["X-Content-Type-Options"] == "nosniff"
        assert reply.headers["Referrer-Policy"] and reply.headers["Content-Security-Policy"]
        assert "Server" not in reply.headers and "X-Powered-By" not in reply.headers
    assert admin.get("/v1/me").headers["Cache-Control"] == "no-store"


def test_compressed_answers_say_the_same(admin, street):
    connection = http.client.HTTPConnection("127.0.0.1", admin.port, timeout=10)
    for _ in range(30):
        street.organization(street.root, "community_committee")
    headers = {"Authorization": f"Bearer {admin.token}", "Accept-Encoding": "gzip"}
    connection.request("GET", "/v1/organizations?page_size=100", headers=headers)
    reply = connection.getresponse()
    content = reply.read()
    assert reply.headers["Content-Encoding"] == "gzip" and "accept-encoding" in reply.headers["Vary"].lower()
    assert len(content) == int(reply.headers["Content-Length"])
    plain = admin.get("/v1/organizations?page_size=100", headers={"Accept-Encoding": "gzip;q=0"})
    assert "Content-Encoding" not in plain.headers and json.loads(gzip.decompress(content)) == plain.body
    connection.request("GET", "/v1/me", headers=headers)
    assert "Content-Encoding" not in connection.getresponse().headers  # too small to be worth it
    connection.close()


def test_head_is_get_without_a_body(admin, street):
    for path in ("/v1/me", f"/v1/organizations/{street.root}", "/openapi.json", "/livez", "/nothing"):
        full, head = admin.get(path), admin.request("HEAD", path)
        assert (head.status, head.body) == (full.status, b"")
        for name in ("Content-Type", "Content-Length", "ETag"):
            assert head.headers[name] == full.headers[name], (path, name)


def test_the_contract_and_its_reader_are_served(http):
    openapi = http.get("/openapi.json")
    assert openapi.status == 200 and openapi.body["openapi"].startswith("3.1") and "/v1/members" in openapi.body["paths"]
    page = http.get("/docs")
    assert page.status == 200 and page.headers["Content-Type"].startswith("text/html")
    assert b"/openapi.json" in http.get("/docs/start.js").body
    assert http.get("/docs/").body == page.body
    for name in re.findall(rb'(?:src|href)="(/?[\w./-]+)"', page.body):
        path = name.decode() if name.startswith(b"/") else f"/docs/{name.decode()}"
        assert http.get(path).status == 200, path
    known = http.get("/openapi.json", headers={"If-None-Match": openapi.headers["ETag"]})
    assert known.status == 304 and known.body == b""
    for outside in ("/docs/../../../etc/passwd", "/docs/%2e%2e/%2e%2e/secrets/column.key", "//etc/passwd"):
        assert http.get(outside).status in (400, 404), outside


def test_types_of_problems_are_explained_where_they_point(http):
    reply = http.get("/v1/me")
    page, _, anchor = reply.body["type"].partition("#")
    assert f'id="{anchor}"'.encode() in http.get(page).body


# -- health and figures


def checks(reply):
    return {check["name"]: check["ready"] for check in reply.body["checks"]}


def test_everyone_says_that_it_lives_and_is_ready(daemons):
    for name, port in daemons.health.items():
        probe = Http(port)
        assert probe.get("/livez").body == {"alive": True}
        ready = probe.get("/readyz")
        assert ready.status == 200 and ready.body["service"] == name and ready.body["ready"] is True
        assert all(checks(ready).values()) and len(checks(ready)) >= 2
        assert probe.get("/v1/me").status == 404  # nothing else is on this port
        probe.close()
    assert daemons.http.get("/readyz").status == daemons.http.get("/livez").status == 200


SAMPLE = re.compile(r'^[a-z_]+(\{[a-z_]+="[^"\n]*"(,[a-z_]+="[^"\n]*")*\})? -?[0-9.e+-]+$')


def test_figures_are_what_prometheus_reads(daemons, admin):
    admin.get("/v1/me")
    admin.get("/v1/members/01900000-0000-7000-8000-00000000000f")
    texts = {}
    for name, port in daemons.health.items():
        probe = Http(port)
        reply = probe.get("/metrics")
        probe.close()
        assert reply.headers["Content-Type"].startswith("text/plain; version=0.0.4")
        texts[name] = text = reply.body.decode()
        families = re.findall(r"^# TYPE (\S+) ", text, re.M)
        assert len(families) == len(set(families)) >= 4
        for line in text.splitlines():
            assert line.startswith(("# HELP ", "# TYPE ")) or SAMPLE.match(line), line
        for family in {line.split("{")[0].split(" ")[0] for line in text.splitlines() if line[0] != "#"}:
            assert re.sub(r"_(bucket|sum|count)$", "", family) in families or family in families, family
    assert 'method="Identity.GetMe",le="+Inf"' in texts["identity"]
    assert 'dandelion_call_errors_total{service="identity",method="Identity.GetMember",code="6"}' in texts["identity"]
    assert 'dandelion_commit_group_size{service="dues"}' in texts["dues"]
    assert "dandelion_http_connections" in texts["gateway"]


def test_the_gateway_names_who_is_missing(daemons, admin):
    daemons.stop("dues")
    deadline = time.monotonic() + 10
    while (reply := daemons.http.get("/readyz")).status == 200:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert reply.status == 503 and checks(reply)["dues"] is False and checks(reply)["identity"] is True
    assert daemons.http.get("/livez").status == 200
    refused = admin.request("POST", "/v1/dues:quote", data=QUOTE, headers={"Content-Type": "application/json"})
    assert refused.status == 503 and refused.body["code"] == "unavailable" and int(refused.headers["Retry-After"]) >= 1
    assert admin.get("/v1/me").status == 200
    daemons.start("dues")
    while daemons.http.get("/readyz").status != 200:
        assert time.monotonic() < deadline + 10
        time.sleep(0.05)
    assert admin.post("/v1/dues:quote", {"category": "UNEMPLOYED"}, key=None).status == 200


# -- those who hang, and too many at once


def test_a_daemon_that_hangs_costs_a_deadline_and_no_more(daemons, admin):
    assert admin.get("/v1/me").status == 200
    with daemons.paused("dues"):
        began = time.monotonic()
        reply = admin.post("/v1/dues:quote", {"category": "UNEMPLOYED"}, key=None)
        assert reply.status == 504 and reply.body["code"] == "deadline_exceeded"
        assert 4 < time.monotonic() - began < 7
        assert admin.get("/v1/me").status == 200
    assert admin.post("/v1/dues:quote", {"category": "UNEMPLOYED"}, key=None).status == 200
    with daemons.paused("identity"):
        began = time.monotonic()
        time.sleep(5.1)  # what is known of the session is older than it may be
        assert admin.get("/v1/me").status in (503, 504)  # 503: it does not even answer heartbeats any more
        assert time.monotonic() - began < 12
    assert admin.get("/v1/me").status == 200


def crowd(port, token, count):
    """Sends a quote on `count` connections at once; returns what each was answered: (status, Retry-After, seconds)."""
    request = (f"POST /v1/dues:quote HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n"
               f"Content-Type: application/json\r\nContent-Length: {len(QUOTE)}\r\n\r\n").encode() + QUOTE
    wait, answers, began = selectors.DefaultSelector(), [], time.monotonic()
    for _ in range(count):
        connection = socket.create_connection(("127.0.0.1", port))
        connection.sendall(request)
        wait.register(connection, selectors.EVENT_READ)
    deadline = time.monotonic() + 20
    while wait.get_map():
        assert time.monotonic() < deadline, f"{len(wait.get_map())} were not answered"
        for key, _ in wait.select(1):
            head = key.fileobj.recv(65536).decode(errors="replace")
            status = int(head.split(" ")[1])
            answers.append((status, "retry-after:" in head.lower(), time.monotonic() - began))
            wait.unregister(key.fileobj)
            key.fileobj.close()
    return answers


@pytest.mark.skipif(not shutil.which("prlimit"), reason="needs many sockets")
def test_more_than_can_wait_are_told_to_come_back(many, request):
    daemons, admin = many
    assert admin.get("/v1/me").status == 200
    with daemons.paused("dues"):
        answers = crowd(daemons.port, admin.token, 4300)
    assert {status for status, _, _ in answers} == {503, 504}
    turned_away = [answer for answer in answers if answer[0] == 503]
    assert len(turned_away) >= 200 and all(advice for _, advice, _ in turned_away)
    assert admin.post("/v1/dues:quote", {"category": "UNEMPLOYED"}, key=None).status == 200


@pytest.fixture
def many(database):
    """Daemons whose gateway takes any number of connections from one address."""
    import resource
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 16384), hard))
    folder, place = new_place()
    daemons = Daemons(place, database, changes={"gateway": {"connections_per_address": 0}})
    daemons.start()
    yield daemons, Street(daemons).admin
    daemons.close()
    shutil.rmtree(folder)
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


# -- TLS


@pytest.fixture
def sealed(database):
    """Daemons whose gateway has a certificate."""
    folder, place = new_place()
    files = {"certificate_file": place.path("tls.pem"), "certificate_key_file": place.path("tls.key")}
    make_certificate(files)
    daemons = Daemons(place, database, changes={"gateway": files})
    daemons.start()
    yield daemons, files
    daemons.close()
    shutil.rmtree(folder)


def make_certificate(files):
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days",
                    "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-out",
                    files["certificate_file"], "-keyout", files["certificate_key_file"]], check=True, capture_output=True)
    subprocess.run(["chmod", "644", *files.values()], check=True)


def over_tls(port, trusted, **limits):
    context = ssl.create_default_context(cafile=trusted)
    for name, value in limits.items():
        setattr(context, name, value)
    connection = http.client.HTTPSConnection("localhost", port, context=context, timeout=10)
    connection.request("GET", "/livez")
    reply = connection.getresponse()
    content, headers = reply.read(), reply.headers
    connection.close()
    return content, headers


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion")
def test_with_a_certificate_only_tls_is_spoken(sealed):
    daemons, files = sealed
    content, headers = over_tls(daemons.port, files["certificate_file"])
    assert json.loads(content) == {"alive": True} and "max-age" in headers["Strict-Transport-Security"]
    assert Http(daemons.port).try_get("/livez") is None
    with pytest.raises((ssl.SSLError, OSError)):
        over_tls(daemons.port, files["certificate_file"], maximum_version=ssl.TLSVersion.TLSv1_1)
    make_certificate(files)  # a renewed one is taken over without a pause
    with pytest.raises(ssl.SSLError):
        over_tls(daemons.port, files["certificate_file"])
    daemons.signal("gateway", 1)
    deadline = time.monotonic() + 5
    while 'event="reloaded"' not in daemons.log("gateway"):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    over_tls(daemons.port, files["certificate_file"])
