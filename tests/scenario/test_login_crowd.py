"""5,000 connections of somebody without privileges, held and made anew: root's
logins go on."""

import json
import time

import pytest

from logins import PASSWORD
from private_host import TREE, PrivateHost
from wire_client import SOURCE

SECONDS, SECONDS_LONG = 8, 60

CROWD = """
import json, resource, socket
resource.setrlimit(resource.RLIMIT_NOFILE, (6000, 6000))
end, held, made, refused = time.monotonic() + %d, [], 0, 0
while time.monotonic() < end:
    try:
        s = socket.socket(socket.AF_UNIX)
        s.setblocking(False)
        s.connect(SELF_SOCK)
        held.append(s)
        made += 1
    except (BlockingIOError, OSError):
        refused += 1
        time.sleep(0.001)
    if len(held) >= 5000:
        held.pop(0).close()
json.dump([made, refused, len(held)], sys.stdout)
"""


def crowd(build, folder, seconds):
    """Seconds of root's logins meanwhile, what nobody did, and growth of
    memory (KiB) and log (bytes)."""
    with open(f"{TREE}/tests/emulator/orgs/default.json",
              encoding="utf-8") as f:
        org = json.load(f)
    org.setdefault("switches", {})["authn_per_second"] = 0
    (folder / "org.json").write_text(json.dumps(org))
    with PrivateHost("--build", build, "--org",
                     str(folder / "org.json")) as host:
        host.ok("sysctl -qw net.core.somaxconn=8192 2>/dev/null || :")
        rss = ("awk '/^VmRSS/ { print $2 }' "
               "/proc/$(cat /run/okta-host/oktad.pid)/status")
        login = (f"{build}/tests/bench/login_bench sshd alice "
                 f"{PASSWORD}alice ")
        host.ok(login + "3")
        before, log = int(host.ok(rss)), len(host.log())
        host.ok("cat >/run/crowd.py", stdin=SOURCE + CROWD % seconds)
        host.ok("setpriv --reuid 65534 --regid 65534 --clear-groups "
                "/usr/bin/python3 /run/crowd.py >/run/crowd.out 2>&1 & "
                "sleep 2")
        times, end = [], time.monotonic() + seconds - 3
        while time.monotonic() < end:
            times += [int(x) / 1e9 for x in host.ok(login + "5").split()]
        peak = int(host.ok(rss))
        done = json.loads(host.ok(
            "for i in $(seq 600); do grep -q ']' /run/crowd.out && break; "
            "sleep 0.1; done; cat /run/crowd.out"))
        said = host.log()[log:]
        theirs = [x for x in said.splitlines() if "self.sock" in x]
    return sorted(times), done, peak - before, theirs


def judge(seen, seconds):
    times, (made, refused, held), grown, theirs = seen
    print(f"{len(times)} logins of root, p99 {times[-1 - len(times) // 100]}, "
          f"{made} connections, {refused} refused, {held} held, oktad grew "
          f"{grown} KiB, {len(theirs)} lines")
    assert made > 500 and held > 50
    assert len(times) >= 5
    assert times[len(times) // 2] < 1 and times[-1 - len(times) // 100] < 2
    assert grown < 8192
    assert len(theirs) <= 10 * (1 + seconds // 60) + 10


@pytest.mark.threat("T48", reduced="8 s; the long one takes a minute")
def test_crowd_at_self_sock_leaves_root_s_logins_alone(build, tmp_path):
    judge(crowd(build, tmp_path, SECONDS), SECONDS)


@pytest.mark.long
@pytest.mark.threat("T48", whole=True)
def test_crowd_at_self_sock_for_a_minute(build, tmp_path):
    judge(crowd(build, tmp_path, SECONDS_LONG), SECONDS_LONG)
