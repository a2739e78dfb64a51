"""An oktad-sync that somebody has taken over: what it can make oktad do."""

import pytest

from test_access_rules import until
from wire_client import play

# Twelve sealed images, three at a time, whose header is good and whose body is
# only found to be wrong when all of it has been read; and meanwhile as many
# questions at control.sock as oktad answers.
FLOOD = """
import fcntl, json, pwd
ADD_SEALS, ALL, IMAGE, STATUS, DONE = 1033, 15, 133, 170, 107
SIZE, ID_MIN, ID_MAX = 64 << 20, 1879048192, 2147352575


def header(magic):
    h = struct.pack("<QHHIQQQ8IQ168x", magic, 1, 0, 1, SIZE, 1, 1, ID_MIN,
                    ID_MAX, 0, 0, 604800, 0, 0, 0, 0)
    total = 0xcbf29ce484222325
    for byte in h:
        total = (total ^ byte) * 0x100000001b3 % 2 ** 64
    section = struct.pack("<IIQQ", 99, 0, 280, SIZE - 280)
    return h + struct.pack("<Q", total) + section


ready, told = os.pipe()
child = os.fork()
if child == 0:
    fds = []
    for magic in 0x314944415a4b4f00, 0x314c50505a4b4f00:
        fds.append(os.memfd_create("image", os.MFD_ALLOW_SEALING))
        os.write(fds[-1], header(magic))
        os.ftruncate(fds[-1], SIZE)
        fcntl.fcntl(fds[-1], ADD_SEALS, ALL)
    who = pwd.getpwnam("oktad-sync")
    os.setgroups([who.pw_gid])
    os.setgid(who.pw_gid)
    os.setuid(who.pw_uid)
    s = dial("/run/okta/internal.sock")
    while receive(s)[0] != 101:  # the end of the configuration
        pass
    os.write(told, b"x")
    refused = sent = 0
    while refused < 12:
        while sent < 12 and sent - refused < 3:
            socket.send_fds(s, [frame(IMAGE)], fds)
            sent += 1
        refused += receive(s)[0] == 135
    os._exit(0)
os.read(ready, 1)
control, answers = dial("/run/okta/control.sock"), 0
while os.waitpid(child, os.WNOHANG) == (0, 0):
    control.sendall(frame(STATUS))
    while DONE not in receive(control)[1]:
        pass
    answers += 1
json.dump(answers, sys.stdout)
"""

# As oktad-sync: says that nothing has changed, before and after root's changes.
CONFIRMS = """
import json, pwd, signal, subprocess
CONFIRM, PUBLISHED, REFUSED, CONF_END = 136, 134, 135, 101
who = pwd.getpwnam("oktad-sync")
os.setegid(who.pw_gid)
os.seteuid(who.pw_uid)
s = dial("/run/okta/internal.sock")
os.seteuid(0)
os.setegid(0)


def until(*ops):
    while (got := receive(s))[0] not in ops:
        pass
    return got


def confirm():
    before = os.stat("/var/lib/okta/public/confirmed").st_ino
    s.sendall(frame(CONFIRM))
    op, fields = until(PUBLISHED, REFUSED)
    new = os.stat("/var/lib/okta/public/confirmed").st_ino != before
    return [op == PUBLISHED, new, fields.get(100, b"").decode()]


until(CONF_END)
told = [confirm()]
subprocess.run(["groupadd", "-r", "newcomers"], check=True)
told.append(confirm())
subprocess.run(["groupdel", "newcomers"], check=True)
told.append(confirm())
os.kill(int(subprocess.run(["pgrep", "-x", "oktad"], capture_output=True,
                           check=True).stdout), signal.SIGHUP)
until(CONF_END)
told.append(confirm())
json.dump(told, sys.stdout)
"""


def test_nothing_is_confirmed_that_was_not_checked_as_things_are_now(host):
    """A sync that says "as before" for ever would keep what okta.conf or
    /etc/group forbid by now."""
    host.ok("oktactl sync")
    host.ok("pkill -STOP -x oktad-sync")
    try:
        told = play(host, CONFIRMS)
    finally:
        host.ok("pkill -KILL -x oktad-sync")
    assert told[0] == [True, True, ""]
    for refused in told[1:]:
        assert refused[:2] == [False, False], told
        assert "no image was checked since" in refused[2]
    # The real one sends an image, and goes on.
    until(host, lambda: host.run("oktactl sync").returncode == 0)


@pytest.mark.threat("T88")
def test_images_without_end_leave_time_for_others(host):
    """oktad has one thread; an image is checked beside it."""
    host.ok("pkill -STOP -x oktad-sync")
    try:
        # Not one per image: a login needs about ten turns of the loop.
        assert play(host, FLOOD) > 1000
    finally:
        host.ok("pkill -KILL -x oktad-sync")
    assert host.log().count("the body's checksum is wrong") >= 12
