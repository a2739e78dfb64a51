"""Without the System Log: two lists of what has changed, and what they miss.

The token may not read the log; Okta refuses it with a 403.
"""
import time

import pytest

from emulator_client import Emulator
from sync_parent import SUSPENDED, WHY_GONE
from test_sync_directory import ALLOWED, OTHER, group, put, sync, user
from test_sync_events import APP, asked, assign, join
from test_sync_failure import delete, fault, leave


@pytest.fixture(scope="module")
def okta():
    with Emulator() as emulator:
        yield emulator


def without_log(okta):
    fault(okta, "status", path="*/logs", count=0, status=403,
          code="E0000006")


def quiet(okta, parent):
    confirms = parent.confirms
    parent.wait(lambda: parent.confirms > confirms, 20)
    okta.control("DELETE", "/requests")


def test_an_idle_poll_is_two_requests(okta):
    put(okta, [user(1)])
    without_log(okta)
    with sync(okta, poll_interval_s=1) as parent:
        parent.first()
        parent.wait(lambda: "event=no_system_log" in parent.log, 10)
        parent.wait(lambda: parent.status["polls"] == "lists", 10)
        # Until seconds have passed, a group looks as if just changed.
        time.sleep(2)
        quiet(okta, parent)
        confirms = parent.confirms
        parent.wait(lambda: parent.confirms >= confirms + 3, 20)
        found = asked(okta, polls=True)
        assert {r["path"] for r in found} == {"/api/v1/users",
                                              "/api/v1/groups"}
        assert all("filter" in r["query"] for r in found)
        assert len(found) <= 2 * (parent.confirms - confirms + 2)
        # It is not asked for again before the next full pass, then it is.
        okta.control("DELETE", "/faults")
        okta.control("DELETE", "/requests")
        parent.sync()
        parent.wait(lambda: [r for r in asked(okta, polls=True)
                             if r["path"] == "/api/v1/logs"], 10)


def test_changes_of_people_and_members_count_within_a_poll(okta):
    put(okta, [user(n) for n in range(1, 6)] + [user(9, groups=[])],
        [group(ALLOWED, "crew"), group(OTHER, "night")])
    without_log(okta)
    with sync(okta, publish_groups=[ALLOWED, OTHER],
              poll_interval_s=1) as parent:
        uid = parent.first().users["user1"]["uid"]
        one, nine = user(1)["id"], user(9)["id"]
        okta.control("PATCH", "/users/" + one, {"status": "SUSPENDED"})
        parent.wait(lambda: not parent.image.may_login("user1"), 10)
        assert parent.image.people[one]["status"] == SUSPENDED
        told = [r["resp_body"] for r in asked(okta)
                if r["path"] == "/api/v1/users" and one in r["resp_body"]]
        # Nothing of them that is not used.
        assert told and not [b for b in told if '"email"' in b or
                             '"credentials"' in b]
        okta.control("PATCH", "/users/" + one, {
            "status": "ACTIVE", "profile": {"firstName": "New",
                                            "login": "newname@example.com"}})
        parent.wait(lambda: "newname" in parent.image.users, 10)
        assert parent.image.users["newname"]["uid"] == uid
        join(okta, nine)
        parent.wait(lambda: "user9" in parent.image.users, 15)
        leave(okta, nine)
        parent.wait(lambda: not parent.image.may_login("user9"), 15)
        join(okta, nine, OTHER)
        parent.wait(lambda: parent.image.groups["night"]["members"] ==
                    ["user9"], 15)


def test_a_long_first_pass_tells_how_far_it_is(okta):
    put(okta, [user(n) for n in range(1, 301)])
    fault(okta, "rate_limit", path="*/groups/*/users", after=1, reset=3)
    with sync(okta) as parent:
        parent.wait(lambda: parent.status.get("done") == 200, 20)
        assert parent.status["state"] == "running"
        assert parent.status["total"] == 300
        assert parent.status["pages"] == 2
        parent.first()
        # Later it is known, and Okta is not made to count.
        okta.control("DELETE", "/requests")
        assert parent.sync()["result"] == "ok"
        assert parent.status["total"] == 300
        assert not [r for r in asked(okta) if "stats" in r["query"]]
        assert parent.status["polls"] == "log"


@pytest.mark.threat("T92")
@pytest.mark.parametrize("log", [False, pytest.param(
    True, marks=pytest.mark.long)])
def test_what_no_delta_shows_goes_with_the_full_pass(okta, log):
    """Deleted without a trace, and an assignment that ended unsaid."""
    apps = [{"id": APP, "label": "Linux", "users": [
        user(n)["id"] for n in range(40, 61)]}]
    put(okta, [user(n) for n in range(1, 40)] +
        [user(n, groups=[]) for n in range(40, 61)], apps=apps)
    if not log:
        without_log(okta)
    with sync(okta, allow_apps=[APP], poll_interval_s=1,
              full_interval_s=8) as parent:
        parent.first()
        begun = time.monotonic()
        delete(okta, user(1)["id"], user(40)["id"])
        parent.wait(lambda: not parent.image.may_login("user1"), 15)
        assert not parent.image.may_login("user40")
        # A tenth more than the period, and the pass itself.
        assert time.monotonic() - begun < 12
        assert parent.image.people[user(1)["id"]]["why"] == WHY_GONE
        assert len(parent.image.users) == 60
        if not log:
            # No list shows assignments: they wait for the period as well.
            assign(okta, user(41)["id"], False)
            parent.wait(lambda: not parent.image.may_login("user41"), 15)
