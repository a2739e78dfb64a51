"""One process number, had by one person after the other: nobody gets what the
one before them had. The private host has numbers of its own to give out."""

import json

import pytest

from logins import PASSWORD, authn_calls
from wire_client import play

NUMBER = 7000

# as_process(user, what) runs what() in a process of that number and user.
TURNS = r"""
import json, pwd, signal

def as_process(user, what):
    person = pwd.getpwnam(user)
    for _ in range(2000):
        ours, theirs = os.pipe()
        with open("/proc/sys/kernel/ns_last_pid", "w") as f:
            f.write(str(NUMBER - 1))
        pid = os.fork()
        if pid == 0:
            if os.getpid() != NUMBER:
                os._exit(3)
            os.setgroups([])
            os.setresgid(person.pw_gid, person.pw_gid, person.pw_gid)
            os.setresuid(person.pw_uid, person.pw_uid, person.pw_uid)
            try:
                said = what()
            except (OSError, EOFError) as e:
                said = type(e).__name__
            os.write(theirs, json.dumps(said).encode())
            os._exit(0)
        os.close(theirs)
        with os.fdopen(ours, "rb") as f:
            said = f.read()
        os.waitpid(pid, 0)
        if said:
            return json.loads(said)
    raise SystemExit("number %d can not be had" % NUMBER)

def alice_by_self():
    uid = pwd.getpwnam("alice").pw_uid
    return login(SELF_SOCK, uid, "alice", RIGHT, "su")[0]

def alice_by_root():
    uid = pwd.getpwnam("alice").pw_uid
    return login(LOGIN_SOCK, uid, "alice", RIGHT)[0]

def control():
    with dial("/run/okta/control.sock") as s:
        return "connected"

turns = [("alice", alice_by_self), ("bob", alice_by_self),
         ("root", alice_by_root), ("nobody", alice_by_root),
         ("root", control), ("alice", control), ("nobody", alice_by_self)]
json.dump([[user, what.__name__, as_process(user, what)]
           for _ in range(4) for user, what in turns], sys.stdout)
"""


@pytest.mark.threat("T47")
def test_a_number_that_comes_round_brings_no_rights(host):
    host.control("PUT", "/org", {"switches": {"authn_per_second": 0}})
    seen = play(host, f"NUMBER, RIGHT = {NUMBER}, {PASSWORD + 'alice'!r}\n" +
                TURNS)
    assert len(seen) == 28
    for user, what, said in seen:
        is_own = (user, what) in (("alice", "alice_by_self"),
                                  ("root", "alice_by_root"),
                                  ("root", "control"))
        if is_own:
            assert said == ("connected" if what == "control" else 1), (
                json.dumps(seen), host.log()[-2000:])
        else:
            assert said in ("EOFError", "ConnectionResetError",
                            "BrokenPipeError", "PermissionError"), seen
    # Okta was asked for those alone.
    assert len(authn_calls(host)) == 8
