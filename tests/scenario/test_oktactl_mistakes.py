"""What must not come of a change by oktactl: somebody else than was meant, a
reason that is not told, a credential where it is not needed."""

import pytest

import admins
from admins import Asked
from logins import TALK
from net_fixtures import has_sanitizers
from private_host import PrivateHost
from test_oktactl_change import BOB, DAVE, FILE, change
from wire_client import SOURCE


@pytest.fixture(scope="module")
def host(build):
    with PrivateHost("--build", build) as h:
        admins.give(h)
        yield h


@pytest.mark.parametrize("word", ["dave@", "dave@example.co",
                                  "'dave@example.com '"])
def test_half_a_login_is_nobodys(host, word):
    """Who has a longer login than the one that is meant, is somebody else."""
    asked = Asked(host)
    done = change(host, f"group add linux-users {word} --yes", 1)
    assert "knows no person called" in done.stderr
    assert asked.calls == []


def test_long_path_does_not_silence_the_reason(host):
    name = f"/root/{'d' * 100}/{'f' * 120}"
    host.ok(f"mkdir -p $(dirname {name}); umask 077; cat >{name}; "
            f"chown 1 {name}", stdin=admins.SECTION)
    done = change(host, f"suspend dave --yes --credential {name}", 3)
    assert "is owned by uid 1" in done.stderr


@pytest.mark.parametrize("scope, is_open", [
    ("okta.users.manage", True), ("okta.users.read", False),
    ("okta.users.manage&scope=okta.apps.manage", False),
    ("okta.users.manage okta.apps.manage", False)])
def test_scope_is_one_of_a_command(host, scope, is_open):
    """It stands in the form that asks for the token."""
    script = SOURCE + f"""
s = dial("/run/okta/control.sock")
s.sendall(frame(192, field(330, "suspend") + field(331, "x") +
                field(132, "{scope}")))
try:
    print(receive(s)[0] == 180)
except EOFError:
    print(False)
"""
    assert host.ok("python3 -", stdin=script).strip() == str(is_open)


# Run in the host: stops the process that checks the next image for a while,
# and looks for a word in its memory and in oktad's.
LOOK = r"""
import os, subprocess, sys, time
word, oktad = sys.argv[1].encode(), int(sys.argv[2])


def has_word(pid):
    with open(f"/proc/{pid}/maps") as maps, \
            open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:
        for line in maps:
            if "w" not in line.split()[1]:
                continue
            low, high = (int(x, 16) for x in line.split()[0].split("-"))
            memory.seek(low)
            if word in memory.read(high - low):
                return True
    return False


def children():
    with open(f"/proc/{oktad}/task/{oktad}/children") as f:
        pids = [int(pid) for pid in f.read().split()]
    return {pid for pid in pids
            if os.readlink(f"/proc/{pid}/exe").endswith("/oktad")}


before = children()
trace = subprocess.Popen(
    ["strace", "-f", "-qq", "-o", "/run/trace", "-e", "trace=close_range",
     "-e", "inject=close_range:delay_enter=5s", "-p", str(oktad)])
sync = None
for _ in range(400):
    time.sleep(0.05)
    with open(f"/proc/{oktad}/status") as f:
        is_traced = "TracerPid:\t0" not in f.read()
    if is_traced and sync is None:
        sync = subprocess.Popen(["oktactl", "sync"],
                                stdout=subprocess.DEVNULL)
    new = children() - before if sync else set()
    if new:
        time.sleep(1)
        print(has_word(oktad), *(has_word(pid) for pid in new))
        break
trace.terminate()
trace.wait()
sync.wait()
"""


def test_check_of_an_image_holds_no_credential(host, build):
    """The question of a change stands as long as it likes, and what parses an
    image meanwhile does not have what is to be used then."""
    if has_sanitizers(build):
        pytest.skip("reads the memory of a plain build")
    token = "00AdminTokenForTests00000000000000000000000"
    host.ok(f"umask 077; cat >{FILE}", stdin=f"[admin]\napi_token = {token}\n")
    host.ok(f"{TALK} -t 60 -e never n -- oktactl suspend dave --credential "
            f"{FILE} >/dev/null 2>&1 & echo $! >/run/asking; "
            "for i in $(seq 600); do grep -q "
            "event=change_begins.*what=suspend.*credential=/ $OKTA_LOG && "
            "exit 0; sleep 0.05; done; exit 1")
    host.control("PATCH", "/users/" + DAVE, {"profile": {"firstName": "Da"}})
    host.control("PATCH", "/users/" + BOB, {"profile": {"firstName": "Bo"}})
    host.ok("cat >/run/look.py", stdin=LOOK)
    said = host.ok(f"python3 /run/look.py {token} $(pidof oktad)")
    host.ok("kill $(cat /run/asking)")
    assert said.split()[:2] == ["True", "False"], said
