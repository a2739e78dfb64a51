"""A login worker that somebody has taken over, and its siblings: they run as
the same user, and hold the passwords of others."""

import json
import os

import pytest

from logins import PASSWORD
from wire_client import play

# Opens the memory of each new process of this user, as soon as it is there.
HUNTER = """
import json, os, sys, time
mine = os.getpid()
opened = {}
end = time.monotonic() + 60
while time.monotonic() < end and not os.path.exists("/tmp/enough"):
    for pid in filter(str.isdigit, os.listdir("/proc")):
        if int(pid) <= mine or pid in opened:
            continue
        try:
            fd = os.open("/proc/%s/mem" % pid, os.O_RDWR)
            opened[pid] = os.path.basename(os.readlink("/proc/%s/exe" % pid))
            os.close(fd)
        except OSError:
            pass
with open("/tmp/opened", "w") as f:
    json.dump(sorted(opened.values()), f)
"""

LOGINS = """
import pwd
for _ in range(150):
    login(LOGIN_SOCK, pwd.getpwnam("alice").pw_uid, "alice", "")
"""


@pytest.mark.threat("T110")
def test_no_worker_is_open_to_a_sibling_when_it_starts(host):
    as_worker = ("setpriv --reuid oktad-login --regid $(id -g oktad-login) "
                 "--clear-groups ")
    host.python(f"open('/run/hunter', 'w').write({HUNTER!r})")
    host.ok(f"({as_worker} /usr/bin/python3 /run/hunter) >/dev/null 2>&1 &")
    host.ok(f"sleep 0.5; {as_worker} sleep 1")  # one that is open
    play(host, LOGINS)
    assert play(host, f"""
import json, pwd
json.dump(login(LOGIN_SOCK, pwd.getpwnam("alice").pw_uid, "alice",
                {PASSWORD + "alice"!r})[0], sys.stdout)
""") == 1
    host.ok("mkdir /tmp/enough; sleep 0.5")
    opened = json.loads(host.ok("cat /tmp/opened"))
    assert "sleep" in opened  # it does hunt
    assert "oktad-login" not in opened


def test_worker_program_can_be_run_but_not_read(product):
    path = f"{product}/usr/libexec/okta/oktad-login"
    assert os.stat(path).st_mode & 0o777 == 0o711
