"""Numbers that people bring along from local, SSSD or LDAP accounts, which lie
outside of id_range; and people whom oktad refuses alone."""

import json

import pytest

from logins import OKTAD
from test_ids import ids, newcomer
from wire_client import play

CREW = {"id": "00gcrewEXAMPLE000001", "type": "OKTA_GROUP",
        "profile": {"name": "crew"}}
STATE = "/var/lib/okta/state/state.db"


@pytest.fixture(autouse=True)
def same_org(host):
    users = host.control("GET", "/org")["users"]
    local = host.ok("cat /etc/subuid 2>/dev/null || :")
    yield
    host.ok("cat > /etc/subuid", stdin=local)
    host.control("PUT", "/org", {"users": users})
    host.ok("oktactl sync --accept")


def add(host, *people):
    host.control("PUT", "/org", {
        "users": host.control("GET", "/org")["users"] + list(people)})


def left_out(host):
    return {n["name"]: n["why"] for n in ids(host)["notes"]}


@pytest.mark.threat("T9", reduced="a leaver and a joiner, imported")
def test_local_sssd_and_ldap_accounts_keep_their_numbers(host):
    host.ok("groupadd -g 5000 crew; useradd -m -u 10001 -U nora;"
            "touch /home/nora/file; chown nora:crew /home/nora/file")
    old = host.ok("getent passwd nora; getent group crew") + (
        "olaf:*:1234600123:5000:Olaf:/home/olaf:/bin/bash\n")
    host.ok("oktactl ids --import -", stdin=old)
    olaf = newcomer("olaf", "00uOlafEXAMPLE000001")
    add(host, newcomer("nora"), olaf)
    groups = host.control("GET", "/org")["groups"]
    host.control("PUT", "/org", {"groups": groups + [CREW]})
    host.ok("sed -i 's/^publish_groups.*/& 00gcrewEXAMPLE000001/' "
            "/etc/okta/okta.conf; kill -HUP $(pidof oktad)")
    host.ok("userdel nora; groupdel crew 2>/dev/null; oktactl sync")
    assert host.ok("getent passwd nora").split(":")[2:4] == ["10001"] * 2
    assert host.ok("id -u olaf; id -g olaf; id -gn olaf").split() == [
        "1234600123", "5000", "crew"]
    assert host.ok("stat -c %U:%G /home/nora/file").strip() == "nora:crew"
    assert host.ok("getent group 5000").startswith("crew:")
    # Everybody else has one of the range.
    assert int(host.ok("id -u alice")) >= 1879048192
    findings = json.loads(host.run("oktactl --json check").stdout)["findings"]
    assert not [f for f in findings if f["id"].startswith("directory-")]
    # Renamed, restarted, state.db lost: it stays.
    host.control("PATCH", "/users/" + olaf["id"],
                 {"profile": {"login": "olaf.berg@example.com"}})
    host.ok(f"oktactl sync; {OKTAD} stop; {OKTAD} start; oktactl sync")
    assert host.ok("id -un 1234600123").strip() == "olaf.berg"
    # A leaver's number is nobody else's.
    users = [u for u in host.control("GET", "/org")["users"]
             if u["id"] != olaf["id"]]
    host.control("PUT", "/org", {"users": users})
    host.ok("oktactl sync --accept")
    why = ids(host, "--import -", 1, "user pia 1234600123 5000\n")["refused"]
    assert "belongs to " + olaf["id"] in why[0]["why"]
    assert host.ok("id -un 1234600123").strip() == "olaf.berg"


def test_number_of_another_local_account_is_not_brought_along(host):
    host.ok("useradd -M -u 10011 -U quentin; useradd -M -u 10012 -U rosa;"
            "echo 'sam:x:+10013:100::/:/bin/sh' >> /etc/passwd")
    try:
        lines = ("user quentin 10012 10012\nuser tara 10013 10013\n"
                 "user 00uAnybodyEXAMPLE001 10011 10011\n"
                 "group rosa 10011\n")
        refused = ids(host, "--import -", 1, lines)["refused"]
        assert [r["line"] for r in refused] == [1, 2, 3, 4]
        assert {r["why"] for r in refused} == {
            "a local user or group has the number"}
        assert ids(host, "--import - --dry-run", stdin=(
            "user quentin 10011 10011\nuser sam 10013 10013\n"))[
                "lines"] == 2
    finally:
        host.ok("userdel quentin; userdel rosa; sed -i /^sam:/d /etc/passwd")


@pytest.mark.threat("T8")
def test_subordinate_ids_of_a_local_user_are_nobodys(host):
    host.ok("echo 'daemon:70000:10' > /etc/subuid")
    refused = ids(host, "--import -", 1, "user ute 70005 70005\n")["refused"]
    assert "/etc/subuid:1" in refused[0]["why"]
    refused = ids(host, "--import -", 1, "user ute 200000 200000\n")
    assert "/etc/login.defs" in refused["refused"][0]["why"]
    # Later on, for somebody who is there already: left out, alone, and told.
    host.ok(": > /etc/subuid; oktactl ids --import -",
            stdin="user ute 70005 70005\n")
    add(host, newcomer("ute", "00uUteEXAMPLE0000001"))
    host.ok("oktactl sync")
    assert host.ok("id -u ute").strip() == "70005"
    host.ok("echo 'daemon:70000:10' > /etc/subuid; oktactl sync")
    assert host.run("id ute").returncode != 0
    assert "subordinate ids" in left_out(host)["ute"]
    assert "subordinate ids" in host.ok("oktactl status")
    assert host.run("oktactl check").returncode == 1
    host.ok("id alice")
    # Nobody who is published can be mapped by a local user (newuidmap).
    spans = [line.split(":") for line in host.ok(
        "cat /etc/subuid /etc/subgid").splitlines()]
    numbers = [int(line.split(":")[2]) for line in host.ok(
        "getent -s okta passwd; getent -s okta group").splitlines()]
    assert spans and numbers and not [
        (n, s) for n in numbers for s in spans
        if int(s[1]) <= n < int(s[1]) + int(s[2])]
    host.ok(": > /etc/subuid; oktactl sync")
    assert host.ok("id -u ute").strip() == "70005"


def test_one_who_clashes_is_left_out_alone_and_told(host):
    """The ledger is lost, and with it an import: the number that comes out
    anew is not the one that was published."""
    host.ok("oktactl ids --import -",
            stdin="user vera 1900000500 1900000500\n")
    add(host, newcomer("vera", "00uVeraEXAMPLE000001"))
    host.ok("oktactl sync")
    assert host.ok("id -u vera").strip() == "1900000500"
    everybody = {line.split(":")[0]: line for line in host.ok(
        "getent -s okta passwd").splitlines()}
    seed = host.ok("oktactl ids --export")
    lost = f"{STATE}* /var/lib/okta/public/* /var/lib/okta/private/people"
    host.ok(f"{OKTAD} stop; rm -f {lost}; {OKTAD} start; oktactl sync")
    assert "another number" in left_out(host)["vera"]
    assert "another number" in host.ok("oktactl status")
    assert host.run("id vera").returncode != 0
    for name in ("alice", "bob"):
        assert host.ok(f"getent -s okta passwd {name}").strip() == \
            everybody[name]
    # The remedy: what was exported.
    conf = host.ok("cat /etc/okta/okta.conf")
    host.ok("sed -i 's/^allow_groups.*/allow_groups =/;"
            "s/^publish_groups.*/publish_groups =/' /etc/okta/okta.conf;"
            f"{OKTAD} stop; rm -f {lost}; {OKTAD} start")
    host.ok("oktactl ids --import -", stdin=seed)
    host.ok("cat > /etc/okta/okta.conf; kill -HUP $(pidof oktad);"
            "oktactl sync", stdin=conf)
    for name in ("alice", "bob", "vera"):
        assert host.ok(f"getent -s okta passwd {name}").strip() == \
            everybody[name]
    assert "vera" not in left_out(host)


# Root's file goes to an oktad-sync that stands still and is killed; the
# connection stays. How often oktad has the file open before and after.
LOST = """
import json, signal, subprocess
IDS, MODE, IMPORT = 177, 108, 2


def pid(name):
    return int(subprocess.check_output(["pgrep", "-x", name]))


def held():
    folder, n = f"/proc/{pid('oktad')}/fd", 0
    for fd in os.listdir(folder):
        try:
            n += "roots-file" in os.readlink(f"{folder}/{fd}")
        except OSError:
            pass
    return n


sync = pid("oktad-sync")
os.kill(sync, signal.SIGSTOP)
files = [os.memfd_create("answer"), os.memfd_create("roots-file")]
s = dial("/run/okta/control.sock")
socket.send_fds(s, [frame(IDS, field(MODE, IMPORT))], files)
for n in range(100):
    if before := held():
        break
    time.sleep(0.1)
os.kill(sync, signal.SIGKILL)
op, fields = receive(s)
json.dump([before, b"not running" in fields.get(100, b""), held()], sys.stdout)
"""


def test_an_import_that_is_lost_is_let_go(host):
    """Nothing of it is left that a later answer could grant."""
    assert play(host, LOST) == [1, True, 0]
    host.ok("for i in $(seq 600); do oktactl sync && exit; sleep 0.2; done;"
            "exit 1")
