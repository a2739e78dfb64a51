"""What the terminal of a person gets of words that came from outside: the
bytes on it, while an oktad that filters nothing talks to the real module in
real programs."""

import base64

import pytest

import login_wire
from logins import OKTAD, talk

NOBODY = "setpriv --reuid 65534 --regid 65534 --clear-groups "
SEEDS = [b"\x1b[2J", b"\x1b]0;x\a", b"\x9b2J", b"\xc2\x9b31m", b"\r", b"\n",
         b"\b\b", b"\x7f", "\u202e".encode(), "\u200b".encode(),
         "\ufeff".encode(), "\u2066".encode(), b"\x01", b"\x1f", b"\xff",
         b"\xc0\x9b", b"\xed\xa0\x80", "\u2028".encode(), b"\xc2\x85",
         b"\x1bP+q\x1b\\", b"\x0e", b"\x1bc", b"\x00", b"\x1b[5i"]
PAYLOADS = [b"w%d " % n + SEEDS[n % 24] + b"s" + SEEDS[n // 24 * 7 % 24] + b"e"
            for n in range(200)]
EACH = 20  # payloads between two prompts

# As root in the place of oktad: every payload as an information, each EACH-th
# as a question too, the last one with the verdict.
FILTERLESS = """
import os, socket, struct, sys
sys.path.insert(0, {folder!r})
from login_wire import *
payloads = {payloads!r}
try:
    os.unlink("/run/okta/login.sock")
except FileNotFoundError:
    pass
s = socket.socket(socket.AF_UNIX)
s.bind("/run/okta/login.sock")
os.chmod("/run/okta/login.sock", 0o600)
s.listen()
open("/run/filterless", "w").close()
while True:
    c, _ = s.accept()
    op, ident, _, _ = read(c)
    for n, text in enumerate(payloads):
        c.sendall(frame(INFO, ident, field(TEXT, text)))
        if n % {each} == 0:
            c.sendall(frame(PROMPT, ident, field(TEXT, text + b" go %d?" % n),
                            field(KIND, struct.pack(">I", 3))))
            if read(c) is None:
                break
    else:
        c.sendall(frame(VERDICT, ident, field(CODE, struct.pack(">I", DENY)),
                        field(TEXT, payloads[0]), field(24, b"")))
    c.close()
"""
PROGRAMS = {
    "su": NOBODY + "{0} su alice -c true",
    "login": "{0} login alice",
    "ssh": "{0} ssh -o PreferredAuthentications=keyboard-interactive "
           "-o NumberOfPasswordPrompts=1 -p 2224 alice@127.0.0.1 true",
    "pamtester": "{0} pamtester sshd alice authenticate",
}


@pytest.fixture(scope="module")
def filterless(host):
    host.ok(f"{OKTAD} stop; mkdir -p /run/okta; rm -f /run/filterless")
    host.ok("cat >/run/filterless.py", stdin=FILTERLESS.format(
        folder=login_wire.__file__.rsplit("/", 1)[0], payloads=PAYLOADS,
        each=EACH))
    host.ok("setsid /usr/bin/python3 /run/filterless.py "
            ">/run/filterless.log 2>&1 & echo $! >/run/filterless.pid;"
            "/usr/sbin/sshd -o KbdInteractiveAuthentication=yes -p 2224 "
            "-o PidFile=/run/kbd.pid;"
            "for n in $(seq 600); do test -e /run/filterless && exit 0; "
            "sleep 0.1; done; cat /run/filterless.log; exit 1")
    yield
    host.run("kill $(cat /run/filterless.pid) $(cat /run/kbd.pid)")
    host.ok(f"rm -f /run/okta/login.sock; {OKTAD} start")


@pytest.mark.threat("T107", whole=True)
@pytest.mark.parametrize("program", PROGRAMS)
def test_no_byte_of_theirs_steers_the_terminal(host, filterless, program):
    typed = talk(*((rf"go {n}\?", "x") for n in range(0, 200, EACH)),
                 ("ogin:", "^C"), seconds=60)
    done = host.run("{ " + PROGRAMS[program].format(typed) +
                    "; } 2>&1 | base64 -w0")
    seen = base64.b64decode(done.stdout)
    bad = sorted({b for b in seen if not 0x20 <= b < 0x7f} - set(b"\n\t\r"))
    assert not bad, (bad, seen)
    # All of them came, with what is harmless in them.
    missing = [n for n in range(200) if b"w%d " % n not in seen]
    assert missing == [], (missing, seen[-2000:])
    # A carriage return would write over what stands there (ssh begins lines of
    # its own with one).
    for line in seen.split(b"\n"):
        assert b"\r" not in line.strip(b"\r"), line
