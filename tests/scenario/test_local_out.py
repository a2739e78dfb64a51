"""Out at once, of accounts that this host has itself: what is one person's
alone ends with that person, whoever knows of it; what is shared ends by login
(T104, T105)."""

import json

import pytest

from local_fixtures import *  # noqa: F401,F403
from local_fixtures import DEPLOY, IDS, by_key, is_there, stay, status
from logins import OKTAD
from test_access_rules import until

AS = ("setsid setpriv --reuid %s --regid %s --clear-groups sleep %d "
      ">/dev/null 2>&1 </dev/null &")


def run_as(host, name, seconds):
    """A process of an account that no login and no record leads to."""
    host.ok(AS % (name, name, seconds))
    until(host, lambda: is_there(host, seconds))


@pytest.mark.threat("T104")
@pytest.mark.threat("T105")
def test_login_that_oktad_never_saw_ends_with_its_person(host, keys):
    """To an account that is one person's alone, while oktad was down."""
    for name, seconds in (("deploy", 6104), ("lena", 6105)):
        run_as(host, name, seconds)
    host.ok(f"{OKTAD} stop")
    try:
        stay(host, "alice", "alice", 6101)
        host.ok(SSH_LEAVE % ("alice", "alice", 6102))
        run_as(host, "alice", 6103)
        before = host.ok("oktactl --json sessions || true")
        assert "6101" not in before
    finally:
        host.ok(f"{OKTAD} start")
    stay(host, "bob", "deploy", 6106)
    try:
        assert [s for s in json.loads(host.ok("oktactl --json sessions"))
                ["sessions"] if s["account"] == "alice"] == []
        would = json.loads(host.ok("oktactl --json logout --dry-run alice"))
        pids = {str(p["pid"]) for p in would["processes"]}
        assert set(host.ok("pgrep -u alice").split()) <= pids
        assert pids.isdisjoint(host.ok("pgrep -u deploy,lena").split())
        host.ok("mkdir -p /run/sudo/ts; touch /run/sudo/ts/alice "
                "/run/sudo/ts/1200 /run/sudo/ts/1201")
        host.control("PATCH", "/users/alice@example.com",
                     {"status": "SUSPENDED"})
        until(host, lambda: host.run("pgrep -u alice").stdout == "", 60)
        until(host, lambda: "event=session_end user=alice" in host.log(), 30)
        for seconds in (6104, 6105, 6106):
            assert is_there(host, seconds), host.log()[-3000:]
        assert host.ok("ls /run/sudo/ts").split() == ["1201"]
    finally:
        host.run("pkill -fx 'sleep 610[1-6]'; rm -f /run/sudo/ts/1201")
        status(host, "alice", "ACTIVE")
    assert by_key(host, "alice", "alice") == "alice@example.com"


SSH_LEAVE = ("ssh -o BatchMode=yes -i /root/k-%s %s@127.0.0.1 "
             "'setsid sleep %d >/dev/null 2>&1 </dev/null &'")


@pytest.mark.threat("T104")
@pytest.mark.threat("T105")
def test_what_is_left_behind_on_a_shared_account_ends_with_its_login(
        host, keys):
    """Left by each of two people; one is revoked. What is nobody's by any
    login goes on, as okta.conf(5) says."""
    host.ok("echo 'deploy ALL=(ALL) NOPASSWD: ALL' "
            ">/etc/sudoers.d/zz-leave")
    for n, who in ((0, "bob"), (1, "carol")):
        ssh = (f"ssh -o BatchMode=yes -i /root/k-{who} deploy@127.0.0.1 ")
        host.ok(ssh + f"'tmux -L {who} new-session -d sleep 620{n}'")
        host.ok(SSH_LEAVE % (who, "deploy", 6210 + n))
        host.ok(f"setsid {ssh.replace('ssh ', 'ssh -tt ', 1)} "
                f"'sudo su lena -c \"sleep 622{n}\"' "
                ">/dev/null 2>&1 </dev/null &")
        host.ok(f"setsid {ssh.replace('ssh ', 'ssh -tt ', 1)} "
                f"sudo -i sleep 623{n} >/dev/null 2>&1 </dev/null &")
    run_as(host, "deploy", 6240)
    every = [6200, 6210, 6220, 6230, 6201, 6211, 6221, 6231]
    until(host, lambda: all(is_there(host, n) for n in every), 60)
    host.control("DELETE", f"/groups/{DEPLOY}/users/{IDS['bob']}")
    try:
        until(host, lambda: not any(is_there(host, n) for n in every[:4]), 60)
        until(host, lambda: "event=session_end user=bob" in host.log(), 30)
        for n in every[4:] + [6240]:
            assert is_there(host, n), (n, host.log()[-3000:])
    finally:
        host.run("pkill -fx 'sleep 62[0-4][01]'; "
                 "rm -f /etc/sudoers.d/zz-leave")
        host.control("PUT", f"/groups/{DEPLOY}/users/{IDS['bob']}")
        host.ok("oktactl sync")
    assert by_key(host, "bob", "deploy") == "bob@example.com"
