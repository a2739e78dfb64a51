"""Every command of oktactl: what it asks Okta, against the reference (5 to 7),
with which credential; and which scope or credential is missing where one is.
Every scope that an admin may grant has a use here, and none is asked for
otherwise."""

import json
import re
from typing import NamedTuple
from urllib.parse import parse_qs

import pytest

import admins
from okta_web import session_of
from oktactl_checks import CONF
from private_host import PrivateHost

ALICE, BOB, DAVE, CAROL = (
    "00u1aliceEXAMPLE0001", "00u2bobEXAMPLE000002", "00u4daveEXAMPLE00004",
    "00u3carolEXAMPLE0003")
LINUX, ADMINS = "00g1linuxUsersEXAMP1", "00g2linuxAdminsEXAM2"
APP, ZONE, PUSH = ("0oa1linuxHostsEXAMP1", "nzo3officeEXAMPLE003",
                   "opf2bobEXAMPLE000001")
# Those of the service that other Okta integrations ask for (10).
GRANTABLE = {f"okta.{area}.{right}" for area in (
    "apps", "groups", "networkZones", "sessions", "users")
    for right in ("read", "manage")} | {"okta.logs.read"}
TIME = r"since=\d{4}-\d\d-\d\dT\d\d%3A\d\d%3A\d\d\.000Z"
LEAST = "okta.groups.read okta.logs.read okta.users.read"


class Row(NamedTuple):
    """calls: (method, path, query); with "*" the change's own credential, all
    others with the daemon's. read: what its app needs; also: what it does
    without; manage: what that of [admin] needs."""
    calls: list = []
    read: tuple = ()
    manage: str = ""
    body: object = None
    code: int = 0
    also: tuple = ()


def person(name):
    return ("GET", "/users", f"limit=50&search=profile.login%20sw%20%22{name}"
            "%40%22")


def group(name):
    return ("GET", "/groups", f"limit=200&search=profile.name%20eq%20%22{name}"
            "%22")


def one(kind, ident):
    return ("GET", f"/{kind}/{ident}", "")


APPS = ("GET", "/apps", "limit=200&q=Linux%20Hosts")
ZONES = ("GET", "/zones", "limit=200")
FACTORS = ("GET", f"/users/{BOB}/factors", "")
SESSION = ("GET", "/sessions/{session}", "")
USERS_R, GROUPS_R, APPS_R, ZONES_R, SESSIONS_R, LOGS_R = (
    f"okta.{area}.read" for area in (
        "users", "groups", "apps", "networkZones", "sessions", "logs"))
USERS_M, GROUPS_M, APPS_M, ZONES_M, SESSIONS_M = (
    f"okta.{area}.manage" for area in (
        "users", "groups", "apps", "networkZones", "sessions"))


def on_person(verb, name="dave", ident=DAVE):
    """A name that this host has is its own id; another is looked for."""
    look = one("users", ident) if name in ("alice", "bob", "carol") \
        else person(name)
    return Row([look, ("*POST", f"/users/{ident}/lifecycle/{verb}", "")],
               (USERS_R,), USERS_M)


EVERY = {
    # What is asked of the host alone.
    "status": Row(), "sessions": Row(), "explain alice": Row(), "ids": Row(),
    "logout --dry-run alice": Row(), "key public /etc/okta/key.pem": Row(),
    "token reset": Row(), "user alice": Row(), "group linux-users": Row(),
    # Look-ups with the daemon's credential.
    "check": Row([("GET", "/.well-known/okta-organization", ""),
                  ("GET", "/users", "limit=1"), one("groups", LINUX),
                  group("Linux%20Users")], code=1),
    "sync": Row([(m, p, q) for i in (LINUX, ADMINS) for m, p, q in (
        one("groups", i), ("GET", f"/groups/{i}/users", "limit=200"))],
        (GROUPS_R,)),
    "user dave": Row([person("dave"), ("GET", f"/users/{DAVE}/groups", "")],
                     (USERS_R,), code=1),
    "pin Office": Row([group("Office"), ("GET", "/apps", "limit=200&q=Office")],
                      (GROUPS_R,), also=(APPS_R,)),
    "app 'Linux Hosts'": Row(
        [APPS, one("apps", APP),
         ("GET", f"/apps/{APP}/groups", "limit=200&expand=group"),
         ("GET", f"/apps/{APP}/users", "limit=500")], (APPS_R,)),
    # By its id a thing is asked for once.
    f"app {APP}": Row(
        [one("apps", APP),
         ("GET", f"/apps/{APP}/groups", "limit=200&expand=group"),
         ("GET", f"/apps/{APP}/users", "limit=500")], (APPS_R,)),
    f"zone {ZONE}": Row([one("zones", ZONE)], (ZONES_R,)),
    "zone": Row([ZONES], (ZONES_R,)),
    "zone Office": Row([ZONES, one("zones", ZONE)], (ZONES_R,)),
    "factors bob": Row([one("users", BOB), FACTORS], (USERS_R,)),
    "log --since 2h": Row(
        [("GET", "/logs", "since=TIME&sortOrder=ASCENDING&limit=500")],
        (LOGS_R,)),
    "session {session}": Row([SESSION], (SESSIONS_R,)),
    # Changes.
    "suspend dave": on_person("suspend"),
    "unsuspend carol": on_person("unsuspend", "carol", CAROL),
    "unlock dave": on_person("unlock"),
    "reset-factor bob": on_person("reset_factors", "bob", BOB),
    "reset-factor bob push": Row(
        [one("users", BOB), FACTORS,
         ("*DELETE", f"/users/{BOB}/factors/{PUSH}", "")],
        (USERS_R,), USERS_M),
    "clear-sessions dave": Row(
        [person("dave"), ("*DELETE", f"/users/{DAVE}/sessions",
                          "oauthTokens=false&forgetDevices=false")],
        (USERS_R,), USERS_M),
    "clear-sessions dave --forget-devices --tokens": Row(
        [person("dave"), ("*DELETE", f"/users/{DAVE}/sessions",
                          "oauthTokens=true&forgetDevices=true")],
        (USERS_R,), USERS_M),
    "group add 'Linux Users' dave": Row(
        [group("Linux%20Users"), person("dave"),
         ("*PUT", f"/groups/{LINUX}/users/{DAVE}", "")],
        (GROUPS_R, USERS_R), GROUPS_M),
    "group remove linux-users bob": Row(
        [one("groups", LINUX), one("users", BOB),
         ("*DELETE", f"/groups/{LINUX}/users/{BOB}", "")],
        (GROUPS_R, USERS_R), GROUPS_M),
    "app assign 'Linux Hosts' dave": Row(
        [APPS, person("dave"), ("*POST", f"/apps/{APP}/users", "")],
        (APPS_R, USERS_R), APPS_M, {"id": DAVE, "scope": "USER"}),
    "app unassign 'Linux Hosts' alice": Row(
        [APPS, one("users", ALICE), one(f"apps/{APP}/users", ALICE),
         ("*DELETE", f"/apps/{APP}/users/{ALICE}", "")],
        (APPS_R, USERS_R), APPS_M),
    **{f"zone {verb}": Row(
        [ZONES, ("*GET", f"/zones/{ZONE}", ""),
         ("*PUT", f"/zones/{ZONE}", "")], (ZONES_R,), ZONES_M, {
            "id": ZONE, "type": "IP", "name": "Office", "status": "ACTIVE",
            "usage": "POLICY", "proxies": None, "gateways": [
                {"type": t, "value": v} for t, v in gateways]})
       for verb, gateways in (
           ("add Office 192.0.2.0/24", (
               ("CIDR", "203.0.113.0/24"),
               ("RANGE", "198.51.100.1-198.51.100.20"),
               ("CIDR", "192.0.2.0/24"))),
           ("remove Office 203.0.113.0/24", (
               ("RANGE", "198.51.100.1-198.51.100.20"),)))},
    "session {session} --refresh": Row(
        [SESSION, ("*POST", "/sessions/{session}/lifecycle/refresh", "")],
        (SESSIONS_R,), SESSIONS_M),
    "session {session} --end": Row(
        [SESSION, ("*DELETE", "/sessions/{session}", "")],
        (SESSIONS_R,), SESSIONS_M),
}
CHANGES = [words for words, row in EVERY.items() if row.manage]


@pytest.fixture(scope="module")
def host(build):
    with PrivateHost("--build", build) as h:
        # Nothing but the commands asks Okta.
        h.ok(f"sed -i 's/^.directory.$/&\\npoll_interval = 1 h/' {CONF}")
        admins.give(h)
        h.control("PUT", f"/apps/{APP}/users/{ALICE}")
        h.before = h.control("GET", "/org")
        h.daemon = re.search(r"^client_id = (\S+)", h.ok(f"cat {CONF}"),
                             re.M)[1]
        h.session = None
        yield h


@pytest.fixture
def org(host):
    """As at first, whatever a command has changed; a session of alice's."""
    host.control("PUT", "/org", {k: host.before[k] for k in (
        "users", "groups", "apps", "zones", "clients")})
    host.control("PATCH", f"/users/{DAVE}", {"status": "ACTIVE"})
    yield host.before


def run(host, words):
    """The command as the table writes it."""
    if "{session}" in words:
        host.session = session_of(host)["id"]
    if words.startswith("unlock"):
        host.control("PATCH", f"/users/{DAVE}", {"status": "LOCKED_OUT"})
    yes = " --yes" if words in CHANGES else ""
    return host.run("oktactl " + words.format(session=host.session) + yes)


def records(host, since):
    return [r for r in host.requests(since)
            if not r["headers"].get("user-agent", "").startswith("Python")]


def last(host):
    new = host.requests(getattr(host, "seen", 0))
    host.seen = new[-1]["n"] if new else getattr(host, "seen", 0)
    return host.seen


def without(host, client_id, scope):
    """That app of the org loses the scope and, if it is one to read, what
    includes it."""
    clients = host.control("GET", "/org")["clients"]
    for client in clients:
        if client["client_id"] == client_id:
            client["scopes"] = [s for s in client["scopes"] if s not in (
                scope, scope.replace(".read", ".manage"))]
    host.control("PUT", "/org", {"clients": clients})
    host.ok("oktactl token reset")


def test_table_has_every_command(host):
    usage = re.findall(r"^  ([\w-]+)", host.ok("oktactl --help"), re.M)
    assert len(usage) > 20
    assert {words.split()[0] for words in EVERY} == set(usage)


def test_every_scope_that_may_be_granted_has_a_use():
    used = {s for row in EVERY.values() for s in (*row.read, row.manage)}
    assert used - {""} == GRANTABLE


@pytest.mark.parametrize("words", EVERY)
def test_request_is_that_of_the_reference(host, org, words):
    row = EVERY[words]
    if words != "token reset":
        host.ok("oktactl token reset")
    if "{session}" in words:
        host.session = session_of(host)["id"]
    since = last(host)
    done = run(host, words)
    assert done.returncode == row.code, done.stdout + done.stderr
    found = records(host, since)
    tokens = {}
    for r in found:
        if r["path"] == "/oauth2/v1/token":
            form = parse_qs(r["body"])
            tokens[json.loads(r["resp_body"])["access_token"]] = (
                admins.ADMIN in admins.claims_of(r["body"]), form["scope"][0])
    calls, bodies, scopes = [], [], set()
    for r in found:
        if not r["path"].startswith(("/api/v1", "/.well-known")):
            continue
        used = r["headers"].get("authorization", "").split(" ")[-1]
        is_own, scope = tokens.get(used, (False, ""))
        scopes.add((is_own, scope))
        calls.append(("*" * is_own + r["method"],
                      r["path"].removeprefix("/api/v1"),
                      re.sub(TIME, "since=TIME", r["query"])))
        if r["body"]:
            bodies.append(json.loads(r["body"]))
    assert calls == [(m, p.format(session=host.session), q)
                     for m, p, q in row.calls]
    assert bodies == ([row.body] if row.body else [])
    # No more than the daemon's least set, and beyond that the one scope.
    assert scopes <= {(False, ""), (False, LEAST), (True, row.manage),
                      *((False, s) for s in (*row.read, *row.also)
                        if s not in LEAST)}


@pytest.mark.parametrize("words, scope", [
    (words, scope) for words, row in EVERY.items() for scope in row.read])
def test_scope_to_read_that_is_missing_is_named(host, org, words, scope):
    without(host, host.daemon, scope)
    done = run(host, words)
    assert done.returncode == 6, done.stdout + done.stderr
    assert scope in done.stderr


@pytest.mark.parametrize("words", CHANGES)
def test_scope_to_change_that_is_missing_is_named(host, org, words):
    without(host, admins.ADMIN, EVERY[words].manage)
    since = last(host)
    done = run(host, words)
    assert done.returncode == 6, done.stdout + done.stderr
    assert EVERY[words].manage in done.stderr
    assert "the admin credential" in done.stderr
    assert {r["method"] for r in records(host, since)
            if r["path"].startswith("/api/")} <= {"GET"}


def test_credential_that_is_missing_is_named(host, org):
    admins.write_section(host, "")
    try:
        for words in CHANGES:
            since = last(host)
            done = run(host, words)
            assert done.returncode == 6, done.stdout + done.stderr
            for said in ("[admin]", "--credential", EVERY[words].manage):
                assert said in done.stderr
            assert {r["method"] for r in records(host, since)
                    if r["path"].startswith("/api/")} <= {"GET"}
    finally:
        admins.write_section(host)


def test_nothing_is_demanded_for_what_is_off(host, org):
    """An app that was granted the least set, and no role that may more."""
    clients = host.control("GET", "/org")["clients"]
    for client in clients:
        if client["client_id"] == host.daemon:
            client.update(scopes=LEAST.split(), role="READ_ONLY_ADMIN")
    host.control("PUT", "/org", {"clients": clients})
    host.ok("oktactl token reset; oktactl sync")
    token = json.loads(host.ok("oktactl --json status"))["token"]
    assert (sorted(token["scopes"]), token["missing"]) == (LEAST.split(), [])
    report = json.loads(host.run("oktactl --json check").stdout)
    assert [f for f in report["findings"] if "scope" in f["text"]] == []
    for words, row in EVERY.items():
        if row.read and not row.manage and set(row.read) <= set(LEAST.split()):
            assert run(host, words).returncode == row.code, words
