"""A fleet of oktad-nets with one app, on the small bucket of the System Log
that Okta gives all of them together (okta-api.md, 8.6)."""
import contextlib
import random
import threading
import time

import pytest

from emulator_client import CLIENT_ID
from fake_parent import HELD, OK
from net_fixtures import *  # noqa: F401,F403
from net_fixtures import Org, login

LOGS = "/api/v1/logs"
SCOPES = ["okta.logs.read", "okta.users.read"]


class Host(threading.Thread):
    """Polls as oktad-sync does: at first anywhere in two intervals, then each
    interval, or when net says, where that is later."""

    def __init__(self, net, interval, end):
        super().__init__(daemon=True)
        self.channel, self.interval, self.end = net.channel("sync"), \
            interval, end
        self.others = net.channel("sync")
        self.seen = [time.monotonic()]
        self.statuses, self.pauses, self.lists = [], [], []

    def run(self):
        path = LOGS + "?limit=100"
        due = time.monotonic() + self.interval * random.uniform(0, 2)
        while due < self.end:
            time.sleep(max(0, due - time.monotonic()))
            got = self.channel.get(path)
            self.statuses.append(got.status if got.transport == OK
                                 else -got.transport)
            if got.status == 200:
                self.seen.append(time.monotonic())
                path = got.next or path
            self.pauses.append(got.retry)
            # Nothing else suffers.
            self.lists.append(self.others.get("/api/v1/users?limit=1").status)
            due = time.monotonic() + max(
                self.interval * random.uniform(0.9, 1.1), got.retry)

    def oldest_view(self):
        points = [*self.seen, self.end]
        return max(b - a for a, b in zip(points, points[1:]))


def play(process, key, build, hosts, bucket, interval, seconds):
    process.reset([{
        "client_id": CLIENT_ID, "auth": "private_key_jwt",
        "jwks": {"keys": [key.jwk()]}, "role": "READ_ONLY_ADMIN",
        "scopes": SCOPES}])
    process.switch(rate_buckets={"logs": bucket})
    org = Org(process, key, build)
    with contextlib.ExitStack() as stack:
        nets = [stack.enter_context(org.net(org.conf(scopes=SCOPES),
                                            debug=False))
                for _ in range(hosts)]
        end = time.monotonic() + seconds
        fleet = [Host(net, interval, end) for net in nets]
        for host in fleet:
            host.start()
        logins = []
        while time.monotonic() < end - 1:
            start = time.monotonic()
            logins.append((login(nets[0].channel("login")).status,
                           time.monotonic() - start))
            time.sleep(1)
        for host in fleet:
            host.join(120)
            assert not host.is_alive()
    return org, fleet, logins


def judge(org, fleet, logins, settled_s=0):
    """Refusals only before the hosts can know of each other."""
    records = org.requests(LOGS)
    answers = [r["status"] for r in records]
    late = [r["status"] for r in records
            if r["t"] >= records[0]["t"] + settled_s]
    print("%d polls, refused %d, late %d; oldest view %.0f s" % (
        len(answers), answers.count(429), late.count(429),
        max(h.oldest_view() for h in fleet)))
    assert set(late) == {200}
    assert answers.count(429) <= len(fleet)
    assert {s for h in fleet for s in h.statuses} <= {200, 429, -HELD}
    assert {s for h in fleet for s in h.lists} == {200}
    assert {status for status, _ in logins} == {200}
    assert any(p > 0 for h in fleet for p in h.pauses), "nobody stretched"
    return len(answers)


@pytest.mark.threat("T57")
def test_fleet_stretches_its_polls_before_okta_refuses(process, key, build):
    """Unstretched, 5 hosts would ask 60 times within the window of 10."""
    polls = judge(*play(process, key, build, 5, 20, 2, 24))
    assert 5 <= polls <= 10


@pytest.mark.long
@pytest.mark.threat("T57")
def test_fleet_of_thirty(process, key, build):
    org, fleet, logins = play(process, key, build, 30, 60, 30, 270)
    assert judge(org, fleet, logins, 120) <= 30 * 5
    assert max(h.oldest_view() for h in fleet) < 250
