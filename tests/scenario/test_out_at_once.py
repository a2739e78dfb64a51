"""Whoever is switched off in Okta is out at once, with all that they left
running, and nobody else is (T104, T105)."""

import json
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from logins import OKTAD, PASSWORD, add_local_people, ssh, ssh_key
from presence import SIX, kinds, prepare, settle_in, wait_until
from private_host import TREE, PrivateHost

POLL_S = 1
NEW_LOGIN_S = POLL_S + 5
ENDED_S = 30
ALICE = "00u1aliceEXAMPLE0001"


@pytest.fixture(scope="module")
def conf(tmp_path_factory):
    with open(f"{TREE}/tests/host/okta.conf", encoding="utf-8") as f:
        text = f.read()
    path = tmp_path_factory.mktemp("out") / "okta.conf"
    path.write_text(text.replace("[directory]",
                                 f"[directory]\npoll_interval = {POLL_S} s"))
    return str(path)


@pytest.fixture
def host(build, conf):
    """A host of its own for each: what is held would show in the next."""
    with PrivateHost("--build", build, "--config", conf) as h:
        add_local_people(h)
        prepare(h, "alice", "bob")
        h.ok("setsid cron -f >>$OKTA_LOG 2>&1 </dev/null &")
        yield h


def ids(host):
    people = json.loads(json.dumps(host.control("GET", "/org")))["users"]
    return {u["profile"]["login"].split("@")[0]: u["id"] for u in people}


def set_status(host, status, *names):
    """All in one moment: a guard has to see them together."""
    known = ids(host)
    with ThreadPoolExecutor() as pool:
        list(pool.map(lambda name: host.control(
            "PATCH", f"/users/{known[name]}", {"status": status}), names))


def bystanders(host):
    """Processes that nobody may touch: root's, a local user's, bob's."""
    host.ok("""
        setsid sleep 5550 </dev/null >/dev/null 2>&1 &
        setsid setpriv --reuid 1000 --regid 1000 --clear-groups sleep 5551 \
            </dev/null >/dev/null 2>&1 &
        setsid ssh -tt -o BatchMode=yes bob@127.0.0.1 sleep 5552 \
            </dev/null >/dev/null 2>&1 &
        """)
    wait_until(lambda: there(host) == ["5550", "5551", "5552"], 20)


def there(host):
    return sorted({line.split()[-1] for line in host.run(
        "pgrep -a sleep").stdout.splitlines()
        if line.split()[-1].startswith("555")})


@pytest.mark.threat("T104", reduced="a process left behind stands for the "
                    "user manager here; test_out_boot.py has a real one")
@pytest.mark.threat("T105", reduced="one person leaves; the others are in "
                    "test_all_deactivated_at_once...")
def test_leaver_is_gone_in_six_kinds_and_nobody_else_is_touched(host):
    settle_in(host, "alice", 777)
    bystanders(host)
    # The admin has become alice: that ends, the admin's own shell does not.
    host.ok("setsid sh -c 'su alice -c \"sleep 7779\"; sleep 5559' "
            "</dev/null >/dev/null 2>&1 &")
    wait_until(lambda: kinds(host, 777) == list(SIX), 90)
    host.ok("mkdir -p /run/sudo/ts && touch /run/sudo/ts/alice "
            "/run/sudo/ts/$(id -u alice) /run/sudo/ts/bob")
    assert ssh_key(host, "alice").stdout == "alice\n"

    start = time.monotonic()
    set_status(host, "DEPROVISIONED", "alice")
    wait_until(lambda: ssh_key(host, "alice").returncode != 0, NEW_LOGIN_S)
    refused = time.monotonic() - start
    wait_until(lambda: kinds(host, 777) == [] and
               host.run("pgrep -u alice").stdout == "", ENDED_S)
    ended = time.monotonic() - start
    print(f"no new login after {refused:.1f} s, gone after {ended:.1f} s")
    assert host.run("pgrep -fx 'sleep 7779'").stdout == ""
    # A local admin's login goes on, and everybody else's.
    assert there(host) == ["5550", "5551", "5552", "5559"]
    assert host.ok("ls /run/sudo/ts") == "bob\n"
    # The sweep tells when it is through.
    wait_until(lambda: "event=session_end user=alice" in host.log(), 15)
    assert [s["name"] for s in json.loads(host.ok(
        "oktactl --json sessions"))["sessions"] if s["name"] == "alice"] == []
    # cron keeps trying, and the account phase keeps it out.
    assert host.ok("getent passwd alice")


@pytest.mark.threat("T105", whole=True)
def test_all_deactivated_at_once_end_nobody_s_session(host):
    bystanders(host)
    settle_in(host, "alice", 777)
    wait_until(lambda: kinds(host, 777)[:5] == list(SIX[:5]), 30)
    set_status(host, "DEPROVISIONED", *ids(host))
    wait_until(lambda: ssh_key(host, "alice").returncode != 0 and
               ssh_key(host, "bob").returncode != 0, NEW_LOGIN_S + 5)
    time.sleep(12)
    assert kinds(host, 777)[:5] == list(SIX[:5]), host.log()
    assert there(host) == ["5550", "5551", "5552"]
    alarm = [x for x in host.log().splitlines() if "sessions_held" in x]
    assert alarm and "oktactl logout --held" in alarm[0]
    assert ssh(host, "bob", PASSWORD + "bob")[0] != 0
    assert json.loads(host.ok("oktactl --json sessions"))["held"] > 0

    # Neither a restart nor SIGKILL of oktad lifts it.
    host.ok(f"{OKTAD} stop; {OKTAD} start")
    time.sleep(10)
    assert kinds(host, 777)[:5] == list(SIX[:5]), host.log()
    # One of them by hand is root's own word, and so is all of them.
    done = json.loads(host.ok("oktactl --json logout bob"))
    assert done["result"] == "ok" and done["found"] == done["ended"] > 0
    assert there(host) == ["5550", "5551"]
    assert kinds(host, 777)[:5] == list(SIX[:5])
    assert "will be ended" in host.ok("oktactl logout --held")
    wait_until(lambda: kinds(host, 777) == [], ENDED_S)
    assert host.ok("oktactl logout --held") == "nothing is held\n"
    assert there(host) == ["5550", "5551"]


@pytest.mark.threat("T105", reduced="the people come back")
def test_people_who_come_back_have_kept_their_sessions(host):
    settle_in(host, "alice", 777)
    wait_until(lambda: kinds(host, 777)[:5] == list(SIX[:5]), 30)
    set_status(host, "SUSPENDED", "alice", "bob")
    wait_until(lambda: "sessions_held" in host.log(), 20)
    set_status(host, "ACTIVE", "alice", "bob")
    wait_until(lambda: "sessions_released" in host.log(), 30)
    time.sleep(8)
    assert kinds(host, 777)[:5] == list(SIX[:5])
    assert ssh_key(host, "alice").stdout == "alice\n"
    # From now on a leaver is a leaver again.
    set_status(host, "SUSPENDED", "alice")
    wait_until(lambda: kinds(host, 777) == [], ENDED_S + NEW_LOGIN_S)


def test_cleared_sessions_end_and_later_ones_stay(host):
    settle_in(host, "alice", 777)
    wait_until(lambda: kinds(host, 777)[:5] == list(SIX[:5]), 30)
    for event in ("user.session.clear",
                  "user.authentication.universal_logout"):
        host.control("POST", "/events", {"eventType": event, "user": ALICE,
                                         "outcome": "FAILURE"})
    time.sleep(6)
    assert kinds(host, 777)[:5] == list(SIX[:5])
    for event in ("user.session.clear",
                  "user.authentication.universal_logout"):
        host.run("pkill -fx 'sleep 8880'")
        host.ok("setsid ssh -o BatchMode=yes alice@127.0.0.1 sleep 8880 "
                "</dev/null >/dev/null 2>&1 &")
        wait_until(lambda: kinds(host, 888) == ["ssh"], 20)
        time.sleep(2)  # Okta's times are whole seconds
        host.control("POST", "/events", {"eventType": event, "user": ALICE})
        # The person is no leaver: who logs in behind it stays.
        time.sleep(2)
        host.ok("setsid ssh -o BatchMode=yes alice@127.0.0.1 sleep 9990 "
                "</dev/null >/dev/null 2>&1 &")
        wait_until(lambda: kinds(host, 888) == [], ENDED_S)
        wait_until(lambda: kinds(host, 999) == ["ssh"], 20)
        time.sleep(8)
        assert kinds(host, 999) == ["ssh"], host.log()
        host.run("pkill -fx 'sleep 9990'")
    assert set(kinds(host, 777)) <= {"cron"}  # which begins anew each minute


CROWD = 8


@pytest.fixture
def crowded(build, conf, tmp_path):
    """A host with eight more people, each logged in by key."""
    with open(f"{TREE}/tests/emulator/orgs/default.json",
              encoding="utf-8") as f:
        org = json.load(f)
    for i in range(CROWD):
        org["users"].append({
            "id": f"00u9personEXAMPLE{i:03d}", "status": "ACTIVE",
            "profile": {"login": f"person{i}@example.com",
                        "email": f"person{i}@example.com",
                        "firstName": "Person", "lastName": str(i)},
            "groups": ["Linux Users"]})
    path = tmp_path / "org.json"
    path.write_text(json.dumps(org))
    with PrivateHost("--build", build, "--config", conf, "--org",
                     str(path)) as h:
        names = [f"person{i}" for i in range(CROWD)]
        prepare(h, *names)
        for i, name in enumerate(names):
            h.ok(f"setsid ssh -o BatchMode=yes {name}@127.0.0.1 "
                 f"sleep {9990 + i} </dev/null >/dev/null 2>&1 &")
        wait_until(lambda: len(h.run("pgrep -fx 'sleep 999[0-9]'")
                               .stdout.split()) == CROWD, 30)
        yield h


@pytest.mark.threat("T105", reduced="clearing of sessions")
def test_clearing_everybody_s_sessions_is_bounded(crowded):
    """A sync that was taken over can say so of everybody: five may be true."""
    host = crowded
    time.sleep(2)
    for i in range(CROWD):
        host.control("POST", "/events", {
            "eventType": "user.session.clear",
            "user": f"00u9personEXAMPLE{i:03d}"})
    wait_until(lambda: "sessions_held" in host.log(), 20)
    time.sleep(40)
    assert len(host.run("pgrep -fx 'sleep 999[0-9]'").stdout.split()) == \
        CROWD - 5, host.log()


def test_logout_says_first_what_it_would_end(host):
    settle_in(host, "alice", 777)
    bystanders(host)
    wait_until(lambda: kinds(host, 777)[:5] == list(SIX[:5]), 30)
    would = json.loads(host.ok("oktactl --json logout --dry-run alice"))
    names = {p["name"] for p in would["processes"]}
    assert {"sshd", "sleep", "tmux: server", "sudo"} <= names
    assert would["ended"] == 0 and would["found"] >= 10
    mine = set(host.ok("pgrep -u alice").split())
    assert mine <= {str(p["pid"]) for p in would["processes"]}
    assert kinds(host, 777)[:5] == list(SIX[:5])

    # One session, by its id: that of the sudo shell's ssh and nothing else.
    leader = host.ok("cat /proc/$(pgrep -u alice -fx 'sleep 7770')"
                     "/sessionid").strip()
    one = [s for s in json.loads(host.ok(
        "oktactl --json sessions"))["sessions"]
           if str(s["audit"]) == leader and s["service"] == "sshd"]
    assert len(one) == 1
    host.ok(f"oktactl logout {one[0]['id']}")
    assert kinds(host, 777)[:5] == list(SIX[1:5])
    text = host.ok("oktactl logout alice")
    assert "processes ended" in text
    assert kinds(host, 777)[:5] == []
    assert there(host) == ["5550", "5551", "5552"]
    # She may come in again.
    assert ssh_key(host, "alice").stdout == "alice\n"
    nobody = host.run("oktactl logout nobody1")
    assert nobody.returncode == 1 and "neither a person" in nobody.stderr
    assert host.run("oktactl logout root").returncode == 1
    for words in ("", "--held alice", "--dry-run", "alice bob", "--what alice"):
        assert host.run(f"oktactl logout {words}").returncode == 2


def test_endings_can_be_switched_off(host):
    host.ok("""
        printf '\\n[sessions]\\nend = no\\n' >>/etc/okta/okta.conf
        kill -HUP $(pidof oktad)
        """)
    settle_in(host, "alice", 777)
    wait_until(lambda: kinds(host, 777)[:5] == list(SIX[:5]), 30)
    set_status(host, "DEPROVISIONED", "alice")
    wait_until(lambda: ssh_key(host, "alice").returncode != 0, NEW_LOGIN_S)
    time.sleep(10)
    assert kinds(host, 777)[:5] == list(SIX[:5])
