"""A full pass that is kept on disk, and a view that is confirmed: neither may
stand where it is older than what is known, or of another configuration."""
import subprocess
import time

import pytest

from emulator_client import API_TOKEN, Emulator
from private_host import find_build
from sync_parent import SUSPENDED, SyncParent
from test_sync_directory import ALLOWED, OTHER, group, put, sync, user
from test_sync_events import USERS
from test_sync_failure import fault, leave
from test_sync_long import (LISTS, PEOPLE, finish, kill_in_a_pass, pages,
                            status_of, suspend)

ZONES = ["nzoOffice00000000001", "nzoOffice00000000002"]


@pytest.fixture(scope="module")
def okta():
    with Emulator() as emulator:
        yield emulator


@pytest.fixture
def slow(okta):
    """An org whose pages take so many seconds each, once it is called."""
    put(okta, [user(n) for n in range(1, PEOPLE + 1)],
        [group(ALLOWED, "crew"), group(OTHER, "night")])

    def begin(seconds=3):
        fault(okta, "stall", path=LISTS, count=0, seconds=seconds)
    yield begin
    okta.control("DELETE", "/faults")


def polls(okta):
    return len([r for r in okta.control("GET", "/requests?since=0").json
                if r["path"] == "/api/v1/logs"])


def polled(okta, n=1):
    """So many polls more have been answered."""
    wanted, end = polls(okta) + n, time.monotonic() + 60
    while polls(okta) < wanted:
        assert time.monotonic() < end
        time.sleep(0.05)


class Cramped(SyncParent):
    """Its disk can be full: then no file takes more than a byte."""

    def command(self):
        argv = super().command()
        at = argv.index("-c") + 1
        argv[at] = "trap '' XFSZ && " + argv[at]
        return argv

    def fill(self, is_full):
        subprocess.run(
            ["setpriv", "--reuid=%d" % self.uid, "--regid=%d" % self.uid,
             "--clear-groups", "prlimit", "--pid=%d" % self.process.pid,
             "--fsize=%s:" % ("1" if is_full else "unlimited")], check=True)


@pytest.mark.threat("T113")
def test_a_pass_that_could_not_be_ended_is_not_gone_on_with(okta, slow):
    """The disk is full when a pass fails, so that it can not be struck out:
    what polls are told later is newer than what it has read."""
    with Cramped(find_build(), okta, API_TOKEN, allow_groups=[ALLOWED],
                 poll_interval_s=1, full_interval_s=2) as parent:
        parent.first()
        slow()
        parent.wait(lambda: parent.status["state"] == "running" and
                    400 <= parent.status["done"] < PEOPLE, 60)
        polled(okta)
        parent.fill(True)
        parent.wait(lambda: parent.status["state"] == "failed", 60)
        parent.fill(False)
        leave(okta, user(1)["id"])  # on a page that was read
        parent.wait(lambda: not parent.image.may_login("user1"), 60)
        parent.kill()
        finish(okta, parent)
        assert "event=pass_resumed" not in parent.log
        assert not parent.image.may_login("user1")


def test_a_resumed_list_does_not_ask_for_its_group_again(okta, slow):
    with sync(okta, poll_interval_s=1, full_interval_s=6) as parent:
        parent.first()
        slow()
        kill_in_a_pass(okta, parent)
        finish(okta, parent)
        assert "event=pass_resumed" in parent.log
        assert all("after=" in query for query in pages(okta))
        assert "/api/v1/groups/" + ALLOWED not in [
            r["path"] for r in okta.control("GET", "/requests?since=0").json]
        assert "crew" in parent.image.groups


def test_a_view_of_the_last_configuration_is_not_confirmed(okta, slow):
    """Polls go on beside the first pass by a new configuration. What they say
    counts; but nobody of the new group is known yet."""
    with sync(okta, poll_interval_s=1) as parent:
        parent.first()
        slow(6)
        parent.conf.update(allow_groups=[ALLOWED, OTHER],
                           publish_groups=[ALLOWED, OTHER])
        parent.send_conf()
        parent.wait(lambda: parent.status["state"] == "running" and
                    0 < parent.status["done"] < 400, 60)
        confirms, images = parent.confirms, len(parent.images)
        polled(okta, 2)
        suspend(okta, 1)
        parent.wait(lambda: status_of(parent, 1) == SUSPENDED, 60)
        assert parent.status["state"] == "running"
        assert parent.confirms == confirms
        assert not [i for i in parent.images[images:] if i.is_fresh]
        okta.control("DELETE", "/faults")
        parent.wait(lambda: parent.status["state"] == "idle", 60)
        assert "night" in parent.image.groups
        parent.wait(lambda: parent.confirms > confirms, 60)


def test_zones_count_together_or_not_at_all(okta):
    """One of two can not be read: the other one's answer is undone with it,
    whatever else is committed in the same poll."""
    def zones(*nets):
        okta.control("PUT", "/org", {"zones": [
            {"id": ident, "name": ident, "gateways": [
                {"type": "CIDR", "value": net} for net in nets]}
            for ident in ZONES]})

    put(okta, [user(1), user(2)])
    zones("10.0.0.0/8")
    with sync(okta, rule_ids=ZONES, poll_interval_s=1) as parent:
        assert parent.first().nets == 2
        zones("10.0.0.0/8", "192.0.2.0/24")
        fault(okta, "status", path="*/zones/" + ZONES[1], count=0, status=500)
        okta.control("POST", "/events", {"eventType": "zone.update"})
        suspend(okta, 1)
        parent.wait(lambda: status_of(parent, 1) == SUSPENDED, 60)
        assert parent.image.nets == 2
        okta.control("DELETE", "/faults")
        parent.wait(lambda: parent.image.nets == 4, 60)
    okta.control("PUT", "/org", {"zones": []})


# Of whom no other test's events speak, for they would be words about them.
MISSING = range(111, 115)


def asked_groups(okta):
    return [r["path"] for r in okta.control("GET", "/requests?since=0").json
            if r["path"].startswith("/api/v1/users/") and
            r["path"].endswith("/groups")]


def test_changes_count_while_those_who_are_missing_are_asked_about(okta):
    """Behind the last list of a pass: Okta takes its time with each of them."""
    put(okta, [user(n) for n in range(1, 120)])
    with sync(okta, poll_interval_s=1) as parent:
        parent.first()
        gone = [user(n)["id"] for n in MISSING]
        for one in gone:
            leave(okta, one, silent=True)
        polled(okta)
        okta.control("DELETE", "/requests")
        fault(okta, "stall", path="*/users/*/groups", count=0, seconds=8)
        ident = parent.ask()
        end = time.monotonic() + 60
        while not asked_groups(okta):
            assert time.monotonic() < end, parent.log
            time.sleep(0.1)
        suspend(okta, 50)
        leave(okta, user(60)["id"])
        parent.wait(lambda: status_of(parent, 50) == SUSPENDED, 60)
        # All or nothing, as before: none of them has been let go yet.
        assert ident not in parent.asked
        assert all(parent.image.may_login("user%d" % n) for n in MISSING)
        okta.control("DELETE", "/faults")
        parent.wait(lambda: ident in parent.asked, 120)
        assert parent.asked[ident]["result"] == "ok"
        out = [n for n in range(1, 120)
               if not parent.image.may_login("user%d" % n)]
        assert out in ([50, *MISSING], [50, 60, *MISSING])
        parent.wait(lambda: not parent.image.may_login("user60"), 60)
        # And each was asked about once; user60 by the event.
        groups = asked_groups(okta)
        assert [groups.count(USERS + one + "/groups") for one in gone] == \
            [1, 1, 1, 1]


@pytest.mark.threat("T112")
def test_a_pass_is_gone_on_with_behind_its_last_list(okta):
    put(okta, [user(n) for n in range(1, 120)])
    with sync(okta, poll_interval_s=1, full_interval_s=2) as parent:
        parent.first()
        for n in MISSING:
            leave(okta, user(n)["id"], silent=True)
        fault(okta, "stall", path="*/users/*/groups", count=0, seconds=8)
        end = time.monotonic() + 60
        while not asked_groups(okta):
            assert time.monotonic() < end, parent.log
            time.sleep(0.1)
        polled(okta)
        parent.kill()
        okta.control("DELETE", "/requests")
        finish(okta, parent)
        assert "event=pass_resumed" in parent.log
        assert [n for n in range(1, 120)
                if not parent.image.may_login("user%d" % n)] == [*MISSING]


def test_full_passes_do_not_put_polls_off(okta):
    """However often an admin asks for one."""
    put(okta, [user(1)])
    with sync(okta, poll_interval_s=3) as parent:
        parent.first()
        polled(okta)
        wanted, end = polls(okta) + 2, time.monotonic() + 60
        while polls(okta) < wanted:
            assert time.monotonic() < end
            assert parent.sync()["result"] == "ok"
            time.sleep(0.3)


def test_record_that_changes_between_two_lists_of_a_first_pass(okta):
    """It counts as it was last, and the pass goes on."""
    put(okta, [user(n, groups=(ALLOWED, OTHER)) for n in range(1, 20)],
        [group(ALLOWED, "crew"), group(OTHER, "night")])
    fault(okta, "stall", path=f"/api/v1/groups/{OTHER}", count=1, seconds=6)
    okta.control("DELETE", "/requests")
    with sync(okta, allow_groups=[ALLOWED, OTHER],
              publish_groups=[ALLOWED, OTHER]) as parent:
        # The list of the first group has been read when the other is asked for.
        parent.wait(lambda: any(
            r["path"] == f"/api/v1/groups/{OTHER}" for r in
            okta.control("GET", "/requests?since=0").json), 60)
        okta.control("PATCH", "/users/" + user(3)["id"],
                     {"profile": {"firstName": "Edited"}})
        parent.wait(lambda: parent.status and
                    parent.status["state"] in ("failed", "idle"), 60)
        assert parent.status["state"] == "idle", parent.status
        assert "Edited" in parent.image.users["user3"]["gecos"]
