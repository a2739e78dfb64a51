"""oktad-net against askers that were taken over: what they can make it hold,
and what they can make it send."""
import json
import os
import time

import pytest

from emulator_client import API_TOKEN
from fake_parent import ANONYMOUS, OK, REFUSED, closes
from net_fixtures import *  # noqa: F401,F403
from net_fixtures import login, login_body, start_on
from odd_server import OddServer, always, answer

USERS = "/api/v1/users"
AUTHN = "/api/v1/authn"
CANCEL = AUTHN + "/cancel"
BOB = "bob@example.com"
BOB_PASSWORD = "Correct-Horse-7-bob"
MIB = 1 << 20


def resident(pid):
    with open("/proc/%d/statm" % pid, encoding="ascii") as f:
        return int(f.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.threat("T87")
def test_answers_that_nobody_fetches_do_not_pile_up(build, ca, context):
    """A sync that asks and never reads: 100 answers of 8 MiB."""
    body = b"[" + b" " * (8 * MIB - 2) + b"]"
    with OddServer(context, always(answer(body))) as server, \
            start_on(server, build, ca) as net:
        channel = net.channel("sync")
        before = resident(net.pid)
        idents = [channel.send("GET", USERS, timeout_ms=110000)
                  for _ in range(100)]
        end = time.monotonic() + 6
        while time.monotonic() < end:
            assert resident(net.pid) - before < 128 * MIB
            time.sleep(0.1)
        assert len(server.received) < 12
        # Another asker is served meanwhile, and this one once it reads.
        assert net.channel("control").get(USERS).transport == OK
        for ident in idents[:10]:
            assert len(channel.receive(ident).body) == 8 * MIB


def begin_bob(net):
    """A worker of bob's in the middle of his login: the channel, the body of
    its next request, its path."""
    worker = net.channel("login", BOB, "00ubob0000000000000001")
    got = worker.call("POST", AUTHN, credential=ANONYMOUS,
                      body=login_body(BOB_PASSWORD, BOB))
    state = json.loads(got.body)
    assert state["status"] == "MFA_REQUIRED", got
    factor = state["_embedded"]["factors"][0]["id"]
    return (worker, b'{"stateToken":"%s"}' % state["stateToken"].encode(),
            f"{AUTHN}/factors/{factor}/verify")


def test_worker_has_few_requests_at_once(org):
    with org.net(org.token_conf()) as net:
        worker, body, path = begin_bob(net)
        org.emulator.fault("stall", path, count=0, args={"seconds": 20})
        for _ in range(20):
            try:
                worker.send("POST", path, credential=ANONYMOUS, body=body)
            except OSError:
                break
        assert closes(worker)
        assert login(net.channel("login")).status == 200
        assert org.count(path) <= 4


def test_worker_has_not_many_requests_in_all(org):
    with org.net(org.token_conf()) as net:
        worker, body, path = begin_bob(net)
        done = 1
        while done < 400:
            try:
                got = worker.call("POST", path, credential=ANONYMOUS,
                                  body=body)
            except OSError:
                break
            if got is None:
                break
            done += 1
        assert done == 200 == org.count(path) + 1


def test_worker_asks_about_nobody_but_its_own_person(org):
    """A push, a password or a look at factors: of others, nothing leaves."""
    with org.net(org.token_conf()) as net:
        bob, state, path = begin_bob(net)
        begun = org.count()
        for body in (login_body(BOB_PASSWORD, BOB), b"{}", state,
                     b'{"username":"alice@example.com","password":"x"}',
                     login_body() + b" ",
                     login_body().replace(b"}}", b'},"username":"' +
                                          BOB.encode() + b'"}')):
            worker = net.channel("login")
            assert worker.call("POST", AUTHN, credential=ANONYMOUS,
                               body=body).transport == REFUSED, body
            assert worker.call("POST", path, credential=ANONYMOUS,
                               body=body).transport == REFUSED, body
        assert org.count() == begun
        # The control: it is not as if nothing went.
        assert bob.call("POST", path, credential=ANONYMOUS,
                        body=state).status == 200
        assert login(net.channel("login")).status == 200
        assert BOB_PASSWORD not in net.log


def test_worker_goes_on_with_its_own_transaction_only(org):
    with org.net(org.token_conf()) as net:
        _, first, path = begin_bob(net)
        other, second, _ = begin_bob(net)
        assert other.call("POST", path, credential=ANONYMOUS,
                          body=first).transport == REFUSED
        assert other.call("POST", path, credential=ANONYMOUS,
                          body=second).status == 200
        assert org.count(path) == 1


def test_channel_of_nobody_is_closed(org):
    with org.net(org.token_conf()) as net:
        for nobody in (("", "00u1"), (BOB, ""), (BOB, "../00u1")):
            assert closes(net.channel("login", *nobody))
        assert login(net.channel("login")).status == 200
        assert "login_of_nobody" in net.log


@pytest.mark.parametrize("role,method,path,credential", [
    ("login", "GET", USERS, 2), ("login", "POST", "/oauth2/v1/token", 1),
    ("login", "GET", "/api/v1/logs", 2), ("login", "POST", CANCEL, 3),
    ("sync", "POST", "/api/v1/authn", 1), ("sync", "POST", USERS, 2),
    ("sync", "DELETE", USERS + "/00u1", 2), ("sync", "GET", USERS, 3),
    ("sync", "POST", USERS + "/00u1/lifecycle/suspend", 2),
    ("sync", "GET", "/api/v1/authn/../users", 2),
    ("sync", "GET", "/api/v1/users/00u1%2f..%2f..", 2),
    ("sync", "GET", "//evil.test/api/v1/users", 2),
    ("sync", "GET", "@evil.test/api/v1/users", 2),
    ("sync", "GET", "/api/v1/users?q=\r\nDPoP: x", 2),
    ("login", "POST", "/api/v1/authn/factors/..%2f/verify", 1),
    # Changes are for channels of changes alone, whatever the credential.
    *((role, method, path, credential)
      for role in ("login", "sync", "control") for credential in (1, 2, 3)
      for method, path in (
          ("POST", USERS + "/00u1/lifecycle/suspend"),
          ("POST", USERS + "/00u1/lifecycle/unlock"),
          ("DELETE", USERS + "/00u1/factors/opf1"),
          ("PUT", "/api/v1/groups/00g1/users/00u1"),
          ("DELETE", "/api/v1/groups/00g1/users/00u1"),
          ("POST", "/api/v1/apps/0oa1/users"),
          ("DELETE", "/api/v1/apps/0oa1/users/00u1"),
          ("PUT", "/api/v1/zones/nzo1")))])
def test_taken_over_asker_gets_nothing_but_its_rows(org, role, method, path,
                                                    credential):
    with org.net(org.token_conf()) as net:
        got = net.channel(role).call(method, path, credential=credential)
        assert got is None or got.transport not in (OK,), got
        assert org.count() == 0
        assert API_TOKEN not in net.log
