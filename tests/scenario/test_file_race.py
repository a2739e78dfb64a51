"""A secret file is never open to others, not even while it comes to be."""

import os
import subprocess
import sys
import time

import pytest

from driver_fixtures import driver  # noqa: F401

# Runs as nobody: waits for inotify to tell of names and opens each at once.
RACER = r"""
import ctypes, os, select, struct, sys
folder = sys.argv[1]
libc = ctypes.CDLL(None, use_errno=True)
fd = libc.inotify_init1(os.O_NONBLOCK)
IN_CREATE, IN_MOVED_TO, IN_MODIFY, IN_ATTRIB = 0x100, 0x80, 0x2, 0x4
assert libc.inotify_add_watch(fd, folder.encode(), IN_CREATE | IN_MOVED_TO |
                              IN_MODIFY | IN_ATTRIB) >= 0
print("ready", flush=True)
tried = opened = 0
while True:
    ready, _, _ = select.select([fd, 0], [], [])
    if 0 in ready:
        break
    data = os.read(fd, 65536)
    while data:
        _, _, _, length = struct.unpack_from("iIII", data)
        name = data[16:16 + length].rstrip(b"\0").decode()
        data = data[16 + length:]
        tried += 1
        try:
            os.close(os.open(os.path.join(folder, name), os.O_RDONLY))
            opened += 1
        except OSError:
            pass
print(tried, opened)
"""


def race(folder, work):
    racer = subprocess.Popen(
        [sys.executable, "-c", RACER, str(folder)], user=65534, group=65534,
        extra_groups=[], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        text=True, cwd="/")
    try:
        assert racer.stdout.readline() == "ready\n"
        work()
        said, _ = racer.communicate("", timeout=60)
    finally:
        racer.kill()
    return [int(n) for n in said.split()]


@pytest.fixture
def folder(tmp_path):
    if os.geteuid() != 0:
        pytest.skip("another user is needed: not root")
    path = tmp_path
    while path != path.parent:
        if path.stat().st_uid == 0:
            path.chmod(path.stat().st_mode | 0o055)
        path = path.parent
    return tmp_path


@pytest.mark.threat("T111")
def test_nobody_opens_a_secret_that_is_being_written(driver, folder):
    target = folder / "secret"
    tried, opened = race(folder, lambda: subprocess.run(
        [driver, "replace", str(target), "500"], check=True))
    assert tried > 500
    assert opened == 0
    assert target.read_text() == "canary 499"


def test_the_racer_does_open_what_it_may(folder):
    """The test above could fail: a file made in two steps is caught."""
    def work():
        for i in range(200):
            path = folder / f"loose{i}"
            path.write_text("canary")
            time.sleep(0.005)
            path.chmod(0o600)
    tried, opened = race(folder, work)
    assert tried > 0 and opened > 0
