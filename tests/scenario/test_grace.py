"""sudo inside a login that was proven a short while ago: nothing is asked, and
nobody else's proof can be borrowed."""

import json
import time

import pytest

from logins import PASSWORD, add_key, as_user, authn_calls, ssh, talk
from private_host import TREE, PrivateHost
from wire_client import play

GRACE_S = 20
# Without a terminal and with nothing remembered, sudo can not ask.
SUDO = "sudo -K; sudo id -un"


@pytest.fixture(scope="module")
def host(build, tmp_path_factory):
    folder = tmp_path_factory.mktemp("grace")
    with open(f"{TREE}/tests/host/okta.conf", encoding="utf-8") as f:
        conf = f.read()
    for service in ("sudo", "su"):
        conf = conf.replace(
            f"[service {service}]\n", f"[service {service}]\n"
            f"grace = {GRACE_S} s\n" + "grace_root = yes\n" *
            (service == "sudo"))
    conf = conf.replace("[directory]", "[directory]\npoll_interval = 1 s")
    with open(f"{TREE}/tests/emulator/orgs/default.json",
              encoding="utf-8") as f:
        org = json.load(f)
    org.setdefault("switches", {})["authn_per_second"] = 0
    (folder / "okta.conf").write_text(conf)
    (folder / "org.json").write_text(json.dumps(org))
    with PrivateHost("--build", build, "--config", str(folder / "okta.conf"),
                     "--org", str(folder / "org.json")) as h:
        add_key(h, "alice")
        h.ok("echo 'alice ALL=(ALL:ALL) ALL' >/etc/sudoers.d/alice")
        yield h


def by_password(host, command):
    """What a login by password says in the end."""
    status, lines, _ = ssh(host, "alice", PASSWORD + "alice", command)
    return status, lines[-1] if lines else ""


def by_key(host, command):
    done = host.run(f"ssh -o BatchMode=yes alice@127.0.0.1 '{command}'")
    return done.returncode, done.stdout.strip()


def test_sudo_in_a_proven_login_asks_neither_person_nor_okta(host):
    before = len(authn_calls(host))
    assert by_password(host, SUDO) == (0, "root")
    assert len(authn_calls(host)) == before + 1  # the login's own
    assert "factors=session" in host.log()
    # su asks for the one to become, who is the same person.
    assert by_password(host, "su alice -c \"id -un\" </dev/null") == (
        0, "alice")
    assert len(authn_calls(host)) == before + 2


def test_who_has_become_somebody_else_in_it_borrows_nothing(host):
    """Another uid is in the same audit session, and may know no password."""
    command = ("sudo -K; sudo -u bob id -un; "
               "sudo -u bob su alice -c \"id -un\" </dev/null")
    status, said = by_password(host, command)
    assert status != 0 and said != "alice"
    assert "bob" in ssh(host, "alice", PASSWORD + "alice",
                        "sudo -K; sudo -u bob id -un")[1]


def test_login_by_key_has_proven_nothing(host):
    assert by_key(host, SUDO)[0] != 0


def test_proof_of_one_login_is_none_for_another_of_the_same_person(host):
    host.ok("setsid " + talk(("assword:", PASSWORD + "alice")) +
            "ssh -o PubkeyAuthentication=no alice@127.0.0.1 sleep 4242 "
            ">/dev/null 2>&1 </dev/null &")
    end = time.monotonic() + 20
    while host.run("pgrep -u alice -fx 'sleep 4242'").returncode != 0:
        assert time.monotonic() < end
        time.sleep(0.1)
    mine = [s for s in json.loads(host.ok("oktactl --json sessions"))[
        "sessions"] if s["grace_s"] > 0]
    assert len(mine) == 1 and mine[0]["grace_s"] <= GRACE_S
    assert "grace" in host.ok("oktactl sessions")
    # Neither from a login of hers by key, nor as a process of hers that comes
    # from no login at all, nor as somebody else inside hers.
    assert by_key(host, SUDO)[0] != 0
    assert host.run(as_user("alice") + f"sh -c '{SUDO}'").returncode != 0
    assert by_key(host, "su bob -c id </dev/null")[0] != 0
    # What the kernel says of the login is believed from root only.
    digits = "%08x%08x" % (mine[0]["audit"], mine[0]["uid"]) + "0" * 16
    claim = f"""
import json
with dial(PATH) as s:
    s.sendall(frame(LOGIN, hello({mine[0]['uid']}, "sudo", "{digits}") +
                    field(4, "alice") + field(5, 20000)))
    json.dump(receive(s)[0], sys.stdout)
"""
    assert play(host, "PATH = SELF_SOCK\n" + claim, "alice") == 65  # PROMPT
    assert play(host, "PATH = LOGIN_SOCK\n" + claim) == 67  # VERDICT
    # Nor for another uid, or another session.
    other = "%08x%08x" % (mine[0]["audit"] + 1, mine[0]["uid"]) + "0" * 16
    assert play(host, "PATH = LOGIN_SOCK\n" +
                claim.replace(digits, other)) == 65
    host.run("pkill -fx 'sleep 4242'")


def test_grace_ends_when_it_is_over_and_is_not_renewed_by_use(host):
    half, rest = GRACE_S // 2, GRACE_S // 2 + 3
    tail = ssh(host, "alice", PASSWORD + "alice",
               f"sleep {half}; sudo -K; sudo echo still; sleep {rest}; "
               "sudo -K; sudo echo yet")[1]
    assert "still" in tail and "yet" not in tail


def test_root_takes_grace_back(host):
    host.ok("rm -f /tmp/go; mkdir -p /tmp/out; chmod 777 /tmp/out; "
            "rm -f /tmp/out/*")
    host.ok("setsid " + talk(("assword:", PASSWORD + "alice")) +
            "ssh -o PubkeyAuthentication=no alice@127.0.0.1 "
            "'touch /tmp/out/in; until test -e /tmp/go; do sleep 0.1; done; "
            "sudo -K; sudo id -un >/tmp/out/who; touch /tmp/out/done' "
            ">/dev/null 2>&1 </dev/null &")
    wait(host, "test -e /tmp/out/in")
    found = json.loads(host.ok("oktactl --json logout --grace alice"))
    assert found["found"] >= 1
    assert [s for s in json.loads(host.ok("oktactl --json sessions"))[
        "sessions"] if s["grace_s"] > 0] == []
    host.ok("touch /tmp/go")
    wait(host, "test -e /tmp/out/done")
    assert host.ok("cat /tmp/out/who") == ""


def wait(host, command, seconds=20):
    end = time.monotonic() + seconds
    while host.run(command).returncode != 0:
        assert time.monotonic() < end, host.log()
        time.sleep(0.1)


def test_what_a_closed_login_left_running_has_no_grace(host):
    host.ok("rm -rf /tmp/go /tmp/out; mkdir -m 777 /tmp/out")
    assert by_password(
        host, "setsid sh -c \"until test -e /tmp/go; do sleep 0.1; done; "
              "sudo -K; sudo id -un >/tmp/out/who; touch /tmp/out/done\" "
              "</dev/null >/dev/null 2>&1 & echo in")[1] == "in"
    time.sleep(1)
    host.ok("touch /tmp/go")
    wait(host, "test -e /tmp/out/done")
    assert host.ok("cat /tmp/out/who") == ""


@pytest.mark.parametrize("lines, words", [
    ("[service sshd]\ngrace = 60 s", "only sudo"),
    ("[service default]\ngrace = 60 s", "only sudo"),
    ("[service sudo]\ngrace = 60 s", "grace_root = yes"),
    ("[service polkit-1]\ngrace = 60 s", "grace_root = yes"),
    ("[service sudo]\ngrace = 2 h\ngrace_root = yes", "3600"),
])
def test_grace_where_it_would_mean_something_else_is_refused(host, lines,
                                                             words):
    host.ok("sed '/^\\[service/,$d' "
            "/etc/okta/okta.conf >/etc/okta/test.conf; "
            f"printf '%s\\n' '{lines}' >>/etc/okta/test.conf; "
            "chmod 600 /etc/okta/test.conf")
    done = host.run("oktad -n -c /etc/okta/test.conf")
    assert done.returncode == 3 and words in done.stderr, done
