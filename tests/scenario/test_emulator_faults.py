"""Faults on demand, each seen from outside; rate limits; concurrency."""
import http.client
import json
import socket
import ssl
import time
from urllib.parse import urlsplit

import pytest

from emulator_checks import assert_error
from emulator_client import API_TOKEN
from emulator_fixtures import key, okta, process  # noqa: F401

LIST = "/api/v1/users"


def raw(okta, method, path, body=b"", timeout=5, extra=""):
    """All bytes of one answer on a connection of its own."""
    host, _, port = okta.host.partition(":")
    with socket.create_connection((host, int(port)), timeout) as plain:
        with okta.context.wrap_socket(plain, server_hostname=host) as sock:
            sock.sendall(("%s %s HTTP/1.1\r\nHost: %s\r\nAuthorization: SSWS "
                          "%s\r\nConnection: close\r\nContent-Length: %d\r\n"
                          "%s\r\n" % (method, path, okta.host, API_TOKEN,
                                      len(body), extra)).encode() + body)
            data = b""
            while True:
                try:
                    more = sock.recv(65536)
                except (ssl.SSLEOFError, ssl.SSLZeroReturnError):
                    return data
                if not more:
                    return data
                data += more


def test_full_bucket(okta):
    okta.fault("rate_limit", LIST, args={"reset": 7, "limit": 100})
    answer = okta.get(LIST)
    assert_error(answer, 429, "E0000047", "API call exceeded rate limit due "
                 "to too many requests.")
    assert answer.header("x-rate-limit-limit") == "100"
    assert answer.header("x-rate-limit-remaining") == "0"
    ahead = int(answer.header("x-rate-limit-reset")) - time.time()
    assert 5 <= ahead <= 8
    assert okta.get(LIST).status == 200


def test_concurrency_violation(okta):
    okta.fault("concurrency", LIST)
    answer = okta.get(LIST)
    assert_error(answer, 429, "E0000047", "API call exceeded rate limit due "
                 "to too many requests.")
    assert answer.header("x-rate-limit-limit") == "0"
    assert answer.header("x-rate-limit-remaining") == "0"
    ahead = int(answer.header("x-rate-limit-reset")) - time.time()
    assert 55 <= ahead <= 125
    okta.fault("concurrency", LIST, args={"reset": 120})
    answer = okta.get(LIST)
    assert 115 <= int(answer.header("x-rate-limit-reset")) - time.time() <= 121


@pytest.mark.parametrize("args,status,code", [
    (None, 500, "E0000009"), ({"status": 503}, 503, "E0000181"),
    ({"status": 504}, 504, "E0000067"), ({"status": 401}, 401, "E0000011"),
    ({"code": "E0000010"}, 503, "E0000010")])
def test_status(okta, args, status, code):
    okta.fault("status", LIST, **({"args": args} if args else {}))
    answer = okta.get(LIST)
    assert (answer.status, answer.json["errorCode"]) == (status, code)


def test_status_with_a_body_of_its_own(okta):
    okta.fault("status", LIST, args={"status": 404, "body": "gone fishing"})
    answer = okta.get(LIST)
    assert (answer.status, answer.body) == (404, b"gone fishing")


def test_html(okta):
    okta.fault("html", LIST)
    answer = okta.get(LIST)
    assert answer.status == 503
    assert answer.header("content-type") == "text/html"
    assert answer.body.startswith(b"<html>")
    assert answer.header("x-okta-request-id") is None


def test_status_fault_happens_before_the_login_does(okta):
    okta.switch(lockout_attempts=1)
    okta.fault("status", "/api/v1/authn")
    assert okta.login("dave", "wrong").status == 500
    assert okta.get("/api/v1/users/dave").json["status"] == "ACTIVE"


def test_reset_happens_before_the_login_does(okta):
    okta.switch(lockout_attempts=1)
    okta.fault("reset", "/api/v1/authn")
    with pytest.raises((ConnectionError, ssl.SSLError,
                        http.client.HTTPException)):
        okta.login("dave", "wrong")
    assert okta.get("/api/v1/users/dave").json["status"] == "ACTIVE"


def test_reset_after_request_happens_after_it(okta):
    okta.switch(lockout_attempts=1)
    okta.fault("reset_after_request", "/api/v1/authn")
    with pytest.raises((ConnectionError, ssl.SSLError,
                        http.client.HTTPException)):
        okta.login("dave", "wrong")
    assert okta.get("/api/v1/users/dave").json["status"] == "LOCKED_OUT"
    seen = [r for r in okta.requests() if r["path"] == "/api/v1/authn"]
    assert len(seen) == 1
    assert seen[0]["status"] == 0 and seen[0]["resp_body"] is None
    assert json.loads(seen[0]["body"])["username"] == "dave"


@pytest.mark.parametrize("where,seen", [("start", b""), ("head", b"HTTP/1.1"),
                                        ("body", b"HTTP/1.1")])
def test_stall(okta, where, seen):
    okta.fault("stall", LIST, args={"where": where})
    host, _, port = okta.host.partition(":")
    with socket.create_connection((host, int(port)), 1) as plain:
        with okta.context.wrap_socket(plain, server_hostname=host) as sock:
            sock.sendall(("GET %s HTTP/1.1\r\nHost: %s\r\nAuthorization: "
                          "SSWS %s\r\n\r\n" % (LIST, okta.host, API_TOKEN)
                          ).encode())
            data = b""
            with pytest.raises(TimeoutError):
                while True:
                    more = sock.recv(65536)
                    assert more, "closed instead of stalled"
                    data += more
    assert data[:8] == seen
    assert not data.endswith(b"0\r\n\r\n")
    assert okta.get(LIST).status == 200


def test_stall_that_ends(okta):
    okta.fault("stall", LIST, args={"seconds": 0.5})
    before = time.monotonic()
    assert okta.get(LIST).status == 200
    assert time.monotonic() - before >= 0.5


def test_slow_answer_is_whole_in_the_end(okta):
    okta.fault("slow", "/api/v1/org", args={"bytes": 100, "interval": 0.05})
    before = time.monotonic()
    answer = okta.get("/api/v1/org")
    assert answer.json["status"] == "ACTIVE"
    assert time.monotonic() - before >= 0.2


def test_truncated_json_in_whole_http(okta):
    okta.fault("truncate", LIST)
    answer = okta.get(LIST)
    assert answer.status == 200
    with pytest.raises(ValueError):
        answer.json


def test_truncated_http(okta):
    okta.fault("truncate", LIST, args={"transport": True})
    with pytest.raises((http.client.IncompleteRead, ssl.SSLError)):
        okta.get(LIST)
    assert okta.get(LIST).status == 200


def test_empty_and_shrunken_lists_have_no_next(okta):
    okta.fault("empty", LIST)
    answer = okta.get(LIST + "?limit=2")
    assert (answer.json, answer.all("link")) == ([], [])
    okta.fault("empty", LIST, args={"body": "none"})
    assert okta.get(LIST).body == b""
    okta.fault("shrink", LIST)
    assert len(okta.get(LIST).json) == 2
    okta.fault("shrink", LIST, args={"keep": 3})
    answer = okta.get(LIST + "?limit=4")
    assert (len(answer.json), answer.all("link")) == (3, [])


def test_foreign_link(okta):
    okta.fault("foreign_link", LIST, args={"host": "https://evil.example"})
    answer = okta.get(LIST + "?limit=1")
    assert answer.link("next").startswith("https://evil.example" + LIST)
    assert okta.url.encode() in answer.body
    okta.fault("foreign_link", "/api/v1/authn", args={"body": True})
    answer = okta.login("bob", "Correct-Horse-7-bob")
    assert answer.json["_links"]["cancel"]["href"].startswith(
        "https://elsewhere.example.net/")


def test_redirect(okta):
    okta.fault("redirect", LIST)
    answer = okta.get(LIST)
    assert answer.status == 302
    assert answer.header("location") == \
        "https://redirected.example.net" + LIST
    okta.fault("redirect", LIST, args={"status": 307, "location": "/x"})
    assert okta.get(LIST).header("location") == "/x"


def test_big_headers(okta):
    okta.fault("big_headers", LIST, args={"bytes": 20000})
    data = raw(okta, "GET", LIST)
    head = data.partition(b"\r\n\r\n")[0]
    assert 20000 < len(head) < 26000
    assert data.endswith(b"0\r\n\r\n")


def test_match_count_and_after(okta):
    okta.fault("status", "/api/v1/users/*", method="GET", count=2, after=1)
    paths = ["/api/v1/users/alice", "/api/v1/users/alice", LIST,
             "/api/v1/users/bob/groups", "/api/v1/users/alice"]
    assert [okta.get(p).status for p in paths] == [200, 500, 200, 500, 200]
    okta.fault("status", "^/api/v1/(users|groups)$", count=0)
    for _ in range(3):
        assert okta.get("/api/v1/groups").status == 500
    assert okta.get("/api/v1/org").status == 200
    okta.change("DELETE", "/faults")
    assert okta.get("/api/v1/groups").status == 200


def test_fault_by_query(okta):
    okta.change("POST", "/faults", {
        "match": {"path": LIST, "query": "*after=*"}, "kind": "status"})
    first = okta.get(LIST + "?limit=2")
    assert first.status == 200
    assert okta.get(first.link("next")[len(okta.url):]).status == 500


@pytest.mark.parametrize("rule", [
    {}, {"kind": "nonsense"}, {"kind": "reset", "extra": 1},
    {"kind": "reset", "match": {"host": "x"}},
    {"kind": "reset", "match": {"path": "^("}},
    {"kind": "status", "args": {"code": "E9999999"}}])
def test_rule_that_is_not_understood(okta, rule):
    assert okta.control("POST", "/faults", rule).status == 400
    assert okta.change("GET", "/faults") == []


# Limits

def test_buckets_count_by_caller_and_for_all(okta):
    okta.switch(rate_buckets={"users": 8})
    answers = [okta.get(LIST) for _ in range(5)]
    assert [a.status for a in answers] == [200] * 4 + [429]
    assert [a.header("x-rate-limit-remaining") for a in answers] == [
        "3", "2", "1", "0", "0"]
    assert {a.header("x-rate-limit-limit") for a in answers} == {"4"}
    reset = int(answers[-1].header("x-rate-limit-reset"))
    assert 0 < reset - time.time() <= 61
    assert okta.get("/api/v1/groups").status == 200
    okta.change("PUT", "/clock", {"offset_s": 61})
    assert okta.get(LIST).status == 200


def test_plan_sets_the_buckets(okta):
    okta.switch(rate_limits="enterprise")
    for path, limit in ((LIST, "300"), ("/api/v1/users/alice", "500"),
                        ("/api/v1/logs", "25"), ("/api/v1/apps", "50"),
                        ("/api/v1/groups", "300"), ("/api/v1/org", "300")):
        assert okta.get(path).header("x-rate-limit-limit") == limit
    assert okta.login("alice", "x").header("x-rate-limit-limit") == "600"


def test_requests_at_once_beyond_the_limit(okta):
    okta.switch(concurrency=0)
    answer = okta.get(LIST)
    assert answer.status == 429
    assert answer.header("x-rate-limit-limit") == "0"
    okta.switch(concurrency=1)
    assert okta.get(LIST).status == 200


# Not HTTP as it should be

@pytest.mark.parametrize("data,status", [
    (b"nonsense\r\n\r\n", 400), (b"GET / HTTP/2.0\r\n\r\n", 400),
    (b"GET /api/v1/users HTTP/1.1\r\n\r\n", 400),
    (b"GET /x HTTP/1.1\r\nHost: a\r\nbad header\r\n\r\n", 400),
    (b"GET /x HTTP/1.1\r\nHost: a\r\nbad : header\r\n\r\n", 400),
    (b"POST /api/v1/authn HTTP/1.1\r\nHost: a\r\n\r\n", 411),
    (b"POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", 400),
    (b"POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n"
     b"Transfer-Encoding: chunked\r\n\r\n", 400),
    (b"POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 9999999\r\n\r\n", 413),
    (b"GET /x HTTP/1.1\r\nHost: a\r\nX: " + b"x" * 40000 + b"\r\n\r\n", 431)
], ids=range(10))
def test_front_server_refuses(okta, data, status):
    host, _, port = urlsplit(okta.ready["http"]).netloc.partition(":")
    with socket.create_connection((host, int(port)), 5) as sock:
        sock.sendall(data)
        answer = http.client.HTTPResponse(sock)
        answer.begin()
        assert answer.status == status
        assert answer.getheader("content-type") == "text/html"
        answer.read()
    assert okta.get(LIST).status == 200
