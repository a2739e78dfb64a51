"""What oktad keeps on disk, removed or made read-only under it: people go on
being known, and it heals by itself."""

import json
import time

import pytest

from logins import OKTAD, PASSWORD, ssh
from private_host import PrivateHost, read_only

LIB = "/var/lib/okta"


def sync(host):
    return json.loads(host.run("oktactl --json sync").stdout)["result"]


def mode(host, path):
    return host.run(f"stat -c '%U %a' {LIB}/{path}").stdout.strip()


KEPT = {"public/directory": "root 644", "public/confirmed": "root 644",
        "private/people": "root 600", "private/former": "root 600",
        "private/rules": "root 600"}
FOLDERS = {"public": "root 755", "private": "root 700"}


@pytest.mark.threat("T116")
@pytest.mark.parametrize("path", [*KEPT, *FOLDERS])
def test_removed_file_or_folder_is_back_after_a_sync(host, path):
    before = host.ok("id alice")
    host.ok(f"rm -r {LIB}/{path}")
    assert sync(host) == "ok"
    for name, wanted in {**FOLDERS, **KEPT}.items():
        assert mode(host, name) == wanted, name
    assert host.ok("id alice") == before
    if path.startswith("private"):  # which the account phase reads
        assert ssh(host, "alice", PASSWORD + "alice")[0] == 0


@pytest.fixture(scope="module")
def quick(build, tree, tmp_path_factory):
    """Where an interval is two seconds."""
    conf = tmp_path_factory.mktemp("quick") / "okta.conf"
    with open(tree + "/tests/host/okta.conf", encoding="utf-8") as f:
        conf.write_text(f.read().replace(
            "[directory]", "[directory]\npoll_interval = 2 s"))
    with PrivateHost("--build", build, "--config", str(conf)) as h:
        yield h


SOCKETS = {"login.sock": "root root 600", "self.sock": "root root 666",
           "control.sock": "root root 600", "internal.sock": "root oktad 660"}


def look(host, path):
    return host.run(f"stat -c '%U %G %a %i' {path}").stdout.strip()


def back(host, path, wanted, seconds=60):
    """The file is there as it was, and not by a restart of oktad."""
    end = time.monotonic() + seconds
    while look(host, path).rpartition(" ")[0] != wanted:
        assert time.monotonic() < end, (look(host, path), host.log()[-3000:])
        time.sleep(0.2)


@pytest.mark.threat("T116")
@pytest.mark.parametrize("path", [*SOCKETS, ""])
def test_removed_socket_is_back_within_an_interval(quick, path):
    before = quick.ok("id alice")
    oktad = quick.ok("pgrep -o -x oktad")
    quick.ok(f"rm -r /run/okta/{path}")
    for name, wanted in SOCKETS.items():
        back(quick, f"/run/okta/{name}", wanted)
    assert ssh(quick, "alice", PASSWORD + "alice")[0] == 0
    # The services find the new one, too.
    quick.ok("pkill -KILL -x oktad-sync")
    back_in_service(quick)
    assert quick.ok("id alice") == before
    assert quick.ok("pgrep -o -x oktad") == oktad


def back_in_service(host, seconds=60):
    end = time.monotonic() + seconds
    while host.run("oktactl sync").returncode != 0:
        assert time.monotonic() < end, host.log()[-3000:]
        time.sleep(0.5)


@pytest.mark.threat("T116")
@pytest.mark.parametrize("path", ["", "/state.db"])
def test_removed_ledger_is_made_anew_within_an_interval(quick, path):
    """Not lost with the process that still holds the file: everybody keeps
    their number, and who was published is known all the while."""
    before = quick.ok("getent -s okta passwd")
    oktad = quick.ok("pgrep -o -x oktad")
    file = look(quick, LIB + "/state/state.db")
    quick.ok(f"rm -r {LIB}/state{path}")
    assert quick.ok("getent -s okta passwd") == before
    owner = "oktad-sync oktad"
    back(quick, LIB + "/state", owner + " 700")
    back(quick, LIB + "/state/state.db", owner + " 600")
    assert look(quick, LIB + "/state/state.db") != file or \
        "was removed while in use" in quick.log()
    back_in_service(quick)
    assert quick.ok("getent -s okta passwd") == before
    assert quick.ok("pgrep -o -x oktad") == oktad
    # It is the ledger from then on.
    quick.ok("pkill -KILL -x oktad-sync")
    back_in_service(quick)
    assert quick.ok("getent -s okta passwd") == before


@pytest.mark.threat("T116")
def test_budget_is_written_anew(host):
    assert ssh(host, "alice", PASSWORD + "wrong")[0] == 255
    host.ok(f"rm {LIB}/private/budget")
    assert ssh(host, "alice", PASSWORD + "alice")[0] == 0
    assert mode(host, "private/budget") == "root 600"


def still_there(host, before, why):
    """Nothing new is published, and why is said; who was known, is."""
    assert sync(host) == "failed"
    status = json.loads(host.ok("oktactl --json status"))
    assert why in status["sync"]["error"], status
    assert why in host.log()
    assert host.ok("id alice") == before


# A disk that fails at each call in turn is test_publish_kill's.
@pytest.mark.threat("T113")
def test_full_disk_and_one_without_inodes(host):
    before = host.ok("id alice")
    host.ok(f"""
        {OKTAD} stop
        cp -a {LIB} /tmp/lib
        mount -t tmpfs -o size=1m,nr_inodes=64,mode=0755 tmpfs {LIB}
        cp -a /tmp/lib/. {LIB}
        {OKTAD} start
        """)
    try:
        assert sync(host) == "ok"
        for n, fill in enumerate((
                f"dd if=/dev/zero of={LIB}/fill bs=4k status=none; true",
                f"mkdir {LIB}/fill; i=0; "
                f"while : 2>/dev/null >{LIB}/fill/$i; do i=$((i+1)); "
                "[ $i -lt 99 ] || break; done")):
            host.run(fill)
            host.control("PATCH", "/users/bob@example.com",
                         {"profile": {"firstName": f"Bert{n}"}})
            still_there(host, before, "No space left on device")
            host.ok(f"rm -r {LIB}/fill")
            assert sync(host) == "ok"
            assert f"Bert{n}" in host.ok("getent passwd bob")
        assert ssh(host, "alice", PASSWORD + "alice")[0] == 0
    finally:
        host.run(f"{OKTAD} stop; umount -l {LIB}; {OKTAD} start")


@pytest.mark.threat("T113")
def test_read_only_disk_keeps_what_is_published(host):
    before = host.ok("id alice")
    with read_only(host, LIB):
        host.control("PATCH", "/users/bob@example.com",
                     {"profile": {"firstName": "Robert"}})
        still_there(host, before, "Read-only file system")
    assert sync(host) == "ok"
    assert "Robert" in host.ok("getent passwd bob")
    assert ssh(host, "alice", PASSWORD + "alice")[0] == 0
