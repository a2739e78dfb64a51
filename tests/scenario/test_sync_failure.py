"""All or nothing: what oktad-sync does when Okta's answers fail, lie or shrink."""
import threading
import time

import pytest

from emulator_client import Emulator
from sync_parent import (DEPROVISIONED, ID_MIN, NO_LOGIN, PASSWD, WHY_GONE,
                         WHY_NOT_ENTITLED, WHY_STATUS)
from test_sync_directory import ALLOWED, OTHER, group, put, sync, user

THIRD = "00gThird000000000003"


@pytest.fixture(scope="module")
def okta():
    with Emulator() as emulator:
        yield emulator


def fault(okta, kind, path="*", count=1, after=0, **args):
    answer = okta.control("POST", "/faults", {
        "match": {"method": "GET", "path": path}, "kind": kind,
        "count": count, "after": after, "args": args})
    assert answer.status in (200, 201, 204), answer.body


def leave(okta, ident, source=ALLOWED, silent=False):
    answer = okta.control("DELETE", "/groups/%s/users/%s%s" % (
        source, ident, "?silent=1" if silent else ""))
    assert answer.status in (200, 204), answer.body


def delete(okta, *idents):
    """People vanish from the org without a trace."""
    org = okta.control("GET", "/org").json
    okta.control("PUT", "/org", {"users": [
        u for u in org["users"] if u["id"] not in idents]})


def same(a, b):
    return (a.users, a.groups, a.people) == (b.users, b.groups, b.people)


WAYS = [("status", dict(status=500)), ("status", dict(status=403)),
        ("status", dict(status=404)), ("status", dict(status=502)),
        ("status", dict(status=401)), ("html", {}),
        ("html", dict(status=200)), ("redirect", {}), ("truncate", {}),
        ("truncate", dict(transport=True)), ("empty", {}),
        ("empty", dict(body="none")), ("shrink", {}), ("shrink", dict(keep=0)),
        ("foreign_link", dict(host="evil.example")), ("reset", {}),
        ("reset_after_request", {})]
# Ways that may be got over within the pass: connection-level (a GET is sent
# again by oktad-net), "later" (503), links where this request has none.
HARMLESS = [("reset", {}), ("reset_after_request", {}), ("html", {}),
            ("foreign_link", dict(host="evil.example"))]


@pytest.mark.threat("T91")
@pytest.mark.threat("T90")
def test_each_request_failing_in_each_way_changes_nothing(okta):
    people = [user(n, groups=[ALLOWED, OTHER, THIRD]) for n in range(1, 252)]
    groups = [group(ALLOWED, "crew"), group(OTHER, "night"),
              group(THIRD, "day")]
    put(okta, people, groups)
    with sync(okta, allow_groups=[ALLOWED, OTHER],
              publish_groups=[ALLOWED, OTHER, THIRD]) as parent:
        first = parent.first()
        asked = [r for r in okta.control("GET", "/requests?since=0").json
                 if r["path"].startswith("/api/")]
        assert len(asked) == 9, [r["path"] for r in asked]
        failures = 0
        for n in range(9):
            for kind, args in WAYS:
                if (kind, args) == ("html", {}) and n > 1:
                    continue    # a wait of seconds each
                okta.control("DELETE", "/faults")
                fault(okta, kind, after=n, **args)
                answer = parent.sync()
                assert same(parent.image, first), (n, kind, args)
                if answer["result"] == "ok":
                    assert (kind, args) in HARMLESS or (
                        # A group's own record has no list to cut.
                        n % 3 == 0 and kind in ("empty", "shrink")), \
                        (n, kind, args, answer)
                else:
                    failures += 1
                    assert answer["error"], (n, kind)
                    assert parent.status["state"] == "failed"
                    assert parent.status["error"]
        assert failures >= 9 * 11
        assert "event=sync_failed" in parent.log
        okta.control("DELETE", "/faults")
        assert parent.sync()["result"] == "ok"
        assert same(parent.image, first)
        # And it never published anything meanwhile.
        assert len(parent.images) == 1


@pytest.mark.threat("T91")
def test_stalled_list_changes_nothing(okta):
    put(okta, [user(n) for n in range(1, 20)])
    with sync(okta) as parent:
        first = parent.first()
        fault(okta, "stall", path="*/users", where="body", seconds=3600)
        answer = parent.sync(seconds=120)
        assert answer["result"] == "failed"
        assert same(parent.image, first)


@pytest.mark.threat("T57")
def test_rate_limits_are_waited_out_by_oktas_clock(okta):
    put(okta, [user(n) for n in range(1, 20)])
    with sync(okta) as parent:
        parent.first()
        okta.control("DELETE", "/requests")
        fault(okta, "rate_limit", path="*/users", reset=3)
        begun = time.monotonic()
        assert parent.sync()["result"] == "ok"
        assert time.monotonic() - begun >= 2
        fault(okta, "concurrency", path="*/users")
        begun = time.monotonic()
        assert parent.sync()["result"] == "ok"
        assert time.monotonic() - begun < 15


def test_local_files_count_while_a_limit_is_waited_out(okta):
    put(okta, [user(1), user(2)])
    with sync(okta) as parent:
        parent.first()
        fault(okta, "rate_limit", path="*/users", reset=8)
        waiter = threading.Thread(target=parent.sync)
        waiter.start()
        parent.wait(lambda: parent.status["state"] == "running")
        time.sleep(0.5)
        parent.write("etc/passwd", PASSWD + "user1:x:1000:1000::/:/bin/sh\n")
        parent.wait(lambda: "user1" not in parent.image.users, 3)
        assert parent.status["state"] == "running"
        # A useradd makes nobody's view of Okta younger.
        assert not parent.image.is_fresh and parent.images[0].is_fresh
        waiter.join(60)


def test_a_word_about_each_person_ends_access_at_any_number(okta):
    put(okta, [user(n) for n in range(1, 101)])
    with sync(okta) as parent:
        parent.first()
        for n in range(1, 61):
            leave(okta, user(n)["id"])
        answer = parent.sync()
        assert answer["result"] == "ok"
        assert answer["removed"] == 60
        image = parent.image
        assert len(image.users) == 100
        for n in range(1, 101):
            assert image.may_login("user%d" % n) == (n > 60)
        assert image.people[user(1)["id"]]["why"] == WHY_NOT_ENTITLED
        assert len(image.groups["crew"]["members"]) == 40


@pytest.mark.threat("T105", reduced="nobody vanishes, all are flagged; ending "
                    "sessions comes later")
@pytest.mark.parametrize("count", [30, 450])
def test_everybody_deprovisioned_is_flagged_and_nobody_vanishes(okta, count):
    put(okta, [user(n) for n in range(1, count + 1)])
    with sync(okta) as parent:
        uids = {n: u["uid"] for n, u in parent.first().users.items()}
        for n in range(1, count + 1):
            okta.control("PATCH", "/users/" + user(n)["id"],
                         {"status": "DEPROVISIONED"})
        okta.control("DELETE", "/requests")
        answer = parent.sync()
        assert answer["result"] == "ok", answer
        image = parent.image
        assert {n: u["uid"] for n, u in image.users.items()} == uids
        assert all(u["flags"] & NO_LOGIN for u in image.users.values())
        for p in image.people.values():
            assert p["status"] == DEPROVISIONED and p["why"] == WHY_STATUS
        # A list of changes, not a question for each of 450.
        assert len(okta.control("GET", "/requests?since=0").json) < 100


@pytest.mark.threat("T91")
def test_people_gone_without_a_word_are_held_until_accepted(okta):
    put(okta, [user(n) for n in range(1, 61)])
    with sync(okta) as parent:
        first = parent.first()
        delete(okta, *[user(n)["id"] for n in range(1, 8)])
        # One more is suspended: an explicit status counts all the same.
        okta.control("PATCH", "/users/" + user(60)["id"],
                     {"status": "SUSPENDED"})
        answer = parent.sync()
        assert answer["result"] == "refused_shrink"
        assert "7 of 60" in answer["error"] and "--accept" in answer["error"]
        assert parent.status["state"] == "refused_shrink"
        image = parent.image
        assert set(image.users) == set(first.users)
        assert not image.may_login("user60")
        assert all(image.may_login("user%d" % n) for n in range(1, 60))
        assert len(image.groups["crew"]["members"]) == 60
        assert parent.sync()["result"] == "refused_shrink"
        answer = parent.sync(accept=True)
        assert answer["result"] == "ok" and answer["removed"] == 7
        image = parent.image
        assert set(image.users) == set(first.users)
        assert not any(image.may_login("user%d" % n) for n in range(1, 8))
        assert image.people[user(1)["id"]]["why"] == WHY_GONE
        # The word was for that pass only.
        delete(okta, *[user(n)["id"] for n in range(10, 20)])
        assert parent.sync()["result"] == "refused_shrink"


@pytest.mark.threat("T92")
def test_people_dropped_without_a_trace_go_within_a_full_period(okta):
    put(okta, [user(n) for n in range(1, 61)])
    with sync(okta, full_interval_s=5) as parent:
        parent.first()
        begun = time.monotonic()
        delete(okta, user(1)["id"], user(2)["id"])
        parent.wait(lambda: not parent.image.may_login("user1"), 10)
        # A tenth more than the period, and the pass itself.
        assert time.monotonic() - begun < 8
        assert not parent.image.may_login("user2")
        assert parent.image.people[user(1)["id"]]["why"] == WHY_GONE
        assert len(parent.image.users) == 60


def test_anything_to_nothing_is_refused(okta):
    put(okta, [user(1), user(2)])
    with sync(okta) as parent:
        parent.first()
        delete(okta, user(1)["id"], user(2)["id"])
        assert parent.sync()["result"] == "refused_shrink"
        assert parent.image.may_login("user1")


def test_lost_database_and_empty_org_do_not_empty_the_host(okta):
    put(okta, [user(n) for n in range(1, 20)])
    with sync(okta) as parent:
        parent.first()
        number = len(parent.images)
        # A group that is not there any more: no change, and said so.
        org = okta.control("GET", "/org").json
        okta.control("PUT", "/org", {"groups": [
            g for g in org["groups"] if g["id"] != ALLOWED]})
        answer = parent.sync()
        assert answer["result"] == "failed"
        assert ALLOWED in answer["error"]
        assert len(parent.images) == number


def test_refusal_of_oktad_is_told(okta):
    put(okta, [user(1), user(2)])
    with sync(okta) as parent:
        parent.first()
        parent.refuse = "a number changes person"
        okta.control("PATCH", "/users/" + user(1)["id"],
                     {"status": "SUSPENDED"})
        answer = parent.sync()
        assert answer["result"] == "failed"
        assert "a number changes person" in answer["error"]
        parent.refuse = None
        assert parent.sync()["result"] == "ok"
        assert not parent.image.may_login("user1")


def test_new_channel_after_net_is_gone_is_used_at_once(okta):
    put(okta, [user(1)])
    with sync(okta) as parent:
        parent.first()
        parent.net.process.kill()
        answer = parent.sync()
        assert answer["result"] == "failed"
        parent.restart_net()
        parent.wait(lambda: parent.status["state"] == "idle", 10)


@pytest.mark.threat("T13")
def test_local_and_reserved_names_are_never_published(okta):
    names = ["root", "daemon", "sudo", "docker", "wheel",
             "www-data", "nobody", "systemd-x", "_apt", "all"]
    people = [user(n, "%s@example.com" % name)
              for n, name in enumerate(names, 10)]
    people += [user(3, "Root@a.example"), user(4, "ROOT@b.example"),
               user(1, "deploy@example.com"), user(2)]
    put(okta, people, [group(ALLOWED, "sudo"), group(OTHER, "docker")])
    with sync(okta, publish_groups=[ALLOWED, OTHER]) as parent:
        image = parent.first()
        assert sorted(image.users) == ["deploy", "user2"]
        assert image.groups == {}
        assert len(parent.noted("reserved")) + len(parent.noted("local")) \
            >= len(names)
        # Added locally one second after the sync: nobody asks Okta for it.
        time.sleep(1)
        okta.control("DELETE", "/requests")
        parent.write("etc/passwd", PASSWD +
                     "deploy:x:1000:1000::/home/deploy:/bin/sh\n")
        parent.wait(lambda: "deploy" not in parent.image.users, 5)
        parent.wait(lambda: parent.noted("local user or group has the name"))
        # A group counts as well, and a number.
        uid = parent.image.users["user2"]["uid"]
        parent.write("etc/group", "root:x:0:\nother:x:%d:\n" % uid)
        parent.wait(lambda: parent.image.users == {}, 5)
        assert okta.control("GET", "/requests?since=0").json == []
        # The local ones leave again.
        parent.write("etc/group", "root:x:0:\n")
        parent.write("etc/passwd", PASSWD)
        parent.wait(lambda: sorted(parent.image.users) ==
                    ["deploy", "user2"], 5)
        assert parent.image.users["user2"]["uid"] == uid


@pytest.mark.threat("T8")
def test_overlapping_range_publishes_nothing(okta):
    put(okta, [user(1)])
    with sync(okta) as parent:
        first = parent.first()
        parent.write("etc/subuid", "alice:%d:65536\n" % (ID_MIN + 5))
        parent.wait(lambda: "subuid:1" in parent.status.get("error", ""), 5)
        put(okta, [user(1), user(2)])
        answer = parent.sync()
        assert answer["result"] == "failed"
        assert "subuid:1" in answer["error"]
        assert parent.image is first
        parent.write("etc/subuid", "alice:100000:65536\n")
        assert parent.sync()["result"] == "ok"
        assert sorted(parent.image.users) == ["user1", "user2"]


def test_poll_sees_statuses_and_memberships(okta):
    put(okta, [user(n) for n in range(1, 11)] + [user(20, groups=[])])
    with sync(okta, poll_interval_s=1) as parent:
        parent.first()
        confirms = parent.confirms
        parent.wait(lambda: parent.confirms > confirms, 10)
        okta.control("DELETE", "/requests")
        okta.control("PATCH", "/users/" + user(1)["id"],
                     {"status": "SUSPENDED"})
        parent.wait(lambda: not parent.image.may_login("user1"), 10)
        answer = okta.control("PUT", "/groups/%s/users/%s" % (
            ALLOWED, user(20)["id"]))
        assert answer.status in (200, 204)
        parent.wait(lambda: "user20" in parent.image.users, 15)
        leave(okta, user(20)["id"])
        parent.wait(lambda: not parent.image.may_login("user20"), 15)


def test_a_suspension_counts_while_full_passes_fail(okta):
    put(okta, [user(n) for n in range(1, 11)],
        [group(ALLOWED, "crew"), group(OTHER, "night")])
    with sync(okta, allow_groups=[ALLOWED, OTHER],
              poll_interval_s=1) as parent:
        parent.first()
        org = okta.control("GET", "/org").json
        okta.control("PUT", "/org", {"groups": [
            g for g in org["groups"] if g["id"] != OTHER]})
        assert parent.sync()["result"] == "failed"
        okta.control("PATCH", "/users/" + user(1)["id"],
                     {"status": "SUSPENDED"})
        parent.wait(lambda: not parent.image.may_login("user1"), 10)
        assert parent.status["state"] == "failed"
        assert OTHER in parent.status["error"]
        assert all(parent.image.may_login("user%d" % n)
                   for n in range(2, 11))


def test_full_disk_fails_the_pass_and_changes_nothing(okta):
    put(okta, [user(n) for n in range(1, 5)])
    with sync(okta, state_kib=280) as parent:
        first = parent.first()
        number = len(parent.images)
        put(okta, [user(n) for n in range(1, 1500)])
        answer = parent.sync()
        assert answer["result"] == "failed"
        assert "full" in answer["error"], answer
        assert len(parent.images) == number
        put(okta, [user(n) for n in range(1, 6)])
        assert parent.sync()["result"] == "ok"
        assert set(first.users) < set(parent.image.users)


def test_people_unknown_to_okta_are_not_in_the_way_of_others(okta):
    """More of them than are asked about in one pass, and before the others."""
    people = [user(n) for n in range(1, 451)]
    put(okta, people)
    with sync(okta) as parent:
        first = parent.first()
        by_uid = sorted(people, key=lambda u: first.people[u["id"]]["uid"])
        gone, left = by_uid[:202], by_uid[-3:]
        names = [first.people[u["id"]]["name"] for u in left]
        out = [u["id"] for u in gone]
        for one in left:
            leave(okta, one["id"], silent=True)
        delete(okta, *out)
        assert parent.sync()["result"] == "refused_shrink"
        assert all(parent.image.may_login(n) for n in names)
        assert parent.sync()["result"] == "refused_shrink"
        assert not any(parent.image.may_login(n) for n in names)
        assert all(parent.image.may_login(first.people[i]["name"])
                   for i in out)


ZONE = "nzoOffice00000000001"


@pytest.fixture
def zone(okta):
    """Puts networks into the zone."""
    def fill(*nets):
        answer = okta.control("PUT", "/org", {"zones": [{
            "id": ZONE, "name": "Office", "gateways": [
                {"type": "CIDR", "value": net} for net in nets]}]})
        assert answer.status in (200, 204), answer.body
    yield fill
    okta.control("PUT", "/org", {"zones": []})


def test_a_zone_that_can_not_be_read_stops_nobody(okta, zone):
    """One gateway of one zone must not keep a leaver in."""
    put(okta, [user(n) for n in range(1, 6)])
    zone("10.0.0.0/8", "office.example.com")
    with sync(okta, rule_ids=[ZONE]) as parent:
        parent.first()
        leave(okta, user(1)["id"])
        assert parent.sync()["result"] == "ok"
        assert not parent.image.may_login("user1")
        assert [r[0] for r in parent.noted("can not be read")] == [ZONE]


def test_half_an_answer_that_was_published_is_undone_with_it(okta, zone):
    """A useradd in the middle of a pass, which fails behind it."""
    put(okta, [user(n) for n in range(1, 6)])
    zone("10.0.0.0/8", "192.0.2.0/24")
    with sync(okta, rule_ids=[ZONE], poll_interval_s=1) as parent:
        assert parent.first().nets == 2
        fault(okta, "rate_limit", path="*/zones/*", reset=5)
        fault(okta, "status", path="*/zones/*", count=0, status=500)
        waiter = threading.Thread(target=parent.sync)
        waiter.start()
        parent.wait(lambda: parent.status["state"] == "running")
        time.sleep(0.5)
        parent.write("etc/passwd", PASSWD + "user1:x:1000:1000::/:/bin/sh\n")
        parent.wait(lambda: "user1" not in parent.image.users, 3)
        assert parent.status["state"] == "running"
        waiter.join(60)
        assert parent.status["state"] == "failed"
        parent.wait(lambda: parent.image.nets == 2, 10)
        assert "user1" not in parent.image.users
        okta.control("DELETE", "/faults")


@pytest.mark.parametrize("word", [
    "create", "update", "delete", "activate", "deactivate"])
def test_an_event_about_zones_has_them_read_within_a_poll(okta, zone, word):
    put(okta, [user(1)])
    zone("10.0.0.0/8")
    with sync(okta, rule_ids=[ZONE], poll_interval_s=1) as parent:
        assert parent.first().nets == 1
        zone("10.0.0.0/8", "192.0.2.0/24")
        okta.control("POST", "/events", {"eventType": "zone." + word})
        parent.wait(lambda: parent.image.nets == 2, 10)
        # A no of Okta's takes no network away.
        fault(okta, "status", path="*/zones/*", count=0, status=500)
        zone("10.0.0.0/8")
        okta.control("POST", "/events", {"eventType": "zone." + word})
        parent.wait(lambda: "zones" in parent.status.get("error", ""), 10)
        assert parent.image.nets == 2
        okta.control("DELETE", "/faults")
        parent.wait(lambda: parent.image.nets == 1, 10)
        # And what is to be said of it is told.
        zone("office.example.com")
        okta.control("POST", "/events", {"eventType": "zone." + word})
        parent.wait(lambda: [r[0] for r in parent.noted(
            "can not be read")] == [ZONE], 10)


def test_events_about_zones_that_no_rule_names_cost_nothing(okta):
    put(okta, [user(1)])
    with sync(okta, poll_interval_s=1) as parent:
        parent.first()
        confirms = parent.confirms
        okta.control("POST", "/events", {"eventType": "zone.update"})
        parent.wait(lambda: parent.confirms > confirms + 2, 20)
        assert not [r for r in okta.control("GET", "/requests?since=0").json
                    if "/zones" in r["path"]]
        assert len(parent.images) == 1
