"""What a client can repeat, and what then happens once: fields of a frame, and
requests that Okta turns away."""

import json

from logins import PASSWORD, authn_calls
from wire_client import play

TWICE = """
import json, pwd
uid, done = pwd.getpwnam("alice").pw_uid, {}
values = {"UID": (1, struct.pack(">I", uid)), "SERVICE": (2, bytes(32)),
          "TICKET": (3, bytes(32)), "USER": (4, b"alice"),
          "DEADLINE": (5, struct.pack(">I", 1000)), "RHOST": (6, b"192.0.2.1"),
          "TTY": (7, b"tty1"), "RUSER": (8, b"root"),
          "PASSWORD": (9, %r)}
sent = ("UID", "SERVICE", "TICKET", "USER", "DEADLINE")  # by login()

def ask(name):
    tag, value = values[name]
    more = field(tag, value) * (1 if name in sent else 2)
    try:
        return login(LOGIN_SOCK, uid, "alice", "x", "sshd", more)[0]
    except EOFError:
        return None
for name in values:
    done[name] = ask(name)
done["once"] = login(LOGIN_SOCK, uid, "alice", %r, "sshd",
                     field(*values["TTY"]) + field(*values["RUSER"]))[0]
for op, name in ((OPEN, "open"), (CLOSE, "close")):
    s = dial(LOGIN_SOCK)
    s.sendall(frame(op, hello(uid, "sshd", "0" * 32) +
                    field(*values["TTY"]) * 2))
    done[name] = s.recv(100).hex()
json.dump(done, sys.stdout)
"""


def test_no_field_is_believed_that_is_there_twice(host):
    """oktad and its worker both read the first frame: they must not read two
    different things in it."""
    password = (PASSWORD + "alice").encode()
    before = len(authn_calls(host))
    done = play(host, TWICE % (password, PASSWORD + "alice"))
    assert done.pop("once") == 1
    assert done.pop("open") == done.pop("close") == ""  # no verdict at all
    assert len(done) == 9
    assert set(done.values()) <= {0, None}, done
    assert len(authn_calls(host)) - before == 1  # that of "once"


PUSHED = """
import json, pwd
uid, done = pwd.getpwnam("alice").pw_uid, []

def rest():
    said = []
    try:
        while True:
            op, fields = receive(s)
            said.append(["V", struct.unpack(">I", fields[23])[0]]
                        if op == VERDICT else ["P"])
    except (EOFError, ConnectionError):
        return said

me = secrets.token_bytes(16)
first = frame(LOGIN, hello(uid) + field(4, "alice") + field(5, 30000), me)
good, bad = (frame(REPLY, field(22, p), me) for p in (%r, "guess"))
for frames in (first + good * 5, first + bad + good, good + first + good,
               first + first + good, first + good + first + good,
               first + frame(VERDICT, field(23, 1), me),
               first + frame(CANCEL, b"", me) + good):
    s = dial(LOGIN_SOCK)
    s.sendall(frames)
    done.append(rest())
    s.close()
json.dump(done, sys.stdout)
"""


def test_frames_pushed_ahead_make_one_request_and_no_second_try(host):
    """Whatever order they come in: an answer counts for the one prompt, a
    connection for the one login."""
    before = len(authn_calls(host))
    done = play(host, PUSHED % (PASSWORD + "alice"))
    yes, no = [["P"], ["V", 1]], [["P"], ["V", 0]]
    assert done == [yes, no, [], no, yes, no, no], done
    statuses = [r["status"] for r in authn_calls(host)[before:]]
    assert statuses == [200, 401, 200], statuses


GUESS = """
import json, pwd
name = %r
json.dump([login(LOGIN_SOCK, pwd.getpwnam(name).pw_uid, name, "guess")[0]
           for _ in range(%d)], sys.stdout)
"""


def test_who_goes_on_typing_does_not_burn_okta_s_rate_limit(host):
    """429s are no wrong tries, but requests all the same."""
    before = len(authn_calls(host))
    host.control("POST", "/faults", {
        "match": {"method": "POST", "path": "/api/v1/authn"},
        "kind": "rate_limit", "count": 100})
    try:
        # By the protocol itself: the module lets them wait between tries.
        assert play(host, GUESS % ("alice", 8)) == [2] * 8
    finally:
        host.control("DELETE", "/faults")
    assert len(authn_calls(host)) - before == 3
    assert {r["status"] for r in authn_calls(host)[before:]} == {429}
    # The admin learns why; another person is not held up; and it was no
    # wrong try of hers.
    assert "429" in host.ok("oktactl user alice")
    user = json.loads(host.ok("oktactl --json user alice"))
    assert "no request was made" in user["last_refusal"]["reason"]
    assert play(host, GUESS % ("bob", 1)) == [0]
    assert len(authn_calls(host)) - before == 4
