"""A terminal that goes away while a push is waited for: Okta is not asked any
more, and what the phone says later opens nothing."""

import json
import time

import pytest

from emulator_oidc import BOB_ID, BOB_PASSWORD, BOB_PUSH
from logins import add_local_people, as_user, forget_tries
from oidc_host import OidcHost, bobs_factors, phone

DEADLINE_S = 12
STOPS_S, SLACK_S = 2, 2  # the threat's, and a busy machine's

# Starts a program on a terminal, answers its prompt, waits until Okta is being
# polled, and then closes the terminal or leaves it; when it ended.
HANG = r"""
import json, os, pty, select, signal, sys, time
how, argv = {!r}, {!r}
pid, terminal = pty.fork()
if pid == 0:
    # A suite in the background of a shell has them ignored.
    for number in (signal.SIGHUP, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)
    os.execvp(argv[0], argv)
seen = b""
while b"assword" not in seen:
    seen += os.read(terminal, 4096)
time.sleep(0.2)
os.write(terminal, {!r}.encode() + b"\n")
while b"Choose [1]: " not in seen:
    seen += os.read(terminal, 4096)
os.write(terminal, b"push\n")
def polls():
    with open(os.environ["OKTA_RECORD"]) as f:
        return sum("mfa-oob" in x and "grant_type" in x for x in f)
end = time.monotonic() + 20
while polls() == 0 and time.monotonic() < end:
    time.sleep(0.1)
assert polls() > 0, seen
if how == "close":
    os.close(terminal)
else:
    os.kill(pid, int(how))
gone = time.monotonic()
last, seen_at = polls(), gone
while time.monotonic() < gone + {}:
    time.sleep(0.1)
    if polls() != last:
        last, seen_at = polls(), time.monotonic()
json.dump([seen_at - gone], sys.stdout)
"""


@pytest.fixture(scope="module")
def host():
    with OidcHost() as one:
        add_local_people(one)
        one.ok("sed -i '/pam_okta/s/$/ deadline=%d/' /etc/pam.d/common-auth; "
               "echo 'bob ALL=(ALL:ALL) ALL' >/etc/sudoers.d/bob; "
               "mkdir -p /home/bob; chown bob: /home/bob" % DEADLINE_S)
        yield one


@pytest.fixture(autouse=True)
def fresh(host):
    """No budget is used up, no code, no answer of the phone."""
    factors = [f for f in bobs_factors() if f["id"] == BOB_PUSH]
    forget_tries(host)
    host.ok(": >$OKTA_RECORD")
    host.control("PATCH", "/users/" + BOB_ID, {"factors": factors})


def hang(host, how, argv, seconds):
    done = host.python(HANG.format(how, argv, BOB_PASSWORD, seconds))
    return json.loads(done)[0]


def su():
    return [*as_user("lena").split(), "su", "bob", "-c", "id"]


def sudo():
    return [*as_user("bob").split(), "sudo", "-k", "id"]


@pytest.mark.threat("T32")
@pytest.mark.parametrize("program, how", [
    (su, "close"), (su, "1"), (su, "2"), (sudo, "close")],
    ids=["su-closed", "su-HUP", "su-INT", "sudo-closed"])
def test_polling_stops_when_the_terminal_goes(host, program, how):
    last = hang(host, how, program(), 6)
    assert last < STOPS_S + SLACK_S, host.log()[-2000:]
    host.ok("! pgrep -x oktad-login")
    # A late approval is nobody's: the next login needs a push of its own.
    phone(host, "approve", 0).join()
    pushes = host.control("POST", "/push/" + BOB_PUSH,
                          {"answer": "approve"})["pushes"]
    assert "verdict=accept" not in host.log().split("event=started")[-1]
    assert pushes == 1


@pytest.mark.threat("T32")
def test_under_sshd_polling_ends_with_the_module_s_deadline(host):
    """sshd keeps PAM in a process of its own, which does not see the client
    go."""
    ssh = ["ssh", "-o", "PubkeyAuthentication=no", "-o",
           "PreferredAuthentications=keyboard-interactive",
           "bob@127.0.0.1", "id"]
    start = time.monotonic()
    last = hang(host, "9", ssh, DEADLINE_S + 3)
    assert last < DEADLINE_S + SLACK_S, host.log()[-2000:]
    assert time.monotonic() - start > last
    host.ok("! pgrep -x oktad-login")
    assert "verdict=accept" not in host.log().split("event=started")[-1]
