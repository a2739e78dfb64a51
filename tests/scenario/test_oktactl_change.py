"""Changes in Okta by oktactl: the credential, the question, the request, the
words afterwards. The requests are those of the reference (5.7)."""

import json
import re

import pytest

import admins
from admins import Asked
from logins import TALK
from okta_web import is_alive, session_of
from private_host import PrivateHost

ALICE, BOB, CAROL, DAVE = (
    "00u1aliceEXAMPLE0001", "00u2bobEXAMPLE000002", "00u3carolEXAMPLE0003",
    "00u4daveEXAMPLE00004")
LINUX, OFFICE = "00g1linuxUsersEXAMP1", "00g3officeEXAMPLE003"
APP, ZONE = "0oa1linuxHostsEXAMP1", "nzo3officeEXAMPLE003"
PUSH = "opf2bobEXAMPLE000001"
# With the scope of each.
EVERY = {
    "suspend dave": "okta.users.manage",
    "unsuspend carol": "okta.users.manage",
    "unlock dave": "okta.users.manage",
    "reset-factor bob": "okta.users.manage",
    "reset-factor bob push": "okta.users.manage",
    "clear-sessions dave": "okta.users.manage",
    "group add 'Linux Users' dave": "okta.groups.manage",
    "group remove linux-users bob": "okta.groups.manage",
    "app assign 'Linux Hosts' dave": "okta.apps.manage",
    "app unassign 'Linux Hosts' alice": "okta.apps.manage",
    "zone add Office 192.0.2.0/24": "okta.networkZones.manage",
    "zone remove Office 203.0.113.0/24": "okta.networkZones.manage",
}


@pytest.fixture(scope="module")
def host(build):
    with PrivateHost("--build", build) as h:
        admins.give(h)
        h.control("PUT", f"/apps/{APP}/users/{ALICE}")
        h.before = h.control("GET", "/org")
        yield h


@pytest.fixture(autouse=True)
def as_before(host):
    """The org is afterwards what it was; alice has the app herself."""
    yield
    host.control("PUT", "/org", {k: host.before[k] for k in (
        "users", "groups", "apps", "zones", "api_tokens", "clients")})


def status(host, who):
    return [u for u in host.control("GET", "/org")["users"]
            if u["id"] == who][0]["status"]


def change(host, words, code=0):
    done = host.run(f"oktactl {words}")
    assert done.returncode == code, done.stdout + done.stderr
    return done


@pytest.mark.parametrize("words, who, first, verb, then", [
    ("suspend dave", DAVE, "ACTIVE", "suspend", "SUSPENDED"),
    ("suspend bob", BOB, "ACTIVE", "suspend", "SUSPENDED"),
    ("unsuspend carol", CAROL, "SUSPENDED", "unsuspend", "ACTIVE"),
    ("unlock dave@example.com", DAVE, "LOCKED_OUT", "unlock", "ACTIVE"),
    (f"unlock {DAVE}", DAVE, "LOCKED_OUT", "unlock", "ACTIVE")])
def test_person_is_changed_by_the_request_of_the_reference(
        host, words, who, first, verb, then):
    host.control("PATCH", "/users/" + who, {"status": first})
    asked = Asked(host)
    done = json.loads(change(host, f"--json {words} --yes").stdout)
    assert asked.calls == [
        ("POST", f"/api/v1/users/{who}/lifecycle/{verb}", "", "")]
    assert asked.scopes == ["okta.users.manage"]
    assert status(host, who) == then
    assert done["result"] == "done" and done["command"] == words.split()[0]
    assert [t["id"] for t in done["targets"]] == [who]
    assert re.fullmatch("[0-9a-f]{32}", done["request"])


def sent(asked):
    """As calls, with what was sent as JSON."""
    return [(m, p, q, json.loads(b) if b else None)
            for m, p, q, b in asked.calls]


@pytest.mark.parametrize("words, wanted, targets", [
    ("reset-factor bob", ("POST", f"/users/{BOB}/lifecycle/reset_factors"),
     [BOB]),
    ("reset-factor bob push", ("DELETE", f"/users/{BOB}/factors/{PUSH}"),
     [BOB, PUSH]),
    (f"reset-factor {BOB} {PUSH}", ("DELETE", f"/users/{BOB}/factors/{PUSH}"),
     [BOB, PUSH]),
    ("group add 'Linux Users' dave",
     ("PUT", f"/groups/{LINUX}/users/{DAVE}"), [LINUX, DAVE]),
    ("group add linux-users dave@example.com",
     ("PUT", f"/groups/{LINUX}/users/{DAVE}"), [LINUX, DAVE]),
    (f"group remove {LINUX} bob", ("DELETE", f"/groups/{LINUX}/users/{BOB}"),
     [LINUX, BOB]),
    ("app unassign 'Linux Hosts' alice",
     ("DELETE", f"/apps/{APP}/users/{ALICE}"), [APP, ALICE])])
def test_request_is_that_of_the_reference(host, words, wanted, targets):
    asked = Asked(host)
    done = json.loads(change(host, f"--json {words} --yes").stdout)
    assert asked.calls == [
        (wanted[0], "/api/v1" + wanted[1], "", "")]
    assert asked.scopes == [EVERY.get(words) or {
        "r": "okta.users.manage", "g": "okta.groups.manage"}[words[0]]]
    assert [t["id"] for t in done["targets"]] == targets


def test_group_gains_and_loses_a_person(host):
    def members():
        return [u for u in host.control("GET", "/org")["users"]
                if u["id"] == DAVE][0]["groups"]
    change(host, "group add linux-users dave --yes")
    assert LINUX in members() or "Linux Users" in members()
    change(host, "group remove linux-users dave --yes")
    assert LINUX not in members() and "Linux Users" not in members()


def test_app_is_assigned_by_id_alone(host):
    asked = Asked(host)
    change(host, "app assign 'Linux Hosts' dave --yes")
    assert sent(asked) == [("POST", f"/api/v1/apps/{APP}/users", "",
                                  {"id": DAVE, "scope": "USER"})]


@pytest.mark.parametrize("words, gateways", [
    ("add Office 192.0.2.0/24", ["203.0.113.0/24",
                                 "198.51.100.1-198.51.100.20",
                                 "192.0.2.0/24"]),
    ("add Office 192.0.2.7", ["203.0.113.0/24", "198.51.100.1-198.51.100.20",
                              "192.0.2.7/32"]),
    (f"remove {ZONE} 203.0.113.0/24", ["198.51.100.1-198.51.100.20"])])
def test_zone_is_replaced_by_itself_but_for_the_entry(host, words, gateways):
    before = [z for z in host.control("GET", "/org")["zones"]
              if z["id"] == ZONE][0]
    asked = Asked(host)
    change(host, f"zone {words} --yes")
    get, put = sent(asked)
    assert get == ("GET", f"/api/v1/zones/{ZONE}", "", None)
    assert put[:3] == ("PUT", f"/api/v1/zones/{ZONE}", "")
    assert [g["value"] for g in put[3].pop("gateways")] == gateways
    assert put[3] == {k: before[k] for k in (
        "id", "type", "name", "status", "usage", "proxies")}


@pytest.mark.parametrize("words, code, said", [
    ("zone add Office 203.0.113.0/24", 1, "in the zone already"),
    ("zone remove Office 203.0.113.1", 1, "no entry for exactly"),
    ("zone add Office 203.0.113.1/24", 1, "bits behind its prefix"),
    ("zone add Office example.com", 1, "no address"),
    ("zone add Nowhere 192.0.2.1", 1, "knows no zone called Nowhere"),
    ("group add Everyone dave", 5, "of type BUILT_IN"),
    ("group add Nobodies dave", 1, "knows no group called Nobodies"),
    ("app unassign 'Linux Hosts' bob", 1, "a group assigns them"),
    ("app unassign 'Linux Hosts' dave", 1, "not assigned"),
    ("app assign 'No Such' dave", 1, "knows no app called No Such"),
    ("reset-factor bob webauthn", 1, "knows no factor called webauthn"),
    ("reset-factor alice push", 1, "knows no factor called push")])
def test_what_can_not_be_done_is_said_and_not_sent(host, words, code, said):
    asked = Asked(host)
    assert said in change(host, words + " --yes", code).stderr
    assert not asked.changes


def test_group_of_two_names_is_not_guessed(host):
    org = host.before
    twin = {"id": "00gtwin0000000000001", "type": "APP_GROUP",
            "profile": {"name": "Office"}}
    host.control("PUT", "/org", {"groups": org["groups"] + [twin]})
    asked = Asked(host)
    done = change(host, "group add Office bob --yes", 1)
    assert sorted(re.findall(r"^  (00g\w+) ", done.stderr, re.M)) == sorted(
        [OFFICE, twin["id"]])
    assert asked.calls == []
    change(host, f"group add {OFFICE} bob --yes")


def test_change_is_logged_with_everything(host):
    done = json.loads(change(host, "--json suspend dave --yes").stdout)
    log = host.log()
    begins = re.findall("event=change_begins .*", log)[-1]
    ends = re.findall("event=change .*", log)[-1]
    for line in (begins, ends):
        assert "what=suspend" in line and DAVE in line
        assert "dave@example.com" in line and "credential=[admin]" in line
        assert re.search(r" by=(\d+|nobody) ", line)
    number = re.search(r" change=(\d+) ", begins)[1]
    assert f" change={number} " in ends
    assert "result=done" in ends and f"request={done['request']}" in ends
    assert re.search(f"event=request method=POST path=/api/v1/users/{DAVE}/"
                     f"lifecycle/suspend .*{done['request']}", log)


def test_without_a_terminal_and_yes_nothing_is_asked(host):
    asked = Asked(host)
    for words in EVERY:
        done = change(host, words, 2)
        assert "--yes" in done.stderr and done.stdout == ""
    assert asked.calls == []


@pytest.mark.parametrize("words, answer, code", [
    *((words, "y", 0) for words in EVERY),
    *(("suspend dave", answer, code) for answer, code in (
        ("n", 1), ("", 1), ("maybe", 1), ("YES", 0))),
    ("zone add Office 192.0.2.0/24", "n", 1)])
def test_question_says_what_and_whom_and_is_obeyed(host, words, answer,
                                                   code):
    if words.startswith("unlock"):
        host.control("PATCH", "/users/" + DAVE, {"status": "LOCKED_OUT"})
    verb = words.split()[0]
    if verb in ("group", "app", "zone"):
        verb += " " + words.split()[1]
    asked = Asked(host)
    done = host.run(f"{TALK} -t 60 -e 'y/N' '{answer}' -- oktactl {words}")
    assert done.returncode == code, done.stdout + done.stderr
    shown = done.stdout.replace("\r", "")
    first = re.search(rf"^{verb}: (.*)$", shown, re.M)[1]
    assert re.search(r"\((00u|00g|0oa|nzo)\w+, \w+\)", first)
    assert words.split()[-1].split("@")[0] in first
    assert len(asked.changes) == (
        code == 0)
    if code:
        assert "nothing was changed" in shown
        assert "result=declined" in re.findall("event=change .*",
                                               host.log())[-1]


def test_terminal_is_not_reached_by_a_state_of_okta_s(host):
    """A type and a status with escapes, in the question and in the list of
    those that the words might mean."""
    evil = "AC\x1b]0;x\x07\u202eTIVE"
    org = host.control("GET", "/org")
    twin = {**[g for g in org["groups"] if g["id"] == OFFICE][0],
            "id": "00g9twinEXAMPLE00009", "type": evil}
    host.control("PUT", "/org", {
        "groups": [*org["groups"], twin],
        "zones": [{**z, "status": evil} if z["id"] == ZONE else z
                  for z in org["zones"]]})
    shown = host.run(f"{TALK} -t 60 -e 'y/N' n -- "
                     f"oktactl zone add {ZONE} 192.0.2.0/24").stdout
    assert f"({ZONE}, AC?]0;x??TIVE)" in shown
    refused = host.run(f"oktactl group add {twin['id']} dave --yes")
    assert refused.returncode != 0 and "AC?]0;x??TIVE" in refused.stderr
    several = host.run("oktactl group add Office dave --yes")
    assert several.returncode == 1 and "say its id" in several.stderr
    assert "AC?]0;x??TIVE" in several.stderr
    for said in (shown, refused.stderr, several.stderr):
        assert "\x1b]" not in said and "\x07" not in said
        assert "\u202e" not in said


def test_scope_that_reads_only_is_not_enough(host):
    admins.client(host, scopes=["okta.users.read"])
    asked = Asked(host)
    done = change(host, "suspend dave --yes", 6)
    assert "okta.users.manage" in done.stderr
    assert "the admin credential" in done.stderr
    assert asked.calls == []


@pytest.mark.parametrize("words", ["", "--tokens", "--forget-devices",
                                   "--forget-devices --tokens"])
def test_question_says_what_goes_with_the_sessions(host, words):
    asked = Asked(host)
    done = host.run(f"{TALK} -t 60 -e y/N n -- oktactl clear-sessions {words} "
                    "dave")
    assert done.returncode == 1 and not asked.changes
    assert "their sessions in Okta end" in done.stdout
    assert ("tokens that apps" in done.stdout) == ("--tokens" in words)
    assert ("devices that Okta" in done.stdout) == ("--forget" in words)


def test_sessions_of_a_person_end_and_nobody_else_s(host):
    hers, his = session_of(host, "alice"), session_of(host, "dave")
    change(host, "clear-sessions alice --yes")
    assert not is_alive(host, hers["id"]) and is_alive(host, his["id"])
    line = re.findall("event=change .*", host.log())[-1]
    assert "what=clear-sessions" in line and ALICE in line


def test_scopes_of_the_section_are_the_most(host):
    admins.write_section(host, admins.SECTION +
                         "scopes = okta.groups.manage\n")
    try:
        done = change(host, "suspend dave --yes", 6)
        assert re.search(r"okta\.conf:\d+: scopes: leaves out "
                         r"okta\.users\.manage", done.stderr)
    finally:
        admins.write_section(host)


@pytest.mark.parametrize("words, why", [
    ("suspend carol", "E0000001"), ("unsuspend dave", "E0000001"),
    ("unlock dave", "E0000032")])
def test_refusal_of_oktas_is_told(host, words, why):
    done = change(host, words + " --yes", 5)
    assert why in done.stderr
    line = re.findall("event=change .*", host.log())[-1]
    assert "result=refused" in line and why in line
    request = re.search(r"request ([0-9a-f]{32})", done.stderr)[1]
    assert f"request={request}" in line


@pytest.mark.parametrize("words", EVERY)
def test_role_that_does_not_suffice_is_a_refusal(host, words):
    admins.client(host, role="READ_ONLY_ADMIN")
    assert "E0000006" in change(host, words + " --yes", 5).stderr


def test_login_that_others_begin_with_is_meant_exactly(host):
    org = host.before
    twins = [{"id": f"00u9dave{c}EXAMPLE0009", "status": "ACTIVE",
              "profile": {"login": login, "email": login, "firstName": "D",
                          "lastName": "D"}}
             for c, login in (("A", "dave@example.com.au"),
                              ("B", "dave@example.org"))]
    host.control("PUT", "/org", {"users": org["users"] + twins})
    try:
        asked = Asked(host)
        done = change(host, "suspend dave --yes", 1)
        listed = re.findall(r"^  (00u\w+) ", done.stderr, re.M)
        assert sorted(listed) == sorted([DAVE] + [t["id"] for t in twins])
        assert "say its id" in done.stderr and asked.calls == []
        change(host, "suspend dave@example.com --yes")
        assert status(host, DAVE) == "SUSPENDED"
        assert status(host, twins[0]["id"]) == "ACTIVE"
    finally:
        host.control("PUT", "/org", {"users": org["users"]})


@pytest.mark.parametrize("word", ["nobodyhere", "00u9nosuchEXAMPLE009",
                                  "'al\"ice'", "nobody@example.com"])
def test_person_that_nobody_knows_is_not_looked_further_for(host, word):
    asked = Asked(host)
    done = change(host, f"suspend {word} --yes", 1)
    assert "knows no" in done.stderr or "knows a" in done.stderr
    assert asked.calls == []


def test_name_of_this_host_means_its_person(host):
    """bob of another domain does not make the bob of this host unclear."""
    org = host.before
    other = {"id": "00u9bobOtherEXAMPLE9", "status": "ACTIVE",
             "profile": {"login": "bob@example.org", "firstName": "B",
                         "email": "bob@example.org", "lastName": "B"}}
    host.control("PUT", "/org", {"users": org["users"] + [other]})
    try:
        change(host, "suspend bob --yes")
        assert status(host, BOB) == "SUSPENDED"
        assert status(host, other["id"]) == "ACTIVE"
    finally:
        host.control("PUT", "/org", {"users": org["users"]})


def test_without_the_daemon_it_is_said(host, tree):
    host.environment["OKTA_TREE"] = tree
    host.ok("$OKTA_TREE/tests/host/oktad stop")
    try:
        for words in EVERY:
            assert "oktad" in change(host, words + " --yes", 4).stderr
    finally:
        host.ok("$OKTA_TREE/tests/host/oktad start")


@pytest.mark.parametrize("words", [
    "suspend", "suspend --yes", "suspend a b", "suspend --no a",
    "suspend a --credential", "unlock", "unsuspend ''", "reset-factor",
    "reset-factor a b c", "clear-sessions", "clear-sessions a b",
    "clear-sessions a --apps", "suspend a --tokens", "group add a", "group eat a b", "app assign a",
    "app a b", "zone add a", "zone a b", "app", "group add a b c"])
def test_wrong_words_end_with_usage(host, words):
    assert "usage:" in change(host, words, 2).stderr


# ---- --credential FILE ----

FILE = "/root/other.conf"


@pytest.fixture
def away(host):
    """No [admin]; the same credential in a file."""
    admins.write_section(host, "")
    host.ok(f"umask 077; cat >{FILE}", stdin=admins.SECTION)
    yield
    admins.write_section(host)


def test_file_does_as_well_and_is_named_in_the_log(host, away):
    asked = Asked(host)
    change(host, f"suspend dave --yes --credential {FILE}")
    assert len(asked.calls) == 1
    assert f"credential={FILE}" in re.findall("event=change .*",
                                              host.log())[-1]


def test_file_with_an_api_token_does(host, away):
    token = "00AdminTokenForTests00000000000000000000000"
    org = host.before
    host.control("PUT", "/org", {"api_tokens": org["api_tokens"] + [
        {"token": token, "role": "SUPER_ADMIN"}]})
    host.ok(f"umask 077; cat >{FILE}", stdin=f"[admin]\napi_token = {token}\n")
    asked = Asked(host)
    change(host, f"suspend dave --yes --credential {FILE}")
    posts = [r for r in asked.records if r["method"] == "POST"]
    assert [(r["path"], r["headers"]["authorization"]) for r in posts] == [
        (f"/api/v1/users/{DAVE}/lifecycle/suspend", "SSWS " + token)]
    assert token not in host.log()


@pytest.mark.parametrize("spoil, said", [
    (f"chmod 640 {FILE}", f"run: chmod 0600 {FILE}"),
    (f"chown 1 {FILE}", f"run: chown 0 {FILE}"),
    (f"mv {FILE} {FILE}.1; ln -s {FILE}.1 {FILE}", "symbolic link"),
    (f"rm {FILE}", "No such file"),
    (f"sed -i 's/^.admin./[okta]/' {FILE}", f"{FILE}:2: client_id: "),
    (f"sed -i 's/^private_key.*//' {FILE}", "needs private_key"),
    (f"echo 'nosuch = 1' >>{FILE}", f"{FILE}:5: nosuch: ")])
def test_file_that_is_not_sound_is_refused(host, away, spoil, said):
    host.ok(spoil)
    asked = Asked(host)
    done = change(host, f"suspend dave --yes --credential {FILE}", 3)
    assert said in done.stderr and asked.calls == []
    host.ok(f"rm -f {FILE} {FILE}.1")


# ---- the credential is for that command only ----

def test_token_is_forgotten_with_the_command(host):
    """The next command mints another; net's status has never heard of it."""
    asked = Asked(host)
    change(host, "suspend dave --yes")
    change(host, "unsuspend dave --yes")
    assert asked.scopes == ["okta.users.manage"] * 2
    scopes = json.loads(host.ok("oktactl --json status"))["token"]["scopes"]
    assert not [s for s in scopes if s.endswith(".manage")]


def test_killed_command_is_in_the_log(host):
    host.control("POST", "/faults", {
        "match": {"method": "POST", "path": "/api/v1/users/*"},
        "kind": "stall", "args": {"seconds": 30}})
    try:
        host.run("timeout -s KILL 3 oktactl suspend dave --yes; sleep 1")
        line = re.findall("event=change .*", host.log())[-1]
        assert "result=\"not told\"" in line
    finally:
        host.control("DELETE", "/faults")
