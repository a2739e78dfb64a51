"""How many requests leave: tokens, warm connections, logins never twice."""
import contextlib
import ssl
import threading

import pytest

from fake_parent import (ADMIN, ANONYMOUS, BROKEN, CREDENTIAL, DAEMON, OK, REFUSED,
                         TAG_WWW, STATUS_EXPIRES, STATUS_MISSING, TAG_ERROR_KIND, TIME,
                         closes)
from net_fixtures import *  # noqa: F401,F403
from net_fixtures import login, login_body, start_on, took
from odd_server import Ca, OddServer, answer

USERS = "/api/v1/users"
TOKEN = "/oauth2/v1/token"


def run_many(net, total, window):
    """total GETs with window of them waiting at once; their answers."""
    channels = [net.channel("sync") for _ in range(4)]
    waiting, answers = [], []
    for n in range(total):
        if len(waiting) == window:
            channel, ident = waiting.pop(0)
            answers.append(channel.receive(ident))
        channel = channels[n % len(channels)]
        waiting.append((channel, channel.send("GET", USERS + "?limit=1")))
    answers.extend(c.receive(i) for c, i in waiting)
    return answers


def test_1000_requests_with_64_waiting_take_one_token(org):
    with org.net() as net:
        answers = run_many(net, 1000, 64)
        assert [a.status for a in answers] == [200] * 1000
        assert org.count(TOKEN) == 1
        assert len(net.asserts) == 1
        assert org.count(USERS) == 1000


def test_requests_across_an_expiry_take_two_tokens(org):
    org.emulator.switch(token_seconds=12)  # used for half of its life
    with org.net() as net:
        first = run_many(net, 200, 64)
        threading.Event().wait(7)
        second = run_many(net, 200, 64)
        assert {a.status for a in first + second} == {200}
        assert org.count(TOKEN) == 2


def test_revoked_token_is_replaced_once(org):
    with org.net() as net:
        channel = net.channel("sync")
        assert channel.get(USERS).status == 200
        org.emulator.change("DELETE", "/tokens")
        answers = run_many(net, 64, 64)
        assert {a.status for a in answers} == {200}
        assert org.count(TOKEN) == 2
        # The next one is refused as well: its answer is handed on.
        org.emulator.change("DELETE", "/tokens")
        answers = run_many(net, 20, 8)
        assert {a.status for a in answers} == {401}
        assert org.count(TOKEN) == 2
        assert 'error="invalid_token"' in answers[0].text(TAG_WWW)


def test_401_about_something_else_keeps_the_token(org):
    with org.net() as net:
        channel = net.channel("sync")
        org.emulator.fault("status", USERS, args={"code": "E0000015"})
        assert channel.get(USERS).status == 401
        assert channel.get(USERS).status == 200
        assert org.count(TOKEN) == 1


def test_token_reset_mints_again(org):
    from fake_parent import INT_TOKEN_RESET, frame
    with org.net() as net:
        channel = net.channel("sync")
        assert channel.get(USERS).status == 200
        net.wait_status(lambda s: int.from_bytes(s[STATUS_EXPIRES], "big"))
        net.send(frame(INT_TOKEN_RESET))
        net.wait_status(lambda s: not int.from_bytes(s[STATUS_EXPIRES],
                                                     "big"))
        assert channel.get(USERS).status == 200
        assert org.count(TOKEN) == 2


def test_scopes_not_granted_are_reported(org):
    conf = org.conf(scopes=["okta.groups.read", "okta.logs.read",
                            "okta.users.read"])
    with org.net(conf) as net:
        channel = net.channel("sync")
        assert channel.get(USERS).status == 200
        net.wait_status(lambda s: s.get(STATUS_MISSING) == b"okta.logs.read")
        refused = channel.get("/api/v1/logs")
        assert refused.status == 403 and refused.body == b""
        assert 'scope="okta.logs.read"' in refused.text(TAG_WWW)


def test_refused_client_fails_all_who_wait_without_a_storm(org):
    org.key, good = type(org.key)("ES256"), org.key  # a key unknown to Okta
    try:
        with org.net() as net:
            answers = run_many(net, 200, 64)
            assert {a.transport for a in answers} == {CREDENTIAL}
            assert "invalid_client" in answers[0].error
            assert org.count(TOKEN) <= 2
            assert org.count(USERS) == 0
    finally:
        org.key = good


def test_no_assertion_from_oktad_is_a_refusal(org):
    with org.net() as net:
        net.sign = lambda skew: None
        refused = net.channel("sync").get(USERS)
        assert refused.transport == CREDENTIAL
        assert "no key" in refused.error
        assert org.count() == 0


def test_oktad_that_does_not_answer_holds_up_nobody_for_long(org):
    with org.net() as net:
        net.sign = lambda skew: False
        channel = net.channel("sync")
        patient = channel.send("GET", USERS, timeout_ms=60000)
        hasty = channel.send("GET", USERS, timeout_ms=1500)
        with took(1, 5):
            assert channel.receive(hasty).transport == TIME
        # Logins need no token.
        assert login(net.channel("login")).status == 200
        with took(10, 25):
            odd = channel.receive(patient)
        assert odd.transport == CREDENTIAL and "oktad" in odd.error
        assert org.count("/oauth2/v1/token") == 0


def test_limit_of_the_token_endpoint_is_told(org):
    with org.net() as net:
        channel = net.channel("sync")
        org.emulator.fault("rate_limit", TOKEN, args={"reset": 9})
        odd = channel.get(USERS)
        assert odd.transport == CREDENTIAL and 9 <= odd.retry <= 12, odd
        assert odd.number(TAG_ERROR_KIND) == 1  # ERROR_RETRY
        # Nobody asks again before that.
        assert channel.get(USERS).transport == CREDENTIAL
        assert org.count(TOKEN) == 1


def test_login_has_the_credential_of_a_trusted_app_only(org):
    """OAuth has no rights at authn, and the API token is the admin's word."""
    for conf, code in ((org.conf(trusted_app=1), REFUSED),
                       (org.token_conf(), REFUSED),
                       (org.token_conf(trusted_app=1), OK)):
        with org.net(conf) as net:
            assert login(net.channel("login"),
                         credential=DAEMON).transport == code
            assert net.channel("control").get(
                USERS, credential=ADMIN).transport == REFUSED


def test_warm_requests_use_one_connection(org):
    with org.net(org.token_conf()) as net:
        channel = net.channel("sync")
        worker = net.channel("login")
        for _ in range(50):
            assert channel.get(USERS).status == 200
            assert login(worker).status in (200, 429)
        assert len({r["client"] for r in org.requests()}) == 1


def test_warm_login_is_one_request(org):
    with org.net() as net:
        assert net.channel("sync").get(USERS).status == 200
        before = org.count()
        assert login(net.channel("login")).status == 200
        assert org.count() == before + 1


@pytest.mark.parametrize("is_warm", [False, True], ids=["cold", "warm"])
def test_login_is_never_sent_twice_when_the_connection_dies(org, is_warm):
    with org.net(org.token_conf()) as net:
        worker = net.channel("login")
        if is_warm:
            assert net.channel("sync").get(USERS).status == 200
        org.emulator.fault("reset_after_request", "/api/v1/authn")
        died = login(worker)
        assert died.transport == BROKEN, died
        assert org.count("/api/v1/authn") == 1
        # The control: the next one is answered.
        assert login(worker).status == 200


def say_goodbye(connection):
    """TLS's own goodbye, without a wait for the other one."""
    connection.setblocking(False)
    with contextlib.suppress(ssl.SSLWantReadError):
        connection.unwrap()


@pytest.mark.parametrize("end", [
    lambda connection: None, say_goodbye,
    lambda connection: connection.sendall(answer(b"", "408 Too Slow"))],
    ids=["tcp", "tls", "http"])
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2,
                                     ssl.TLSVersion.TLSv1_3],
                         ids=["1.2", "1.3"])
def test_login_is_not_lost_on_a_connection_closed_while_idle(
        build, tmp_path, end, version):
    """The server closes after each answer without saying so in it."""
    ca = Ca(str(tmp_path))
    context = ca.context()
    context.minimum_version = context.maximum_version = version

    def play(connection, server):
        server.read_request(connection)
        connection.sendall(answer())
        end(connection)
    with OddServer(context, play) as server, start_on(
            server, build, ca) as net:
        for n in range(1, 6):
            got = login(net.channel("login"))
            assert (got.status, got.transport) == (200, OK), got
            assert len(server.received) == server.connections == n
            threading.Event().wait(0.2)


def test_login_dies_between_request_and_answer_on_a_warm_connection(
        build, tmp_path):
    """What makes libcurl send again: a used connection that ends without a
    byte of answer.  The whole body is counted, not only whole requests."""
    ca = Ca(str(tmp_path))
    bodies = []

    def play(connection, server):
        request = server.read_request(connection)
        if request is None:
            return
        bodies.append(request.partition(b"\r\n\r\n")[2])
        if server.is_dying:
            return
        connection.sendall(answer())
        play(connection, server)
    with OddServer(ca.context(), play) as server, start_on(
            server, build, ca) as net:
        server.is_dying = False
        worker = net.channel("login")
        assert login(worker).status == 200
        assert server.connections == 1
        server.is_dying = True
        assert login(worker, "second").transport == BROKEN
        assert [b"second" in b for b in bodies] == [False, True]


def test_read_of_the_directory_is_repeated_once_on_a_broken_connection(org):
    with org.net(org.token_conf()) as net:
        channel = net.channel("sync")
        assert channel.get(USERS).status == 200
        org.emulator.fault("reset", USERS)
        assert channel.get(USERS).status == 200
        org.emulator.fault("reset", USERS, count=9)
        assert channel.get(USERS).transport == BROKEN


def test_channel_of_a_login_sends_one_password(org):
    """oktad charges per channel: more tries on it by a mad oktad-login would be
    free (beyond T56, whose 200 tries are in test_login_budget.py)."""
    body = login_body("guess")
    with org.net(org.token_conf()) as net:
        worker = net.channel("login")
        idents = [worker.send("POST", "/api/v1/authn", credential=ANONYMOUS,
                              body=body) for _ in range(3)]
        answers = [worker.receive(ident) for ident in idents]
        assert [a.transport for a in answers] == [OK, REFUSED, REFUSED]
        assert answers[0].status == 401
        late = worker.call("POST", "/api/v1/authn", credential=ANONYMOUS,
                           body=body)
        assert late.transport == REFUSED
        assert org.count("/api/v1/authn") == 1


@pytest.mark.threat("T93")
def test_only_what_the_table_has_is_sent(org):
    odd = ["/api/v1/users/al%2fice", "/api/v1/users/../groups",
           "/api/v1/users/a\"b", "/api/v1/users?q=a\"b", "/api/v1/users//x",
           "/api/v1/users/00u1/factors", "/api/v1/users/x or y eq z",
           "/api/v1/users/x&y", "/oauth2/v1/token", "/", "",
           "/api/v1/users?q=a\r\nX-Evil: 1", "//evil.test/api/v1/users",
           "/api/v1/users/" + "a" * 65]
    with org.net(org.token_conf()) as net:
        channel, worker = net.channel("sync"), net.channel("login")
        for path in odd:
            refused = channel.get(path)
            assert refused.transport == REFUSED, path
            assert worker.call("POST", path, credential=DAEMON).transport \
                == REFUSED
        for method in ("POST", "PUT", "DELETE", "PATCH", "HEAD", "get"):
            assert channel.call(method, USERS).transport == REFUSED
        assert login(channel).transport == REFUSED
        assert worker.get(USERS).transport == REFUSED
        assert org.count() == 0
        assert channel.get(USERS + "?limit=1").transport == OK
        assert [r["path"] for r in org.requests()] == [USERS]


def test_asker_that_breaks_the_protocol_is_closed_alone(org):
    from fake_parent import INT_STATUS, frame
    with org.net(org.token_conf()) as net:
        good = net.channel("sync")
        for bytes_ in (frame(INT_STATUS), b"\xff" * 64, bytes(64),
                       frame(141, b"x" * 16, (115, "body of nothing"))):
            bad = net.channel("login")
            bad.sock.sendall(bytes_)
            assert closes(bad)
        flood = net.channel("sync")
        one = frame(140, b"y" * 16, (110, "GET"), (111, USERS))
        flood.sock.sendall(one + one)
        assert closes(flood)
        half = net.channel("login")
        half.sock.sendall(frame(140, b"z" * 16, (110, "GET"))[:20])
        assert good.get(USERS).status == 200
