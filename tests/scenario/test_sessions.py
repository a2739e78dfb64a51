"""The session registry: who is in, what proved it, and that it can neither be
forged nor outlive what it is about."""

import json
import time

import pytest

from logins import OKTAD, PASSWORD, add_key, ssh, talk
from private_host import TREE, PrivateHost
from wire_client import play


@pytest.fixture(scope="module")
def host(build, tmp_path_factory):
    """The default org without Okta's limit of logins by one name."""
    with open(f"{TREE}/tests/emulator/orgs/default.json",
              encoding="utf-8") as f:
        org = json.load(f)
    org.setdefault("switches", {})["authn_per_second"] = 0
    path = tmp_path_factory.mktemp("sessions") / "org.json"
    path.write_text(json.dumps(org))
    with PrivateHost("--build", build, "--org", str(path)) as h:
        yield h


ALICE = f"""
import json
ALICE = int(os.popen("id -u alice").read())
BOB = int(os.popen("id -u bob").read())
PW = "{PASSWORD}alice"

def session(op, ticket, uid=None, service="sshd"):
    with dial(LOGIN_SOCK) as s:
        s.sendall(frame(op, hello(uid or ALICE, service, ticket) +
                        field(7, "pts/1") + field(6, "192.0.2.7")))
        op, fields = receive(s)
        return (struct.unpack(">I", fields[23])[0],
                fields.get(3, b"").decode())

def ticket():
    return login(LOGIN_SOCK, ALICE, "alice", PW)[1][3].decode()
"""


def sessions(host):
    return json.loads(host.ok("oktactl --json sessions"))["sessions"]


def wait_for(host, what, seconds=20):
    """The sessions, once what(sessions) holds."""
    end = time.monotonic() + seconds
    while True:
        found = sessions(host)
        if what(found) or time.monotonic() > end:
            return found
        time.sleep(0.2)


TICKETS = ALICE + r"""
used, late, bobs, sudo = ticket(), ticket(), ticket(), ticket()
ok = session(OPEN, used)
found = {"used": [ok[0], session(OPEN, used)[0]],
         "of bob": [session(OPEN, bobs, BOB)[0], session(OPEN, bobs)[0]],
         "of sudo": [session(OPEN, sudo, service="sudo")[0],
                     session(OPEN, sudo)[0]],
         "made up": session(OPEN, "0" * 32)[0],
         "close": [session(CLOSE, used)[0], session(CLOSE, ok[1], BOB)[0],
                   session(CLOSE, "f" * 32)[0], session(CLOSE, ok[1])[0],
                   session(CLOSE, ok[1])[0]],
         "kept": late}
json.dump(found, sys.stdout)
"""


def test_ticket_is_redeemed_once_by_its_person_and_service(host):
    found = play(host, TICKETS)
    late = found.pop("kept")
    assert found == {"used": [1, 0], "of bob": [0, 0], "of sudo": [0, 0],
                     "made up": 0, "close": [0, 0, 0, 1, 0]}
    # The sessions of refused tickets are there, and nothing proves them.
    assert [s["proof_age_s"] for s in sessions(host)] == [None] * len(
        sessions(host))
    # A crash of oktad leaves no ticket behind.
    host.ok(f"kill -KILL $(pidof oktad); {OKTAD} stop; {OKTAD} start")
    assert play(host, ALICE + f"json.dump(session(OPEN, {late!r})[0], "
                "sys.stdout)") == 0
    assert host.run(f"grep -r {late} /var/lib/okta/private").returncode == 1


def test_login_is_listed_with_what_proved_it_until_it_ends(host):
    host.run("pkill -f 'sleep 31415'")
    host.ok("setsid " + talk(("assword:", PASSWORD + "alice")) +
            "ssh -o NumberOfPasswordPrompts=1 -o PubkeyAuthentication=no "
            "alice@127.0.0.1 sleep 31415 >/dev/null 2>&1 </dev/null &")
    mine = [s for s in wait_for(
        host, lambda all: any(s["name"] == "alice" and s["factors"]
                              for s in all)) if s["factors"]]
    assert len(mine) == 1, host.log()
    s = mine[0]
    assert s["uid"] == int(host.ok("id -u alice"))
    assert s["okta_id"] == "00u1aliceEXAMPLE0001"
    assert (s["service"], s["rhost"]) == ("sshd", "127.0.0.1")
    assert (s["flow"], s["factors"], s["state"]) == ("authn", "password",
                                                     "open")
    # The process that serves it, and the audit session of the login.
    assert host.ok(f"cat /proc/{s['pid']}/comm") == "sshd\n"
    assert s["audit"] == int(host.ok(f"cat /proc/{s['pid']}/sessionid"))
    # The session is open a moment before its command runs.
    assert s["audit"] == int(host.ok(
        "for n in $(seq 600); do p=$(pgrep -f '^sleep 31415') && break; "
        "sleep 0.1; done; cat /proc/$p/sessionid"))
    text = host.ok("oktactl sessions")
    assert s["id"] in text and "127.0.0.1" in text

    # It is still known after a restart of oktad, and its end is noticed.
    host.ok(f"{OKTAD} stop; {OKTAD} start")
    assert [x["id"] for x in sessions(host) if x["id"] == s["id"]] == [s["id"]]
    host.ok("pkill -f '^sleep 31415'")
    assert [x["id"] for x in wait_for(host, lambda all: not any(
        x["id"] == s["id"] and x["state"] == "open" for x in all))
            if x["id"] == s["id"] and x["state"] == "open"] == []


def test_login_by_key_is_a_session_without_a_proof(host):
    add_key(host, "bob")
    host.ok("setsid ssh -o BatchMode=yes bob@127.0.0.1 sleep 31416 "
            ">/dev/null 2>&1 </dev/null &")
    mine = [s for s in wait_for(host, lambda all: any(
        s["rhost"] == "127.0.0.1" and s["name"] == "bob" for s in all))
            if s["name"] == "bob" and s["rhost"] == "127.0.0.1"]
    assert len(mine) == 1, host.log()
    assert (mine[0]["factors"], mine[0]["proof_age_s"]) == (None, None)
    # The session is open a moment before its command runs.
    host.ok("for n in $(seq 600); do pkill -f '^sleep 31416' && exit; "
            "sleep 0.1; done; exit 1")


def test_file_of_another_boot_or_of_nobody_s_making_is_worth_nothing(host):
    path = "/var/lib/okta/private/sessions"
    play(host, ALICE + "json.dump(session(OPEN, ''), sys.stdout)")
    assert len(sessions(host)) > 0
    assert host.ok(f"stat -c '%a %u' {path}") == "600 0\n"
    for spoil in (f"chmod 666 {path}",
                  f"head -c 3000 /dev/urandom >{path}",
                  # A boot id that is not this boot's.
                  f"""/usr/bin/python3 - <<'END'
data = bytearray(open("{path}", "rb").read())
data[8] ^= 1
open("{path}", "wb").write(data)
END"""):
        play(host, ALICE + "json.dump(session(OPEN, ''), sys.stdout)")
        host.ok(f"{OKTAD} stop")
        host.ok(spoil)
        host.ok(f"{OKTAD} start")
        assert sessions(host) == [], spoil
        assert host.ok(f"stat -c '%a %u' {path}") == "600 0\n"
    status, lines, _ = ssh(host, "alice", PASSWORD + "alice")
    assert (status, lines[-1]) == (0, "alice")


def test_ticket_that_comes_late_is_worth_nothing(host):
    """Twice the deadline of the login is its life: here ten seconds."""
    host.ok("cp -p /etc/okta/okta.conf /tmp/kept.conf; printf "
            "'\\n[login]\\ndeadline = 5 s\\n' >>/etc/okta/okta.conf; "
            "kill -HUP $(pidof oktad)")
    try:
        assert play(host, ALICE + """
soon, late = ticket(), ticket()
found = [session(OPEN, soon)[0]]
time.sleep(10.5)
json.dump(found + [session(OPEN, late)[0]], sys.stdout)
""") == [1, 0]
    finally:
        host.ok("cp -p /tmp/kept.conf /etc/okta/okta.conf; "
                "kill -HUP $(pidof oktad)")
