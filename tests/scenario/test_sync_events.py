"""Between two full passes: what the System Log's events lead to.

The shipped oktad-sync and oktad-net against the emulator. A poll each second;
what is asked of Okta is read from the emulator's record.
"""
import time

import pytest

from emulator_client import API_TOKEN, Emulator
from sync_parent import (DEPROVISIONED, SUSPENDED, WHY_NOT_ENTITLED,
                         WHY_STATUS)
from test_sync_directory import ALLOWED, OTHER, group, put, sync, user
from test_sync_failure import fault, leave

APP = "0oaSync0000000000001"
USERS = "/api/v1/users/"


@pytest.fixture(scope="module")
def okta():
    with Emulator() as emulator:
        yield emulator


def quiet(okta, parent):
    """Nothing is left to be asked of what came before."""
    confirms = parent.confirms
    parent.wait(lambda: parent.confirms > confirms, 20)
    okta.control("DELETE", "/requests")


def asked(okta, polls=False):
    """What Okta was asked, but for idle polls."""
    found = okta.control("GET", "/requests?since=0").json
    return [r for r in found if r["method"] == "GET" and (
        polls or r["path"] != "/api/v1/logs" or len(r["resp_body"]) > 2)]


def paths(okta):
    return [r["path"] for r in asked(okta)]


def assign(okta, ident, there):
    """To the app, or no more."""
    answer = okta.control("PUT" if there else "DELETE",
                          "/apps/%s/users/%s" % (APP, ident))
    assert answer.status == 200, answer.body


def act(okta, method, path, body=None):
    answer = okta.call(method, "/api/v1" + path, body, token=API_TOKEN)
    assert answer.status in (200, 204), (answer.status, answer.body)


def join(okta, ident, source=ALLOWED):
    answer = okta.control("PUT", "/groups/%s/users/%s" % (source, ident))
    assert answer.status == 200, answer.body


def test_an_idle_poll_is_one_request(okta):
    put(okta, [user(1)])
    with sync(okta, poll_interval_s=1) as parent:
        parent.first()
        quiet(okta, parent)
        confirms = parent.confirms
        parent.wait(lambda: parent.confirms >= confirms + 3, 20)
        found = [r["path"] for r in asked(okta, polls=True)]
        assert set(found) == {"/api/v1/logs"}
        assert len(found) <= parent.confirms - confirms + 2


def test_each_change_of_a_person_counts_within_a_poll(okta):
    put(okta, [user(n) for n in range(1, 6)],
        [group(ALLOWED, "crew"), group(OTHER, "night")])
    with sync(okta, publish_groups=[ALLOWED, OTHER],
              poll_interval_s=1) as parent:
        first = parent.first()
        uid = first.users["user1"]["uid"]
        quiet(okta, parent)
        one = user(1)["id"]

        act(okta, "POST", "/users/%s/lifecycle/suspend" % one)
        parent.wait(lambda: not parent.image.may_login("user1"), 10)
        assert parent.image.people[one]["status"] == SUSPENDED
        assert paths(okta) == ["/api/v1/logs", USERS + one]
        act(okta, "POST", "/users/%s/lifecycle/unsuspend" % one)
        parent.wait(lambda: parent.image.may_login("user1"), 10)

        quiet(okta, parent)
        answer = okta.control("PATCH", "/users/" + one, {
            "profile": {"firstName": "New", "lastName": "Name"}})
        assert answer.status == 200
        parent.wait(lambda: parent.image.users["user1"]["gecos"] ==
                    "New Name", 10)
        assert paths(okta) == ["/api/v1/logs", USERS + one]

        quiet(okta, parent)
        join(okta, one, OTHER)
        parent.wait(lambda: parent.image.groups["night"]["members"] ==
                    ["user1"], 10)
        assert paths(okta) == ["/api/v1/logs", USERS + one + "/groups"]
        quiet(okta, parent)
        leave(okta, one, OTHER)
        parent.wait(lambda: parent.image.groups["night"]["members"] == [], 10)
        assert paths(okta) == ["/api/v1/logs", USERS + one + "/groups"]

        quiet(okta, parent)
        leave(okta, one)
        parent.wait(lambda: not parent.image.may_login("user1"), 10)
        assert parent.image.people[one]["why"] == WHY_NOT_ENTITLED
        assert parent.image.users["user1"]["uid"] == uid
        join(okta, one)
        parent.wait(lambda: parent.image.may_login("user1"), 10)

        quiet(okta, parent)
        act(okta, "POST", "/users/%s/lifecycle/deactivate" % one)
        parent.wait(lambda: not parent.image.may_login("user1"), 10)
        assert parent.image.people[one]["why"] == WHY_STATUS
        assert parent.image.people[one]["status"] == DEPROVISIONED
        assert not [p for p in paths(okta) if p.endswith("/users")]


def test_a_newcomer_and_a_new_name_count_within_a_poll(okta):
    put(okta, [user(1), user(2), user(9, groups=[])])
    with sync(okta, poll_interval_s=1) as parent:
        first = parent.first()
        assert "user9" not in first.users
        quiet(okta, parent)
        nine = user(9)["id"]
        join(okta, nine)
        parent.wait(lambda: "user9" in parent.image.users, 10)
        assert parent.image.may_login("user9")
        # The log, the groups, the record: three requests.
        assert paths(okta) == ["/api/v1/logs", USERS + nine + "/groups",
                               USERS + nine]
        uid = parent.image.users["user9"]["uid"]
        quiet(okta, parent)
        okta.control("PATCH", "/users/" + nine,
                     {"profile": {"login": "renamed@example.com"}})
        parent.wait(lambda: "renamed" in parent.image.users, 10)
        assert parent.image.users["renamed"]["uid"] == uid
        assert "user9" not in parent.image.users
        quiet(okta, parent)
        act(okta, "PUT", "/groups/" + ALLOWED,
            {"profile": {"name": "new crew"}})
        parent.wait(lambda: "new-crew" in parent.image.groups or
                    parent.noted("group name"), 10)
        assert paths(okta) == ["/api/v1/logs", "/api/v1/groups/" + ALLOWED]


def test_a_deleted_group_ends_access_by_each_persons_list(okta):
    put(okta, [user(n) for n in range(1, 13)] +
        [user(20, groups=[ALLOWED, OTHER])],
        [group(ALLOWED, "crew"), group(OTHER, "night")])
    with sync(okta, allow_groups=[ALLOWED, OTHER],
              poll_interval_s=1) as parent:
        parent.first()
        quiet(okta, parent)
        act(okta, "DELETE", "/groups/" + ALLOWED)
        parent.wait(lambda: not parent.image.may_login("user1"), 10)
        image = parent.image
        assert not any(image.may_login("user%d" % n) for n in range(1, 13))
        assert image.may_login("user20")
        assert len(image.users) == 13
        # It stays in okta.conf: the admin is told.
        parent.wait(lambda: parent.status["state"] == "failed", 20)
        assert ALLOWED in parent.status["error"]


def test_everybody_of_a_large_deleted_group_is_asked_for(okta):
    people = range(1, 231)
    put(okta, [user(n) for n in people] +
        [user(500 + n, groups=[OTHER]) for n in range(5)],
        [group(ALLOWED, "crew"), group(OTHER, "night")])
    with sync(okta, allow_groups=[ALLOWED, OTHER],
              poll_interval_s=1) as parent:
        parent.first()
        quiet(okta, parent)
        act(okta, "DELETE", "/groups/" + ALLOWED)
        parent.wait(lambda: not any(parent.image.may_login("user%d" % n)
                                    for n in people), 60)
        assert all(parent.image.may_login("user%d" % (500 + n))
                   for n in range(5))
        # 200 at each poll, nobody twice.
        found = [p for p in paths(okta) if p.endswith("/groups")]
        assert len(found) == len(set(found)) == len(people)


def test_a_deleted_group_is_asked_to_its_end_whatever_comes_between(okta):
    """Questions of a deleted group, left by a failing request, are folded into
    a list that is not there: they are asked all the same."""
    people = range(1, 231)
    put(okta, [user(n) for n in people] + [user(500, groups=[OTHER])],
        [group(ALLOWED, "crew"), group(OTHER, "night")])
    with sync(okta, allow_groups=[ALLOWED, OTHER],
              poll_interval_s=1) as parent:
        parent.first()
        quiet(okta, parent)
        fault(okta, "reset", path="*/users/*/groups", count=0, after=60)
        act(okta, "DELETE", "/groups/" + ALLOWED)
        parent.wait(lambda: "poll_failed" in parent.log, 30)
        act(okta, "POST", "/users/%s/lifecycle/suspend" % user(500)["id"])
        parent.wait(lambda: not parent.image.may_login("user500"), 30)
        okta.control("DELETE", "/faults")
        parent.wait(lambda: not any(parent.image.may_login("user%d" % n)
                                    for n in people), 60)


def test_deactivated_and_deleted_between_two_polls_is_out(okta):
    """Okta does not know them any more, but the log does; in a small org the
    guard would hold them."""
    put(okta, [user(n) for n in range(1, 4)])
    with sync(okta, poll_interval_s=1) as parent:
        parent.first()
        quiet(okta, parent)
        one = user(1)["id"]

        def end():
            act(okta, "DELETE", "/users/" + one)
            act(okta, "DELETE", "/users/" + one)
        at_once(okta, parent, end)
        parent.wait(lambda: not parent.image.may_login("user1"), 15)
        assert parent.image.people[one]["status"] == DEPROVISIONED
        assert parent.image.may_login("user2")
        # No guard in the way: Okta has said so.
        assert parent.sync()["result"] == "ok"
        assert not parent.image.may_login("user1")
        assert "user1" in parent.image.users


def test_an_answer_older_than_its_event_is_asked_for_again(okta):
    put(okta, [user(n) for n in range(1, 6)])
    with sync(okta, poll_interval_s=1) as parent:
        parent.first()
        quiet(okta, parent)
        one = user(1)["id"]
        answer = okta.control("POST", "/events", {
            "eventType": "group.user_membership.remove", "user": one,
            "group": ALLOWED})
        assert answer.status == 200
        parent.wait(lambda: USERS + one + "/groups" in paths(okta), 10)
        quiet(okta, parent)
        assert parent.image.may_login("user1")
        leave(okta, one, silent=True)
        okta.control("PUT", "/clock", {"offset_s": 90})
        parent.wait(lambda: not parent.image.may_login("user1"), 10)
        # On a busy machine the event's own question for the person comes late.
        assert paths(okta).count(USERS + one + "/groups") == 1
        # Once: an answer that stays as it is, is not asked for without end.
        quiet(okta, parent)
        okta.control("PUT", "/clock", {"offset_s": 180})
        quiet(okta, parent)
        assert not [p for p in paths(okta) if p.endswith("/groups")]


@pytest.mark.parametrize("event, word", [
    ("deactivate", "DEPROVISIONED"), ("suspend", "SUSPENDED")])
def test_a_record_older_than_its_event_is_asked_for_again(okta, event, word):
    """A leaver whose record says ACTIVE for a moment longer is not in for good.
    """
    put(okta, [user(n) for n in range(1, 6)])
    with sync(okta, poll_interval_s=1) as parent:
        parent.first()
        quiet(okta, parent)
        one = user(1)["id"]
        answer = okta.control("POST", "/events", {
            "eventType": "user.lifecycle." + event, "user": one})
        assert answer.status == 200
        parent.wait(lambda: USERS + one in paths(okta), 10)
        quiet(okta, parent)
        assert parent.image.may_login("user1")
        users = okta.control("GET", "/org").json["users"]
        for record in users:
            if record["id"] == one:
                record["status"] = word
        okta.control("PUT", "/org", {"users": users})
        okta.control("DELETE", "/requests")
        okta.control("PUT", "/clock", {"offset_s": 90})
        parent.wait(lambda: not parent.image.may_login("user1"), 10)
        assert paths(okta).count(USERS + one) == 1
        # Once: an answer that stays as it is, is not asked for without end.
        quiet(okta, parent)
        okta.control("PUT", "/clock", {"offset_s": 180})
        quiet(okta, parent)
        assert USERS + one not in paths(okta)


def test_the_place_in_the_log_ends_with_each_full_pass(okta):
    put(okta, [user(1), user(2)])
    with sync(okta, poll_interval_s=1) as parent:
        parent.first()
        quiet(okta, parent)
        parent.wait(lambda: any("after=" in r["query"] for r in
                                asked(okta, polls=True)), 10)
        assert parent.sync()["result"] == "ok"
        okta.control("DELETE", "/requests")
        parent.wait(lambda: asked(okta, polls=True), 10)
        assert "after=" not in asked(okta, polls=True)[0]["query"]


def at_once(okta, parent, change):
    """Makes the changes between two polls."""
    fault(okta, "status", path="*/logs", count=0)
    parent.wait(lambda: asked(okta, polls=True), 10)
    change()
    okta.control("DELETE", "/requests")
    okta.control("DELETE", "/faults")


def test_many_events_of_one_group_list_it_once(okta):
    count = 201
    put(okta, [user(n) for n in range(1, 6)] +
        [user(n, groups=[]) for n in range(10, 10 + count)])
    with sync(okta, poll_interval_s=1) as parent:
        parent.first()
        quiet(okta, parent)
        at_once(okta, parent, lambda: [
            join(okta, user(n)["id"]) for n in range(10, 10 + count)])
        parent.wait(lambda: len(parent.image.users) == count + 5, 30)
        found = paths(okta)
        assert found.count("/api/v1/groups/%s/users" % ALLOWED) == \
            (count + 5 + 199) // 200
        assert not [p for p in found if p.startswith(USERS)]


def test_many_people_make_a_full_pass(okta):
    people = [user(n) for n in range(1, 211)]
    put(okta, people)
    with sync(okta, poll_interval_s=1) as parent:
        parent.first()
        quiet(okta, parent)
        at_once(okta, parent, lambda: [
            okta.control("PATCH", "/users/" + user(n)["id"],
                         {"profile": {"lastName": "Mass"}})
            for n in range(1, 202)])
        parent.wait(lambda: parent.image.users["user201"]["gecos"].endswith(
            "Mass"), 30)
        assert all(parent.image.users["user%d" % n]["gecos"] ==
                   "First%d Mass" % n for n in range(1, 202))
        quiet(okta, parent)


def test_app_assignments_count_within_a_poll(okta):
    apps = [{"id": APP, "label": "Linux", "users": [user(1)["id"],
                                                    user(2)["id"]]}]
    put(okta, [user(n, groups=[]) for n in (1, 2, 3)], apps=apps)
    with sync(okta, allow_groups=[], publish_groups=[], allow_apps=[APP],
              poll_interval_s=1) as parent:
        parent.first()
        assert sorted(parent.image.users) == ["user1", "user2"]
        quiet(okta, parent)
        assign(okta, user(3)["id"], True)
        parent.wait(lambda: "user3" in parent.image.users, 10)
        assert paths(okta) == ["/api/v1/logs", "/api/v1/apps/%s/users/%s" % (
            APP, user(3)["id"])]
        quiet(okta, parent)
        assign(okta, user(1)["id"], False)
        parent.wait(lambda: not parent.image.may_login("user1"), 10)
        assert parent.image.people[user(1)["id"]]["why"] == WHY_NOT_ENTITLED
        # The log, a 404 that is no word, and the list of the person's apps.
        assert paths(okta) == ["/api/v1/logs", "/api/v1/apps/%s/users/%s" % (
            APP, user(1)["id"]), "/api/v1/apps"]
        assert parent.image.may_login("user2")


def test_many_who_left_an_app_are_out_by_their_events(okta):
    """An app's list has no word about them, their events have one."""
    many = [user(n)["id"] for n in range(1, 57)]
    put(okta, [user(n, groups=[]) for n in range(1, 57)],
        apps=[{"id": APP, "label": "Linux", "users": many}])
    with sync(okta, allow_groups=[], publish_groups=[], allow_apps=[APP],
              poll_interval_s=1) as parent:
        parent.first()
        quiet(okta, parent)
        for ident in many[:52]:
            assign(okta, ident, False)
        parent.wait(lambda: not any(
            parent.image.may_login("user%d" % n) for n in range(1, 53)), 40)
        assert all(parent.image.may_login("user%d" % n)
                   for n in range(53, 57))


def test_a_full_pass_heeds_the_events_that_wait(okta):
    put(okta, [user(n, groups=[]) for n in (1, 2, 3)],
        apps=[{"id": APP, "label": "Linux",
               "users": [user(n)["id"] for n in (1, 2, 3)]}])
    with sync(okta, allow_groups=[], publish_groups=[], allow_apps=[APP],
              poll_interval_s=1) as parent:
        parent.first()
        quiet(okta, parent)
        fault(okta, "status", path="*/api/v1/apps", count=0, status=500)
        assign(okta, user(1)["id"], False)
        parent.wait(lambda: "/api/v1/apps" in paths(okta), 15)
        assert parent.image.may_login("user1")
        okta.control("DELETE", "/faults")
        assert parent.sync()["result"] == "ok"
        assert not parent.image.may_login("user1")
        assert parent.image.may_login("user2")


def test_unknown_people_and_other_groups_cost_nothing(okta):
    put(okta, [user(1), user(9, groups=[])],
        [group(ALLOWED, "crew"), group(OTHER, "night")])
    with sync(okta, poll_interval_s=1) as parent:
        parent.first()
        quiet(okta, parent)
        act(okta, "POST", "/users/%s/lifecycle/suspend" % user(9)["id"])
        join(okta, user(1)["id"], OTHER)
        leave(okta, user(1)["id"], OTHER)
        parent.wait(lambda: paths(okta), 10)
        confirms = parent.confirms
        parent.wait(lambda: parent.confirms > confirms + 1, 10)
        assert set(paths(okta)) == {"/api/v1/logs"}


def test_disorder_and_repetition_lose_and_repeat_nothing(okta):
    put(okta, [user(n) for n in range(1, 11)])
    okta.switch(log_disorder=True, log_duplicates=True)
    with sync(okta, poll_interval_s=1) as parent:
        parent.first()
        quiet(okta, parent)
        for n in range(1, 11):
            act(okta, "POST", "/users/%s/lifecycle/suspend" % user(n)["id"])
        parent.wait(lambda: not any(
            parent.image.may_login("user%d" % n) for n in range(1, 11)), 20)
        confirms = parent.confirms
        parent.wait(lambda: parent.confirms > confirms + 1, 20)
        records = [p for p in paths(okta) if p.startswith(USERS)]
        assert sorted(records) == sorted(
            USERS + user(n)["id"] for n in range(1, 11))


def test_the_place_in_the_log_outlives_the_process(okta):
    put(okta, [user(n) for n in range(1, 6)])
    with sync(okta, poll_interval_s=1) as parent:
        parent.first()
        quiet(okta, parent)
        parent.wait(lambda: asked(okta, polls=True), 10)
        cursor = asked(okta, polls=True)[-1]["query"]
        assert "after=" in cursor
        parent.kill()
        okta.control("DELETE", "/requests")
        parent.start()
        parent.first()
        parent.wait(lambda: [r for r in asked(okta, polls=True)
                             if r["path"] == "/api/v1/logs"], 20)
        first = [r for r in asked(okta, polls=True)
                 if r["path"] == "/api/v1/logs"][0]
        assert first["query"] == cursor


def test_a_link_that_okta_refuses_is_replaced(okta):
    put(okta, [user(1), user(2)])
    with sync(okta, poll_interval_s=1) as parent:
        parent.first()
        quiet(okta, parent)
        fault(okta, "status", path="*/logs", code="E0000031", status=400)
        parent.wait(lambda: "event=log_anew" in parent.log, 10)
        act(okta, "POST", "/users/%s/lifecycle/suspend" % user(1)["id"])
        parent.wait(lambda: not parent.image.may_login("user1"), 10)
        assert parent.status["state"] == "idle"


def test_a_lasting_failure_of_one_record_stops_nobody_else(okta):
    put(okta, [user(1), user(2), user(3)])
    with sync(okta, poll_interval_s=1) as parent:
        parent.first()
        quiet(okta, parent)
        fault(okta, "status", path="*/users/" + user(1)["id"], count=0,
              status=500)
        for n in (1, 2, 3):
            act(okta, "POST", "/users/%s/lifecycle/suspend" % user(n)["id"])
        parent.wait(lambda: not parent.image.may_login("user3"), 10)
        parent.wait(lambda: not parent.image.may_login("user2"), 10)
        assert parent.image.may_login("user1")
        parent.wait(lambda: user(1)["id"] in parent.status.get("error", ""), 10)
        confirms = parent.confirms
        time.sleep(2)
        assert parent.confirms == confirms
        okta.control("DELETE", "/faults")
        parent.wait(lambda: not parent.image.may_login("user1"), 15)
        parent.wait(lambda: not parent.status.get("error"), 10)
