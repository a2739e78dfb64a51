"""An oktad-sync that somebody has taken over: what it can make oktad do."""

import pytest

from wire_client import play

# Twelve sealed images of zeros, three at a time, and meanwhile as many
# questions at control.sock as oktad answers.
FLOOD = """
import fcntl, json, pwd
ADD_SEALS, ALL, IMAGE, STATUS, DONE = 1033, 15, 133, 170, 107
ready, told = os.pipe()
child = os.fork()
if child == 0:
    fds = []
    for _ in range(2):
        fds.append(os.memfd_create("image", os.MFD_ALLOW_SEALING))
        os.ftruncate(fds[-1], 64 << 20)
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


@pytest.mark.threat("T88", reduced="a mad oktad-sync; stalls are tests of net")
def test_images_without_end_leave_time_for_others(host):
    """oktad has one thread, and an image takes it for a while."""
    host.ok("pkill -STOP -x oktad-sync")
    try:
        # Not one per image: a login needs about ten turns of the loop.
        assert play(host, FLOOD) > 1000
    finally:
        host.ok("pkill -KILL -x oktad-sync")
    assert "event=publish_refused" in host.log()
