"""Cores forced out of every process of ours, in the middle of a login: there
are none, though the limit that forbids them is lifted."""

import time

import pytest

from logins import OKTAD, talk

CANARY = "Core-Canary-5c1f"
PROCESSES = ("oktad", "oktad-net", "oktad-sync", "oktad-login")
CORES = ("find / -xdev -path /proc -prune -o -name 'core*' -type f -size +64k "
         "-newer /run/cores/begun -print")


def abort(host, pattern):
    """SIGABRT for all of that name, with no limit on the size of a core."""
    return host.ok(f"""
        pids=$(pgrep {pattern}) || exit 1
        for pid in $pids; do
            prlimit --pid $pid --core=unlimited:unlimited
            echo $(readlink /proc/$pid/cwd)
        done
        kill -ABRT $pids
        """).split()


@pytest.mark.threat("T110")
def test_no_core_is_written_of_what_holds_a_password(host):
    pattern = host.ok("cat /proc/sys/kernel/core_pattern").strip()
    assert "/" not in pattern and "|" not in pattern, (
        f"this kernel hands cores to {pattern}: the test can not see them")
    host.ok("mkdir -m 777 /run/cores && touch /run/cores/begun && sleep 0.1")
    # The control: a shell that has read the same word.
    host.ok(f"cd /run/cores; {{ (echo {CANARY}; sleep 20) | sh -c 'read word; "
            ">ready; read forever'; } >/dev/null 2>&1 & cd /run/cores; for n "
            "in $(seq 600); do test -e ready && exit 0; sleep 0.1; done; exit 1")
    abort(host, "-fx \"sh -c read word; >ready; read forever\"")
    control = host.ok("sleep 1; find /run/cores -name 'core*' -type f").split()
    assert len(control) == 1
    host.ok(f"grep -q {CANARY} {control[0]} && rm {control[0]}")

    host.control("POST", "/faults", {
        "match": {"method": "POST", "path": "/api/v1/authn"}, "kind": "stall",
        "count": 1, "args": {"seconds": 30}})
    host.ok(talk(("assword", CANARY), seconds=60) + "pamtester login alice "
            "authenticate >/dev/null 2>&1 & for n in $(seq 600); do pgrep -x "
            "oktad-login >/dev/null && exit 0; sleep 0.1; done; exit 1")
    time.sleep(2)  # typed, and on its way
    try:
        folders = set()
        # A child that dies is started again; the parent goes last.
        for name in reversed(PROCESSES):
            folders.update(abort(host, f"-x {name}"))
        time.sleep(1)
        assert folders and all(f.startswith("/") for f in folders)
        for folder in folders:
            assert host.run(f"ls {folder} | grep '^core'").stdout == ""
        assert host.ok(CORES) == ""
    finally:
        host.run(f"{OKTAD} stop")
        host.control("DELETE", "/faults")
        host.ok(f"{OKTAD} start")
