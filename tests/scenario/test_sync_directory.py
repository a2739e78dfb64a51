"""What oktad-sync publishes of what Okta says: names, numbers, texts, groups.

The shipped oktad-sync and oktad-net against the emulator; the images are read
by the test's own reader.
"""
import hashlib
import re

import pytest

from emulator_client import API_TOKEN, Emulator
from private_host import find_build
from sync_parent import (ACTIVE, DEPROVISIONED, GROUP, ID_MAX, ID_MIN, NO_KEY,
                         NO_LOGIN, PASSWD, SUSPENDED, SyncParent, WHY_STATUS)

ALLOWED = "00gAllowed0000000001"
OTHER = "00gOther000000000002"


@pytest.fixture(scope="module")
def okta():
    with Emulator() as emulator:
        yield emulator


def user(n, login=None, status="ACTIVE", groups=(ALLOWED,), **profile):
    ident = "00uSync%013d" % n
    profile.setdefault("firstName", "First%d" % n)
    profile.setdefault("lastName", "Last%d" % n)
    return dict(id=ident, status=status, groups=list(groups), profile=dict(
        login=login or "user%d@example.com" % n,
        email="user%d@example.com" % n, **profile))


def group(ident, name, kind="OKTA_GROUP"):
    return dict(id=ident, type=kind, profile=dict(name=name))


ADMIN = user(0, "admin@example.com", groups=())


def put(okta, users, groups=None, apps=()):
    """The org of a test, with no faults and no clock of an earlier one."""
    okta.control("DELETE", "/faults")
    okta.control("PUT", "/clock", {"offset_s": 0})
    answer = okta.control("PUT", "/org", {
        "users": users + [ADMIN], "apps": list(apps), "switches": None,
        "groups": groups or [group(ALLOWED, "crew")],
        "api_tokens": [{"token": API_TOKEN, "role": "SUPER_ADMIN",
                        "owner": ADMIN["profile"]["login"]}]})
    assert answer.status in (200, 204), answer.body
    okta.control("DELETE", "/requests")


def sync(okta, **conf):
    conf.setdefault("allow_groups", [ALLOWED])
    return SyncParent(find_build(), okta, API_TOKEN, **conf)


def candidate(kind, ident, k=0):
    digest = hashlib.sha256(b"%s\0%d\0%s" % (kind.encode(), k,
                                             ident.encode())).digest()
    return ID_MIN + int.from_bytes(digest[:8], "big") % (ID_MAX - ID_MIN + 1)


def test_people_and_groups_have_their_documented_numbers(okta):
    people = [user(n) for n in range(1, 450)]
    put(okta, people)
    with sync(okta) as parent:
        image = parent.first()
        assert len(image.users) == 449
        for p in people:
            name = p["profile"]["login"].split("@")[0]
            entry = image.users[name]
            assert entry["uid"] == entry["gid"] == candidate("user", p["id"])
            assert entry["home"] == "/home/" + name
            assert entry["shell"] == "/bin/bash"
        assert image.groups["crew"]["gid"] == candidate("group", ALLOWED)
        assert len(image.groups["crew"]["members"]) == 449
        paths = [r["path"] for r in
                 okta.control("GET", "/requests?since=0").json
                 if r["path"].startswith("/api/")]
        # One for the group, three pages of 200.
        assert len(paths) == 4, paths
        # The same again changes nothing and is only confirmed.
        assert parent.sync()["result"] == "ok"
        assert len(parent.images) == 1 and parent.confirms == 1


@pytest.mark.threat("T2")
def test_two_groups_of_one_name_are_never_one(okta):
    put(okta, [user(1), user(2, groups=[ALLOWED, OTHER]),
               user(3, groups=[OTHER])],
        [group(ALLOWED, "admins"), group(OTHER, "admins-2", "APP_GROUP")])
    with sync(okta, publish_groups=[ALLOWED, OTHER]) as parent:
        image = parent.first()
        first = dict(image.groups["admins"])
        second = image.groups["admins-2"]["gid"]
        assert first["gid"] != second
        org = okta.control("GET", "/org").json
        for g in org["groups"]:
            if g["id"] == OTHER:
                g["profile"]["name"] = "admins"
        okta.control("PUT", "/org", {"groups": org["groups"]})
        parent.sync()
        image = parent.image
        # One is visible under the name, with its own members alone; the
        # other keeps the name it had, and is reported.
        assert image.groups["admins"] == first
        assert image.groups["admins-2"]["gid"] == second
        assert [r[0] for r in parent.noted("belongs to")] == [OTHER]


@pytest.mark.threat("T2")
# T3: the login and the warning are in test_oktactl_check.py.
def test_a_group_of_the_allowed_groups_name_entitles_nobody(okta):
    put(okta, [user(1), user(3, "mallory@example.com", groups=[OTHER])],
        [group(ALLOWED, "admins"), group(OTHER, "admins", "APP_GROUP")])
    with sync(okta, publish_groups=[ALLOWED, OTHER]) as parent:
        image = parent.first()
        assert "mallory" not in image.users
        assert list(image.users) == ["user1"]
        # Two newcomers of one name at once: neither is shown.
        assert "admins" not in image.groups
        assert sorted(r[0] for r in parent.noted("wanted by 2")) == \
            [ALLOWED, OTHER]


@pytest.mark.threat("T6")
def test_an_attribute_that_is_no_number_is_never_an_id(okta):
    text = str(ID_MIN)
    bad = [0, -1, 1, 1000, 0.5, 0.9, -0.5, 1.5, ID_MIN + 0.5, 1e300, True,
           False, [], [ID_MIN], {}, {"value": ID_MIN}, ID_MIN - 1, ID_MAX + 1,
           65534, 65535, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32,
           ID_MIN + 2 ** 32, 2 ** 63, 2 ** 64 - 1, 2 ** 64, -ID_MIN,
           "", "abc", "0", "-0", "0x0", "0x70000000", " 0", " " + text,
           text + " ", "+" + text, "-" + text, "0" + text, text + ".0",
           text + "a", "a" + text, "1,879,048,192", text + "\n", "\t" + text,
           "1.879048192e9", "4294967296", "6174015488", "-1", "null", "NaN",
           "root", "99999999999999999999", "18446744073709551616", "1e9",
           "\u0661\u0662", "\uff11\uff10", text + "," + text, "$" + text]
    assert len(bad) >= 60
    people = [user(n, uidNumber=v) for n, v in enumerate(bad, 10)]
    people += [user(n, gidNumber=v) for n, v in enumerate(bad, 100)]
    people += [user(1, uidNumber=ID_MIN + 1), user(2, uidNumber=None),
               user(3, uidNumber=str(ID_MIN + 3)),
               user(4, uidNumber=float(ID_MIN + 4), gidNumber=ID_MIN + 4)]
    put(okta, people)
    with sync(okta, uid_attribute="uidNumber",
              gid_attribute="gidNumber") as parent:
        image = parent.first()
        assert {n: u["uid"] for n, u in image.users.items()} == {
            "user1": ID_MIN + 1, "user3": ID_MIN + 3, "user4": ID_MIN + 4,
            "user2": candidate("user", people[-3]["id"])}
        assert len(parent.noted("uidNumber")) == len(bad)
        assert len(parent.noted("gidNumber")) == len(bad)
        for u in image.users.values():
            assert ID_MIN <= u["uid"] <= ID_MAX and u["gid"] == u["uid"]


def payloads():
    bits = ["\n", "\r", "\t", "\x01", "\x1b", "\x7f", "\x85", "\x9b", ":",
            "\u200b", "\u200e", "\u202e", "\u2028", "\u2066", "\ufeff",
            "\nroot::0:0::/root:/bin/sh", "x:0:0:y", "\x1b]0;t\x07",
            "\x1b[2J", "\r\nmallory:x:0:0::/:/bin/sh\r\n"]
    for where in ("firstName", "lastName", "unixHome", "loginShell", "login"):
        for around in ("%s", "a%s", "%sb", "/a%sb"):
            for bit in bits:
                yield where, around % bit


@pytest.mark.threat("T21")
def test_no_text_forges_a_line(okta):
    people = [user(1)]
    for n, (where, text) in enumerate(payloads(), 10):
        people.append(user(n, login=text if where == "login" else None,
                           **{} if where == "login" else {where: text}))
    assert len(people) > 400
    put(okta, people)
    with sync(okta, home_attribute="unixHome",
              shell_attribute="loginShell") as parent:
        image = parent.first()
        lines = image.passwd()
        assert len(lines) == 1 + 320
        for line in lines:
            assert len(line.split(":")) == 7 and len(line.splitlines()) == 1
            assert not re.search("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-"
                                 "\u202e\u2060-\u2069\ufeff]", line)
            name, _, uid, gid, _, home, shell = line.split(":")
            assert home == "/home/" + name and shell == "/bin/bash"
        assert len(parent.noted("login")) >= 80
        assert parent.noted("full name")


@pytest.mark.threat("T22")
def test_home_is_the_template_and_shell_is_listed(okta):
    homes = ["", "/", "//", "/.", "/..", "/root/..", "/home/../root",
             "/home/./x", "/home//x", "home/x", "~", "~root", "x", ".", "..",
             "/home/x/", "/home/x\n", "/home/x:y", "/home/\u202ex", None, 7,
             [], {}, True, "/" + "a" * 300, "C:\\x", " /home/x", "/home/x ",
             "/home/$USER", "/etc"]
    shells = ["", "/bin/false", "/bin/evil", "bash", "/bin/bash ", None, 7,
              "/bin/../bin/sh", "/bin/sh\n", "//bin/sh"]
    people = [user(n, unixHome=h) for n, h in enumerate(homes, 10)]
    people += [user(n, loginShell=s) for n, s in enumerate(shells, 60)]
    assert len(people) == 40
    people += [user(1, loginShell="/bin/sh")]
    put(okta, people)
    # Without home_attribute nothing of it counts.
    with sync(okta, shell_attribute="loginShell") as parent:
        image = parent.first()
        assert len(image.users) == 41
        for name, entry in image.users.items():
            assert entry["home"] == "/home/" + name
            assert entry["shell"] == ("/bin/sh" if name == "user1"
                                      else "/bin/bash")


@pytest.mark.threat("T93")
def test_no_profile_text_gets_into_a_url(okta):
    odd = ["a\"b", "a%2fb", "a&b=c", "x\" or \"1\" eq \"1", "../../users",
           "a/b", "a?b#c", "a\r\nHost: evil", "${x}", "a;b", "a'b", "\\",
           "%00", "{id}"]
    people = [user(n, login=o + "@example.com", firstName=o)
              for n, o in enumerate(odd, 10)] + [user(1)]
    put(okta, people, [group(ALLOWED, "a\" or id eq \"b&limit=1")])
    with sync(okta) as parent:
        parent.first()
        # Ask about everybody one by one, too.
        for p in people[:-1]:
            okta.control("DELETE", "/groups/%s/users/%s" % (ALLOWED, p["id"]))
        okta.control("POST", "/faults", {"match": {
            "method": "GET", "path": "*/users"}, "kind": "shrink", "count": 1,
            "args": {"keep": 0}})
        parent.sync()
        for r in okta.control("GET", "/requests?since=0").json:
            if not r["path"].startswith("/api/"):
                continue    # what oktad-net looks at by itself
            assert re.fullmatch(
                r"/api/v1/(groups/[A-Za-z0-9]+(/users)?|users|"
                r"users/[A-Za-z0-9]+(/groups)?)", r["path"]), r["path"]
            assert re.fullmatch(
                r"|expand=stats|limit=200(&after=[A-Za-z0-9]+)?|"
                r"limit=200&filter=lastUpdated(%20|\+| )gt.*",
                r["query"]), r["query"]


def test_statuses_are_told(okta):
    words = ["STAGED", "PROVISIONED", "ACTIVE", "RECOVERY",
             "PASSWORD_EXPIRED", "LOCKED_OUT", "SUSPENDED"]
    put(okta, [user(n, w.lower().replace("_", "-") + "@example.com", w)
               for n, w in enumerate(words, 1)])
    with sync(okta) as parent:
        image = parent.first()
        flags = {n: u["flags"] & (NO_LOGIN | NO_KEY)
                 for n, u in image.users.items()}
        assert flags == {"active": 0, "recovery": NO_KEY,
                         "password-expired": NO_KEY, "locked-out": NO_KEY,
                         "suspended": NO_LOGIN}
        people = {p["name"]: p for p in image.people.values()}
        assert people["suspended"]["status"] == SUSPENDED
        assert people["suspended"]["why"] == WHY_STATUS
        assert people["active"]["status"] == ACTIVE
        assert people["active"]["login"] == "active@example.com"


def test_key_statuses_may_be_allowed(okta):
    put(okta, [user(1, status="LOCKED_OUT"), user(2, status="RECOVERY")])
    with sync(okta, key_statuses=1 << 5) as parent:
        image = parent.first()
        assert image.users["user1"]["flags"] & NO_KEY == 0
        assert image.users["user2"]["flags"] & NO_KEY


@pytest.mark.threat("T10", reduced="getent and the alarm; crontab and sudoers "
                    "follow from the name's absence")
def test_name_of_a_renamed_person_is_not_handed_on(okta):
    put(okta, [user(1, "alice@example.com"), user(2)])
    with sync(okta) as parent:
        uid = parent.first().users["alice"]["uid"]
        put(okta, [user(1, "bob@example.com"), user(2),
                   user(3, "alice@example.com")])
        parent.sync()
        assert parent.image.users["bob"]["uid"] == uid
        assert "alice" not in parent.image.users
        assert parent.noted("belongs to")[0][:2] == (user(3)["id"], "alice")


def test_app_assignment_entitles(okta):
    app = "0oaHost0000000000001"
    put(okta, [user(1, groups=[]), user(2, groups=[]),
               user(3, groups=[])],
        apps=[dict(id=app, label="hosts", users=[user(1)["id"],
                                                 user(2)["id"]],
                   groups=[])])
    with sync(okta, allow_groups=[], allow_apps=[app],
              publish_groups=[ALLOWED]) as parent:
        image = parent.first()
        assert sorted(image.users) == ["user1", "user2"]
        assert image.groups["crew"]["members"] == []


def test_app_that_loses_people_is_asked_about_each(okta):
    app = "0oaHost0000000000001"

    def assigned(*numbers):
        put(okta, [user(n, groups=[]) for n in range(1, 41)],
            apps=[dict(id=app, label="hosts", groups=[],
                       users=[user(n)["id"] for n in numbers])])
    assigned(*range(1, 41))
    with sync(okta, allow_groups=[], allow_apps=[app],
              publish_groups=[]) as parent:
        assert len(parent.first().users) == 40
        # A list that leaves out who is assigned: Okta contradicts itself.
        okta.control("POST", "/faults", {"match": {
            "method": "GET", "path": "*/apps/*/users"}, "kind": "shrink",
            "count": 1, "args": {"keep": 39}})
        answer = parent.sync()
        assert answer["result"] == "failed" and "leaves out" in answer["error"]
        # Not assigned any more is a 404, and that is no word: the guard.
        assigned(*range(1, 39))
        answer = parent.sync()
        assert answer["result"] == "ok" and answer["removed"] == 2
        assigned(*range(1, 30))
        assert parent.sync()["result"] == "refused_shrink"
        assert parent.image.may_login("user38")
        assert not parent.image.may_login("user39")


def test_names_by_attribute(okta):
    put(okta, [user(1, unixName="ada"), user(2, unixName="Bob"), user(3),
               user(4, unixName="root"), user(5, unixName=7)])
    with sync(okta, name="attribute:unixName") as parent:
        assert list(parent.first().users) == ["ada"]
        assert len(parent.noted("unixName")) == 3
        assert [r[0] for r in parent.noted("reserved")] == [user(4)["id"]]


def test_primary_group_that_is_local_takes_its_people_along(okta):
    put(okta, [user(1, gidNumber=ID_MIN + 9), user(2)],
        [dict(id=ALLOWED, type="OKTA_GROUP",
              profile=dict(name="crew", gidNumber=ID_MIN + 9))])
    with sync(okta, gid_attribute="gidNumber") as parent:
        image = parent.first()
        assert image.users["user1"]["gid"] == image.groups["crew"]["gid"] \
            == ID_MIN + 9
        parent.write("etc/group", GROUP + "crew:x:500:\n")
        parent.wait(lambda: "crew" not in parent.image.groups, 5)
        assert list(parent.image.users) == ["user2"]
        parent.wait(lambda: parent.noted("primary group is left out"))


def test_configuration_that_changes_during_a_pass_begins_it_again(okta):
    put(okta, [user(1), user(2, groups=[OTHER])],
        [group(ALLOWED, "crew"), group(OTHER, "night")])
    with sync(okta) as parent:
        parent.first()
        okta.control("POST", "/faults", {"match": {
            "method": "GET", "path": "*/users"}, "kind": "rate_limit",
            "count": 1, "args": {"reset": 5}})
        parent.ask()
        parent.wait(lambda: parent.status["state"] == "running")
        parent.conf["allow_groups"] = [ALLOWED, OTHER]
        parent.send_conf()
        parent.wait(lambda: "user2" in parent.image.users, 10)
        parent.wait(lambda: parent.status["state"] == "idle")


def test_empty_allow_list_lets_nobody_in(okta):
    put(okta, [user(1), user(2)])
    with sync(okta) as parent:
        assert parent.first().may_login("user1")
        parent.conf["allow_groups"] = []
        parent.send_conf()
        # At once, without Okta's word.
        parent.wait(lambda: not parent.image.may_login("user1"))
        assert sorted(parent.image.users) == ["user1", "user2"]


def test_restart_and_lost_database_move_nobody(okta):
    put(okta, [user(n) for n in range(1, 60)])
    with sync(okta) as parent:
        before = parent.first().users
        parent.kill()
        parent.start()
        parent.wait(lambda: len(parent.images) >= 2)
        assert parent.image.users == before
        parent.stop()
        with open(parent.path("lib/okta/state/state.db"), "r+b") as f:
            f.write(b"rubbish all over the header")
        parent.status = {}
        parent.start()
        assert parent.first().users == before
        assert "state_damaged" in parent.log


def test_deprovisioned_newcomers_and_constants(okta):
    assert PASSWD.startswith("root") and GROUP.startswith("root")
    put(okta, [user(1), user(2, status="DEPROVISIONED")])
    with sync(okta) as parent:
        image = parent.first()
        assert image.may_login("user1")
        for p in image.people.values():
            assert p["status"] != DEPROVISIONED or p["why"] == WHY_STATUS
