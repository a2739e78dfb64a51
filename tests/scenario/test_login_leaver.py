"""Somebody leaves: every way in that never asks for a password is shut by the
account phase, while oktad runs and when it is dead."""

import json
import time

import pytest

from logins import OKTAD, add_key, add_local_people, as_user, ssh_key, talk
from logins import PASSWORD

ALICE = "00u1aliceEXAMPLE0001"


@pytest.fixture(scope="module")
def presence(host):
    """alice and bob with a key, NOPASSWD sudo, a crontab and an at job."""
    add_local_people(host)
    add_key(host, "alice", "bob")
    host.ok("""
        echo 'alice,bob ALL=(ALL:ALL) NOPASSWD: ALL' >/etc/sudoers.d/zz-nopasswd
        chmod 0440 /etc/sudoers.d/zz-nopasswd
        mkdir -m 1777 /tmp/jobs
        for name in alice bob; do
            echo "* * * * * id -un >/tmp/jobs/cron-$name" | crontab -u $name -
        done
        """)
    for daemon in ("cron -f", "atd -f"):
        host.ok(f"setsid {daemon} >>$OKTA_LOG 2>&1 </dev/null &")
    return host


def doors(host):
    """Which ways in are open to alice, and (as control) to bob."""
    sudo = {n: host.run(as_user(n) + "sudo -n id -un") for n in ("alice",
                                                                  "bob")}
    su = {n: host.run(as_user("lena") + talk(("assword:", PASSWORD + n)) +
                      f"su {n} -c 'id -un'") for n in ("alice",)}
    return {"key": [n for n in ("alice", "bob")
                    if ssh_key(host, n).stdout == f"{n}\n"],
            "sudo": [n for n in sudo if sudo[n].stdout == "root\n"],
            "su": [n for n in su if su[n].returncode == 0],
            "su of root": [n for n in ("alice", "bob")
                           if host.run(f"su {n} -c true").returncode == 0]}


def jobs_of_next_minute(host):
    """Who cron and at ran a job for, after both had the time to."""
    host.ok("rm -f /tmp/jobs/*")
    for name in ("alice", "bob"):
        host.ok(as_user(name) +
                f"sh -c 'echo id -un \\>/tmp/jobs/at-{name} | at now'")
    end = time.monotonic() + 70
    while time.monotonic() < end:
        found = set(host.ok("ls /tmp/jobs").split())
        if {"cron-bob", "at-bob"} <= found:
            time.sleep(2)
            break
        time.sleep(0.5)
    return sorted(host.ok("ls /tmp/jobs").split())


@pytest.mark.threat("T26")
def test_leaver_is_out_by_key_cron_at_sudo_and_su(presence):
    host = presence
    everybody = ["alice", "bob"]
    assert doors(host) == {"key": everybody, "sudo": everybody,
                           "su": ["alice"], "su of root": everybody}
    assert jobs_of_next_minute(host) == ["at-alice", "at-bob", "cron-alice",
                                         "cron-bob"]

    host.control("PATCH", f"/users/{ALICE}", {"status": "DEPROVISIONED"})
    assert json.loads(host.ok("oktactl --json sync"))["result"] == "ok"
    shut = {"key": ["bob"], "sudo": ["bob"], "su": [], "su of root": ["bob"]}
    assert doors(host) == shut, host.log()
    assert jobs_of_next_minute(host) == ["at-bob", "cron-bob"]

    host.ok(f"{OKTAD} stop")
    assert doors(host) == shut, host.log()
    assert jobs_of_next_minute(host) == ["at-bob", "cron-bob"]
    # Still somebody: files keep their owner's name.
    assert host.ok("getent passwd alice")
