"""A full pass that takes its time: polls go on beside it, their answers count
at once and stay, and a crash does not send it back to its beginning."""
import sqlite3
import threading
import time

import pytest

from emulator_client import Emulator
from sync_parent import ID_MIN, SUSPENDED
from test_sync_directory import ALLOWED, OTHER, group, put, sync, user
from test_sync_events import APP, assign, join
from test_sync_failure import fault, leave, same

PEOPLE = 900    # five pages
LISTS = "*/groups/*/users"


@pytest.fixture(scope="module")
def okta():
    with Emulator() as emulator:
        yield emulator


@pytest.fixture
def slow(okta):
    """An org whose pages take three seconds each, once it is called."""
    put(okta, [user(n) for n in range(1, PEOPLE + 1)] +
        [user(n, groups=[]) for n in range(2000, 2003)])

    def begin():
        fault(okta, "stall", path=LISTS, count=0, seconds=3)
    yield begin
    okta.control("DELETE", "/faults")


def pages(okta):
    """The queries for pages of people."""
    return [r["query"] for r in okta.control("GET", "/requests?since=0").json
            if r["path"].endswith("/users") and "/groups/" in r["path"]]


def suspend(okta, n):
    okta.control("PATCH", "/users/" + user(n)["id"], {"status": "SUSPENDED"})


def status_of(parent, n):
    return parent.image.people[user(n)["id"]]["status"]


def in_time(parent, is_true, seconds):
    """The pass is still running when it shows. How long that took."""
    begun = time.monotonic()
    parent.wait(is_true, seconds)
    assert parent.status["state"] == "running"
    return time.monotonic() - begun


def test_changes_count_within_a_poll_while_a_pass_runs(okta, slow):
    with sync(okta, poll_interval_s=1) as parent:
        parent.first()
        slow()
        waiter = threading.Thread(target=parent.sync)
        waiter.start()
        parent.wait(lambda: parent.status.get("done", 0) in range(1, 400) and
                    parent.status["state"] == "running", 20)
        confirms = parent.confirms
        suspend(okta, 1)        # on a page that was read
        suspend(okta, PEOPLE)   # and on one to come
        in_time(parent, lambda: status_of(parent, 1) == SUSPENDED and
                status_of(parent, PEOPLE) == SUSPENDED, 8)
        leave(okta, user(2)["id"])
        join(okta, user(2000)["id"])
        in_time(parent, lambda: not parent.image.may_login("user2") and
                "user2000" in parent.image.users, 8)
        # The view is confirmed all the while.
        parent.wait(lambda: parent.confirms > confirms or
                    parent.image.is_fresh, 8)
        assert parent.status["state"] == "running"
        waiter.join(60)
        assert parent.status["state"] == "idle", parent.status
        assert status_of(parent, 1) == status_of(parent, PEOPLE) == SUSPENDED
        assert not parent.image.may_login("user2")
        assert parent.image.may_login("user2000")
        assert len([n for n in parent.image.users
                    if parent.image.may_login(n)]) == PEOPLE - 2


@pytest.mark.threat("T91")
def test_a_pass_that_fails_late_leaves_only_what_polls_said(okta, slow):
    with sync(okta, poll_interval_s=1) as parent:
        first = parent.first()
        leave(okta, user(3)["id"], silent=True)
        fault(okta, "status", path=LISTS, after=4, status=500)
        slow()
        answers = []
        waiter = threading.Thread(
            target=lambda: answers.append(parent.sync()))
        waiter.start()
        parent.wait(lambda: parent.status["state"] == "running", 20)
        suspend(okta, 1)
        in_time(parent, lambda: status_of(parent, 1) == SUSPENDED, 8)
        waiter.join(60)
        assert answers[0]["result"] == "failed"
        # Who is missing from the lists of the failed pass is where they were.
        assert parent.image.may_login("user3")
        assert not parent.image.may_login("user1")
        assert set(parent.image.users) == set(first.users)
        okta.control("DELETE", "/faults")
        assert parent.sync()["result"] == "ok"
        assert not parent.image.may_login("user3")


def kill_in_a_pass(okta, parent):
    """In the second pass, after some pages and a poll behind them."""
    parent.wait(lambda: parent.status["state"] == "running" and
                400 <= parent.status["done"] < PEOPLE, 60)
    polls = len([r for r in okta.control("GET", "/requests?since=0").json
                 if r["path"] == "/api/v1/logs"])
    end = time.monotonic() + 10
    while time.monotonic() < end and polls == len(
            [r for r in okta.control("GET", "/requests?since=0").json
             if r["path"] == "/api/v1/logs"]):
        time.sleep(0.05)
    assert parent.status["state"] == "running"
    parent.kill()
    okta.control("DELETE", "/requests")


def finish(okta, parent):
    parent.status = {}
    parent.start()
    parent.wait(lambda: parent.status.get("state") == "running", 20)
    okta.control("DELETE", "/faults")
    parent.wait(lambda: parent.status["state"] == "idle", 60)


@pytest.mark.threat("T112", reduced="kills, of each system call in unit "
                    "tests; no power cut")
def test_a_killed_pass_goes_on_where_it_was(okta, slow):
    with sync(okta, poll_interval_s=1, full_interval_s=6) as parent:
        first = parent.first()
        slow()
        kill_in_a_pass(okta, parent)
        # Meanwhile: on a page that was read, and on one that was not.
        suspend(okta, 1)
        leave(okta, user(PEOPLE)["id"])
        finish(okta, parent)
        assert "event=pass_resumed" in parent.log
        asked = pages(okta)
        assert asked and all("after=" in query for query in asked), asked
        assert len(asked) < 5
        parent.wait(lambda: status_of(parent, 1) == SUSPENDED, 10)
        assert not parent.image.may_login("user%d" % PEOPLE)
        assert {n: u["uid"] for n, u in parent.image.users.items()} == \
            {n: u["uid"] for n, u in first.users.items()}
        assert len([n for n in parent.image.users
                    if parent.image.may_login(n)]) == PEOPLE - 2


def test_a_link_that_okta_takes_no_more_begins_anew(okta, slow):
    with sync(okta, poll_interval_s=1, full_interval_s=6) as parent:
        first = parent.first()
        slow()
        kill_in_a_pass(okta, parent)
        okta.control("DELETE", "/faults")
        fault(okta, "status", path=LISTS, status=400, code="E0000029")
        slow()
        parent.status = {}
        parent.start()
        parent.wait(lambda: "event=pass_anew" in parent.log, 30)
        okta.control("DELETE", "/faults")
        parent.wait(lambda: parent.status.get("state") == "idle", 60)
        assert any("after=" not in query for query in pages(okta))
        assert same(parent.image, first)


@pytest.mark.parametrize("change", [
    "UPDATE meta SET value = value - 4000 WHERE key = 'pass_begun_s'",
    "UPDATE meta SET value = value + 4000 WHERE key = 'pass_begun_s'",
    "UPDATE word SET value = 'other' WHERE key = 'pass'"])
def test_an_old_or_a_foreign_pass_is_not_gone_on_with(okta, slow, change):
    with sync(okta, poll_interval_s=1, full_interval_s=6) as parent:
        first = parent.first()
        slow()
        kill_in_a_pass(okta, parent)
        with sqlite3.connect(parent.path("lib/okta/state/state.db")) as db:
            assert db.execute(change).rowcount == 1
        finish(okta, parent)
        assert "event=pass_resumed" not in parent.log
        assert "after=" not in pages(okta)[0]
        assert same(parent.image, first)


def test_a_new_configuration_begins_anew(okta, slow):
    with sync(okta, poll_interval_s=1, full_interval_s=6) as parent:
        parent.first()
        slow()
        kill_in_a_pass(okta, parent)
        okta.control("DELETE", "/faults")
        put(okta, [user(n, groups=[ALLOWED, OTHER]) for n in range(1, 9)],
            [group(ALLOWED, "crew"), group(OTHER, "night")])
        parent.conf.update(allow_groups=[OTHER], publish_groups=[OTHER])
        parent.status = {}
        parent.start()
        parent.wait(lambda: parent.status.get("state") in
                    ("idle", "refused_shrink"), 60)
        assert "event=pass_resumed" not in parent.log
        assert "night" in parent.image.groups


def test_newcomers_who_are_stopped_behind_their_page_are_stopped(okta, slow):
    put(okta, [user(n) for n in range(1, 20)])
    with sync(okta, poll_interval_s=1) as parent:
        parent.first()
        put(okta, [user(n) for n in range(1, PEOPLE + 1)])
        slow()
        waiter = threading.Thread(target=parent.sync)
        waiter.start()
        stopped = []
        for n in range(20):
            for first in (250, 450, 650, 850):
                stopped.append(first + n)
                suspend(okta, first + n)
            time.sleep(0.7)
        waiter.join(60)
        okta.control("DELETE", "/faults")
        assert parent.status["state"] == "idle", parent.status
        confirms = parent.confirms
        parent.wait(lambda: parent.confirms > confirms + 1, 20)
        assert [n for n in stopped
                if parent.image.may_login("user%d" % n)] == []


def begin_slowly(okta, parent, slow, done):
    """A full pass that is told of once it has ended; so much of it is read."""
    slow()
    waiter = threading.Thread(target=parent.sync)
    waiter.start()
    parent.wait(lambda: parent.status["state"] == "running" and
                done <= parent.status["done"] < done + 199, 30)
    return waiter


def test_what_a_poll_misses_is_looked_into_behind_the_pass(okta):
    """Gone without an event, after their page was read: the pass under way can
    not tell, so another one is due soon."""
    put(okta, [user(n) for n in range(1, 420)],
        [group(ALLOWED, "crew"), group(OTHER, "night")])
    with sync(okta, poll_interval_s=1, publish_groups=[ALLOWED, OTHER]) \
            as parent:
        parent.first()
        begun = time.monotonic()
        waiter = begin_slowly(okta, parent, lambda: fault(
            okta, "stall", path=LISTS, count=0, seconds=1.5), 200)
        leave(okta, user(1)["id"], silent=True)
        join(okta, user(1)["id"], OTHER)
        in_time(parent, lambda: "user1" in
                parent.image.groups["night"]["members"], 10)
        waiter.join(60)
        took = time.monotonic() - begun
        okta.control("DELETE", "/faults")
        assert parent.image.may_login("user1")
        # Full passes may take a tenth of the time.
        parent.wait(lambda: not parent.image.may_login("user1"),
                    12 * took + 10)


def test_who_was_known_and_left_an_app_behind_its_page_is_out(okta, slow):
    ident = user(1)["id"]
    put(okta, [user(n, groups=[OTHER]) for n in range(1, PEOPLE + 1)],
        [group(ALLOWED, "crew"), group(OTHER, "night")],
        apps=[{"id": APP, "label": "Linux",
               "users": [user(n)["id"] for n in range(2, 10)]}])
    with sync(okta, poll_interval_s=1, allow_groups=[], allow_apps=[APP],
              publish_groups=[OTHER]) as parent:
        parent.first()
        # Two events of one poll, and the page of the app between them.
        fault(okta, "status", path="*/logs", count=0, status=500)
        assign(okta, ident, True)
        waiter = begin_slowly(okta, parent, slow, 100)
        assign(okta, ident, False)
        okta.control("DELETE", "/faults")
        slow()
        waiter.join(60)
        assert parent.status["state"] == "idle"
        assert "user2" in parent.image.users and \
            parent.image.may_login("user2")
        assert "user1" not in parent.image.users or \
            not parent.image.may_login("user1")


def test_a_poll_gives_nobody_a_number_by_the_last_configuration(okta, slow):
    number = ID_MIN + 4711
    put(okta, [user(n) for n in range(1, PEOPLE + 1)] +
        [user(3000, groups=[OTHER], uidNumber=number)],
        [group(ALLOWED, "crew"), group(OTHER, "night")])
    with sync(okta, poll_interval_s=1, publish_groups=[ALLOWED, OTHER]) \
            as parent:
        parent.first()
        slow()
        parent.conf.update(allow_groups=[ALLOWED, OTHER],
                           uid_attribute="uidNumber", trust_attributes=1)
        parent.send_conf()
        parent.wait(lambda: parent.status["state"] == "running" and
                    200 <= parent.status["done"] < 400, 30)
        suspend(okta, 1)
        in_time(parent, lambda: status_of(parent, 1) == SUSPENDED, 8)
        okta.control("DELETE", "/faults")
        parent.wait(lambda: parent.status["state"] == "idle", 60)
        assert parent.image.users["user3000"]["uid"] == number
