"""Reading people: objects, lists, search and filter (reference, 5.1, 5.2)."""
import re
from urllib.parse import quote

import pytest

from emulator_checks import assert_error, change, crowd, ids, pages
from emulator_fixtures import key, okta, process  # noqa: F401

ALICE, BOB = "00u1aliceEXAMPLE0001", "00u2bobEXAMPLE000002"
CAROL, DAVE = "00u3carolEXAMPLE0003", "00u4daveEXAMPLE00004"


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


def test_members_of_the_future(okta):
    before = okta.get("/api/v1/users").json[0]
    okta.switch(unknown_members=True)
    after = okta.get("/api/v1/users").json[0]
    assert set(after) - set(before) == {"futureFlag", "futureList",
                                        "futureObject"}


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
