"""Direct authentication through the distribution's own sshd: what Okta's app
policy asks for after the password, and that nothing less lets in."""

import contextlib
from urllib.parse import parse_qsl

import pytest
from cryptography.hazmat.primitives import serialization

from emulator_client import Key
from emulator_oidc import (APP, BOB, BOB_ID, BOB_PASSWORD, SECRET,
                           app, claims, code, with_phone)
from logins import talk
from oidc_host import (OidcHost, begin_anew, bobs_factors, calls, last_login,
                       mark, phone, policy, ssh)

PASSWORD = ("assword", BOB_PASSWORD)


@pytest.fixture(scope="module")
def host():
    with OidcHost() as one:
        yield one


@pytest.fixture(autouse=True)
def fresh(host):
    begin_anew(host)


def test_code_after_the_password_takes_two_requests(host):
    before = mark(host)
    status, out = ssh(host, "bob", PASSWORD, ("hoose", "2"),
                      ("ode: ", code()))
    assert status == 0, host.log()[-3000:]
    assert "bob" in out
    assert calls(host, before) == [("/token", "password", 403),
                                   ("/token", "mfa-otp", 200)]
    assert 'factors="password totp"' in last_login(host)


def test_wrong_code_can_be_corrected_and_costs_a_try(host):
    before = mark(host)
    status, _ = ssh(host, "bob", PASSWORD, ("hoose", "totp"),
                    ("ode: ", "000000"), ("right. Code: ", code()))
    assert status == 0, host.log()[-3000:]
    assert calls(host, before) == [("/token", "password", 403),
                                   ("/token", "mfa-otp", 400),
                                   ("/token", "mfa-otp", 200)]


def test_three_wrong_codes_end_it(host):
    wrong = [("ode: ", "000000")] * 3
    status, _ = ssh(host, "bob", PASSWORD, ("hoose", "2"), *wrong)
    assert status == 255
    assert "verdict=deny" in last_login(host)


def test_what_is_no_code_is_not_sent(host):
    before = mark(host)
    status, _ = ssh(host, "bob", PASSWORD, ("hoose", "2"),
                    *[("ode: ", "not a code")] * 3)
    assert status == 255
    assert calls(host, before) == [("/token", "password", 403)]


def test_push_is_polled_by_the_interval(host):
    before = mark(host)
    waiting = phone(host, "approve", 2.5)
    status, _ = ssh(host, "bob", PASSWORD, ("hoose", "1"))
    waiting.join()
    assert status == 0, host.log()[-3000:]
    asked = calls(host, before)
    assert asked[:2] == [("/token", "password", 403),
                         ("/challenge", "", 200)]
    assert asked[-1] == ("/token", "mfa-oob", 200)
    assert 1 <= len(asked) - 2 <= 5
    assert 'factors="password push"' in last_login(host)


@pytest.mark.threat("T31")
def test_number_is_on_the_screen_before_it_can_be_tapped(host):
    """sshd shows nothing but prompts in time: the number stands in one."""
    host.control("PUT", "/org", {"switches": {"oob_binding": "transfer"}})
    shown = host.run(
        talk(PASSWORD, ("hoose", "1"), ("press Enter", "^C"), seconds=30) +
        "ssh -tt -o PreferredAuthentications=keyboard-interactive "
        "-o PubkeyAuthentication=no bob@127.0.0.1 id").stdout
    factors = [u for u in host.control("GET", "/org")["users"]
               if u["id"] == BOB_ID][0]["factors"]
    number = [f["sent"] for f in factors if f.get("sent")][0]
    assert f"Tap {number} in Okta Verify" in shown


def test_number_that_was_tapped_lets_in(host):
    host.control("PUT", "/org", {"switches": {"oob_binding": "transfer"}})
    host.ok("rm -f /run/number; printf '%s' '' >/run/number")
    # The phone "taps" what the emulator has sent, as the person reads it.
    tapper = """
import json, time, urllib.request, os
base = os.environ["OKTA_CONTROL"].rstrip("/")
for _ in range(200):
    org = json.load(urllib.request.urlopen(base + "/org"))
    for u in org["users"]:
        for f in u["factors"]:
            if f.get("sent") and f["factorType"] == "push" and \\
                    f["pushes"] > int(%d):
                r = urllib.request.Request(
                    base + "/push/" + f["id"], method="POST",
                    data=json.dumps({"answer": int(f["sent"])}).encode())
                urllib.request.urlopen(r)
                raise SystemExit
    time.sleep(0.1)
"""
    org = host.control("GET", "/org")
    pushes = [f.get("pushes", 0) for u in org["users"] for f in u["factors"]
              if u["id"] == BOB_ID and f["factorType"] == "push"][0]
    host.ok("cat >/run/tapper.py", stdin=tapper % pushes)
    host.ok("/usr/bin/python3 /run/tapper.py >/run/tapper.log 2>&1 &")
    status, _ = ssh(host, "bob", PASSWORD, ("hoose", "1"),
                    ("press Enter", ""))
    assert status == 0, host.log()[-3000:]


def test_refused_push_is_a_denial_and_nothing_is_sent_after_it(host):
    waiting = phone(host, "reject", 1.5)
    status, _ = ssh(host, "bob", PASSWORD, ("hoose", "1"))
    waiting.join()
    assert status == 255
    assert "rejected" in last_login(host)
    before = mark(host)
    status, _ = ssh(host, "bob", PASSWORD, ("hoose", "1"))
    assert status == 255
    assert calls(host, before) == [("/token", "password", 403)]
    assert "refused one" in last_login(host)


@pytest.mark.parametrize("choice,kind,word", [("3", "sms", "sms"),
                                              ("call", "call", "call")])
def test_code_by_phone(host, choice, kind, word):
    class Control:
        change = staticmethod(host.control)
    with_phone(Control)
    # What was sent is not known before: ask for it between the prompts.
    host.ok("cat >/run/answer", stdin="""#!/bin/sh
exec /usr/bin/python3 - <<'P'
import json, os, urllib.request
org = json.load(urllib.request.urlopen(
    os.environ["OKTA_CONTROL"].rstrip("/") + "/org"))
for u in org["users"]:
    for f in u["factors"]:
        if f["factorType"] == "%s" and f.get("sent"):
            print(f["sent"])
P
""" % kind)
    program = r"""
import os, pty, subprocess, sys, time
pid, fd = pty.fork()
if pid == 0:
    os.execvp("ssh", ["ssh", "-tt", "-o", "PubkeyAuthentication=no", "-o",
        "PreferredAuthentications=keyboard-interactive", "bob@127.0.0.1",
        "id -un"])
seen = b""
def until(word):
    global seen
    end = time.time() + 40
    while word not in seen:
        assert time.time() < end, seen
        seen += os.read(fd, 4096)
    seen = seen.partition(word)[2]
until(b"assword: "); os.write(fd, b"%s\n")
until(b"hoose [1]: "); os.write(fd, b"%s\n")
until(b"Code: ")
sent = subprocess.run(["sh", "/run/answer"], stdout=subprocess.PIPE).stdout
os.write(fd, sent)
try:
    while True:
        part = os.read(fd, 4096)
        if not part:
            break
        seen += part
except OSError:
    pass
_, status = os.waitpid(pid, 0)
print(seen.decode())
sys.exit(os.waitstatus_to_exitcode(status))
""" % (BOB_PASSWORD, choice)
    done = host.run("exec /usr/bin/python3 -", stdin=program)
    assert done.returncode == 0, done.stdout + done.stderr + \
        host.log()[-2000:]
    assert f'factors="password {word}"' in last_login(host)


def test_factor_that_okta_can_not_use_leaves_the_others(host):
    status, out = ssh(host, "bob", PASSWORD, ("hoose", "sms"),
                      ("not use that", "totp"), ("ode: ", code()))
    assert status == 0, "\n".join(out) + host.log()[-3000:]


# What must not let in

@pytest.mark.threat("T43")
def test_password_alone_is_not_enough_where_a_factor_is_required(host):
    policy(host, policy="password")
    status, _ = ssh(host, "bob", PASSWORD)
    assert status == 255
    assert "factor = required" in last_login(host)


WRONG_CLAIMS = [
    {"sub": "00u1aliceEXAMPLE0001"}, {"sub": None}, {"sub": BOB},
    {"iss": "https://evil.okta.com"}, {"iss": None},
    {"aud": "0oaSomebodyElses0001"}, {"aud": [APP, "0oaAnother"]},
    {"azp": "0oaSomebodyElses0001"}, {"exp": 1}, {"iat": 1}, {"iat": None},
    {"nonce": "x"}, {"amr": ["pwd"]}, {"amr": None}, {"amr": ["kba", "pwd"]},
]


@pytest.mark.threat("T19")
@pytest.mark.parametrize("wrong", WRONG_CLAIMS, ids=str)
def test_token_with_a_wrong_claim_never_lets_in(host, wrong):
    host.control("PUT", "/org", {"switches": {"id_token": wrong}})
    status, _ = ssh(host, "bob", PASSWORD, ("hoose", "2"),
                    ("ode: ", code()))
    assert status == 255
    assert "verdict=accept" not in last_login(host)


def test_wrong_password_is_asked_of_okta_once(host):
    before = mark(host)
    status, _ = ssh(host, "bob", ("assword", "wrong"))
    assert status == 255
    assert calls(host, before) == [("/token", "password", 400)]


def test_who_has_no_factor_is_told_so_only_after_the_password(host):
    status, _ = ssh(host, "alice", ("assword", "Correct-Horse-7-alice"))
    assert status == 255
    assert "No supported authenticators" in last_login(host)


@pytest.mark.parametrize("error", [
    "invalid_client", "unauthorized_client", "server_error", "slow_down",
    "authorization_pending", "expired_token", "access_denied",
    "invalid_scope", "success", "mfa_required"])
def test_no_error_of_the_first_answer_lets_in(host, error):
    host.control("POST", "/faults", {
        "match": {"path": "/oauth2/v1/token"}, "kind": "status",
        "args": {"status": 400, "body": {"error": error}}})
    try:
        status, _ = ssh(host, "bob", PASSWORD)
    finally:
        host.control("DELETE", "/faults")
    assert status == 255


# The app's own credential

def test_secret_never_reaches_the_worker_and_basic_is_used():
    with OidcHost(client={**app(), "auth": "client_secret_basic",
                          "secret": SECRET, "policy": "password"},
                  login=f"oidc_client_secret = {SECRET}",
                  service="factor = okta") as host:
        before = mark(host)
        status, _ = ssh(host, "bob", PASSWORD)
        assert status == 0, host.log()[-3000:]
        assert calls(host, before) == [("/token", "password", 200)]
        sent_one = host.requests(before)[-1]
        assert sent_one["headers"]["authorization"].startswith("Basic ")
        assert "client_id" not in sent_one["body"]
        assert SECRET not in host.log()


@contextlib.contextmanager
def client_key(host):
    """The client proves itself by a key; what the app must say of it."""
    key = Key("ES256", kid="people-1")
    pem = key.private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption()).decode()
    host.ok("cat >/etc/okta/oidc.pem && chmod 600 /etc/okta/oidc.pem",
            stdin=pem)
    host.ok("cp -p /etc/okta/okta.conf /run/okta.conf; sed -i '/^oidc_client_"
            "id/a oidc_private_key = /etc/okta/oidc.pem\\noidc_key_id = "
            "people-1' /etc/okta/okta.conf")
    try:
        yield {"auth": "private_key_jwt", "jwks": {"keys": [key.jwk()]}}
    finally:
        host.ok("cp -p /run/okta.conf /etc/okta/okta.conf")


def test_key_signs_one_assertion_for_each_endpoint(host):
    with client_key(host) as auth:
        begin_anew(host)
        policy(host, **auth)
        before = mark(host)
        waiting = phone(host, "approve", 3)
        status, _ = ssh(host, "bob", PASSWORD, ("hoose", "1"))
        waiting.join()
        assert status == 0, host.log()[-3000:]
        asked = [r for r in host.requests(before)
                 if "client_credentials" not in (r["body"] or "") and
                 r["path"].startswith("/oauth2/")]
        assert len(asked) >= 3 and "authorization" not in asked[0]["headers"]
        audiences, ids = set(), set()
        for r in asked:
            form = dict(parse_qsl(r["body"]))
            assert "client_id" not in form
            body = claims(form["client_assertion"])
            assert body["aud"].endswith(r["path"])
            audiences.add(body["aud"])
            ids.add(body["jti"])
        assert len(audiences) == 2 and len(ids) == len(asked)
        assert "PRIVATE KEY" not in host.log()


def test_classic_org_is_asked_by_authn_where_no_flow_is_written():
    with OidcHost(service="factor = okta",
                  switches={"pipeline": "v1"}) as host:
        before = mark(host)
        status, _ = ssh(host, "alice", ("assword", "Correct-Horse-7-alice"))
        assert status == 0, host.log()[-3000:]
        assert calls(host, before) == []
        assert [r["path"] for r in host.requests(before)
                if "authn" in r["path"]] == ["/api/v1/authn"]
        assert "(v1)" in host.ok("oktactl status")


@pytest.mark.parametrize("has_key", [False, True])
def test_app_that_wants_a_proof_gets_one(host, has_key):
    """The first login finds out that it does, and with which nonce; from then
    on each request has both, and the worker sees nothing of it."""
    with client_key(host) if has_key else contextlib.nullcontext({}) as auth:
        begin_anew(host)
        policy(host, dpop=True, **auth)
        for refused in (2, 0):
            host.control("PATCH", "/users/" + BOB_ID,
                         {"factors": bobs_factors()})
            before = mark(host)
            status, _ = ssh(host, "bob", PASSWORD, ("hoose", "totp"),
                            ("ode: ", code()))
            assert status == 0, host.log()[-3000:]
            assert calls(host, before) == [
                ("/token", "password", 400)] * refused + [
                ("/token", "password", 403), ("/token", "mfa-otp", 200)]
