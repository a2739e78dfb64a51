"""Attributes that people may edit decide nothing about them (T20).

The shipped oktad-sync against an org whose schema changes; what `oktactl check`
says of it stands in test_oktactl_check.py.
"""
import pytest

from emulator_client import Emulator
from sync_parent import ID_MIN
from test_sync_directory import ALLOWED, group, put, sync, user

NUMBER = {"uidNumber": {"type": "integer"}, "unixHome": {"type": "string"},
          "unixName": {"type": "string"}, "loginShell": {"type": "string"}}
WRITE = [{"principal": "SELF", "action": "READ_WRITE"}]


@pytest.fixture(scope="module")
def okta():
    with Emulator() as emulator:
        yield emulator


def schema(okta, **changed):
    """The org's attributes; those named get other members."""
    wanted = {n: dict(NUMBER.get(n, {"type": "string"}), **changed.get(n, {}))
              for n in sorted(set(NUMBER) | set(changed))}
    assert okta.control("PUT", "/org", {"schema": wanted}).status in (200, 204)


def asked_for_schema(okta):
    return [r for r in okta.control("GET", "/requests").json
            if "/meta/schemas/" in r["path"]]


@pytest.mark.threat("T20")
def test_a_flip_of_the_schema_stops_the_attribute(okta):
    put(okta, [user(1, uidNumber=ID_MIN + 1, unixHome="/data/one"),
               user(2, uidNumber=ID_MIN + 2, loginShell="/bin/sh")])
    schema(okta)
    with sync(okta, uid_attribute="uidNumber", home_attribute="unixHome",
              shell_attribute="loginShell") as parent:
        before = dict(parent.first().users)
        assert before["user1"]["uid"] == ID_MIN + 1
        assert before["user1"]["home"] == "/data/one"
        assert before["user2"]["shell"] == "/bin/sh"
        assert not parent.refused
        # Now people may edit all three, and do.
        schema(okta, **{n: {"permissions": WRITE} for n in NUMBER})
        for n, change in ((1, {"unixHome": "/root/.ssh", "uidNumber": 7}),
                          (2, {"uidNumber": ID_MIN + 1,
                               "loginShell": "/bin/bash"})):
            okta.control("PATCH", "/users/user%d@example.com" % n,
                         {"profile": change})
        okta.control("PUT", "/org", {"users": okta.control(
            "GET", "/org").json["users"] + [user(3, uidNumber=ID_MIN + 3)]})
        assert parent.sync()["result"] == "ok"
        image = parent.image
        assert set(image.users) == {"user1", "user2"}
        for name in ("user1", "user2"):
            assert image.users[name] == before[name]
        for key, name in (("uid_attribute", "uidNumber"),
                          ("home_attribute", "unixHome"),
                          ("shell_attribute", "loginShell")):
            assert [r for r in parent.refused if r[:2] == (key, name)
                    and "people may edit it in Okta" in r[2]]
        assert [r for r in parent.refused if "00uSync%013d" % 3 == r[0]
                and "people may edit the attribute" in r[2]]
        # The admin takes the permission away: the newcomer comes in.
        schema(okta)
        okta.control("PATCH", "/users/user1@example.com",
                     {"profile": {"unixHome": "/data/one",
                                  "uidNumber": ID_MIN + 1}})
        assert parent.sync()["result"] == "ok"
        assert parent.image.users["user3"]["uid"] == ID_MIN + 3
        assert not parent.noted("edit")


@pytest.mark.threat("T20")
def test_a_shell_in_doubt_is_the_default(okta):
    put(okta, [user(1, loginShell="/bin/sh")])
    schema(okta, loginShell={"permissions": WRITE})
    with sync(okta, shell_attribute="loginShell") as parent:
        assert parent.first().users["user1"]["shell"] == "/bin/bash"
        assert [r for r in parent.refused if r[0] == "shell_attribute"]


@pytest.mark.threat("T20")
def test_names_and_the_login_itself(okta):
    put(okta, [user(1, unixName="one")])
    schema(okta, unixName={"permissions": WRITE})
    with sync(okta, name="attribute:unixName") as parent:
        assert not parent.first().users
        assert parent.noted("edit")
        schema(okta)
        assert parent.sync()["result"] == "ok"
        assert set(parent.image.users) == {"one"}
    # Whoever may edit the login chooses a name as well.
    put(okta, [user(1, uidNumber=ID_MIN + 1)])
    schema(okta, login={"permissions": WRITE})
    with sync(okta, uid_attribute="uidNumber") as parent:
        assert not parent.first().users
        assert [r for r in parent.refused if r[:2] == ("name", "login")]


def test_without_attributes_nobody_asks_for_the_schema(okta):
    put(okta, [user(1)])
    schema(okta, login={"permissions": WRITE})
    with sync(okta) as parent:
        assert set(parent.first().users) == {"user1"}
    assert not asked_for_schema(okta)


@pytest.mark.threat("T20")
def test_trust_has_to_be_written(okta):
    people = [user(1, uidNumber=ID_MIN + 1)]
    put(okta, people)
    schema(okta)
    # Read-only roles of an org may see people and not the schema.
    okta.control("POST", "/faults", {
        "match": {"path": "/api/v1/meta/schemas/*"}, "kind": "status",
        "count": 0, "args": {"status": 403, "code": "E0000006"}})
    with sync(okta, uid_attribute="uidNumber") as parent:
        assert not parent.first().users
        assert parent.noted("does not show who may edit it")
    okta.control("DELETE", "/requests")
    with sync(okta, uid_attribute="uidNumber", trust_attributes=1) as parent:
        assert parent.first().users["user1"]["uid"] == ID_MIN + 1
        assert not parent.refused
    assert not asked_for_schema(okta)
    okta.control("DELETE", "/faults")


def test_an_outage_of_the_schema_is_no_word(okta):
    put(okta, [user(1, uidNumber=ID_MIN + 1)])
    schema(okta)
    with sync(okta, uid_attribute="uidNumber") as parent:
        parent.first()
        for kind, args in (("truncate", {}), ("empty", {"body": "none"}),
                           ("status", {"status": 200, "body": []})):
            okta.control("POST", "/faults", {
                "match": {"path": "/api/v1/meta/schemas/*"}, "kind": kind,
                "count": 0, "args": args})
            answer = parent.sync()
            okta.control("DELETE", "/faults")
            assert answer["result"] == "failed", (kind, answer)
        assert len(parent.images) == 1
        assert parent.sync()["result"] == "ok"


def test_other_user_types_have_another_schema(okta):
    put(okta, [user(1, uidNumber=ID_MIN + 1), user(2, uidNumber=ID_MIN + 2)])
    schema(okta)
    org = okta.control("GET", "/org").json
    for one in org["users"]:
        if one["id"] == "00uSync%013d" % 2:
            one["user_type"] = "otyContractors000001"
    okta.control("PUT", "/org", {"users": org["users"]})
    with sync(okta, uid_attribute="uidNumber") as parent:
        assert set(parent.first().users) == {"user1"}
        assert parent.noted("another user type")


def test_names_full_names_and_groups_by_rule(okta):
    put(okta, [user(1, "First.Last@example.com", displayName="The First"),
               user(2, unixName="second", displayName=None),
               user(3, unixName="Bad Name", displayName="x:y")],
        [group(ALLOWED, "Linux Users")])
    schema(okta, displayName={})
    with sync(okta, name="attribute:unixName local_part", home="/h/%l/%U",
              gecos_attribute="displayName", group_prefix="okta-",
              primary_group=ALLOWED) as parent:
        image = parent.first()
        gid = image.groups["okta-linux-users"]["gid"]
        assert set(image.users) == {"first.last", "second"}
        first, second = image.users["first.last"], image.users["second"]
        assert first["gecos"] == "The First"
        assert second["gecos"] == "First2 Last2"
        assert first["home"] == "/h/f/%d" % first["uid"]
        assert {first["gid"], second["gid"]} == {gid}
        # An attribute that is there and bad is refused, never replaced.
        assert parent.noted("no valid user name in attribute unixName")
