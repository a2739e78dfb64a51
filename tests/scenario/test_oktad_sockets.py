"""The doors of oktad, knocked at by people who keep to no rule."""

import concurrent.futures
import time

import pytest

from logins import PASSWORD, authn_calls
from wire_client import play

ALICE = f"import json, pwd\nALICE = pwd.getpwnam('alice').pw_uid\n" \
        f"PW = {PASSWORD + 'alice'!r}\n"

# Every operation that could be meant, at every door, as one uid; what came
# back: "closed", "refused" (no connection), or the op of the answer.
KNOCK = ALICE + r"""
import concurrent.futures
DOORS = {"login": "/run/okta/login.sock", "self": "/run/okta/self.sock",
         "control": "/run/okta/control.sock",
         "internal": "/run/okta/internal.sock"}
UID, SUBJECT = %d, %s

def knock(path, op):
    try:
        s = dial(path)
    except OSError:
        return "refused"
    s.settimeout(5)
    try:
        fields = hello(SUBJECT) if op < 100 else b""
        s.sendall(frame(op, fields + (field(4, "alice") + field(5, 3000)
                                      if op in (LOGIN, SECOND_FACTOR)
                                      else b"")))
        got = receive(s)[0]
        return got
    except (EOFError, ConnectionError):
        return "closed"
    except socket.timeout:
        return "silent"
    finally:
        s.close()

ops = [LOGIN, REPLY, CANCEL, SECOND_FACTOR, OPEN, CLOSE, 65, 99, 100, 110, 111,
       112, 120, 131, 132, 133, 136, 150, 151, 154, 170, 174, 180, 199]
if os.getuid() == 0 and UID != 0:
    os.setgroups([])
    os.setgid(GID if "GID" in globals() else UID)
    os.setuid(UID)
with concurrent.futures.ThreadPoolExecutor(8) as pool:
    json.dump({name: list(zip(ops, pool.map(lambda op: knock(path, op), ops)))
               for name, path in DOORS.items()}, sys.stdout)
"""


@pytest.mark.threat("T40")
@pytest.mark.threat("T46")
def test_uid_by_operation_as_the_kernel_sees_it(host):
    before = len(authn_calls(host))
    users = {n: int(host.ok(f"id -u {n}")) for n in
             ("root", "nobody", "alice", "oktad-net", "oktad-sync",
              "oktad-login")}
    group = int(host.ok("id -g oktad-net"))
    for name, uid in users.items():
        gid = f"GID = {group}\n" if name in ("oktad-net", "oktad-sync") else ""
        found = play(host, gid + KNOCK % (uid, "ALICE"))
        answered = {(door, op): got for door, rows in found.items()
                    for op, got in rows if got not in ("closed", "refused")}
        if name == "root":
            expected = {("login", 1), ("login", 4), ("login", 5),
                        ("login", 6), ("control", 170)}
        elif name == "alice":
            expected = {("self", 1)}
        else:
            expected = set()
        if name in ("oktad-net", "oktad-sync"):
            # Let in and handed a configuration before anything is asked.
            answered = {k: v for k, v in answered.items()
                        if k[0] != "internal"}
        assert set(answered) == expected, (name, answered)
    assert len(authn_calls(host)) == before
    host.ok("getent passwd alice")


SLOW = ALICE + r"""
socks, dropped = [], []
mine = frame(LOGIN, hello(os.getuid()) + field(4, "x"))
for i in range(200):
    try:
        s = dial(%r)
        s.setblocking(False)
        socks.append(s)
    except OSError:
        pass
start = time.monotonic()
for at in range(8):
    for s in list(socks):
        try:
            s.send(mine[at:at + 1])
        except OSError:
            socks.remove(s)
            dropped.append(time.monotonic() - start)
    time.sleep(1)
json.dump([len(dropped), max(dropped or [0])], sys.stdout)
"""


@pytest.mark.threat("T50")
def test_two_hundred_dripping_clients_are_dropped_and_hinder_nobody(host):
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        slow = pool.submit(play, host, SLOW % "/run/okta/self.sock", 65534)
        times = []
        for _ in range(4):
            start = time.monotonic()
            code = play(host, ALICE + "json.dump(login(LOGIN_SOCK, ALICE, "
                        "'alice', PW)[0], sys.stdout)")
            times.append(time.monotonic() - start)
            assert code == 1, host.log()[-2000:]
            time.sleep(1)
        dropped, last = slow.result()
    assert dropped == 200
    assert last < 6
    assert max(times) < 5


DRIBBLE = ALICE + r"""
out = []
for cut in range(1, 104, 9):
    s = dial(LOGIN_SOCK)
    data = frame(LOGIN, hello(ALICE) + field(4, "alice") + field(5, 9000),
                 b"i" * 16)
    for piece in (data[:cut], data[cut:110], data[110:]):
        s.sendall(piece)
        time.sleep(0.02)
    out.append(receive(s)[0])
    s.close()
json.dump(out, sys.stdout)
"""


def test_hello_in_pieces_is_still_a_login(host):
    assert set(play(host, DRIBBLE)) == {65}


FDS = ALICE + r"""
import array
pid = int(open("/run/okta-host/oktad.pid").read())
count = lambda: len(os.listdir(f"/proc/{pid}/fd"))
time.sleep(0.5)
before = count()
fds = array.array("i", [0] * 253)
for i in range(1000):
    s = dial(LOGIN_SOCK)
    try:
        s.sendmsg([frame(LOGIN, hello(ALICE))[:50]],
                  [(socket.SOL_SOCKET, socket.SCM_RIGHTS, fds)])
    except OSError:
        pass
    if i == 999:
        during = count()
    s.close()
time.sleep(1)
json.dump([before, during, count()], sys.stdout)
"""


@pytest.mark.threat("T54")
def test_descriptors_sent_along_are_never_taken(host):
    before, during, after = play(host, FDS)
    assert during < before + 50
    assert after <= before + 2


def test_name_of_somebody_else_is_denied_without_a_request(host):
    before = len(authn_calls(host))
    assert play(host, ALICE + "json.dump(login(LOGIN_SOCK, ALICE, 'bob', "
                "PW)[0], sys.stdout)") == 0
    assert play(host, ALICE + "json.dump(login(LOGIN_SOCK, 4242, 'alice', "
                "PW)[0], sys.stdout)") == 0
    assert len(authn_calls(host)) == before
    assert 'reason="the name is not that of the uid"' in host.log()
