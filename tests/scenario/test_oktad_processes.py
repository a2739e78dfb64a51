"""What each process of the product is and can do, read from the kernel while a
login is under way."""

import json
import os
import subprocess

import pytest

import process_table
from logins import OKTAD, PASSWORD
from wire_client import play

# A login that has been asked for its password, and what the kernel says of
# every process then.
TABLE = process_table.SOURCE + r"""
s = under_way("alice")
found = table()
found["users"] = {n: [pwd.getpwnam(n).pw_uid, pwd.getpwnam(n).pw_gid]
                  for n in ("oktad-net", "oktad-sync", "oktad-login")}
found["netns"] = links("self", "ns/net")
"""

CAP_CHOWN, CAP_KILL, CAP_SETGID, CAP_SETUID, CAP_SETPCAP = 0, 5, 6, 7, 8
CAP_SYS_ADMIN = 21


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
    # The first and the last only as oktad -f, which makes folder and network
    # itself.
    kept = sum(1 << c for c in (CAP_CHOWN, CAP_KILL, CAP_SETGID, CAP_SETUID,
                                CAP_SETPCAP, CAP_SYS_ADMIN))
    assert p["uid"] == ["0"] * 4
    assert p["cap_eff"] == p["cap_prm"] == p["cap_bnd"] == kept
    assert p["cap_inh"] == p["cap_amb"] == 0
    assert p["no_new_privs"] == "1"
    assert p["seccomp"] == "2"
    assert p["threads"] == "1"


def test_only_net_has_a_network(table):
    for name in ("oktad", "oktad-sync", "oktad-login"):
        assert table[name]["netns"] != table["netns"], name
        assert table[name]["inet"] == 0, name
    assert table["oktad-net"]["netns"] == table["netns"]
    # The client and oktad; nothing else.
    assert table["oktad-login"]["sockets"] == 2


@pytest.mark.threat("T110")
def test_nothing_can_be_read_from_outside(table):
    for name in ("oktad", "oktad-net", "oktad-sync", "oktad-login"):
        p = table[name]
        # What oktad itself was started with, is its caller's.
        assert name == "oktad" or p["environ"] in ("", "\0"), name
        assert p["core"] == ["0", "0"], name
        # Not dumpable: /proc/PID belongs to root (proc(5)).
        assert p["owner"] == 0, name
        assert len(p["cmdline"]) <= 3, name


@pytest.mark.threat("T85")
def test_environment_of_the_caller_reaches_nobody(host):
    evil = ("http_proxy=http://127.0.0.1:9 https_proxy=http://127.0.0.1:9 "
            "SSL_CERT_FILE=/evil SSLKEYLOGFILE=/tmp/keys OPENSSL_CONF=/evil "
            "SSL_CERT_DIR=/evil CURL_CA_BUNDLE=/evil ALL_PROXY=http://"
            "127.0.0.1:9 RES_OPTIONS=use-vc HOSTALIASES=/evil LD_BIND_NOW=1 ")
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
        host.ok(f"env {evil} oktactl sync")
        host.control("PUT", "/org", {"switches": {"pipeline": "v1"}})
        host.ok(f"env {evil} oktactl check")
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
