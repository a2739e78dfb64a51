"""`oktactl ids`: the ledger as root sees it, and root's word in it; and people
who are renamed in a whole host."""

import json
import time

import pytest

from logins import PASSWORD, ssh
from private_host import PrivateHost

ALICE = "00u1aliceEXAMPLE0001"
FREE = 1900000000


def ids(host, words="", code=0, stdin=None):
    done = host.run("oktactl --json ids " + words, stdin=stdin)
    assert done.returncode == code, done.stdout + done.stderr
    return json.loads(done.stdout)


def newcomer(name, ident=None, groups=("00g1linuxUsersEXAMP1",)):
    entry = {"status": "ACTIVE", "password": PASSWORD + name,
             "groups": list(groups),
             "profile": {"login": name + "@example.com",
                         "email": name + "@example.com",
                         "firstName": name, "lastName": "N"}}
    return dict(entry, id=ident) if ident else entry


@pytest.fixture(autouse=True)
def same_org(host):
    """Each test leaves the people of Okta as they were."""
    users = host.control("GET", "/org")["users"]
    yield
    host.control("DELETE", "/faults")
    host.control("PUT", "/org", {"users": users})
    host.ok("oktactl sync --accept")


def add(host, *people):
    host.control("PUT", "/org", {
        "users": host.control("GET", "/org")["users"] + list(people)})


def test_list_shows_ledger_names_and_reserved_ranges(host):
    everything = ids(host)
    alice = [n for n in everything["ledger"] if n["id"] == ALICE][0]
    passwd = host.ok("getent passwd alice").split(":")
    assert alice == {"kind": "user", "id": ALICE, "number": int(passwd[2]),
                     "gid": int(passwd[3]), "candidate": 0, "name": "alice",
                     "home_name": "alice"}
    assert {"name": "alice", "kind": "user", "id": ALICE} in \
        everything["names"]
    assert everything["claims"] == []
    who = {(r["first"], r["last"]): r["who"] for r in everything["ranges"]}
    assert who[1879048192, 2147352575] == "id_range"
    assert (524288, 1879048191) in who and (0, 65535) in who
    assert any("/etc/login.defs" in w for w in who.values())
    text = host.ok("oktactl ids")
    assert f"{alice['number']} " in text and "range  524288-" in text


def test_import_is_all_or_nothing_and_says_why(host):
    before = host.ok("oktactl ids --export")
    uid = int(host.ok("id -u alice"))
    lines = ["# a comment", f"user dora {FREE} {FREE}", "user eve 1 1",
             f"user fay {FREE} {FREE}", f"user 00uNew {uid} {uid}",
             f"user {ALICE} {FREE + 1} {FREE + 1}",
             f"user gil {FREE + 2} {FREE + 3}", "user Hal 5 5", "rubbish",
             "root:x:0:0:root:/root:/bin/bash",
             f"user ida {FREE + 4} {FREE + 4}",
             f"user ida {FREE + 5} {FREE + 5}"]
    answer = ids(host, "--import -", 1, "\n".join(lines) + "\n")
    assert answer["result"] == "refused" and answer["lines"] == 2 + 1
    why = {r["line"]: r["why"] for r in answer["refused"]}
    assert "outside of id_range, and one of the system's" in why[3]
    assert "claimed for dora" in why[4]
    assert "belongs to " + ALICE in why[5]
    assert f"{ALICE} has the number {uid}" in why[6]
    assert "neither an Okta id nor a name" in why[8]
    assert "form" in why[9]
    assert "not a name" in why[10]
    assert "stands twice" in why[12]
    assert "no group" in why[0] and str(FREE + 3) in why[0]
    assert len(why) == 9
    assert host.ok("oktactl ids --export") == before
    text = host.run("oktactl ids --import -", stdin="\n".join(lines))
    assert text.returncode == 1
    assert "refused line 3: user eve 1 1: the number is outside" in text.stdout
    assert "so none is taken in" in text.stderr


@pytest.mark.threat("T7")
def test_no_special_number_is_taken_from_a_file(host):
    before = ids(host)["ledger"]
    for number in ("0", "1", "999", "60000", "60001", "61184", "65533",
                   "65534", "65535", "100000", "2147352576", "2147483646", "2147483647",
                   "2147483648", "4294967294", "4294967295", "4294967296",
                   "1879048192000", "18446744073709551615", "-1", "+1900000000",
                   "0x71400000", "1.9e9", "01900000000", ""):
        for line in (f"user nora {number} {number}",
                     f"group 00gnightEXAMPLE00001 {number}"):
            done = host.run("oktactl --json ids --import -", stdin=line + "\n")
            answer = json.loads(done.stdout)
            assert done.returncode == 1, (line, answer)
            assert answer["result"] == "refused", line
            assert answer["refused"][0]["line"] == 1, line
    assert ids(host)["ledger"] == before and ids(host)["claims"] == []
    # The edges of the range itself are ordinary numbers, and so are those
    # that accounts had elsewhere.
    for number in (1879048192, 2147352575, 1001, 59999, 1234600123):
        for line in (f"user nora {number} {number}",
                     f"group 00gnightEXAMPLE00001 {number}"):
            assert ids(host, "--import - --dry-run",
                       stdin=line + "\n")["result"] == "dry_run"


def test_usage_and_files_that_are_none(host):
    for words in ("--dry-run", "--import", "--export --import x", "x",
                  "--import a --import b"):
        assert host.run("oktactl ids " + words).returncode == 2
    assert host.run("oktactl ids --import /none").returncode == 3
    assert host.run("oktactl ids --import /").returncode != 0
    assert host.run("oktactl ids --import /dev/null").returncode == 1
    assert host.run("oktactl ids --import /dev/zero").returncode == 3


def test_local_account_moves_to_okta_with_its_number(host):
    """The way of the manual: import what getent says, then let go."""
    host.ok(f"groupadd -g {FREE + 100} crew; useradd -m -u {FREE + 10} "
            f"-U nora; useradd -M -u {FREE + 11} -g {FREE + 100} olaf")
    gid = int(host.ok("id -g nora"))
    if gid != FREE + 10:
        host.ok(f"groupmod -g {FREE + 10} nora")
    host.ok("getent passwd nora olaf > /tmp/old; "
            "getent group crew >> /tmp/old; touch /home/nora/file; "
            "chown nora: /home/nora/file")
    crew = {"id": "00gcrewEXAMPLE000001", "type": "OKTA_GROUP",
            "profile": {"name": "crew"}}
    groups = host.control("GET", "/org")["groups"]
    host.control("PUT", "/org", {"groups": groups + [crew]})
    add(host, newcomer("nora"), newcomer("olaf", groups=[
        "00g1linuxUsersEXAMP1", crew["id"]]))
    conf = host.ok("cat /etc/okta/okta.conf")
    try:
        before = host.ok("oktactl ids --export")
        assert ids(host, "--import /tmp/old --dry-run") == {
            "refused": [], "result": "dry_run", "lines": 3, "error": None}
        assert host.ok("oktactl ids --export") == before
        assert "3 lines taken in" in host.ok("oktactl ids --import /tmp/old")
        assert {c["key"] for c in ids(host)["claims"]} == {
            "nora", "olaf", "crew"}
        host.ok("sed -i 's/^publish_groups.*/& 00gcrewEXAMPLE000001/' "
                "/etc/okta/okta.conf; kill -HUP $(pidof oktad)")
        # While the local entries stand, they win.
        host.ok("oktactl sync")
        assert host.run("getent -s okta passwd nora").returncode == 2
        host.ok("userdel nora; userdel olaf; groupdel crew 2>/dev/null; "
                "oktactl sync")
        assert host.ok("id -u nora").strip() == str(FREE + 10)
        assert host.ok("id -g nora").strip() == str(FREE + 10)
        assert host.ok("id -g olaf").strip() == str(FREE + 100)
        assert host.ok("id -gn olaf").strip() == "crew"
        assert host.ok("stat -c %U:%G /home/nora/file").strip() == "nora:nora"
        assert not ids(host)["claims"]
    finally:
        host.ok("cat > /etc/okta/okta.conf; kill -HUP $(pidof oktad)",
                stdin=conf)


def test_a_long_pass_hides_no_ledger_and_delays_an_import(host):
    host.control("POST", "/faults", {
        "match": {"method": "GET", "path": "/api/v1/groups/*/users"},
        "kind": "stall", "args": {"where": "head", "seconds": 2}})
    begun = time.monotonic()
    host.ok("oktactl sync >/tmp/sync.out 2>&1 & sleep 0.5; oktactl ids >/dev/null;"
            f"echo 'user paul {FREE + 20} {FREE + 20}' |"
            "oktactl ids --import - >/dev/null; wait; grep -q ok: "
            "/tmp/sync.out")
    # Nobody waits for the next poll.
    assert time.monotonic() - begun < 15
    assert [c for c in ids(host)["claims"] if c["key"] == "paul"]


@pytest.mark.threat("T10", whole=True)
def test_name_of_a_renamed_person_gives_a_newcomer_nothing(host):
    uid = host.ok("id -u alice").strip()
    host.ok("mkdir -p /home/alice && chown alice: /home/alice;"
            "echo 'alice ALL=(ALL) NOPASSWD: ALL' > /etc/sudoers.d/alice;"
            "echo '* * * * * touch /tmp/by-alice' | crontab -u alice -")
    host.control("PATCH", "/users/" + ALICE,
                 {"profile": {"login": "alice.smith@example.com"}})
    host.ok("oktactl sync")
    entry = host.ok("getent passwd alice.smith").strip().split(":")
    assert entry[2] == uid and entry[5] == "/home/alice"
    add(host, newcomer("alice", "00uMalloryEXAMPLE001"))
    host.ok("oktactl sync")
    assert host.run("getent passwd alice").returncode == 2
    assert host.run("crontab -u alice -l").returncode != 0
    assert host.run("sudo -l -U alice").returncode != 0 or \
        "NOPASSWD" not in host.ok("sudo -l -U alice")
    assert host.run("su alice -c 'sudo -n id'").returncode != 0
    status, lines, _ = ssh(host, "alice", PASSWORD + "alice")
    assert status != 0 and "alice" not in lines
    # The alarm: status, check and ids say so.
    for words in ("status", "ids"):
        assert f"the name belongs to {ALICE}" in host.ok("oktactl " + words)
    found = json.loads(host.run("oktactl --json check").stdout)["findings"]
    assert [f for f in found if f["id"] == "refused"
            and "00uMalloryEXAMPLE001" in f["text"]]
    # Back again: the old owner has everything as before.
    host.control("PATCH", "/users/" + "00uMalloryEXAMPLE001",
                 {"profile": {"login": "other@example.com"}})
    host.control("PATCH", "/users/" + ALICE,
                 {"profile": {"login": "alice@example.com"}})
    host.ok("oktactl sync")
    assert host.ok("id -u alice").strip() == uid
    assert "by-alice" in host.ok("crontab -u alice -l")
    host.ok("crontab -u alice -r; rm /etc/sudoers.d/alice")


CONFIG = """
[okta]
url = @URL@
ca_file = @CA@
api_token = @API_TOKEN@

[directory]
allow_groups = %s
id_range = 70000-70023
"""
GROUP = "00gFleet000000000001"


@pytest.mark.threat("T12")
def test_a_seed_file_makes_two_hosts_agree(build, tmp_path):
    """Twelve people in a range of 24: clashes are certain. The first host saw
    them come, the second one all at once."""
    people = [newcomer("p%d" % n, "00uFleet%012d" % n, [GROUP])
              for n in range(12)]
    group = {"id": GROUP, "type": "OKTA_GROUP", "profile": {"name": "fleet"}}

    def start(name, users, allow):
        org, config = tmp_path / name, tmp_path / (name + ".conf")
        org.write_text(json.dumps({"users": users, "groups": [group]}))
        config.write_text(CONFIG % allow)
        return PrivateHost("--build", build, "--org", str(org), "--config",
                           str(config))

    with start("one", people[-1:], GROUP) as one:
        for n in (7, 3, 0):
            one.control("PUT", "/org", {"users": people[n:]})
            one.ok("oktactl sync --accept")
        seed = one.ok("oktactl ids --export")
        passwd = one.ok("getent -s okta passwd")
        assert len(passwd.splitlines()) == 12
    with start("two", people, GROUP) as two:
        mine = two.ok("getent -s okta passwd")
        assert mine != passwd
        # Every id on which the two differ is named.
        answer = ids(two, "--import - --dry-run", 1, seed)
        differ = {a.split(":")[0] for a in set(mine.split()) ^
                  set(passwd.split())}
        numbers = {n["id"]: n["name"] for n in ids(two)["ledger"]}
        named = {numbers[r["text"].split()[1]] for r in answer["refused"]}
        assert differ <= named | {"fleet"}
    # A third host gets the seed before it lets anybody in.
    with start("three", people, "") as three:
        assert three.run("getent -s okta passwd").stdout == ""
        three.ok("oktactl ids --import -", stdin=seed)
        three.ok(f"sed -i 's/^allow_groups.*/allow_groups = {GROUP}/' "
                 "/etc/okta/okta.conf; kill -HUP $(pidof oktad)")
        three.ok("oktactl sync")
        assert sorted(three.ok("getent -s okta passwd").split()) == sorted(
            passwd.split())
        assert three.ok("oktactl ids --export") == seed
