"""429 and 503 in every form (okta-api.md, 8.5): how long oktad-net lets
nobody else ask, and that a login is never taken for one without a network."""
import time

import pytest

from fake_parent import HELD, OK
from logins import authn_calls, ssh
from net_fixtures import *  # noqa: F401,F403
from net_fixtures import PASSWORD, login, start_on
from odd_server import OddServer, always, answer

USERS = "/api/v1/users"
BODY = b'{"errorCode":"E0000047","errorSummary":"x","errorCauses":[]}'
DATE = "Date: Fri, 02 Jan 2026 03:04:05 GMT"
RESET = 1767323045

# headers, and the seconds to wait: a tenth of jitter may come on top
FORMS = {
    "seconds": (["Retry-After: 40"], 40),
    "date": (["Retry-After: Fri, 02 Jan 2026 03:04:35 GMT", DATE], 31),
    "reset": (["X-Rate-Limit-Limit: 600", "X-Rate-Limit-Remaining: 0",
               "X-Rate-Limit-Reset: %d" % (RESET + 20), DATE], 21),
    "nothing": ([], 30),
    "rubbish": (["Retry-After: soon", "X-Rate-Limit-Reset: never"], 30),
    "negative": (["Retry-After: -5"], 30),
    "huge": (["Retry-After: 99999999999999999999999"], 30),
    "a year": (["Retry-After: 31536000"], 120),
    "past": (["Retry-After: Fri, 02 Jan 2015 03:04:35 GMT", DATE], 1),
    "fraction": (["Retry-After: 1.5"], 30),
}


@pytest.mark.threat("T57")
@pytest.mark.parametrize("form", FORMS)
def test_wait_of_a_429(build, ca, context, form):
    lines, wait = FORMS[form]
    data = answer(BODY, "429 Too Many Requests", extra=lines)
    with OddServer(context, always(data)) as server, \
            start_on(server, build, ca) as net:
        channel = net.channel("sync")
        first = channel.get(USERS)
        assert (first.transport, first.status) == (OK, 429)
        assert wait <= first.retry <= min(120, wait * 1.1 + 1), first
        if wait < 5:
            return
        # Where the share is used up, hosts go on some seconds apart.
        spread = 3 if form == "reset" else 0
        for _ in range(50):
            got = channel.get(USERS)
            assert got.transport == HELD
            assert wait - 4 <= got.retry <= first.retry + spread
        assert len(server.received) == 1
        # A login goes out all the same, once, and gets Okta's word.
        got = login(net.channel("login"))
        assert (got.transport, got.status) == (OK, 429)
        assert len(server.received) == 2


@pytest.mark.threat("T57")
@pytest.mark.parametrize("kind,args", [
    ("rate_limit", {"reset": 9}), ("concurrency", {}),
    ("status", {"status": 500}), ("status", {"status": 503}),
    ("html", {"status": 502})])
def test_verdict_while_okta_has_no_time(host, kind, args):
    """The right password is refused, with one request; the next is taken."""
    host.control("POST", "/faults", {"match": {"path": "/api/v1/authn"},
                                     "kind": kind, "count": 1, "args": args})
    before = len(authn_calls(host))
    assert ssh(host, "alice", PASSWORD)[0] == 255, host.log()
    assert len(authn_calls(host)) == before + 1
    time.sleep(0.3)
    code, out, _ = ssh(host, "alice", PASSWORD)
    assert code == 0 and out[-1] == "alice", host.log()
