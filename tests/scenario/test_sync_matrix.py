"""Each request of a poll failing in each way: nothing changes, and it is said.

The requests of a full pass are in test_sync_failure.py. Here an event that is
not true leads to each request of the others, and its answer is spoilt.
"""
import concurrent.futures
import time

import pytest

from emulator_client import Emulator
from test_sync_directory import ALLOWED, OTHER, group, put, sync, user
from test_sync_events import APP
from test_sync_failure import HARMLESS, WAYS, fault, same

ONE = user(1)["id"]
MEMBER = dict(eventType="group.user_membership.add", user=ONE, group=ALLOWED)
# The request that is spoilt, and the event that leads to it. None: each poll.
KINDS = {
    "log": ("*/logs", None),
    "person": ("*/users/" + ONE, dict(
        eventType="user.account.update_profile", user=ONE)),
    "groups": ("*/users/%s/groups" % ONE, MEMBER),
    "assignment": ("*/apps/%s/users/%s" % (APP, ONE), dict(
        eventType="application.user_membership.add", user=ONE, app=APP)),
    "group": ("*/groups/" + ALLOWED, dict(
        eventType="group.profile.update", group=ALLOWED)),
    "members": ("*/groups/%s/users" % ALLOWED, dict(
        eventType="group.user_membership.add", group=ALLOWED)),
    "people": ("*/v1/users", None),
    "changed groups": ("*/v1/groups", None),
}
LISTS = ("people", "changed groups")
# What a shortened list of recent changes looks like to everybody: quiet.
CONTENT = ("empty", "shrink")


def cell(okta, parent, path, event, kind, args):
    okta.control("DELETE", "/faults")
    if path in (KINDS[name][0] for name in LISTS):
        fault(okta, "status", path="*/logs", count=0, status=403,
              code="E0000006")
    told = parent.log.count("_failed error")
    fault(okta, kind, path=path, **args)
    if event:
        answer = okta.control("POST", "/events", event)
        assert answer.status == 200, answer.body
    end = time.monotonic() + 60
    while any(f["left"] for f in okta.control("GET", "/faults").json
              if f["left"] is not None and f["match"]["path"] == path):
        assert time.monotonic() < end, (path, kind, args, parent.log[-2000:])
        time.sleep(0.02)
    if path == "*/logs" and args.get("status") == 403:
        assert parent.sync()["result"] == "ok"  # else it is left alone
    confirms = parent.confirms
    parent.wait(lambda: parent.confirms > confirms and
                parent.status["state"] == "idle", 60)
    return parent.log.count("_failed error") > told


def run(name, ways):
    path, event = KINDS[name]
    with Emulator() as okta:
        people = [user(n, groups=[ALLOWED, OTHER]) for n in range(1, 61)]
        put(okta, people, [group(ALLOWED, "crew"), group(OTHER, "night")],
            apps=[{"id": APP, "label": "Linux", "users": [ONE]}])
        if name in LISTS:
            fault(okta, "status", path="*/logs", count=0, status=403,
                  code="E0000006")
        with sync(okta, allow_groups=[ALLOWED, OTHER], allow_apps=[APP],
                  poll_interval_s=1) as parent:
            first = parent.first()
            parent.wait(lambda: parent.confirms > 0)
            for kind, args in ways:
                told = cell(okta, parent, path, event, kind, args)
                assert len(parent.images) == 1, (name, kind, args)
                assert same(parent.image, first)
                quiet = (kind, args) in HARMLESS or kind in CONTENT or \
                    (name not in ("log",) + LISTS and
                     args.get("status") == 404) or \
                    (name == "log" and args.get("status") == 403)
                assert told or quiet, (name, kind, args)
            return len(ways)


def run_all(ways):
    with concurrent.futures.ThreadPoolExecutor(len(KINDS)) as pool:
        cells = sum(pool.map(lambda name: run(name, ways), KINDS))
    assert cells == len(KINDS) * len(ways)


# One of each sort; the rest takes a minute more.
FEW = [("status", dict(status=500)), ("html", dict(status=200)),
       ("truncate", {}), ("empty", {}), ("shrink", {})]


@pytest.mark.threat("T91")
@pytest.mark.threat("T90")
def test_each_request_of_a_poll_failing_changes_nothing():
    run_all(FEW)


@pytest.mark.long
def test_each_request_of_a_poll_failing_in_each_way_changes_nothing():
    run_all([w for w in WAYS if w not in FEW])


@pytest.mark.long
def test_each_request_of_a_poll_that_stalls_changes_nothing():
    run_all([("stall", dict(where=where, seconds=3600))
             for where in ("start", "head", "body")])


@pytest.mark.threat("T91")
def test_the_same_shortened_answer_twice_removes_nobody():
    """Of the list of people, and of a person's groups."""
    with Emulator() as okta:
        people = [user(n, groups=[ALLOWED, OTHER]) for n in range(1, 61)]
        put(okta, people, [group(ALLOWED, "crew"), group(OTHER, "night")])
        with sync(okta, allow_groups=[ALLOWED, OTHER],
                  poll_interval_s=1) as parent:
            first = parent.first()
            fault(okta, "shrink", path="*/groups/*/users", count=0, keep=30)
            for _ in range(2):
                answer = parent.sync()
                assert answer["result"] == "failed"
                assert "leaves out" in answer["error"]
            okta.control("DELETE", "/faults")
            assert parent.sync()["result"] == "ok"
            for keep in (0, 1):
                fault(okta, "shrink", path="*/users/%s/groups" % ONE,
                      count=2, keep=keep)
                for _ in range(2):
                    okta.control("POST", "/events", MEMBER)
                    time.sleep(1.5)
            okta.control("DELETE", "/faults")
            assert parent.sync()["result"] == "ok"
            assert same(parent.image, first)
            assert len(parent.images) == 1
