"""oktad-sync as a process: what it may do, and when it ends."""
import os
import re
import signal
import socket
import subprocess

import pytest

from emulator_client import API_TOKEN, Emulator
from fake_parent import frame
from private_host import find_build
from sync_parent import INT_SYNC_CHANNEL, UID, SyncParent
from test_sync_directory import ALLOWED, put, sync, user

UNKNOWN_OP = 9999


@pytest.fixture(scope="module")
def okta():
    with Emulator() as emulator:
        put(emulator, [user(1)])
        yield emulator


def proc(parent, name):
    with open("/proc/%d/%s" % (parent.process.pid, name),
              encoding="ascii") as f:
        return f.read()


def ends(parent, seconds=10):
    return parent.process.wait(seconds)


def test_it_runs_with_nothing_it_does_not_need(okta):
    with sync(okta) as parent:
        parent.first()
        status = dict(re.findall(r"^(\w+):[ \t]*(.*)$", proc(parent, "status"),
                                 re.M))
        assert status["Uid"].split() == [str(UID)] * 4
        assert status["Groups"].split() in ([], [str(UID)])
        for which in ("CapInh", "CapPrm", "CapEff", "CapAmb"):
            assert int(status[which], 16) == 0, which
        assert status["NoNewPrivs"] == "1"
        # Builds with sanitizers have no filter.
        if "asan" not in proc(parent, "maps"):
            assert status["Seccomp"] == "2"
        fds = "/proc/%d/fd" % parent.process.pid
        links = [os.readlink(os.path.join(fds, n)) for n in os.listdir(fds)]
        # oktad and the channel to oktad-net, nothing else.
        assert len([x for x in links if x.startswith("socket:")]) == 2, links
        environment = proc(parent, "environ") if os.geteuid() == 0 else ""
        assert API_TOKEN not in environment


def test_it_ends_with_its_parent_and_by_a_signal(okta):
    with sync(okta) as parent:
        parent.first()
        parent.sock.shutdown(socket.SHUT_RDWR)
        # No failure: what systemd would call one stays so after a stop.
        assert ends(parent) == 0
        parent.stop()
        parent.start()
        parent.process.send_signal(signal.SIGTERM)
        assert ends(parent) == -signal.SIGTERM


@pytest.mark.parametrize("data", [
    frame(UNKNOWN_OP), frame(INT_SYNC_CHANNEL), b"\xff" * 64,
    frame(INT_SYNC_CHANNEL)[:-1] + b"\0" * 40, b"\0\0\0\x01\0"],
    ids=["unknown op", "channel without fd", "rubbish", "cut", "short"])
def test_a_frame_that_is_none_ends_it(okta, data):
    with sync(okta) as parent:
        parent.first()
        parent.sock.sendall(data)
        assert ends(parent) == 1
        assert "link to oktad" in parent.log


def test_it_refuses_to_be_root_and_to_obey_others(okta):
    with pytest.raises(TimeoutError):
        RootParent(okta)
    with sync(okta) as parent:
        parent.first()
        parent.stop()
        # Somebody else listens where oktad should.
        path = parent.path("run/okta/internal.sock")
        os.unlink(path)
        os.chown(parent.path("run/okta"), 65534, 65534)
        other = subprocess.Popen(
            ["setpriv", "--reuid=65534", "--clear-groups", "--regid=65534",
             "/usr/bin/python3", "-c", IMPOSTOR, path],
            stdout=subprocess.PIPE)
        try:
            assert other.stdout.readline() == b"listening\n"
            done = subprocess.run(parent.command(), check=False, timeout=20,
                                  stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT)
            assert done.returncode == 1
            assert b"not root at the other end" in done.stdout
        finally:
            other.kill()
            other.wait()


IMPOSTOR = """
import os, socket, sys
s = socket.socket(socket.AF_UNIX)
s.bind(sys.argv[1])
os.chmod(sys.argv[1], 0o666)
s.listen(1)
print("listening", flush=True)
c, _ = s.accept()
sys.exit(len(c.recv(1)))
"""


class RootParent(SyncParent):
    """A root oktad-sync, which must not come."""

    def __init__(self, okta):
        try:
            super().__init__(find_build(), okta, API_TOKEN, uid=0,
                             allow_groups=[ALLOWED])
        except TimeoutError:
            assert ends(self) == 1
            assert "not as root" in self.log
            self.net.stop()
            self.log_file.close()
            raise
        self.stop()


def test_wrong_arguments_are_told(okta):
    with sync(okta) as parent:
        done = subprocess.run([parent.program, "-x"], check=False,
                              stderr=subprocess.PIPE)
        assert done.returncode == 2 and b"usage" in done.stderr
        done = subprocess.run([parent.program, "more"], check=False,
                              stderr=subprocess.PIPE)
        assert done.returncode == 2
