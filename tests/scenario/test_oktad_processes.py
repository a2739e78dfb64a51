"""What each process of the product is and can do, read from the kernel while a
login is under way."""

import json
import os
import subprocess

import pytest

from logins import OKTAD, PASSWORD
from wire_client import play

# A login that has been asked for its password, and what the kernel says of
# every process then.
TABLE = r"""
import json, pwd

def links(pid, name):
    return os.readlink(f"/proc/{pid}/{name}")

def table():
    found = {}
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as f:
                words = f.read().split(b"\0")
            with open(f"/proc/{pid}/status") as f:
                status = dict(line.rstrip("\n").split(":\t", 1) for line in f
                              if ":\t" in line)
        except OSError:
            continue
        name = os.path.basename(words[0].decode())
        if name not in ("oktad", "oktad-net", "oktad-sync", "oktad-login"):
            continue
        found[name] = {
            "pid": int(pid), "uid": status["Uid"].split(),
            "gid": status["Gid"].split(), "groups": status["Groups"].split(),
            "cap_eff": int(status["CapEff"], 16),
            "cap_prm": int(status["CapPrm"], 16),
            "cap_inh": int(status["CapInh"], 16),
            "cap_amb": int(status["CapAmb"], 16),
            "cap_bnd": int(status["CapBnd"], 16),
            "no_new_privs": status["NoNewPrivs"],
            "seccomp": status["Seccomp"], "threads": status["Threads"],
            "netns": links(pid, "ns/net"),
            "environ": open(f"/proc/{pid}/environ", "rb").read().decode(),
            "cmdline": [w.decode() for w in words[:-1]],
            "core": [l.split()[4:6] for l in open(f"/proc/{pid}/limits")
                     if l.startswith("Max core")][0],
            "sockets": sum(links(pid, f"fd/{fd}").startswith("socket:")
                           for fd in os.listdir(f"/proc/{pid}/fd")),
            "inet": sum(len(open(f"/proc/{pid}/net/{t}").readlines()) - 1
                        for t in ("tcp", "tcp6", "udp", "udp6", "raw")),
            "owner": os.stat(f"/proc/{pid}/mem").st_uid,
        }
    return found

alice = pwd.getpwnam("alice")
s = dial(LOGIN_SOCK)
s.sendall(frame(LOGIN, hello(alice.pw_uid) + field(4, "alice") +
                field(5, 30000)))
assert receive(s)[0] == PROMPT
found = table()
found["users"] = {n: [pwd.getpwnam(n).pw_uid, pwd.getpwnam(n).pw_gid]
                  for n in ("oktad-net", "oktad-sync", "oktad-login")}
found["netns"] = links("self", "ns/net")
"""

CAP_KILL, CAP_SETGID, CAP_SETUID, CAP_SETPCAP, CAP_SYS_ADMIN = 5, 6, 7, 8, 21


@pytest.fixture(scope="module")
def table(host):
    return play(host, TABLE + "json.dump(found, sys.stdout)")


def test_each_service_runs_as_its_own_user_without_any_capability(table):
    for name, (uid, gid) in table["users"].items():
        p = table[name]
        assert p["uid"] == [str(uid)] * 4, name
        assert p["gid"] == [str(gid)] * 4, name
        assert set(p["groups"]) <= {str(gid)}, name
        for caps in ("cap_eff", "cap_prm", "cap_inh", "cap_amb", "cap_bnd"):
            assert p[caps] == 0, (name, caps)
        assert p["no_new_privs"] == "1", name
        assert p["seccomp"] == "2", name
    assert len({u for u, _ in table["users"].values()}) == 3


def test_oktad_keeps_no_more_power_than_it_uses(table):
    p = table["oktad"]
    kept = sum(1 << c for c in (CAP_KILL, CAP_SETGID, CAP_SETUID, CAP_SETPCAP,
                                CAP_SYS_ADMIN))
    assert p["uid"] == ["0"] * 4
    assert p["cap_eff"] == p["cap_prm"] == p["cap_bnd"] == kept
    assert p["cap_inh"] == p["cap_amb"] == 0
    assert p["no_new_privs"] == "1"
    assert p["threads"] == "1"


def test_only_net_has_a_network(table):
    for name in ("oktad", "oktad-sync", "oktad-login"):
        assert table[name]["netns"] != table["netns"], name
        assert table[name]["inet"] == 0, name
    assert table["oktad-net"]["netns"] == table["netns"]
    # The client and oktad; nothing else.
    assert table["oktad-login"]["sockets"] == 2


@pytest.mark.threat("T110", reduced="environment, core limit and /proc; the "
                    "words of a login are looked for in test_login_secrets")
def test_nothing_can_be_read_from_outside(table):
    for name in ("oktad", "oktad-net", "oktad-sync", "oktad-login"):
        p = table[name]
        # What oktad itself was started with, is its caller's.
        assert name == "oktad" or p["environ"] in ("", "\0"), name
        assert p["core"] == ["0", "0"], name
        # Not dumpable: /proc/PID belongs to root (proc(5)).
        assert p["owner"] == 0, name
        assert len(p["cmdline"]) <= 3, name


@pytest.mark.threat("T85", reduced="oktad; the children get none at all")
def test_environment_of_the_caller_reaches_nobody(host):
    evil = ("http_proxy=http://127.0.0.1:9 https_proxy=http://127.0.0.1:9 "
            "SSL_CERT_FILE=/evil SSLKEYLOGFILE=/tmp/keys OPENSSL_CONF=/evil "
            "LD_BIND_NOW=1 ")
    host.ok("kill $(cat /run/okta-host/oktad.pid); sleep 1")
    host.ok(f"env {evil} /usr/sbin/oktad -f >>/tmp/oktad.out 2>&1 & sleep 3")
    try:
        found = play(host, TABLE + "json.dump(found, sys.stdout)")
        assert "evil" in found["oktad"]["environ"]
        for name in ("oktad-net", "oktad-sync", "oktad-login"):
            environ = found[name]["environ"].strip("\0")
            assert environ == "", name
        code = play(host, "import json, pwd\njson.dump(login(LOGIN_SOCK, "
                    "pwd.getpwnam('alice').pw_uid, 'alice', "
                    f"{PASSWORD + 'alice'!r})[0], sys.stdout)")
        assert code == 1, host.run("cat /tmp/oktad.out").stdout
        assert host.run("test -e /tmp/keys").returncode == 1
    finally:
        host.ok("pkill -x oktad; sleep 1; rm -f /run/okta-host/oktad.pid")
        host.ok(f"{OKTAD} start")


PROBE = TABLE + r"""
import subprocess
def probe(*how):
    r = subprocess.run([%r, *how, str(found["oktad-login"]["pid"]),
                        "/var/lib/okta/private/people",
                        "/var/lib/okta/private/budget",
                        "/var/lib/okta/state/state.db",
                        "/etc/okta/okta.conf", "/etc/okta/key.pem"],
                       stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return [r.returncode, r.stdout.decode().split()]
json.dump([probe(), probe("free")], sys.stdout)
"""


def test_worker_can_not_touch_its_siblings_nor_any_file(host, build):
    program = os.path.join(build, "tests/worker_probe")
    subprocess.run(["make", "-s", "-C", build, "tests/worker_probe"],
                   check=True, stdout=subprocess.DEVNULL,
                   env={k: v for k, v in os.environ.items()
                        if "MAKE" not in k})
    caged, free = play(host, PROBE % program)
    assert caged == [0, []]
    # Without the sandbox the kernel lets the same uid signal and start
    # programs, but still neither read nor trace it, nor open a file of ours.
    assert {"kill", "unix", "fork", "exec"} <= set(free[1])
    assert "ptrace" not in free[1]
    assert not [w for w in free[1] if w.startswith("/")], json.dumps(free)
