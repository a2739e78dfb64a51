"""oktactl's arguments are words and nothing else (T59), and what it says is
true where nothing could be done (T61)."""

import itertools
import json

import pytest

from logins import OKTAD
from private_host import read_only

PIECES = ["$(touch /tmp/pwned)", "`touch /tmp/pwned`", "; touch /tmp/pwned",
          "| touch /tmp/pwned", "& touch /tmp/pwned &", "\ntouch /tmp/pwned\n",
          "%n%n%s%s", "../../../../etc/shadow", "-rf", "--accept", "'\"\\",
          "\x1b]0;owned\x07\x1b[2J", "\x9b31m", "\u202e\u200b", "A" * 5000,
          "alice:x:0:0", "*", "~root", "\r\nSet-Cookie: a=b", "?limit=1&x=%2f"]
FRAMES = ["{}", "alice{}", "{}alice", "'{}'", '"{}"']
WORDS = [f.format(p) for f, p in itertools.product(FRAMES, PIECES)]
COMMANDS = ["user {}", "explain {}", "explain alice --service {}",
            "explain alice --from {}", "group {}", "pin {}", "logout {}",
            "logout --dry-run {}", "ids forget {}", "ids --import {}",
            "key public {}", "key import {}", "{}", "-c {} user alice",
            "session {}", "session {} --end --yes", "clear-sessions {} --yes"]


@pytest.mark.threat("T59")
@pytest.mark.parametrize("command", COMMANDS)
def test_no_word_becomes_a_command(host, command):
    """Each is run as it stands, without a shell between, below strace."""
    done = json.loads(host.python(f"""
import json, os, shlex, subprocess
os.path.exists("/tmp/pwned") and os.unlink("/tmp/pwned")
found, codes, ran = [], set(), 0
for word in {WORDS!r}:
    argv = ["oktactl"] + [word if w == "{{}}" else w
                          for w in shlex.split({command!r})]
    done = subprocess.run(
        ["strace", "-f", "-qq", "-e", "trace=execve,execveat,clone,clone3,"
         "fork,vfork", "-o", "/tmp/trace", *argv], stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    with open("/tmp/trace", errors="replace") as f:
        calls = [line for line in f if "(" in line]
    # Its own start, and no other program, nor a process that could be one.
    if len(calls) != 1 or "execve(" not in calls[0]:
        found.append([word, calls])
    said = done.stdout.decode(errors="surrogateescape")
    if any(ord(c) < 32 and c != "\\n" or c in "\\x7f\\x9b\\u202e\\u200b"
           for c in said):
        found.append([word, said])
    codes.add(done.returncode)
    ran += 1
print(json.dumps([ran, found, sorted(codes), os.path.exists("/tmp/pwned")]))
""", seconds=600))
    ran, found, codes, is_pwned = done
    assert ran == 100 and found == [] and not is_pwned
    # alice may log in by a service of any name, and from anywhere; of a
    # published person no configuration says anything; and some of the words
    # are names that nobody has.
    fine = {0} if "alice" in command or "forget" in command else set()
    assert set(codes) <= {1, 2, 3, 6} | fine, codes


# Commands that ask the daemon or change something, with words of theirs.
NEED_OKTAD = ["status", "sessions", "logout alice", "logout --held",
              "logout --dry-run alice", "logout --grace alice", "sync",
              "sync --accept", "ids", "ids --export", "ids --import /tmp/ids",
              "ids forget nobody1", "token reset", "pin Office"]


def outcomes(host, commands):
    """{command: (exit status, what it said)}, all at once."""
    host.ok("printf 'user 00u1aliceEXAMPLE0001 70001 70001\\n' >/tmp/ids; "
            "chmod 600 /tmp/ids; rm -rf /tmp/out; mkdir /tmp/out")
    host.ok("".join(
        f"(oktactl {c} >/tmp/out/{n} 2>/tmp/out/{n}.err </dev/null; "
        f"echo $? >/tmp/out/{n}.code) &\n" for n, c in enumerate(commands)) +
        "wait", seconds=200)
    return {c: (int(host.ok(f"cat /tmp/out/{n}.code")),
                host.ok(f"cat /tmp/out/{n}"), host.ok(f"cat /tmp/out/{n}.err"))
            for n, c in enumerate(commands)}


def nothing(command, said):
    """It says of nothing that it was done; status shows the files."""
    return said == "" or (command == "status" and "running" not in
                          said.replace("not running", ""))


@pytest.mark.threat("T61")
def test_without_the_daemon_nothing_is_said_to_be_done(host):
    host.ok(f"{OKTAD} stop")
    try:
        found = outcomes(host, NEED_OKTAD)
    finally:
        host.ok(f"{OKTAD} start")
    for command, (code, said, error) in found.items():
        if command == "pin Office":  # asks Okta through a probe
            assert code == 0 and "00g3officeEXAMPLE003" in said, error
            continue
        assert code == 4 and nothing(command, said), (command, code, said)
        assert "systemctl start oktad" in error, (command, error)


@pytest.mark.threat("T61")
def test_daemon_that_hangs_does_nothing_and_is_told(host):
    host.ok("kill -STOP $(pidof oktad)")
    try:
        found = outcomes(host, NEED_OKTAD)
    finally:
        host.ok("kill -CONT $(pidof oktad)")
    for command, (code, said, error) in found.items():
        assert code == (1 if command == "pin Office" else 4), (command, error)
        assert nothing(command, said), (command, said)
        assert "oktad did not answer in time" in error, (command, error)


LIB = "/var/lib/okta"


@pytest.mark.threat("T61")
def test_disk_that_takes_nothing_is_told(host):
    """What can be done is done, what can not says so, and nothing is lost."""
    before = host.ok(f"sha256sum {LIB}/public/directory {LIB}/private/people")
    org = host.control("GET", "/org")
    new = dict(org["users"][0], id="00unewEXAMPLE0000001", profile=dict(
        org["users"][0]["profile"], login="newcomer@example.com"))
    try:
        with read_only(host, LIB):
            host.control("PUT", "/org", {"users": org["users"] + [new]})
            sync = host.run("oktactl --json sync")
            assert sync.returncode == 1, sync.stdout
            told = json.loads(sync.stdout)
            assert told["result"] == "failed" and LIB in told["error"]
            assert "Read-only file system" in told["error"]
            forget = host.run("oktactl ids forget carol")
            assert forget.returncode == 1 and forget.stdout == "", forget.stdout
            key = host.run(f"""
                openssl genpkey -algorithm EC -pkeyopt \
                    ec_paramgen_curve:P-256 -out /tmp/k.pem 2>/dev/null
                oktactl key public /tmp/k.pem >/tmp/k.jwk
                oktactl key import /tmp/k.jwk -o {LIB}/key.pem
                """)
            assert key.returncode != 0 and key.stdout == ""
            assert host.run("getent passwd newcomer").returncode == 2
            assert host.ok("oktactl user alice")
    finally:
        host.control("PUT", "/org", {"users": org["users"]})
    assert before == host.ok(
        f"sha256sum {LIB}/public/directory {LIB}/private/people")
    done = host.ok("oktactl --json sync --accept")
    assert json.loads(done)["result"] == "ok"
