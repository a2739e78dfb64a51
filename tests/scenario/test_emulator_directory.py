"""People, groups, apps: lists, search, pages, changes (reference, 5 to 7)."""
import re
import time
from urllib.parse import quote

import pytest

from emulator_client import ADMIN_TOKEN, API_TOKEN
from emulator_fixtures import key, okta, process  # noqa: F401
from test_emulator_answers import assert_error

ALICE, BOB = "00u1aliceEXAMPLE0001", "00u2bobEXAMPLE000002"
CAROL, DAVE = "00u3carolEXAMPLE0003", "00u4daveEXAMPLE00004"
EVERYONE, USERS = "00g0everyoneEXAMPL00", "00g1linuxUsersEXAMP1"
APP = "0oa1linuxHostsEXAMP1"
BAD_CURSOR = (400, "E0000029", "Invalid paging request.", ["Invalid cursor."])


def ids(answer):
    assert answer.status == 200, answer.body
    return [one["id"] for one in answer.json]


def change(okta, method, path, body=None):
    return okta.call(method, path, body, token=ADMIN_TOKEN)


def crowd(okta, count=25):
    """count more people crowd0@…, all in the group Linux Users."""
    org = okta.change("GET", "/org")
    okta.change("PUT", "/org", {"users": org["users"] + [{
        "profile": {"login": "crowd%d@example.com" % n,
                    "email": "crowd%d@example.com" % n,
                    "firstName": "Crowd", "lastName": "Of%d" % n,
                    "uidNumber": 60000 + n},
        "groups": ["Linux Users"]} for n in range(count)]})


def pages(okta, path):
    """All pages of a list, following next as a client must."""
    found = []
    connection = okta.connect()
    while path:
        answer = okta.get(path, connection=connection)
        assert answer.link("self").startswith(okta.url + path.split("?")[0])
        found.append(ids(answer))
        link = answer.link("next")
        assert link is None or link.startswith(okta.url)
        path = link and link[len(okta.url):]
    connection.close()
    return found


# Reading people

def test_list_leaves_out_the_deactivated(okta):
    assert ids(okta.get("/api/v1/users")) == [ALICE, BOB, CAROL, DAVE]
    okta.change("PATCH", "/users/" + BOB, {"status": "DEPROVISIONED"})
    assert ids(okta.get("/api/v1/users")) == [ALICE, CAROL, DAVE]
    assert okta.get("/api/v1/users/" + BOB).json["status"] == "DEPROVISIONED"
    for question in ('search=status eq "DEPROVISIONED"',
                     'filter=status eq "DEPROVISIONED"'):
        assert ids(okta.get("/api/v1/users?" + quote(question,
                                                     safe="="))) == [BOB]


def test_person_has_the_shape_of_the_reference(okta):
    one = okta.get("/api/v1/users").json[0]
    assert list(one) == [
        "id", "status", "created", "activated", "statusChanged", "lastLogin",
        "lastUpdated", "passwordChanged", "realmId", "type", "profile",
        "credentials", "_links"]
    assert one["credentials"] == {
        "password": {}, "emails": [{"value": "alice@example.com",
                                    "status": "VERIFIED",
                                    "type": "PRIMARY"}],
        "recovery_question": {"question": "Name of the first server?"},
        "provider": {"type": "OKTA", "name": "OKTA"}}
    assert one["_links"] == {"self": {
        "href": okta.url + "/api/v1/users/" + ALICE}}


def test_single_get_adds_etag_and_operations(okta):
    answer = okta.get("/api/v1/users/" + ALICE)
    assert re.fullmatch(r'W/"[0-9a-f]{64}"', answer.header("etag"))
    assert okta.get("/api/v1/users").header("etag") is None
    links = answer.json["_links"]
    assert {"self", "schema", "type", "suspend", "deactivate",
            "expirePassword"} <= set(links)
    assert links["suspend"]["method"] == "POST"
    assert "unsuspend" in okta.get("/api/v1/users/" + CAROL).json["_links"]


@pytest.mark.parametrize("name", ["alice@example.com", "ALICE@example.com",
                                  "alice", ALICE, "alice%40example.com"])
def test_person_by_id_login_and_short_name(okta, name):
    assert okta.get("/api/v1/users/" + name).json["id"] == ALICE


def test_login_with_special_characters(okta):
    login = "a+b c#d%@example.com"
    change(okta, "POST", "/api/v1/users", {"profile": {
        "login": login, "email": login, "firstName": "A", "lastName": "B"}})
    answer = okta.get("/api/v1/users/" + quote(login, safe=""))
    assert answer.json["profile"]["login"] == login


@pytest.mark.parametrize("value", [60001, "60001", 60001.0, None, True,
                                   [1, 2], ["a", "b"], [], "", "é ∀",
                                   -1, 1.5])
def test_custom_attribute_of_any_type_arrives_as_it_is(okta, value):
    okta.change("PATCH", "/users/" + ALICE, {"profile": {"uidNumber": value}})
    have = okta.get("/api/v1/users/" + ALICE).json["profile"]["uidNumber"]
    assert have == value and type(have) is type(value)


def test_schema_tells_the_custom_attributes(okta):
    okta.change("PATCH", "/users/" + ALICE, {"profile": {
        "uidNumber": 60001, "keys": ["a"], "isContractor": True}})
    answer = okta.get("/api/v1/meta/schemas/user/default").json
    custom = answer["definitions"]["custom"]["properties"]
    assert {n: a["type"] for n, a in custom.items()} == {
        "uidNumber": "integer", "keys": "array", "isContractor": "boolean"}
    assert len(answer["definitions"]["base"]["properties"]) == 31
    okta.change("PUT", "/org", {"schema": {"shoeSize": {"type": "number"}}})
    answer = okta.get("/api/v1/meta/schemas/user/default").json
    assert list(answer["definitions"]["custom"]["properties"]) == [
        "shoeSize"]


# Expressions

@pytest.mark.parametrize("text,found", [
    ('profile.login eq "alice@example.com"', [ALICE]),
    ('profile.login eq "ALICE@EXAMPLE.COM"', [ALICE]),
    ('profile.firstName sw "b"', [BOB]),
    ('profile.email co "dave"', [DAVE]),
    ('status eq "ACTIVE" and profile.lastName gt "C"', [DAVE]),
    ('status eq "SUSPENDED" or profile.lastName eq "dyer"', [CAROL, DAVE]),
    ('(status eq "SUSPENDED" or status eq "ACTIVE") and '
     'profile.login sw "c"', [CAROL]),
    ('id eq "%s"' % DAVE, [DAVE]),
    ('profile.uidNumber eq 60001', [BOB]),
    ('profile.uidNumber pr', [BOB]),
    ('profile.teams eq "blue"', [BOB]),
    ('lastUpdated gt "2020-01-01T00:00:00.000Z" AND '
     'profile.login EQ "bob@example.com"', [BOB]),
    ('lastUpdated lt "2020-01-01T00:00:00.000Z"', []),
    ('profile.lastName eq "O\\"Brien"', []),
])
def test_search(okta, text, found):
    okta.change("PATCH", "/users/" + BOB, {"profile": {
        "uidNumber": 60001, "teams": ["blue", "red"]}})
    assert ids(okta.get("/api/v1/users?search=" + quote(text))) == found


@pytest.mark.parametrize("text", [
    "", "profile.login", 'profile.login eq', 'profile.login eq alice',
    'profile.login ne "x"', 'not (status eq "ACTIVE")', '(status eq "ACTIVE"',
    'status eq "ACTIVE")', 'profile.department co "x"',
    'status eq "ACTIVE" and', 'status eq "ACTIVE" status pr', "(" * 100,
    'profile.emails[type eq "x"] pr', 'status eq "unterminated'])
def test_search_that_is_not_understood(okta, text):
    answer = okta.get("/api/v1/users?search=" + quote(text))
    assert_error(answer, 400, "E0000031", "Invalid search criteria.")


@pytest.mark.parametrize("text,found", [
    ('status eq "ACTIVE"', [ALICE, BOB, DAVE]),
    ('profile.login eq "alice@example.com"', [ALICE]),
    ('profile.login eq "Alice@example.com"', []),
    ('profile.firstName eq "Bob" or id eq "%s"' % DAVE, [BOB, DAVE]),
    ('lastUpdated ge "2020-01-01T00:00:00.000Z" and status eq "SUSPENDED"',
     [CAROL])])
def test_filter_minds_the_case(okta, text, found):
    assert ids(okta.get("/api/v1/users?filter=" + quote(text))) == found


@pytest.mark.parametrize("text,code,summary", [
    ('profile.login sw "a"', "E0000094",
     "The provided filter is unsupported."),
    ('profile.department eq "x"', "E0000094",
     "The provided filter is unsupported."),
    ('status eq', "E0000053", "Invalid SCIM filter."),
    ('lastUpdated gt "yesterday"', "E0000053", "Invalid SCIM filter.")])
def test_filter_that_is_not_understood(okta, text, code, summary):
    assert_error(okta.get("/api/v1/users?filter=" + quote(text)), 400, code,
                 summary)


def test_search_and_filter_in_one_request(okta):
    both = "search=" + quote('status pr') + "&filter=" + quote('status pr')
    for path in ("/api/v1/users?", "/api/v1/groups?"):
        assert_error(okta.get(path + both), 400, "E0000033", "Bad request. "
                     "Can't specify a search query and filter in the same "
                     "request.")


def test_q_is_a_short_prefix_search(okta):
    crowd(okta)
    answer = okta.get("/api/v1/users?q=crowd")
    assert len(ids(answer)) == 10
    assert answer.all("link") == []
    assert len(ids(okta.get("/api/v1/users?q=crowd&limit=20"))) == 20
    assert ids(okta.get("/api/v1/users?q=ali")) == [ALICE]


def test_index_lags_behind_where_it_is_told_to(okta):
    okta.switch(index_lag_s=60)
    okta.change("PATCH", "/users/" + BOB, {"profile": {"nickName": "x"}})
    path = "/api/v1/users?search=" + quote('profile.nickName eq "x"')
    assert ids(okta.get(path)) == []
    okta.change("PUT", "/clock", {"offset_s": 61})
    assert ids(okta.get(path)) == [BOB]


def test_sorted_search_is_paged_in_its_order(okta):
    crowd(okta, 5)
    path = ("/api/v1/users?limit=2&sortBy=profile.lastName&sortOrder=desc&"
            "search=" + quote('profile.lastName sw "Of"'))
    order = [i for page in pages(okta, path) for i in page]
    names = [okta.get("/api/v1/users/" + i).json["profile"]["lastName"]
             for i in order]
    assert names == ["Of4", "Of3", "Of2", "Of1", "Of0"]


def test_fields_reduce_the_answer(okta):
    one = okta.get("/api/v1/users?fields=id,status,profile:(login,email)"
                   "&limit=1").json[0]
    assert set(one) == {"id", "status", "profile", "_links"}
    assert one["profile"] == {"login": "alice@example.com",
                              "email": "alice@example.com"}


def test_content_type_can_leave_credentials_out(okta):
    kind = ('application/json; okta-response="omitCredentials,'
            'omitCredentialsLinks, omitTransitioningToStatus"')
    one = okta.get("/api/v1/users", headers={"Content-Type": kind}).json[0]
    assert "credentials" not in one


# Pages

@pytest.mark.parametrize("path", [
    "/api/v1/users?limit=7", "/api/v1/groups/%s/users?limit=7" % EVERYONE,
    "/api/v1/users?limit=7&search=" + quote('status pr'),
    "/api/v1/users?limit=7&filter=" + quote('lastUpdated gt "2020-01-01"')])
def test_pages_add_up(okta, path):
    crowd(okta)
    found = pages(okta, path)
    assert [len(p) for p in found] == [7, 7, 7, 7, 1]
    everybody = [i for p in found for i in p]
    assert len(set(everybody)) == 29
    assert okta.get(path).all("link")[0].endswith('rel="self"')


def test_full_last_page_has_no_next(okta):
    found = pages(okta, "/api/v1/users?limit=2")
    assert [len(p) for p in found] == [2, 2]


def test_changes_while_paging_lose_nobody_else(okta):
    crowd(okta)
    first = okta.get("/api/v1/users?limit=5")
    okta.change("PATCH", "/users/" + ids(first)[-1],
                {"status": "DEPROVISIONED"})
    link = first.link("next")[len(okta.url):]
    rest = [i for p in pages(okta, link) for i in p]
    assert len(ids(first)) + len(rest) == 29


@pytest.mark.parametrize("path", ["/api/v1/users", "/api/v1/groups",
                                  "/api/v1/apps",
                                  "/api/v1/groups/%s/users" % USERS])
def test_cursor_that_the_org_did_not_make(okta, path):
    for cursor in ("x", ALICE, "00u1testcursorvalue"):
        assert_error(okta.get(path + "?after=" + cursor), *BAD_CURSOR)
    made = okta.get("/api/v1/users?limit=1").link("next")
    cursor = made.split("after=")[1].split("&")[0]
    if path != "/api/v1/users":
        assert_error(okta.get(path + "?after=" + cursor), *BAD_CURSOR)


def test_bad_cursor_of_a_search(okta):
    assert_error(okta.get("/api/v1/users?after=x&search="
                          + quote("status pr")), 400, "E0000031",
                 "Invalid search criteria.", ["Invalid cursor."])


@pytest.mark.parametrize("limit", ["0", "-3", "many", "1.5"])
def test_limit_that_is_none(okta, limit):
    answer = okta.get("/api/v1/users?limit=" + limit)
    assert (answer.status, answer.json["errorCode"]) == (400, "E0000001")


def test_limits_of_pages(okta):
    crowd(okta, 260)
    assert len(ids(okta.get("/api/v1/users"))) == 200
    assert len(ids(okta.get("/api/v1/users?limit=500"))) == 200
    assert len(ids(okta.get("/api/v1/groups/%s/users" % EVERYONE))) == 264
    answer = okta.get("/api/v1/groups/%s/users" % EVERYONE)
    assert "limit=1000" in answer.link("self")
    assert len(ids(okta.get("/api/v1/apps/%s/users" % APP))) == 50


def test_forms_of_the_link_header(okta):
    two = okta.get("/api/v1/users?limit=1").all("link")
    assert len(two) == 2
    assert re.fullmatch(r'<https://[^>]+limit=1>; rel="self"', two[0])
    assert re.fullmatch(r'<https://[^>]+after=[^>]+>; rel="next"', two[1])
    okta.switch(link_style="comma", link_header="Link")
    answer = okta.get("/api/v1/users?limit=1")
    assert len(answer.all("link")) == 1
    assert any(name == "Link" for name, _ in answer.headers)
    assert ', <' in answer.all("link")[0]
    okta.switch(link_self=False)
    assert 'rel="self"' not in okta.get("/api/v1/users?limit=1").all("link")[0]
    okta.switch(link_host="https://login.example.test")
    assert okta.get("/api/v1/users?limit=1").link("next").startswith(
        "https://login.example.test/api/v1/users?after=")


def test_next_repeats_the_question(okta):
    link = okta.get("/api/v1/users?limit=1&search="
                    + quote('status eq "ACTIVE"')).link("next")
    assert "search=status+eq+%22ACTIVE%22" in link and "limit=1" in link


# Groups

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


# Changing people

def lifecycle(okta, user, verb, query=""):
    return change(okta, "POST", "/api/v1/users/%s/lifecycle/%s%s"
                  % (user, verb, query))


def status(okta, user):
    return okta.get("/api/v1/users/" + user).json["status"]


def test_suspension_and_back(okta):
    before = okta.get("/api/v1/users/dave").json
    time.sleep(0.005)
    answer = lifecycle(okta, DAVE, "suspend")
    assert (answer.status, answer.json) == (200, {})
    after = okta.get("/api/v1/users/dave").json
    assert after["status"] == "SUSPENDED"
    assert after["statusChanged"] > before["statusChanged"]
    assert after["lastUpdated"] > before["lastUpdated"]
    again = lifecycle(okta, DAVE, "suspend")
    assert (again.status, again.json["errorCode"]) == (400, "E0000001")
    assert lifecycle(okta, DAVE, "unsuspend").status == 200
    assert status(okta, DAVE) == "ACTIVE"
    again = lifecycle(okta, DAVE, "unsuspend")
    assert (again.status, again.json["errorCode"]) == (400, "E0000001")


def test_unlock_wants_a_locked_person(okta):
    assert_error(lifecycle(okta, DAVE, "unlock"), 403, "E0000032",
                 "Unlock is not allowed for this user.",
                 ["The user is not locked out."])
    okta.change("PATCH", "/users/" + DAVE, {"status": "LOCKED_OUT"})
    assert lifecycle(okta, DAVE, "unlock").status == 200
    assert status(okta, DAVE) == "ACTIVE"


def test_activation(okta):
    assert_error(lifecycle(okta, DAVE, "activate"), 403, "E0000016",
                 "Activation failed because the user is already active")
    assert_error(lifecycle(okta, DAVE, "reactivate"), 403, "E0000038",
                 "This operation is not allowed in the user's current "
                 "status.")
    new = change(okta, "POST", "/api/v1/users?activate=false", {"profile": {
        "login": "new@example.com", "email": "new@example.com",
        "firstName": "N", "lastName": "W"}}).json
    assert (new["status"], new["activated"]) == ("STAGED", None)
    answer = lifecycle(okta, new["id"], "activate", "?sendEmail=false")
    assert set(answer.json) == {"activationUrl", "activationToken"}
    assert status(okta, new["id"]) == "PROVISIONED"
    assert lifecycle(okta, new["id"], "reactivate").status == 200


def test_deletion_takes_two_steps(okta):
    path = "/api/v1/users/" + DAVE
    assert change(okta, "DELETE", path).status == 204
    assert status(okta, DAVE) == "DEPROVISIONED"
    assert change(okta, "DELETE", path).status == 204
    assert_error(okta.get(path), 404, "E0000007",
                 "Not found: Resource not found: %s (User)" % DAVE)
    assert ids(okta.get("/api/v1/users?search=" + quote("status pr"))) == [
        ALICE, BOB, CAROL]


def test_expired_and_reset_passwords(okta):
    answer = lifecycle(okta, DAVE, "expire_password")
    assert answer.json["status"] == "PASSWORD_EXPIRED"
    answer = lifecycle(okta, DAVE, "expire_password_with_temp_password")
    assert set(answer.json) == {"tempPassword"}
    body = okta.login("dave@example.com", answer.json["tempPassword"]).json
    assert body["status"] == "PASSWORD_EXPIRED"
    answer = lifecycle(okta, DAVE, "reset_password", "?sendEmail=false")
    assert set(answer.json) == {"resetPasswordUrl"}
    assert status(okta, DAVE) == "RECOVERY"
    answer = change(okta, "POST",
                    "/api/v1/users/%s/credentials/forgot_password" % DAVE)
    assert_error(answer, 403, "E0000034",
                 "Forgot password not allowed on specified user.")


def test_password_changed_by_the_api(okta):
    path = "/api/v1/users/%s/credentials/change_password" % DAVE
    body = {"oldPassword": {"value": "wrong"},
            "newPassword": {"value": "Brand-New-9-pw"}}
    answer = change(okta, "POST", path, body)
    assert (answer.status, answer.json["errorCode"]) == (403, "E0000014")
    body["oldPassword"]["value"] = "Correct-Horse-7-dave"
    answer = change(okta, "POST", path, body)
    assert answer.status == 200 and answer.json["password"] == {}
    assert okta.login("dave", "Brand-New-9-pw").json["status"] == "SUCCESS"
    assert_error(change(okta, "POST", path.replace(DAVE, CAROL), body), 403,
                 "E0000035", "Change password not allowed on specified user.")


def test_people_of_another_master(okta):
    okta.change("PATCH", "/users/" + DAVE, {"provider": "ACTIVE_DIRECTORY"})
    answer = lifecycle(okta, DAVE, "expire_password")
    assert_error(answer, 403, "E0000023", "Operation failed because user "
                 "profile is mastered under another system")


def test_profile_update_and_its_etag(okta):
    path = "/api/v1/users/" + DAVE
    tag = okta.get(path).header("etag")
    body = {"profile": {"nickName": "dd"}}

    def update(match):
        return okta.call("POST", path, body, token=ADMIN_TOKEN,
                         headers={"If-Match": match})

    assert update(tag).json["profile"]["nickName"] == "dd"
    again = update(tag)
    assert (again.status, again.json["errorCode"]) == (412, "E0000231")
    bad = update("nonsense")
    assert (bad.status, bad.json["errorCode"]) == (400, "E0000242")


def test_logins_are_unique_whatever_the_case(okta):
    answer = change(okta, "POST", "/api/v1/users", {"profile": {
        "login": "ALICE@example.com", "email": "a@example.com",
        "firstName": "A", "lastName": "B"}})
    assert_error(answer, 400, "E0000001", "Api validation failed: login",
                 ["login: An object with this field already exists in the "
                  "current organization"])


def test_nobody_changes_a_person_in_transition(okta):
    okta.change("PATCH", "/users/" + DAVE,
                {"transitioningToStatus": "ACTIVE"})
    assert okta.get("/api/v1/users/dave").json["transitioningToStatus"] == \
        "ACTIVE"
    answer = lifecycle(okta, DAVE, "suspend")
    assert_error(answer, 409, "E0000112", "Cannot update this user because "
                 "they are still being activated. Please try again in a few "
                 "minutes.")


def test_blocks_and_sessions_of_a_person(okta):
    path = "/api/v1/users/%s/blocks" % DAVE
    assert okta.get(path).json == []
    okta.change("PATCH", "/users/" + DAVE, {"blocks": "UNKNOWN_DEVICES"})
    assert okta.get(path).json == [{"type": "DEVICE_BASED",
                                    "appliesTo": "UNKNOWN_DEVICES"}]
    okta.switch(device_blocks=False)
    assert_error(okta.get(path), 401, "E0000015", "You do not have "
                 "permission to access the feature you are requesting")
    answer = change(okta, "DELETE", "/api/v1/users/%s/sessions"
                    "?oauthTokens=false&forgetDevices=false" % DAVE)
    assert (answer.status, answer.body) == (204, b"")


def test_factors_of_a_person_without_their_secret(okta):
    answer = okta.get("/api/v1/users/%s/factors" % BOB)
    assert {f["factorType"]: f["status"] for f in answer.json} == {
        "push": "ACTIVE", "token:software:totp": "ACTIVE"}
    assert b"JBSWY3DP" not in answer.body
    assert okta.get("/api/v1/users/%s/factors" % ALICE,
                    API_TOKEN).json == []
