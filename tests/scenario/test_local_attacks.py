"""[local_accounts]: ways into a mapped account, or past the end of a login to
it, that somebody has tried."""

import json

import pytest

from local_fixtures import *  # noqa: F401,F403
from local_fixtures import IDS, SSH, by_key, is_there, sessions, stay
from logins import OKTAD, authn_calls
from test_access_rules import until
from wire_client import play

ADMINS = "00gAdmins00000000003"


@pytest.fixture
def only_bob_may_sudo(host, keys):
    """Behind deploy, whose sudo asks for no password."""
    org = host.control("GET", "/org")
    if ADMINS not in (g["id"] for g in org["groups"]):
        org["groups"].append({"id": ADMINS, "profile": {"name": "Admins"}})
        host.control("PUT", "/org", org)
    host.control("PUT", f"/groups/{ADMINS}/users/{IDS['bob']}")
    host.ok("echo 'deploy ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/deploy; "
            "cp -p /etc/okta/okta.conf /tmp/okta.conf.before; "
            f"printf '[service sudo]\\nallow_groups = {ADMINS}\\n' "
            f">>/etc/okta/okta.conf; {OKTAD} stop; {OKTAD} start")
    host.ok("oktactl sync")
    yield
    host.ok("cp -p /tmp/okta.conf.before /etc/okta/okta.conf; "
            f"rm /etc/sudoers.d/deploy; {OKTAD} stop; {OKTAD} start")
    host.ok("oktactl sync")


def test_sudo_without_a_password_is_for_whom_the_service_admits(
        host, only_bob_may_sudo):
    def sudo(who):
        return host.run(f"ssh -tt -o BatchMode=yes -i /root/k-{who} "
                        "deploy@127.0.0.1 'sudo -n id -u'")

    until(host, lambda: host.run(
        "oktactl explain bob --service sudo").returncode == 0)
    assert sudo("bob").stdout.split()[0] == "0"
    refused = sudo("carol")
    assert refused.returncode != 0 and "0" not in refused.stdout.split()
    assert ('session_refused user=carol uid=1201 account=deploy service=sudo'
            in host.log())


# A login of bob to deploy, by PAM itself, with oktad gone and back between
# auth and the session: the results of the three phases.
LATE = r"""
import ctypes, subprocess
pam, libc = ctypes.CDLL("libpam.so.0"), ctypes.CDLL("libc.so.6")
libc.strdup.restype = libc.calloc.restype = ctypes.c_void_p
class Message(ctypes.Structure):
    _fields_ = [("style", ctypes.c_int), ("text", ctypes.c_char_p)]
class Response(ctypes.Structure):
    _fields_ = [("text", ctypes.c_void_p), ("code", ctypes.c_int)]
CONV = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.c_int, ctypes.POINTER(ctypes.POINTER(Message)),
    ctypes.POINTER(ctypes.c_void_p), ctypes.c_void_p)
class Conv(ctypes.Structure):
    _fields_ = [("conv", CONV), ("data", ctypes.c_void_p)]
@CONV
def answer(n, messages, out, _):
    out[0] = libc.calloc(n, ctypes.sizeof(Response))
    said = {2: b"bob", 1: b"Pw-bob"}.get(messages[0].contents.style)
    if said:
        ctypes.cast(out[0], ctypes.POINTER(Response))[0].text = libc.strdup(
            said)
    return 0
conv, h = Conv(answer, None), ctypes.c_void_p()
pam.pam_start(b"login", b"deploy", ctypes.byref(conv), ctypes.byref(h))
results = [pam.pam_authenticate(h, 0), pam.pam_acct_mgmt(h, 0)]
subprocess.run(BETWEEN, shell=True, check=True, stdout=subprocess.DEVNULL)
results.append(pam.pam_open_session(h, 0))
if results[2] == 0:
    pam.pam_close_session(h, 0)
pam.pam_end(h, 0)
print(*results)
"""


def test_ticket_that_is_gone_leaves_nobody_who_may_begin_the_session(host):
    assert host.python("BETWEEN = 'true'" + LATE).split() == ["0", "0", "0"]
    assert host.python(f"BETWEEN = '{OKTAD} stop; {OKTAD} start'" + LATE
                       ).split() == ["0", "0", "6"]
    assert 'account=deploy service=login cause="the ticket' in host.log()
    host.ok("oktactl sync")


def test_own_sessions_do_not_push_a_login_out_of_the_list(host, keys):
    host.ok("echo 'deploy ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/deploy")
    stay(host, "bob", "deploy", 5004)
    try:
        host.ok(SSH % ("bob", "deploy", "for i in $(seq 270); do "
                       "sudo -n true; done"))
        host.ok("oktactl logout bob")
        until(host, lambda: not is_there(host, 5004), 40)
    finally:
        host.run("pkill -fx 'sleep 5004'; rm /etc/sudoers.d/deploy")


def test_no_key_is_too_long_to_be_recorded(host, keys):
    """A certificate of her own authority, with names by the thousand bytes."""
    host.ok("""
        ssh-keygen -q -t ed25519 -N '' -f /root/ca
        ssh-keygen -q -t ed25519 -N '' -f /root/k-cert
        ssh-keygen -q -s /root/ca -I x -n alice,$(printf '%04000d' 0) \
            /root/k-cert.pub
        install -d -o alice -g alice -m 700 /home/alice/.ssh
        echo cert-authority $(cat /root/ca.pub) \
            >>/home/alice/.ssh/authorized_keys
        """)
    stay(host, "cert", "alice", 5000)
    try:
        assert ("alice", "alice", "open") in [
            (s["name"], s["account"], s["state"]) for s in sessions(host)]
        host.ok("oktactl logout alice")
        until(host, lambda: not is_there(host, 5000), 40)
    finally:
        host.run("pkill -fx 'sleep 5000'")


TRIES = r"""
import json, pwd
uid, done = pwd.getpwnam("deploy").pw_uid, []
for who, password in %r:
    me, answers = secrets.token_bytes(16), [who, password]
    with dial(LOGIN_SOCK) as s:
        s.sendall(frame(LOGIN, hello(uid) + field(4, "deploy") +
                        field(5, 30000), me))
        op, fields = receive(s)
        while op == PROMPT:
            s.sendall(frame(REPLY, field(22, answers.pop(0)), me))
            op, fields = receive(s)
        done.append(struct.unpack(">I", fields[23])[0])
json.dump(done, sys.stdout)
"""


def test_one_of_several_does_not_use_up_the_others_requests(host):
    """429s count for the person: who goes on typing holds up nobody else
    behind the account, and `oktactl user` tells of whoever it was."""
    host.control("POST", "/faults", {
        "match": {"method": "POST", "path": "/api/v1/authn"},
        "kind": "rate_limit", "count": 100})
    try:
        before = len(authn_calls(host))
        assert play(host, TRIES % ([("bob", "Pw-bob")] * 5,)) == [2] * 5
        assert len(authn_calls(host)) - before == 3
    finally:
        host.control("DELETE", "/faults")
    assert play(host, TRIES % ([("carol", "Pw-carol")],)) == [1]
    assert len(authn_calls(host)) - before == 4
    last = [json.loads(host.ok(f"oktactl --json user {name}"))["last_refusal"]
            for name in ("bob", "carol")]
    assert "no request was made" in last[0]["reason"]
    assert last[1] is None or "429" not in last[1]["reason"]


def test_login_from_elsewhere_needs_a_name_under_any_service(host, keys):
    """An sshd that goes by another name is none to pam_okta, so no key tells
    who it is: nobody gets in that way, with oktad or without. What root and
    cron do as that account goes on."""
    def session(more=""):
        return host.run(f"pamtester {more} gate deploy open_session "
                        "close_session").returncode == 0

    host.ok("sed '/^session/!b; /pam_loginuid/d' /etc/pam.d/sshd "
            ">/etc/pam.d/gate")
    try:
        for command in ("true", f"{OKTAD} stop"):
            host.ok(command)
            assert session()
            for address in ("192.0.2.7", "2001:db8::7", "gate.example.com"):
                assert not session(f"-I rhost={address}")
    finally:
        host.ok(f"rm /etc/pam.d/gate; {OKTAD} start")
    assert "nobody of Okta is behind this login from elsewhere" in host.log()


def test_login_from_elsewhere_is_not_whoever_started_its_daemon(host, keys):
    """A daemon that somebody has started anew by hand inside of a login to
    the account bears that login for ever: whoever comes through it from
    elsewhere is not that person."""
    host.ok("sed '/^session/!b; /pam_loginuid/d' /etc/pam.d/sshd "
            ">/etc/pam.d/gate; echo 'deploy ALL=(ALL) NOPASSWD: ALL' "
            ">/etc/sudoers.d/gate")
    gate = ("sudo pamtester %s gate deploy open_session >/dev/null 2>&1; "
            "echo $?")
    try:
        assert by_key(host, "bob", "deploy", gate % "") == "0"
        assert by_key(host, "bob", "deploy",
                      gate % "-I rhost=192.0.2.7") == "1"
    finally:
        host.ok("rm /etc/pam.d/gate /etc/sudoers.d/gate")


def test_sshd_started_inside_of_a_login_asks_who_comes(host, keys):
    """Not for the password of whoever started it."""
    host.ok("echo 'deploy ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/gate; "
            "sed 's/sshd/gate/' /etc/pam.d/sshd >/etc/pam.d/gate")
    try:
        for service, asked in (("sshd", "Okta user name"), ("gate", None)):
            said = by_key(host, "bob", "deploy", "echo | sudo timeout 5 "
                          f"pamtester {service} deploy authenticate 2>&1; "
                          "echo")
            assert (asked in said) if asked else (
                "assword" in said and "name" not in said), said
    finally:
        host.ok("rm /etc/pam.d/gate /etc/sudoers.d/gate")
