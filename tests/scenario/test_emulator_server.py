"""The emulator as a program: TLS, connections, control, record, people."""
import gzip
import http.client
import json
import os
import signal
import socket
import ssl
import subprocess
import threading
import time
from urllib.parse import urlsplit

import pytest

from emulator_client import (ADMIN_TOKEN, API_TOKEN, CLIENT_ID, DEFAULT_ORG,
                             EMULATOR, Emulator)
from emulator_fixtures import key, okta, process  # noqa: F401

LIST = "/api/v1/users"
GENERATED_TOKEN = "00GeneratedOrgToken0000000000000000000000a"


# TLS

def test_certificate_is_for_the_loopback_names_only(okta):
    host, _, port = okta.host.partition(":")
    for name, good in (("127.0.0.1", True), ("localhost", True),
                       ("org.example.test", False)):
        with socket.create_connection((host, int(port)), 5) as plain:
            if good:
                with okta.context.wrap_socket(plain, server_hostname=name):
                    continue
            with pytest.raises(ssl.SSLCertVerificationError):
                okta.context.wrap_socket(plain, server_hostname=name)


def test_certificate_for_a_name_of_the_switches(okta):
    okta.switch(tls_names=["org.example.test"])
    host, _, port = okta.host.partition(":")
    with socket.create_connection((host, int(port)), 5) as plain:
        with okta.context.wrap_socket(plain,
                                      server_hostname="org.example.test"):
            pass
    assert okta.get(LIST).status == 200


def test_ca_of_another_run_is_not_trusted(okta):
    with Emulator() as other:
        with pytest.raises(ssl.SSLCertVerificationError):
            okta.call("GET", LIST, connection=http.client.HTTPSConnection(
                other.host, context=okta.context, timeout=5))


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
def test_old_tls_is_refused(okta):
    old = ssl.create_default_context(cafile=okta.ready["ca"])
    old.minimum_version = ssl.TLSVersion.TLSv1
    old.maximum_version = ssl.TLSVersion.TLSv1_1
    old.set_ciphers("ALL:@SECLEVEL=0")
    host, _, port = okta.host.partition(":")
    with socket.create_connection((host, int(port)), 5) as plain:
        with pytest.raises((ssl.SSLError, OSError)):
            old.wrap_socket(plain, server_hostname=host)


def test_links_show_the_origin_that_was_called(okta):
    port = okta.host.partition(":")[2]
    connection = http.client.HTTPSConnection("localhost:" + port, timeout=5,
                                             context=okta.context)
    answer = okta.get(LIST + "?limit=1", connection=connection)
    assert answer.link("next").startswith("https://localhost:%s/" % port)
    connection.close()


# Connections

def test_connection_is_kept_and_answers_stay_apart(okta):
    connection = okta.connect()
    clients = set()
    for n in range(20):
        name = ("alice", "bob", "carol", "dave")[n % 4]
        answer = okta.get("/api/v1/users/" + name, connection=connection)
        assert answer.json["profile"]["login"] == name + "@example.com"
        assert answer.header("connection") == "keep-alive"
    connection.close()
    for line in okta.requests():
        clients.add(line["client"])
    assert len(clients) == 1


def test_connection_ends_where_the_client_says_so(okta):
    answer = okta.get(LIST, headers={"Connection": "close"})
    assert answer.header("connection") == "close"


def test_pipelined_requests_are_answered_in_order(okta):
    host, _, port = urlsplit(okta.ready["http"]).netloc.partition(":")
    ask = ("GET /api/v1/users/%s HTTP/1.1\r\nHost: x\r\n"
           "Authorization: SSWS " + API_TOKEN + "\r\n\r\n")
    with socket.create_connection((host, int(port)), 5) as sock:
        sock.sendall(((ask % "alice") + (ask % "bob")).encode())
        data = b""
        while data.count(b"\r\n0\r\n\r\n") < 2:
            data += sock.recv(65536)
    assert data.index(b"alice@example.com") < data.index(b"bob@example.com")


def test_chunked_request_body(okta):
    body = json.dumps({"username": "alice",
                       "password": "Correct-Horse-7-alice"}).encode()
    connection = okta.connect()
    connection.request("POST", "/api/v1/authn", iter([body[:9], body[9:]]),
                       {"Content-Type": "application/json"},
                       encode_chunked=True)
    assert json.loads(connection.getresponse().read())["status"] == "SUCCESS"
    connection.close()


def test_chunked_answers_can_be_switched_off(okta):
    answer = okta.get(LIST)
    assert answer.header("transfer-encoding") == "chunked"
    assert answer.header("content-length") is None
    okta.switch(chunked=False)
    answer = okta.get(LIST)
    assert answer.header("transfer-encoding") is None
    assert int(answer.header("content-length")) == len(answer.body)


def test_gzip_only_on_request(okta):
    plain = okta.get(LIST)
    assert plain.header("content-encoding") is None
    packed = okta.get(LIST, headers={"Accept-Encoding": "gzip"})
    assert packed.header("content-encoding") == "gzip"
    assert packed.header("vary") == "Accept-Encoding"
    assert gzip.decompress(packed.body) == plain.body


def test_answers_do_not_wait_for_delayed_acknowledgements(okta):
    connection = okta.connect()
    okta.get(LIST, connection=connection)
    before = time.monotonic()
    for _ in range(50):
        okta.get("/api/v1/users/alice", connection=connection)
    # Nagle against delayed acknowledgement would cost 40 ms each.
    assert time.monotonic() - before < 50 * 0.040
    connection.close()


def test_plain_listener_serves_the_same_org(okta):
    connection = http.client.HTTPConnection(
        urlsplit(okta.ready["http"]).netloc, timeout=5)
    answer = okta.get(LIST + "?limit=1", connection=connection)
    assert answer.json[0]["profile"]["login"] == "alice@example.com"
    assert answer.link("next").startswith(okta.ready["http"])
    connection.close()


def test_64_clients_at_once_on_kept_connections(okta):
    okta.switch(authn_per_second=0)
    rounds, errors, lock = 10, [], threading.Lock()
    ready = threading.Barrier(64)

    def run(n):
        try:
            connection = okta.connect(60)
            connection.connect()
            ready.wait(60)
            name = ("alice", "carol", "dave")[n % 3]
            for _ in range(rounds):
                answer = okta.get("/api/v1/users/" + name,
                                  connection=connection)
                assert answer.status == 200
                assert answer.json["profile"]["login"].startswith(name)
                answer = okta.call("POST", "/api/v1/authn", {
                    "username": "alice",
                    "password": "Correct-Horse-7-alice"},
                    connection=connection)
                assert answer.json["status"] == "SUCCESS"
            connection.close()
        except Exception as why:    # every thread reports to the test
            with lock:
                errors.append(repr(why))

    threads = [threading.Thread(target=run, args=(n,)) for n in range(64)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert errors == []
    lines = okta.requests()
    assert len(lines) == 64 * rounds * 2
    assert len({line["client"] for line in lines}) == 64
    assert [line["n"] for line in lines] == list(
        range(lines[0]["n"], lines[0]["n"] + len(lines)))


def test_more_clients_at_once_than_an_org_allows(okta):
    okta.switch(concurrency=4)
    okta.change("DELETE", "/requests")
    with Emulator(args=["--latency", "300"]) as slow:
        slow.switch(concurrency=4)
        found = []

        def run():
            found.append(slow.get(LIST).status)

        threads = [threading.Thread(target=run) for _ in range(12)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert set(found) == {200, 429}
        assert slow.get(LIST).status == 200


# Record

def test_record_has_every_member(okta):
    okta.call("GET", LIST + "?limit=1", token=API_TOKEN,
              headers={"X-Forwarded-For": "198.51.100.7"})
    okta.login("alice", "wrong")
    first, second = okta.requests()
    assert set(first) == {"n", "t", "method", "path", "query", "headers",
                          "body", "status", "resp_headers", "resp_body",
                          "client"}
    assert (first["method"], first["path"], first["query"],
            first["status"]) == ("GET", LIST, "limit=1", 200)
    assert first["headers"]["authorization"] == "SSWS " + API_TOKEN
    assert first["headers"]["x-forwarded-for"] == "198.51.100.7"
    assert first["client"].startswith("127.0.0.1:")
    assert abs(first["t"] - time.time()) < 60
    assert len(first["resp_headers"]["link"]) == 2
    assert json.loads(first["resp_body"])[0]["profile"]["login"] == \
        "alice@example.com"
    assert json.loads(second["body"]) == {"username": "alice",
                                          "password": "wrong"}
    assert second["n"] == first["n"] + 1
    assert okta.requests(first["n"]) == [second]
    okta.change("DELETE", "/requests")
    assert okta.requests() == []
    okta.get(LIST)
    assert okta.requests()[0]["n"] == second["n"] + 1


def test_record_file_and_ready_file(tmp_path):
    record = tmp_path / "record"
    with Emulator(args=["--record", str(record)]) as emulator:
        assert set(emulator.ready) == {"url", "http", "control", "ca"}
        assert emulator.url.startswith("https://127.0.0.1:")
        for _ in range(3):
            emulator.get(LIST)
        lines = [json.loads(line) for line in record.read_text(
            ).splitlines()]
        assert [line["n"] for line in lines] == [1, 2, 3]
        assert lines == emulator.requests()
        assert emulator.stop() == 0


def test_latency_is_added(okta):
    with Emulator(args=["--latency", "200"]) as slow:
        before = time.monotonic()
        slow.get(LIST)
        assert time.monotonic() - before >= 0.2


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signal_ends_it_with_open_and_stalled_connections(number):
    with Emulator() as emulator:
        connection = emulator.connect()
        emulator.get(LIST, connection=connection)
        emulator.fault("stall", LIST)
        stalled = threading.Thread(target=_swallow, args=(emulator,))
        stalled.start()
        while not any(r["path"] == LIST for r in emulator.requests(1)):
            time.sleep(0.02)
        emulator.process.send_signal(number)
        assert emulator.process.wait(10) == 0
        stalled.join(10)
        connection.close()


def _swallow(emulator):
    try:
        emulator.get(LIST)
    except (OSError, http.client.HTTPException):
        pass


@pytest.mark.parametrize("text", ["{", "[]", '{"users": [{}]}',
                                  '{"nonsense": []}',
                                  '{"switches": {"nonsense": 1}}',
                                  '{"switches": {"chunked": "yes"}}'])
def test_org_file_that_is_none(tmp_path, text):
    org = tmp_path / "org.json"
    org.write_text(text)
    done = subprocess.run(
        ["/usr/bin/python3", EMULATOR, "--org", str(org), "--listen",
         "127.0.0.1:0", "--control", "127.0.0.1:0", "--ca-dir",
         str(tmp_path / "ca"), "--ready", str(tmp_path / "ready")],
        stderr=subprocess.PIPE, text=True, timeout=30, check=False)
    assert done.returncode == 3
    assert done.stderr.startswith("okta-emulator: ")
    assert not os.path.exists(tmp_path / "ready")


# Control

def test_org_can_be_read_and_put_back(okta):
    whole = okta.change("GET", "/org")
    okta.change("PATCH", "/users/alice", {"status": "SUSPENDED"})
    okta.change("PUT", "/org", whole)
    assert okta.get("/api/v1/users/alice").json["status"] == "ACTIVE"
    again = okta.change("GET", "/org")
    assert again == whole


def test_short_forms_of_an_org_file(okta):
    okta.change("PUT", "/org", {
        "groups": [{"profile": {"name": "one"}}],
        "users": [{"profile": {"login": "eve@example.com"},
                   "password": "x", "groups": ["one"],
                   "factors": ["push", "totp"]}],
        "api_tokens": [{"token": "00short", "role": "read-only"}]})
    user = okta.get("/api/v1/users/eve", "00short").json
    assert len(user["id"]) == 20 and user["status"] == "ACTIVE"
    groups = okta.get("/api/v1/users/eve/groups", "00short").json
    assert {g["profile"]["name"] for g in groups} == {"one", "Everyone"}
    body = okta.login("eve", "x").json
    assert [f["factorType"] for f in body["_embedded"]["factors"]] == [
        "push", "token:software:totp"]
    secret = okta.change("GET", "/org")["users"][0]["factors"][1]["secret"]
    assert len(secret) == 32


def test_section_that_is_left_out_stays(okta):
    okta.change("PUT", "/org", {"clients": [{"client_id": CLIENT_ID}]})
    assert len(okta.get(LIST).json) == 4
    users = okta.change("GET", "/org")["users"]
    okta.change("PUT", "/org", {"users": users[:2]})
    members = okta.get("/api/v1/groups/00g1linuxUsersEXAMP1/users").json
    assert [m["profile"]["login"] for m in members] == [
        "alice@example.com", "bob@example.com"]


def test_switches_are_merged_and_reset(okta):
    okta.switch(pipeline="v1", lockout_attempts=3)
    switches = okta.switch(lockout_shown=True)["switches"]
    assert (switches["pipeline"], switches["lockout_attempts"],
            switches["lockout_shown"]) == ("v1", 3, True)
    switches = okta.change("PUT", "/org", {"switches": None})["switches"]
    assert (switches["pipeline"], switches["lockout_attempts"],
            switches["lockout_shown"]) == ("idx", 10, False)


@pytest.mark.parametrize("method,path,body,status", [
    ("PUT", "/org", {"switches": {"nonsense": 1}}, 400),
    ("PUT", "/org", {"switches": {"lockout_attempts": "3"}}, 400),
    ("PUT", "/org", {"switches": {"mfa": "perhaps"}}, 400),
    ("PUT", "/org", {"switches": {"sign_on": "E9999999"}}, 400),
    ("PUT", "/org", {"switches": {"link_host": 7}}, 400),
    ("PUT", "/org", {"nonsense": []}, 400),
    ("PUT", "/org", {"api_tokens": [{"token": "x", "role": "king"}]}, 400),
    ("PUT", "/clock", {}, 400),
    ("PATCH", "/users/nobody", {}, 404),
    ("PATCH", "/users/alice", {"status": "HAPPY"}, 400),
    ("PATCH", "/users/alice", {"nonsense": 1}, 400),
    ("PUT", "/groups/nothing/users/alice", None, 404),
    ("POST", "/push/opf2bobEXAMPLE000001", {"answer": "maybe"}, 400),
    ("POST", "/push/nothing", {"answer": "approve"}, 404),
    ("GET", "/nonsense", None, 404)])
def test_control_that_is_not_understood(okta, method, path, body, status):
    answer = okta.control(method, path, body)
    assert answer.status == status
    assert set(answer.json) == {"error"}


def test_switches_are_all_in_the_readme(okta):
    readme = os.path.join(os.path.dirname(EMULATOR), "README.md")
    with open(readme, encoding="utf-8") as f:
        text = f.read()
    for name in okta.change("GET", "/org")["switches"]:
        assert "`%s`" % name in text, name


def test_clock_moves_what_the_org_says(okta):
    okta.change("PUT", "/clock", {"offset_s": 86400})
    date = okta.get(LIST).header("date")
    assert date[5:16] == time.strftime("%d %b %Y",
                                       time.gmtime(time.time() + 86400))
    assert int(okta.get(LIST).header("x-rate-limit-reset")) > \
        time.time() + 86000


def test_default_org_is_what_the_harness_expects():
    with open(DEFAULT_ORG, encoding="utf-8") as f:
        org = json.load(f)
    people = {u["profile"]["login"].partition("@")[0]: u
              for u in org["users"]}
    assert {n: u["status"] for n, u in people.items()} == {
        "alice": "ACTIVE", "bob": "ACTIVE", "carol": "SUSPENDED",
        "dave": "ACTIVE"}
    assert people["alice"]["factors"] == []
    assert {f["factorType"] for f in people["bob"]["factors"]} == {
        "push", "token:software:totp"}
    assert "Linux Users" not in people["dave"]["groups"]


# Generated people

@pytest.fixture(scope="module")
def crowd():
    args = ["--users", "2000", "--groups", "40", "--groups-per-user", "5",
            "--seed", "7"]
    with Emulator(org=None, args=args) as emulator:
        yield emulator


def walk(emulator, path):
    found = []
    connection = emulator.connect()
    while path:
        answer = emulator.get(path, GENERATED_TOKEN, connection=connection)
        assert answer.status == 200
        found += answer.json
        link = answer.link("next")
        path = link and link[len(emulator.url):]
    connection.close()
    return found


def test_generated_people_add_up(crowd):
    people = walk(crowd, LIST + "?limit=200")
    assert {p["profile"]["login"] for p in people} == {
        "user%d@example.com" % n for n in range(2000)}
    size = len(json.dumps(people[0], separators=(",", ":")))
    assert 1000 < size < 1500
    groups = [g for g in walk(crowd, "/api/v1/groups")
              if g["type"] == "OKTA_GROUP"]
    assert len(groups) == 40
    members = sum(len(walk(crowd, "/api/v1/groups/%s/users?limit=200"
                           % g["id"])) for g in groups)
    assert members == 2000 * 5
    mine = crowd.get("/api/v1/users/user7@example.com/groups",
                     GENERATED_TOKEN).json
    assert len(mine) == 6       # and Everyone


def test_generated_people_can_log_in(crowd):
    answer = crowd.login("user1999@example.com", "Pw-user1999@example.com")
    assert answer.json["status"] == "SUCCESS"


def test_generated_people_are_the_same_for_the_same_seed(crowd):
    def some(emulator):
        people = walk(emulator, LIST + "?limit=200")[:50]
        return [(p["id"], p["profile"]) for p in people]

    args = ["--users", "2000", "--groups", "40", "--groups-per-user", "5",
            "--seed"]
    with Emulator(org=None, args=args + ["7"]) as same:
        assert some(same) == some(crowd)
    with Emulator(org=None, args=args + ["8"]) as other:
        assert some(other) != some(crowd)


def test_admin_token_of_the_scenarios_can_write(okta):
    answer = okta.call("POST", "/api/v1/users/dave/lifecycle/suspend",
                       token=ADMIN_TOKEN)
    assert answer.status == 200
