"""GET /api/v1/logs (reference, 7.3)."""
import time
from urllib.parse import quote

import pytest

from emulator_checks import assert_error
from emulator_client import ADMIN_TOKEN
from emulator_fixtures import key, okta, process  # noqa: F401

DAVE, USERS = "00u4daveEXAMPLE00004", "00g1linuxUsersEXAMP1"


@pytest.fixture
def start(okta):
    """The path of a polling query that begins now."""
    answer = okta.get("/api/v1/logs?limit=1000")
    link = answer.link("next")
    while answer.json:
        answer = okta.get(link[len(okta.url):])
        link = answer.link("next")
    return link[len(okta.url):]


def events(okta, path):
    answer = okta.get(path)
    assert answer.status == 200, answer.body
    return answer.json, answer.link("next")[len(okta.url):]


def suspend(okta):
    okta.call("POST", "/api/v1/users/%s/lifecycle/suspend" % DAVE,
              token=ADMIN_TOKEN)


def unsuspend(okta):
    okta.call("POST", "/api/v1/users/%s/lifecycle/unsuspend" % DAVE,
              token=ADMIN_TOKEN)


def test_polling_never_ends(okta, start):
    for _ in range(3):
        found, start = events(okta, start)
        assert found == []
    suspend(okta)
    found, start = events(okta, start)
    assert [e["eventType"] for e in found] == ["user.lifecycle.suspend"]
    found, start = events(okta, start)
    assert found == []


def test_event_has_the_shape_of_the_reference(okta, start):
    suspend(okta)
    event = events(okta, start)[0][0]
    assert set(event) == {
        "uuid", "published", "eventType", "version", "severity",
        "legacyEventType", "displayMessage", "actor", "client", "outcome",
        "target", "transaction", "debugContext", "authenticationContext",
        "securityContext", "request", "device"}
    assert event["outcome"] == {"result": "SUCCESS", "reason": None}
    assert event["target"] == [{
        "id": DAVE, "type": "User", "alternateId": "dave@example.com",
        "displayName": "Dave Dyer", "detailEntry": None,
        "changeDetails": None}]
    assert event["client"]["ipAddress"] == "127.0.0.1"


def test_mutations_leave_events(okta, start):
    suspend(okta)
    unsuspend(okta)
    okta.change("PUT", "/groups/%s/users/%s" % (USERS, DAVE))
    okta.change("DELETE", "/groups/%s/users/%s" % (USERS, DAVE))
    okta.change("PATCH", "/users/" + DAVE, {"profile": {"nickName": "x"}})
    okta.change("PATCH", "/users/" + DAVE, {"status": "DEPROVISIONED"})
    okta.login("alice@example.com", "wrong")
    okta.login("alice@example.com", "Correct-Horse-7-alice")
    found = events(okta, start)[0]
    assert [(e["eventType"], e["outcome"]["result"]) for e in found] == [
        ("user.lifecycle.suspend", "SUCCESS"),
        ("user.lifecycle.unsuspend", "SUCCESS"),
        ("group.user_membership.add", "SUCCESS"),
        ("application.user_membership.add", "SUCCESS"),
        ("group.user_membership.remove", "SUCCESS"),
        ("application.user_membership.remove", "SUCCESS"),
        ("user.account.update_profile", "SUCCESS"),
        ("user.lifecycle.deactivate", "SUCCESS"),
        ("user.session.start", "FAILURE"),
        ("user.session.start", "SUCCESS")]
    assert [t["type"] for t in found[2]["target"]] == ["User", "UserGroup"]
    assert [t["type"] for t in found[3]["target"]] == ["User", "AppInstance"]


def test_pages_keep_the_order_of_persistence(okta, start):
    okta.switch(log_disorder=True)
    for _ in range(4):
        suspend(okta)
        unsuspend(okta)
    path, found = start + "&limit=3", []
    while True:
        page, path = events(okta, path)
        found += page
        if len(page) < 3:
            break
    assert [e["eventType"].split(".")[-1] for e in found] == [
        "suspend", "unsuspend"] * 4
    published = [e["published"] for e in found]
    assert published != sorted(published)
    assert len({e["uuid"] for e in found}) == 8


def test_duplicates_where_they_are_wanted(okta, start):
    okta.switch(log_duplicates=True)
    suspend(okta)
    first, path = events(okta, start)
    second, path = events(okta, path)
    assert second[0]["uuid"] == first[-1]["uuid"]


def test_bounded_query_ends(okta, start):
    suspend(okta)
    unsuspend(okta)
    path = "/api/v1/logs?since=2020-01-01&until=2100-01-01&limit=1000"
    path = path.replace("2020-01-01", okta.change("PUT", "/clock", {
        "offset_s": 1})["now"][:10])
    answer = okta.get(path)
    assert answer.link("next") is None
    stamps = [e["published"] for e in answer.json]
    assert stamps == sorted(stamps) and len(stamps) >= 2
    one = okta.get(path.replace("limit=1000", "limit=1"))
    assert len(one.json) == 1 and one.link("next")
    answer = okta.get(path + "&sortOrder=DESCENDING")
    stamps = [e["published"] for e in answer.json]
    assert stamps == sorted(stamps, reverse=True)


@pytest.mark.parametrize("text,count", [
    ('eventType eq "user.lifecycle.suspend"', 1),
    ('eventType sw "user.lifecycle"', 2),
    ('eventType ew "unsuspend"', 1),
    ('target.id eq "%s"' % DAVE, 2),
    ('eventType ne "user.lifecycle.suspend"', 1),
    ('not (eventType co "unsuspend")', 1),
    ('outcome.result eq "FAILURE"', 0),
    ('actor.alternateId pr and eventType eq "user.lifecycle.suspend"', 1)])
def test_filter(okta, start, text, count):
    suspend(okta)
    unsuspend(okta)
    found, path = events(okta, start + "&filter=" + quote(text))
    assert len(found) == count
    assert events(okta, path)[0] == []


@pytest.mark.parametrize("query,code,summary", [
    ("filter=" + quote("eventType eq"), "E0000053", "Invalid SCIM filter."),
    ("filter=" + quote('target[id eq "x"] pr'), "E0000053",
     "Invalid SCIM filter."),
    ("filter=" + quote('published gt "2026-01-01"'), "E0000031",
     "Invalid search criteria."),
    ("filter=" + quote('debugContext.debugData.url co "x"'), "E0000031",
     "Invalid search criteria."),
    ("since=yesterday", "E0000001", "Api validation failed: since"),
    ("since=2001-01-01T00:00:00.000Z", "E0000053", "Invalid SCIM filter."),
    ("sortOrder=SIDEWAYS", "E0000001", "Api validation failed: sortOrder")])
def test_question_that_is_not_understood(okta, query, code, summary):
    answer = okta.get("/api/v1/logs?" + query)
    assert (answer.status, answer.json["errorCode"],
            answer.json["errorSummary"]) == (400, code, summary)


def test_cursor_that_the_org_did_not_make(okta):
    assert_error(okta.get("/api/v1/logs?after=x"), 400, "E0000031",
                 "Invalid search criteria.", ["Invalid cursor."])


def test_keywords(okta, start):
    suspend(okta)
    unsuspend(okta)
    assert len(events(okta, start + "&q=DAVE%20unsuspend")[0]) == 1
    answer = okta.get("/api/v1/logs?q=" + quote("x " * 11))
    assert answer.json["errorCode"] == "E0000001"


def test_events_older_than_the_retention_are_gone(okta, start):
    suspend(okta)
    suspended = 'filter=eventType eq "user.lifecycle.suspend"'
    path = "/api/v1/logs?limit=1000&" + quote(suspended, safe="=") + \
        "&since=" + time.strftime("%Y-%m-%dT00:00:00.000Z", time.gmtime())
    assert len(okta.get(path).json) >= 1
    okta.change("PUT", "/clock", {"offset_s": 29 * 86400})
    assert len(okta.get(path).json) >= 1
    okta.change("PUT", "/clock", {"offset_s": 58 * 86400})
    assert len(okta.get(path).json) >= 1
    okta.change("PUT", "/clock", {"offset_s": 86 * 86400})
    assert len(okta.get(path).json) >= 1
    okta.change("PUT", "/clock", {"offset_s": 92 * 86400})
    assert okta.get(path).json == []


def test_forwarded_address_counts_only_from_a_proxy(okta, start):
    spoof = {"X-Forwarded-For": "203.0.113.9"}

    def sign_in():
        okta.call("POST", "/api/v1/authn", {
            "username": "alice", "password": "x"}, headers=spoof)

    sign_in()
    found, path = events(okta, start)
    assert found[-1]["client"]["ipAddress"] == "127.0.0.1"
    okta.change("PUT", "/org", {"zones": [{
        "name": "farm", "proxies": [{"type": "CIDR",
                                     "value": "127.0.0.7/8"}]}]})
    sign_in()
    assert events(okta, path)[0][-1]["client"]["ipAddress"] == "203.0.113.9"
