"""Groups, apps and zones (reference, 6, 7.1, 7.2)."""
from urllib.parse import quote

import pytest

from emulator_checks import assert_error, change, ids, pages
from emulator_fixtures import key, okta, process  # noqa: F401

ALICE, BOB = "00u1aliceEXAMPLE0001", "00u2bobEXAMPLE000002"
CAROL, DAVE = "00u3carolEXAMPLE0003", "00u4daveEXAMPLE00004"
EVERYONE, USERS = "00g0everyoneEXAMPL00", "00g1linuxUsersEXAMP1"
APP = "0oa1linuxHostsEXAMP1"


def test_group_has_the_shape_of_the_reference(okta):
    one = okta.get("/api/v1/groups/" + USERS).json
    assert list(one) == ["id", "created", "lastUpdated",
                         "lastMembershipUpdated", "objectClass", "type",
                         "profile", "_links"]
    assert one["objectClass"] == ["okta:user_group"]
    assert one["_links"]["users"]["href"] == \
        okta.url + "/api/v1/groups/%s/users" % USERS
    assert [i["name"] for i in one["_links"]["logo"]] == ["medium", "large"]


@pytest.mark.parametrize("query,names", [
    ("", ["Everyone", "Linux Users", "linux-admins", "Office"]),
    ("?q=linux", ["Linux Users", "linux-admins"]),
    ("?filter=" + quote('type eq "BUILT_IN"'), ["Everyone"]),
    ("?search=" + quote('profile.name eq "linux users"'), ["Linux Users"]),
    ("?search=" + quote('profile.name co "admin"'), ["linux-admins"]),
    ("?search=" + quote('lastMembershipUpdated gt "2020-01-01"')
     + "&sortBy=profile.name&sortOrder=desc",
     ["Office", "linux-admins", "Linux Users", "Everyone"])])
def test_groups_by_question(okta, query, names):
    answer = okta.get("/api/v1/groups" + query)
    assert [g["profile"]["name"] for g in answer.json] == names


def test_group_statistics(okta):
    one = okta.get("/api/v1/groups/%s?expand=stats" % USERS).json
    assert one["_embedded"]["stats"]["usersCount"] == 3


def test_groups_of_a_person_have_everyone_in_them(okta):
    answer = okta.get("/api/v1/users/%s/groups" % ALICE)
    assert [g["profile"]["name"] for g in answer.json] == [
        "Everyone", "Linux Users", "linux-admins"]
    assert "limit=200" in answer.link("self")
    assert len(pages(okta, "/api/v1/users/%s/groups?limit=1" % ALICE)) == 3


def test_membership_moves_the_groups_stamp_and_not_the_persons(okta):
    group = "/api/v1/groups/" + USERS
    before, person = okta.get(group).json, okta.get("/api/v1/users/dave").json
    okta.change("PUT", "/groups/%s/users/%s" % (USERS, DAVE))
    after = okta.get(group).json
    assert after["lastMembershipUpdated"] > before["lastMembershipUpdated"]
    assert after["lastUpdated"] == before["lastUpdated"]
    assert okta.get("/api/v1/users/dave").json == person
    assert DAVE in ids(okta.get(group + "/users"))
    okta.change("DELETE", "/groups/%s/users/%s" % (USERS, DAVE))
    assert DAVE not in ids(okta.get(group + "/users"))


def test_deactivated_people_leave_their_groups(okta):
    okta.change("PATCH", "/users/" + BOB, {"status": "DEPROVISIONED"})
    assert BOB not in ids(okta.get("/api/v1/groups/%s/users" % USERS))
    assert BOB not in ids(okta.get("/api/v1/apps/%s/users" % APP))
    assert CAROL in ids(okta.get("/api/v1/groups/%s/users" % USERS))


def test_groups_are_written_by_the_api_too(okta):
    answer = change(okta, "POST", "/api/v1/groups",
                    {"profile": {"name": "new"}})
    assert answer.status == 200
    here = "/api/v1/groups/" + answer.json["id"]
    twice = change(okta, "POST", "/api/v1/groups",
                   {"profile": {"name": "new"}})
    assert (twice.status, twice.json["errorCode"]) == (400, "E0000001")
    assert change(okta, "PUT", here + "/users/" + DAVE).status == 204
    assert ids(okta.get(here + "/users")) == [DAVE]
    assert change(okta, "DELETE", here + "/users/" + DAVE).status == 204
    answer = change(okta, "PUT", here, {"profile": {"name": "newer"}})
    assert answer.json["profile"]["name"] == "newer"
    assert change(okta, "DELETE", here).status == 204
    assert okta.get(here).status == 404


def test_members_of_a_managed_group_are_not_to_be_changed(okta):
    answer = change(okta, "DELETE", "/api/v1/groups/%s/users/%s"
                    % (EVERYONE, ALICE))
    assert_error(answer, 501, "E0000060", "Unsupported operation.")


# Apps and zones

def test_app_users_come_by_groups_and_directly(okta):
    okta.change("PUT", "/org", {"apps": [{
        "id": APP, "label": "Linux Hosts", "groups": ["Linux Users"],
        "users": [{"id": "dave", "credentials": {"userName": "ddyer"},
                   "profile": {"uid": 7}}]}]})
    found = {u["id"]: u for u in okta.get("/api/v1/apps/%s/users"
                                          % APP).json}
    assert set(found) == {ALICE, BOB, CAROL, DAVE}
    assert found[ALICE]["scope"] == "GROUP"
    assert found[DAVE]["scope"] == "USER"
    assert found[DAVE]["credentials"] == {"userName": "ddyer"}
    assert found[DAVE]["profile"] == {"uid": 7}
    assert len(pages(okta, "/api/v1/apps/%s/users?limit=2" % APP)) == 2
    one = okta.get("/api/v1/apps/%s/users/%s?expand=user" % (APP, DAVE)).json
    assert one["_embedded"]["user"]["profile"]["login"] == \
        "dave@example.com"


def test_apps_and_their_groups(okta):
    assert ids(okta.get("/api/v1/apps")) == [APP]
    assert ids(okta.get("/api/v1/apps?q=linux")) == [APP]
    assert ids(okta.get("/api/v1/apps?q=windows")) == []
    for text, found in (('user.id eq "%s"' % ALICE, [APP]),
                        ('user.id eq "%s"' % DAVE, []),
                        ('group.id eq "%s"' % USERS, [APP])):
        assert ids(okta.get("/api/v1/apps?filter=" + quote(text))) == found
    one = okta.get("/api/v1/apps/%s/groups" % APP).json[0]
    assert (one["id"], one["priority"]) == (USERS, 0)
    assert ids(okta.get("/api/v1/groups/%s/apps" % USERS)) == [APP]
    assert okta.get("/api/v1/apps/" + APP).json["label"] == "Linux Hosts"


def test_zones(okta):
    found = {z["name"]: z for z in okta.get("/api/v1/zones").json}
    assert set(found) == {"LegacyIpZone", "BlockedIpZone", "Office"}
    assert found["LegacyIpZone"]["gateways"] is None
    assert found["Office"]["gateways"][0]["value"] == "203.0.113.0/24"
    answer = okta.get("/api/v1/zones?filter=" + quote('usage eq "BLOCKLIST"'))
    assert [z["name"] for z in answer.json] == ["BlockedIpZone"]
    here = "/api/v1/zones/" + found["Office"]["id"]
    assert okta.get(here).json["name"] == "Office"
