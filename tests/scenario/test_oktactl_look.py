"""Look-ups in Okta by oktactl, with the daemon's read-only credential: the
requests of the reference (4, 7.1, 7.2, 7.3), what is shown, and which scope is
missing where one is."""

import json
import re
import subprocess
import time
from urllib.parse import parse_qs

import pytest

from emulator_client import DEFAULT_ORG
from oktactl_checks import CONF
from private_host import PrivateHost
from test_oktactl_remedies import client_of

BOB = "00u2bobEXAMPLE000002"
APP, OFFICE = "0oa1linuxHostsEXAMP1", "nzo3officeEXAMPLE003"
LINUX = "00g1linuxUsersEXAMP1"
LOOKS = ["app 'Linux Hosts'", "zone", "zone Office", "log", "factors bob"]


def ask(host, words, code=0):
    done = host.run(f"oktactl --json {words}")
    assert done.returncode == code, done.stdout + done.stderr
    return json.loads(done.stdout)


def seen(host):
    """The number of the last request; only what is new is looked at."""
    new = host.requests(getattr(host, "seen", 0))
    host.seen = new[-1]["n"] if new else getattr(host, "seen", 0)
    return host.seen


def asked(host, since):
    """(path, query) of what oktactl has asked Okta; polls of the daemon carry
    another filter or limit."""
    return [(r["path"], r["query"]) for r in host.requests(since)
            if r["path"].startswith("/api/") and r["method"] == "GET"]


@pytest.fixture
def org(host):
    """The org and its clients are afterwards what they were."""
    before = host.control("GET", "/org")
    yield before
    host.control("PUT", "/org", {k: before[k] for k in (
        "clients", "users", "groups", "apps", "zones")})
    host.ok("oktactl token reset")


def test_app_is_shown_with_who_is_assigned(host):
    since = seen(host)
    app = ask(host, "app 'Linux Hosts'")
    assert (app["id"], app["label"], app["status"]) == (
        APP, "Linux Hosts", "ACTIVE")
    assert app["groups"] == [{"id": LINUX, "name": "Linux Users"}]
    assert (app["people"], app["people_more"]) == (3, False)
    assert app["named_by"] == []
    paths = asked(host, since)
    for wanted in (("/api/v1/apps", "limit=200&q=Linux%20Hosts"),
                   (f"/api/v1/apps/{APP}", ""),
                   (f"/api/v1/apps/{APP}/groups", "limit=200&expand=group"),
                   (f"/api/v1/apps/{APP}/users", "limit=500")):
        assert wanted in paths
    text = host.ok(f"oktactl app {APP}")
    assert "people: 3" in text and "Linux Users" in text


def test_app_says_which_keys_name_it(host):
    conf = host.ok(f"cat {CONF}")
    host.ok(f"cat >{CONF}", stdin=conf.replace(
        "allow_groups", f"allow_apps = {APP}\nallow_groups") +
        f"\n[service cron]\ndeny_apps = {APP}\n")
    try:
        assert ask(host, f"app {APP}")["named_by"] == [
            "[directory] allow_apps", "[service cron] deny_apps"]
    finally:
        host.ok(f"cat >{CONF}", stdin=conf)


def test_many_people_are_not_all_counted(build, tmp_path):
    with open(DEFAULT_ORG, encoding="utf-8") as f:
        org = json.load(f)
    many = [{"id": f"00uMany{i:013d}", "status": "ACTIVE", "profile": {
        "login": f"many{i}@example.com", "email": f"many{i}@example.com",
        "firstName": "M", "lastName": str(i)}} for i in range(10400)]
    org["users"] += many
    org["apps"][0]["users"] = [u["id"] for u in many]
    (tmp_path / "org.json").write_text(json.dumps(org))
    with PrivateHost("--build", build, "--org",
                     str(tmp_path / "org.json")) as other:
        since = seen(other)
        app = ask(other, f"app {APP}")
        assert (app["people"], app["people_more"]) == (10000, True)
        pages = [p for p, _ in asked(other, since)]
        assert pages.count(f"/api/v1/apps/{APP}/users") == 20
        assert "more than 10000" in other.ok(f"oktactl app {APP}")


def test_zones_are_listed_and_compiled(host):
    since = seen(host)
    zones = {z["name"]: z for z in ask(host, "zone")["zones"]}
    assert set(zones) == {"LegacyIpZone", "BlockedIpZone", "Office"}
    assert [a for a in asked(host, since) if "zones" in a[0]] == [
        ("/api/v1/zones", "limit=200")]
    office = ask(host, "zone Office")
    assert office["id"] == OFFICE and office["why"] is None
    assert office["networks"] == [
        "203.0.113.0/24", "198.51.100.1/32", "198.51.100.2/31",
        "198.51.100.4/30", "198.51.100.8/29", "198.51.100.16/30",
        "198.51.100.20/32"]
    text = host.ok(f"oktactl zone {OFFICE}")
    assert text.splitlines()[1:] == ["  " + n for n in office["networks"]]
    assert "no gateways" in host.ok("oktactl zone LegacyIpZone")


def test_dynamic_zone_is_said_to_have_no_addresses(host, org):
    zone = {"id": "nzo9dynamicEXAMPLE09", "name": "Travel", "type": "DYNAMIC",
            "locations": [{"country": "FR", "region": None}]}
    host.control("PUT", "/org", {"zones": org["zones"] + [zone]})
    shown = ask(host, "zone Travel")
    assert shown["networks"] == [] and "of type DYNAMIC" in shown["why"]
    assert "only IP zones" in host.ok("oktactl zone Travel")


def test_factors_are_listed(host):
    since = seen(host)
    shown = ask(host, "factors bob")
    assert shown["login"] == "bob@example.com"
    assert shown["factors"] == [
        {"id": "opf2bobEXAMPLE000001", "type": "push", "provider": "OKTA",
         "status": "ACTIVE"},
        {"id": "ost2bobEXAMPLE000001", "type": "token:software:totp",
         "provider": "OKTA", "status": "ACTIVE"}]
    assert (f"/api/v1/users/{BOB}/factors", "") in asked(host, since)
    assert "none that Okta shows" in host.ok("oktactl factors alice")
    assert "push  OKTA  ACTIVE" in host.ok(f"oktactl factors {BOB}")


def event(host, kind, user="bob@example.com", outcome="SUCCESS"):
    host.control("POST", "/events", {"eventType": kind, "user": user,
                                     "outcome": outcome})


def test_log_is_shown_line_by_line(host):
    event(host, "user.session.start")
    event(host, "user.session.end", user="alice@example.com")
    since = seen(host)
    lines = [json.loads(t) for t in host.ok(
        "oktactl --json log --since 1h").splitlines()]
    kinds = [e["type"] for e in lines]
    assert "user.session.start" in kinds and "user.session.end" in kinds
    found = lines[kinds.index("user.session.start")]
    assert found["targets"][0]["id"] == BOB and found["result"] == "SUCCESS"
    query = dict(part.split("=", 1) for part in [
        q for p, q in asked(host, since) if "limit=500" in q and
        "filter" not in q][0].split("&"))
    assert set(query) == {"since", "sortOrder", "limit"}
    assert query["sortOrder"] == "ASCENDING"
    text = host.ok("oktactl log --since 1h")
    assert re.search(r"^\d{4}-\d\d-\d\dT[\d:.]+Z user\.session\.start SUCCESS "
                     r".* -> Bob Baker from [\d.]+: ", text, re.M)


def test_log_of_one_person_and_by_filter(host):
    event(host, "user.session.start")
    event(host, "user.session.end")
    event(host, "user.session.start", user="alice@example.com")
    whole = [json.loads(t) for t in host.ok(
        "oktactl --json log bob").splitlines()]
    assert whole and all(BOB in (e["actor"]["id"], *[
        t["id"] for t in e["targets"]]) for e in whole)
    some = [json.loads(t) for t in host.ok(
        "oktactl --json log bob --filter 'eventType sw \"user.session.s\"'"
    ).splitlines()]
    assert some and {e["type"] for e in some} == {"user.session.start"}
    assert all(e["targets"][0]["id"] == BOB for e in some)
    wrong = host.run("oktactl log --filter 'eventType is great'")
    assert wrong.returncode == 5 and "E00000" in wrong.stderr


def test_log_of_many_pages_is_whole(host):
    for _ in range(3):
        event(host, "user.session.access_admin_app")
    host.python(f"""
import json, urllib.request
for i in range(1100):
    urllib.request.urlopen(urllib.request.Request(
        {host.environment['OKTA_CONTROL']!r}.rstrip("/") + "/events",
        method="POST", data=json.dumps({{"eventType": "user.session.many",
        "user": "bob@example.com"}}).encode()))
""")
    out = host.ok("oktactl --json log --since 1h --filter "
                  "'eventType eq \"user.session.many\"'").splitlines()
    assert len(out) == 1100
    assert len({json.loads(line)["uuid"] for line in out}) == 1100


def test_log_is_followed_politely(host):
    """What comes later is shown once; between two requests lies a
    poll_interval, or what oktad-net says."""
    conf = host.ok(f"cat {CONF}")
    host.ok(f"cat >{CONF}", stdin=conf.replace(
        "[directory]", "[directory]\npoll_interval = 2 s"))
    since = seen(host)
    follower = subprocess.Popen(
        host.argv("timeout", "30", "oktactl", "--json", "log", "--follow",
                  "--filter", 'eventType sw "user.session.f"'),
        stdout=subprocess.PIPE, text=True)
    try:
        for n in range(2):
            time.sleep(1)
            event(host, f"user.session.follow{n}")
            line = json.loads(follower.stdout.readline())
            assert line["type"] == f"user.session.follow{n}"
        assert follower.stdout.read() == ""
    finally:
        follower.wait(60)
        host.ok(f"cat >{CONF}", stdin=conf)
    times = [r["t"] for r in host.requests(since)
             if r["path"] == "/api/v1/logs" and "session.f" in r["query"]]
    assert len(times) >= 3
    assert min(b - a for a, b in zip(times, times[1:])) >= 1.9


@pytest.mark.parametrize("words", ["log --since tomorrow", "log --since 5y",
                                   "log a b", "log --filter", "factors",
                                   "factors a b", "app",
                                   "log --since 2999-01-01"])
def test_wrong_words_end_with_usage(host, words):
    done = host.run(f"oktactl {words}")
    assert done.returncode == 2 and "usage:" in done.stderr


@pytest.mark.parametrize("words, said", [
    ("app 'No Such'", "knows no app"), ("zone Nowhere", "knows no zone"),
    ("factors nobodyhere", "knows no person"),
    ("log nobodyhere", "knows no person"),
    ("app 0oa9nosuchEXAMPLE009", "knows no app with the id"),
    ("zone nzo9nosuchEXAMPLE009", "knows no zone with the id")])
def test_what_okta_does_not_know_is_said(host, words, said):
    done = host.run(f"oktactl {words}")
    assert done.returncode == 1 and said in done.stderr


def test_app_of_two_names_lists_both(host, org):
    twin = {"id": "0oa9twinEXAMPLE00009", "label": "Linux Hosts",
            "users": [], "groups": []}
    host.control("PUT", "/org", {"apps": org["apps"] + [twin]})
    done = host.run("oktactl app 'Linux Hosts'")
    assert done.returncode == 1 and "say its id" in done.stderr
    assert APP in done.stderr and twin["id"] in done.stderr


def test_scope_beyond_the_daemons_is_asked_for_when_called(host):
    """The daemon itself never has it."""
    host.ok("oktactl token reset")
    since = seen(host)
    host.ok(f"oktactl zone Office; oktactl app {APP}")
    tokens = [parse_qs(r["body"])["scope"][0]
              for r in host.requests(since)
              if r["path"] == "/oauth2/v1/token"]
    assert tokens.count("okta.networkZones.read") == 1
    assert tokens.count("okta.apps.read") == 1
    held = json.loads(host.ok("oktactl --json status"))["token"]["scopes"]
    assert "okta.networkZones.read" not in held


@pytest.mark.parametrize("words", LOOKS)
def test_role_that_does_not_suffice_is_a_refusal(host, org, words):
    everything, client = client_of(host)
    client["role"] = None
    host.control("PUT", "/org", {"clients": everything["clients"]})
    done = host.run(f"oktactl {words}")
    assert done.returncode == 5 and "E0000006" in done.stderr


def test_without_the_daemon_it_is_said(host, tree):
    host.environment["OKTA_TREE"] = tree
    host.ok("$OKTA_TREE/tests/host/oktad stop")
    try:
        for words in LOOKS:
            done = host.run(f"oktactl {words}")
            assert done.returncode == 4 and "oktad" in done.stderr
    finally:
        host.ok("$OKTA_TREE/tests/host/oktad start")


def test_terminal_is_not_reached_by_what_okta_says(host, org):
    """T107: names with escapes."""
    apps = [{**org["apps"][0], "label": "Evil\x1b]0;x\x07\u202eapp"}]
    zones = [{**z, "name": "Zo\x1b[2Jne"} if z["id"] == OFFICE else z
             for z in org["zones"]]
    host.control("PUT", "/org", {"apps": apps, "zones": zones})
    for words in (f"app {APP}", f"--json app {APP}", "zone",
                  f"zone {OFFICE}"):
        out = host.ok(f"oktactl {words}")
        assert "\x1b" not in out and "\u202e" not in out, words
