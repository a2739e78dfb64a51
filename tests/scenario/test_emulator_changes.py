"""What admins change besides people: factors, assignments, zones (reference,
4, 7.1, 7.2)."""
import pytest

from emulator_checks import assert_error, change
from emulator_client import API_TOKEN
from emulator_fixtures import key, okta, process  # noqa: F401

ALICE, BOB, DAVE = ("00u1aliceEXAMPLE0001", "00u2bobEXAMPLE000002",
                    "00u4daveEXAMPLE00004")
APP, ZONE = "0oa1linuxHostsEXAMP1", "nzo3officeEXAMPLE003"
USERS = f"/api/v1/apps/{APP}/users"
FACTOR = f"/api/v1/users/{BOB}/factors/opf2bobEXAMPLE000001"


def test_one_factor_is_reset(okta):
    assert change(okta, "DELETE", FACTOR).status == 204
    left = okta.get(f"/api/v1/users/{BOB}/factors").json
    assert [f["factorType"] for f in left] == ["token:software:totp"]
    again = change(okta, "DELETE", FACTOR)
    assert (again.status, again.json["errorCode"]) == (404, "E0000007")


def test_person_is_assigned_and_unassigned(okta):
    answer = change(okta, "POST", USERS, {"id": DAVE, "scope": "USER"})
    assert answer.status == 200
    assert (answer.json["id"], answer.json["scope"]) == (DAVE, "USER")
    assert okta.get(USERS + "/" + DAVE).json["scope"] == "USER"
    assert change(okta, "DELETE", USERS + "/" + DAVE).status == 204
    assert okta.get(USERS + "/" + DAVE).status == 404
    # bob is by his group alone.
    answer = change(okta, "DELETE", USERS + "/" + BOB)
    assert (answer.status, answer.json["errorCode"]) == (404, "E0000007")
    assert okta.get(USERS + "/" + BOB).status == 200


@pytest.mark.parametrize("body, status, code", [
    ({"scope": "USER"}, 400, "E0000001"),
    ({"id": DAVE, "scope": "GROUP"}, 400, "E0000001"),
    ({"id": DAVE, "nosuch": 1}, 400, "E0000001"),
    ({"id": "00u9nosuchEXAMPLE009"}, 404, "E0000007")])
def test_wrong_assignment_is_refused(okta, body, status, code):
    answer = change(okta, "POST", USERS, body)
    assert (answer.status, answer.json["errorCode"]) == (status, code)


def zone(okta, **changes):
    now = okta.get("/api/v1/zones/" + ZONE).json
    for name in ("_links", "created", "lastUpdated", "system"):
        del now[name]
    now.update(changes)
    return change(okta, "PUT", "/api/v1/zones/" + ZONE,
                  {k: v for k, v in now.items() if v != "left out"})


def test_zone_is_replaced_as_a_whole(okta):
    one = [{"type": "CIDR", "value": "192.0.2.0/24"}]
    assert zone(okta, gateways=one, proxies=one).status == 200
    assert okta.get("/api/v1/zones/" + ZONE).json["proxies"] == one
    assert zone(okta, proxies="left out").status == 200
    now = okta.get("/api/v1/zones/" + ZONE).json
    assert now["proxies"] is None and now["gateways"] == one


@pytest.mark.parametrize("changes", [
    {"name": ""}, {"name": "left out"}, {"type": "DYNAMIC"},
    {"type": "left out"}, {"id": "nzo9"}, {"nosuch": 1}, {"gateways": 7},
    {"gateways": [{"type": "CIDR", "value": "192.0.2.1"}]},
    {"gateways": [{"type": "CIDR", "value": "192.0.2.1/33"}]},
    {"gateways": [{"type": "RANGE", "value": "192.0.2.9-192.0.2.1"}]},
    {"gateways": [{"value": "192.0.2.0/24"}]},
    {"gateways": [{"type": "CIDR", "value": "10.0.0.0/8"}] * 151}])
def test_wrong_zone_is_refused_and_stays(okta, changes):
    before = okta.get("/api/v1/zones/" + ZONE).json
    answer = zone(okta, **changes)
    assert (answer.status, answer.json["errorCode"]) == (400, "E0000001")
    assert okta.get("/api/v1/zones/" + ZONE).json == before


@pytest.mark.parametrize("method, path, body", [
    ("DELETE", FACTOR, None), ("POST", USERS, {"id": DAVE}),
    ("DELETE", USERS + "/" + ALICE, None),
    ("PUT", "/api/v1/zones/" + ZONE, {})])
def test_who_may_read_only_is_refused(okta, method, path, body):
    answer = okta.call(method, path, body, token=API_TOKEN)
    assert_error(answer, 403, "E0000006", "You do not have permission to "
                 "perform the requested action")
