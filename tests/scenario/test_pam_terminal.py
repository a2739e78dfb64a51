"""pam_okta at a real terminal, in real programs: interrupted, hung up on, run
by people who are not root, and with somebody else in the place of oktad."""

import concurrent.futures

import pytest

from logins import (OKTAD, PASSWORD, as_user, authn_calls, forget_tries,
                    talk)
from oidc_host import allow_prompts

NOBODY = "setpriv --reuid 65534 --regid 65534 --clear-groups "
LISTENER = """
import os, socket
s = socket.socket(socket.AF_UNIX)
s.bind("/run/okta/login.sock")
s.listen()
print("ready", os.getpid(), flush=True)
while True:
    c, _ = s.accept()
    print("connected", flush=True)
    got = b""
    while True:
        data = c.recv(65536)
        if not data:
            break
        got += data
    print("bytes", len(got), got, flush=True)
"""
IN = "LET-IN"  # what only a command that was let in writes

PROGRAMS = {
    "su": NOBODY + "{0} su alice -c 'echo LET\"\"-IN'",
    "sudo": as_user("alice") + "{0} sudo -k sh -c 'echo LET\"\"-IN'",
    "login": "{0} login alice",
    "ssh": "{0} ssh -o PubkeyAuthentication=no -o NumberOfPasswordPrompts=1 "
           "alice@127.0.0.1 'echo LET\"\"-IN'",
}
KEYS = {
    "^C": [("assword", "^C")] * 2,
    "^D": [("assword", "^D")] * 3,
    "^\\": [("assword", "^\\")] * 2,
    "hang-up": [("assword", "^HUP")],
    "closed window": [("assword", "^closed")],
}
# Whoever was let in by mistake, or is asked for another name.
AFTER = [("login:", "^C"), ("[$#] $", "echo LET''-IN; exit")]


@pytest.fixture(scope="module", autouse=True)
def readable(host):
    """What a shell needs, so that only the refusal keeps it away; bob may use
    sudo."""
    host.ok("for n in alice bob; do mkdir -p /home/$n && chown $n: /home/$n; "
            "done; echo 'bob ALL=(ALL:ALL) ALL' >/etc/sudoers.d/bob")
    allow_prompts(host)


@pytest.mark.parametrize("program", PROGRAMS)
def test_the_marker_shows_who_was_let_in(host, program):
    keys = talk(("assword", PASSWORD + "alice"),
                ("[$#] $", "echo LET''-IN; exit"), seconds=90)
    done = host.run(PROGRAMS[program].format(keys))
    assert IN in done.stdout, done.stdout + host.log()


@pytest.mark.threat("T25")
@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("program", PROGRAMS)
def test_interrupted_prompt_is_no_login(host, program, key):
    before = len(authn_calls(host))
    done = host.run(PROGRAMS[program].format(
        talk(*KEYS[key], *AFTER, seconds=20)))
    assert IN not in done.stdout, done.stdout + host.log()
    assert done.returncode != 0, done.stdout
    assert len(authn_calls(host)) == before


# To each prompt behind the password: what is answered before it is there.
FACTOR_PROMPTS = {"choice": [("Choose", None)],
                  "code": [("Choose", "totp"), ("ode[^:]*: $", None)],
                  "phone": [("Choose", "push"), ("\n", None)]}


def interrupt(answers, key):
    """talk, up to the prompt without an answer, and what happens there."""
    return talk(("assword", PASSWORD + "bob"), *answers[:-1],
                (answers[-1][0], KEYS[key][0][1]), ("assword", "^C"), *AFTER,
                seconds=20)


@pytest.mark.threat("T25")
@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("where", FACTOR_PROMPTS)
def test_interrupted_prompt_for_a_factor_is_no_login(host, where, key):
    """bob, who has a push and a code; one program after the other has his
    phone, so they share nothing but that."""
    forget_tries(host)
    host.control("PUT", "/org", {"switches": {"authn_per_second": 0}})
    words = interrupt(FACTOR_PROMPTS[where], key)

    def run(program):
        return host.run(PROGRAMS[program].replace("alice", "bob").format(
            words))
    with concurrent.futures.ThreadPoolExecutor(
            1 if where == "phone" else len(PROGRAMS)) as pool:
        for done in pool.map(run, PROGRAMS):
            assert IN not in done.stdout, done.stdout + host.log()
            assert done.returncode != 0, done.stdout
            assert "Choose" in done.stdout, done.stdout


@pytest.mark.threat("T40")
def test_locker_opens_for_its_own_user_alone(host):
    locker = as_user("alice") + talk(("assword", PASSWORD + "alice"))
    done = host.run(locker + "pamtester login alice authenticate acct_mgmt")
    assert done.returncode == 0, done.stdout + host.log()
    before = len(authn_calls(host))
    for name in ("bob", "carol"):
        done = host.run(locker + f"pamtester login {name} authenticate")
        assert done.returncode == 1, done.stdout
    assert len(authn_calls(host)) == before


@pytest.mark.threat("T40")
def test_daemon_gone_while_the_person_types_is_no_crash(host):
    host.ok("mkfifo -m 666 /run/stopped")
    # The answer waits in the terminal until oktad is gone.
    done = host.run(
        f"{{ sleep 2; {OKTAD} stop; echo >/run/stopped; }} & " +
        as_user("alice") + talk(("go on", PASSWORD + "alice"), seconds=30) +
        "sh -c '{ read x </run/stopped; echo go on; } & "
        "exec pamtester login alice authenticate'")
    host.ok(f"{OKTAD} start")
    assert done.returncode == 1, done.stdout
    assert "without a verdict" in host.log()


@pytest.mark.threat("T53")
def test_impostor_in_the_place_of_oktad_hears_nothing(host):
    """Somebody with uid 1000 listens at login.sock while oktad is down."""
    host.ok(f"""
        {OKTAD} stop
        mkdir -p /run/okta
        rm -f /run/okta/login.sock /run/heard
        chmod 777 /run/okta
        touch /run/heard && chmod 666 /run/heard
        setsid setpriv --reuid 1000 --regid 1000 --clear-groups \\
            /usr/bin/python3 -c '{LISTENER}' >/run/heard 2>&1 &
        for n in $(seq 600); do
            grep -q ready /run/heard && break
            sleep 0.1
        done
        chown -h root: /run/okta/login.sock
        chmod 755 /run/okta
        """)
    try:
        canary = "CANARY-" + PASSWORD + "alice"
        done = host.run(talk(("assword", canary), seconds=30) +
                        "pamtester sshd alice authenticate")
        assert done.returncode == 1, done.stdout
        heard = host.ok("cat /run/heard")
        assert "connected" in heard  # it did get the connection
        assert "bytes 0" in heard and "CANARY" not in heard
        assert "not root" in host.log()
    finally:
        host.run("kill $(sed -n 's/^ready //p' /run/heard); "
                 "rm -f /run/okta/login.sock")
        host.ok(f"{OKTAD} start")

