"""Answers that are too much, too little, from elsewhere, or none."""
import gzip
import socket
import time
import uuid
import zlib

import pytest

from fake_parent import (BROKEN, CREDENTIAL, OAUTH_MODE, OFFLINE, OK, PROTOCOL,
                         TIME, TOO_BIG, FakeParent)
from net_fixtures import *  # noqa: F401,F403
from net_fixtures import has_sanitizers, login, start_on, took
from odd_server import OddServer, always, answer

USERS = "/api/v1/users"
MIB = 1 << 20


# ---------------------------------------------------------------- redirects

@pytest.mark.threat("T83")
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_not_followed(org, context, status):
    with OddServer(context, always(answer())) as tls, \
            OddServer(None, always(answer())) as plain, \
            org.net(org.token_conf()) as net:
        channel, worker = net.channel("sync"), net.channel("login")
        here = org.emulator.url + USERS
        for there in ("%s/x" % tls.url,
                      "https://localhost:%d/x" % tls.port,
                      "http://127.0.0.1:%d/x" % plain.port, here, "/x"):
            for path, send in ((USERS, channel.get),
                               ("/api/v1/authn", lambda p: login(worker))):
                org.emulator.fault("redirect", path,
                                   args={"status": status, "location": there})
                before = org.count()
                odd = send(path)
                assert odd.transport == PROTOCOL, odd
                assert "redirects are not followed" in odd.error
                assert org.count() == before + 1
        assert tls.connections == plain.connections == 0


@pytest.mark.threat("T83")
def test_token_endpoint_that_redirects_gives_no_token(org, context):
    with OddServer(context, always(answer())) as other, org.net() as net:
        org.emulator.fault("redirect", "/oauth2/v1/token",
                           args={"status": 307, "location": other.url})
        assert net.channel("sync").get(USERS).transport == CREDENTIAL
        assert other.connections == 0 and org.count() == 1


# -------------------------------------------------------------- Link headers

@pytest.mark.parametrize("style", ["lines", "comma"])
@pytest.mark.parametrize("name", ["link", "Link", "LINK"])
def test_next_page_is_found_in_every_form(org, style, name):
    org.emulator.switch(link_style=style, link_header=name)
    with org.net(org.token_conf()) as net:
        channel = net.channel("sync")
        first = channel.get(USERS + "?limit=3")
        assert first.next.startswith(USERS + "?")
        last = channel.get(first.next)
        assert last.status == 200 and last.next == ""


def test_links_to_elsewhere_end_the_request(build, ca, context):
    links = []

    def play(connection, server):
        while server.read_request(connection) is not None:
            connection.sendall(answer(extra=["Link: " + links[-1]]))
    with OddServer(context, play) as server, \
            OddServer(context, always(answer())) as other, \
            start_on(server, build, ca) as net:
        here, port = server.url, other.port
        forms = [url + USERS + "?after=1" for url in (
            "http://127.0.0.1:%d" % server.port, other.url,
            "https://localhost:%d" % server.port, "https://127.0.0.1",
            "https://user@127.0.0.1:%d" % server.port,
            "https://u:p@127.0.0.1:%d" % server.port,
            here + "@127.0.0.1:%d" % port, here + "%%2F@x:%d" % port,
            here + ".evil.test", "https://127.0.0.1.evil.test:%d" % port,
            "https://evil.test", "https://127.0.0.1%2Fx",
            "https://%%31%%32%%37.0.0.1:%d" % server.port,
            "https://127\xe3\x80\x820.0.1:%d" % server.port,
            here.replace("https", "ftp"), "//127.0.0.1:%d" % port, "",
            "https:\\\\127.0.0.1:%d" % port,
            here + "\\@127.0.0.1:%d" % port, "https://[::1]:%d" % port)]
        forms += [here + "?after=1", here + USERS + "?after=1#x",
                  here + USERS + "?a b", "?after=1", "x"]
        assert len(forms) == 25
        channel = net.channel("sync")
        for form in forms:
            links.append('<%s>; rel="next"' % form)
            odd = channel.get(USERS)
            assert odd.transport == PROTOCOL, (form, odd)
            assert odd.next == "" and odd.body == b""
        for whole in ("<%s>; rel=next, <%s>; rel=next" % (here, here),
                      "<%s; rel=next" % here, "rel=next"):
            links.append(whole)
            assert channel.get(USERS).transport == PROTOCOL
        assert other.connections == 0
        assert len(server.received) == len(links)
        links.append('<%s%s?after=1>; rel="next"' % (here, USERS))
        assert channel.get(USERS).next == USERS + "?after=1"


def test_link_of_a_session_is_refused_and_shows_no_id(build, ca, context):
    """Its id is a secret, and there is no list that could go on."""
    path = "/api/v1/sessions/102Canary" + uuid.uuid4().hex
    links = ["<https://evil.test%s?after=1>" % path, "<%s" % path]

    def play(connection, server):
        while server.read_request(connection) is not None:
            connection.sendall(answer(body=b"{}", extra=[
                'Link: %s; rel="next"' % links[len(server.received) - 1]]))
    with OddServer(context, play) as server, \
            start_on(server, build, ca) as net:
        links.append("<%s%s?after=1>" % (server.url, path))
        for _ in range(3):
            odd = net.channel("control").get(path)
            assert odd.transport == PROTOCOL and "Link" in odd.error
            assert odd.next == "" and odd.body == b""
            assert "Canary" not in odd.error
        assert len(server.received) == 3 and "Link" in net.log
        assert "Canary" not in net.log + repr(net.status)


# ------------------------------------------------------------------ too much

def rss(net, what="VmRSS"):
    with open("/proc/%d/status" % net.pid, encoding="ascii") as f:
        for line in f:
            if line.startswith(what):
                return int(line.split()[1]) << 10


def chunk(data):
    return b"%x\r\n" % len(data) + data + b"\r\n"


def endless(extra=()):
    def play(connection, server):
        server.read_request(connection)
        connection.sendall(answer(b"", length=False, extra=[
            "Transfer-Encoding: chunked", *extra]))
        for _ in range(4096):
            connection.sendall(chunk(b"x" * 65536))
    return play


def endless_identity(connection, server):
    server.read_request(connection)
    connection.sendall(answer(b"[", length=False))
    for _ in range(4096):
        connection.sendall(b"x" * 65536)


def declared(connection, server):
    server.read_request(connection)
    connection.sendall(answer(b"[", length=1 << 40))
    for _ in range(4096):
        connection.sendall(b"x" * 65536)


def gzip_bomb(connection, server):
    """512 MiB of spaces, packed once and repeated."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    packed = packer.compress(b"[") + packer.flush(zlib.Z_FULL_FLUSH)
    block = packer.compress(b" " * (8 * MIB)) + \
        packer.flush(zlib.Z_FULL_FLUSH)
    server.read_request(connection)
    connection.sendall(answer(packed + 64 * block,
                              extra=["Content-Encoding: gzip"]))


def gzip_of_nothing(connection, server):
    """Empty blocks: never a byte of output."""
    server.read_request(connection)
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    head = packer.compress(b"") + packer.flush(zlib.Z_SYNC_FLUSH)
    empty = b"\x00\x00\x00\xff\xff" * 13000
    connection.sendall(answer(b"", length=False, extra=[
        "Content-Encoding: gzip", "Transfer-Encoding: chunked"]) +
        chunk(head))
    for _ in range(4096):
        connection.sendall(chunk(empty))


def many_headers(connection, server):
    server.read_request(connection)
    connection.sendall(b"HTTP/1.1 200 OK\r\n" +
                       b"X-Header: 0123456789\r\n" * 100000 + b"\r\n")


def long_header(connection, server):
    server.read_request(connection)
    connection.sendall(b"HTTP/1.1 200 OK\r\nX-Header: ")
    for _ in range(64):
        connection.sendall(b"x" * 65536)


def endless_1xx(connection, server):
    server.read_request(connection)
    for _ in range(100000):
        connection.sendall(b"HTTP/1.1 100 Continue\r\nX-Header: 0123456\r\n"
                           b"\r\n" * 50)


BOMBS = [endless(), endless_identity, declared, gzip_bomb, gzip_of_nothing,
         many_headers, long_header, endless_1xx]


@pytest.mark.threat("T87")
@pytest.mark.parametrize("role", ["sync", "login"])
@pytest.mark.parametrize("bomb", BOMBS, ids=[
    getattr(b, "__name__", "endless") for b in BOMBS])
def test_too_much_is_cut_off(build, ca, context, bomb, role):
    with OddServer(context, bomb) as server, \
            start_on(server, build, ca) as net:
        channel = net.channel(role)
        idle = rss(net)
        odd = login(channel) if role == "login" else channel.get(USERS)
        assert odd.transport in (TOO_BIG, BROKEN), odd
        assert odd.status == 0 and odd.body == b""
        # A sanitizer keeps what was freed.
        if not has_sanitizers(build):
            assert rss(net, "VmHWM") - idle < 64 * MIB


def test_answer_of_just_the_cap_is_whole(build, ca, context):
    body = b"[" + b" " * (3 * MIB - 2) + b"]"
    packed = gzip.compress(body)
    data = answer(packed, extra=["Content-Encoding: gzip"])
    with OddServer(context, always(data)) as server, \
            start_on(server, build, ca) as net:
        channel = net.channel("sync")
        good = channel.get(USERS, max_bytes=3 * MIB)
        assert good.transport == OK and good.body == body
        assert channel.get(USERS, max_bytes=3 * MIB - 1).transport == TOO_BIG


# ---------------------------------------------------------------- too little

def dribble(connection, server):
    server.read_request(connection)
    for byte in answer(b"[]" * 100):
        connection.sendall(bytes([byte]))
        if server.stopping.wait(1):
            return


def silent(connection, server):
    server.stopping.wait(120)


@pytest.mark.threat("T88", reduced="20 s of a stalled sync; the long one takes "
                    "ten minutes")
def test_stalled_sync_holds_up_no_login(org, seconds=20):
    org.emulator.switch(authn_per_second=0)
    with org.net(org.token_conf()) as net:
        channel, worker = net.channel("sync"), net.channel("login")
        org.emulator.fault("stall", USERS, count=0,
                           args={"seconds": seconds + 60})
        stalled = [channel.send("GET", USERS, timeout_ms=(seconds + 60) * 1000)
                   for _ in range(20)]
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            start = time.monotonic()
            assert login(worker).status == 200
            assert time.monotonic() - start < 2
            time.sleep(seconds / 100)
        assert channel.open.keys() == set(stalled)


@pytest.mark.threat("T88", whole=True)
@pytest.mark.long
def test_sync_that_stalls_for_ten_minutes_holds_up_no_login(org):
    test_stalled_sync_holds_up_no_login(org, 600)


@pytest.mark.threat("T88")
@pytest.mark.parametrize("where", ["start", "head", "body"])
@pytest.mark.parametrize("is_warm", [False, True], ids=["cold", "warm"])
def test_stalled_answer_ends_at_the_deadline(org, where, is_warm):
    with org.net(org.token_conf()) as net:
        worker = net.channel("login")
        if is_warm:
            assert login(worker).status == 200
        org.emulator.fault("stall", "/api/v1/authn", args={"where": where})
        with took(1.4, 6):
            odd = login(worker, timeout_ms=1500)
        assert odd.transport == TIME and odd.status == 0, odd


@pytest.mark.threat("T88")
def test_dribble_and_silence_end_at_the_deadline(build, ca, context):
    for play, tls, code, seconds in ((dribble, context, TIME, 2),
                                     (silent, context, TIME, 2),
                                     (silent, None, TIME, 5)):
        with OddServer(tls, play) as server, \
                start_on(server, build, ca) as net:
            with took(seconds - 0.2, seconds + 5):
                odd = login(net.channel("login"),
                            timeout_ms=2000 if tls else 30000)
            assert odd.transport == code, odd


@pytest.mark.threat("T88")
@pytest.mark.long
def test_one_byte_a_second_is_given_up(build, ca, context):
    with OddServer(context, dribble) as server, \
            start_on(server, build, ca) as net:
        with took(25, 45):
            odd = net.channel("sync").get(USERS, timeout_ms=120000,
                                          timeout=90)
        assert odd.transport == TIME


def test_connect_level_failures_alone_are_offline(build, ca, context):
    """Nobody listens; a name that is none; a full queue that drops SYNs."""
    closed = socket.socket()
    closed.bind(("127.0.0.1", 0))
    full = socket.socket()
    full.bind(("127.0.0.1", 0))
    full.listen(0)
    port = full.getsockname()[1]
    fillers = [socket.socket() for _ in range(4)]
    for one in fillers:
        one.setblocking(False)
        one.connect_ex(("127.0.0.1", port))
    time.sleep(0.2)
    for url, most in (("https://127.0.0.1:%d" % closed.getsockname()[1], 3),
                      ("https://nobody.invalid", 20),
                      ("https://127.0.0.1:%d" % port, 9)):
        conf = {"url": url, "ca_pem": ca.pem, "mode": 1, "api_token": "t",
                "rate_share": 50}
        with FakeParent(build, conf) as net, took(0, most):
            odd = login(net.channel("login"))
            assert odd.transport == OFFLINE, (url, odd)
    conf = {"url": "https://127.0.0.1:%d" % closed.getsockname()[1],
            "ca_pem": ca.pem, "mode": OAUTH_MODE, "scopes": ["a"],
            "rate_share": 50}
    with FakeParent(build, conf, lambda skew: "a.b.c") as net:
        assert net.channel("sync").get(USERS).transport == OFFLINE
    for one in (closed, full, *fillers):
        one.close()


# ------------------------------------------------------- a 200 that is none

TWENTY = [answer(b""), answer(b"", kind=None), answer(b"<html>hello</html>"),
          answer(b"<html>hello</html>", kind="text/html"),
          answer(b"[]", kind="text/html"), answer(b"[]", kind=None),
          answer(b"[]"), answer(b"null"), answer(b"7"), answer(b'"token"'),
          answer(b"{}"), answer(b'{"access_token":"x"}'),
          answer(b'{"errorCode":"E0000009","errorSummary":"x"}'),
          answer(b'{"error":"invalid_client"}'),
          answer(b"", status="204 No Content", kind=None, length=False),
          answer(b"[]", status="201 Created"),
          answer(b"[", status="206 Partial Content"),
          answer(b'{"token_type":"Bearer","expires_in":3600,'),
          answer(b'{"token_type":"Bearer","expires_in":3600,'
                 b'"access_token":"a","scope":"a"}', length=4000),
          answer(b'{"token_type":"Bearer","expires_in":3600,'
                 b'"access_token":"a\\r\\nX-Evil: 1","scope":"a"}')]


@pytest.mark.threat("T90")
@pytest.mark.parametrize("number", range(len(TWENTY)))
def test_200_that_is_no_token_answer_gives_no_token(build, ca, context,
                                                    number):
    def play(connection, server):
        if server.read_request(connection) is not None:
            connection.sendall(TWENTY[number])
    with OddServer(context, play) as server, \
            start_on(server, build, ca, mode=OAUTH_MODE, api_token=None,
                     scopes=["a"]) as net:
        net.sign = lambda skew: "a.b.c"
        odd = net.channel("sync").get(USERS)
        assert odd.transport == CREDENTIAL, odd
        assert [r.split()[1] for r in server.received] == \
            [b"/oauth2/v1/token"]


NOT_HTTP = {"garbage": b"\x00\x01\x02 garbage\r\n\r\n", "nothing": b"",
            "http/0.9": b"<html>hello</html>",
            "half": b"HTTP/1.1 200 OK\r\nContent-Le",
            "cut": answer(b"[", length=100),
            "bad chunk": answer(b"zz\r\n", length=False, extra=[
                "Transfer-Encoding: chunked"]),
            "not gzip": answer(b"[]", extra=["Content-Encoding: gzip"]),
            "unknown packing": answer(b"[]", extra=[
                "Content-Encoding: br"])}


@pytest.mark.parametrize("name", NOT_HTTP)
def test_answer_that_is_not_whole_http_is_no_answer(build, ca, context, name):
    def play(connection, server):
        if server.read_request(connection) is not None:
            connection.sendall(NOT_HTTP[name])
    with OddServer(context, play) as server, \
            start_on(server, build, ca) as net:
        for odd in (net.channel("sync").get(USERS),
                    login(net.channel("login"))):
            assert odd.transport in (BROKEN, PROTOCOL), odd
            assert odd.status == 0 and odd.body == b""
        logins = [r for r in server.received if r.startswith(b"POST")]
        assert len(logins) == 1
