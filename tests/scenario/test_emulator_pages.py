"""Pages, cursors and Link lines (reference, 8.3)."""
import re
from urllib.parse import quote

import pytest

from emulator_checks import assert_error, crowd, ids, pages
from emulator_fixtures import key, okta, process  # noqa: F401

ALICE = "00u1aliceEXAMPLE0001"
EVERYONE, USERS = "00g0everyoneEXAMPL00", "00g1linuxUsersEXAMP1"
APP = "0oa1linuxHostsEXAMP1"
BAD_CURSOR = (400, "E0000029", "Invalid paging request.", ["Invalid cursor."])


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
