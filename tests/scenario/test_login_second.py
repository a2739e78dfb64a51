"""A second factor alone after a key that sshd vouches for: by direct
authentication, or by the Factors API where okta.conf allows that."""

import json
import shlex
import time

import pytest

from emulator_client import ADMIN_TOKEN, DEFAULT_ORG
from emulator_oidc import BOB_ID, app, code
from logins import TALK, add_key
from oidc_host import (OidcHost, bobs_factors, calls, begin_anew, last_login,
                       mark, phone, policy)

STACK = """
sed -i 's/^@include common-auth/auth [success=done user_unknown=ignore \
ignore=ignore default=die] pam_okta.so second_factor/' /etc/pam.d/sshd
echo 'AuthenticationMethods publickey,keyboard-interactive' \
    >>/etc/ssh/sshd_config
kill -HUP $(cat /run/okta-host/sshd.pid)
"""
FACTORS = "/api/v1/users/%s/factors" % BOB_ID


def with_key(host, *answers, seconds=60):
    pairs = "".join(f" -e {shlex.quote(p)} {shlex.quote(a)}"
                    for p, a in answers)
    done = host.run(f"{TALK} -t {seconds}{pairs} -- ssh -tt -o "
                    "NumberOfPasswordPrompts=1 bob@127.0.0.1 'id -un'",
                    seconds=seconds + 30)
    return done.returncode, done.stdout.splitlines()


def prepare(host):
    add_key(host, "bob")
    host.ok(STACK)
    # sshd loses one HUP of two at once, and a key alone would still do.
    host.ok("until ssh -o BatchMode=yes bob@127.0.0.1 true 2>&1 | "
            "grep -q 'Permission denied'; do "
            "kill -HUP $(cat /run/okta-host/sshd.pid); sleep 0.5; done")


@pytest.fixture(scope="module")
def direct():
    with OidcHost(client=app(policy="possession")) as host:
        prepare(host)
        yield host


@pytest.fixture
def host(direct):
    begin_anew(direct)
    policy(direct, policy="possession")
    return direct


def test_code_after_the_key_is_one_request(host):
    before = mark(host)
    status, out = with_key(host, ("hoose", "2"), ("ode: ", code()))
    assert status == 0, host.log()[-3000:]
    assert "bob" in out and not any("assword" in x for x in out)
    assert calls(host, before) == [("/token", "otp", 200)]
    assert "factors=totp" in last_login(host)


def test_wrong_code_is_a_denial(host):
    status, _ = with_key(host, ("hoose", "2"), ("ode: ", "000000"))
    assert status == 255
    assert "verdict=deny" in last_login(host)


def test_push_after_the_key(host):
    before = mark(host)
    waiting = phone(host, "approve", 2)
    status, _ = with_key(host, ("hoose", "1"))
    waiting.join()
    assert status == 0, host.log()[-3000:]
    asked = calls(host, before)
    assert asked[0] == ("/primary-authenticate", "", 200)
    assert asked[-1] == ("/token", "oob", 200)


def test_policy_that_wants_a_password_is_a_denial(host):
    policy(host, policy="two")
    status, _ = with_key(host, ("hoose", "2"), ("ode: ", code()))
    assert status == 255
    assert "access_denied" in last_login(host)


def test_policy_that_wants_two_gets_two(host):
    policy(host, policy="two_possession")
    waiting = phone(host, "approve", 3)
    status, _ = with_key(host, ("hoose", "2"), ("ode: ", code()),
                         ("one more", "1"))
    waiting.join()
    assert status == 0, host.log()[-3000:]
    assert 'factors="push totp"' in last_login(host)


@pytest.mark.threat("T19")
@pytest.mark.parametrize("claims", [{"sub": "00u1aliceEXAMPLE0001"},
                                    {"amr": ["pwd"]}, {"amr": None},
                                    {"aud": "0oaElse"}], ids=str)
def test_wrong_claim_never_lets_in(host, claims):
    host.control("PUT", "/org", {"switches": {"id_token": claims}})
    status, _ = with_key(host, ("hoose", "2"), ("ode: ", code()))
    assert status == 255
    assert "verdict=accept" not in last_login(host)


# The Factors API

@pytest.fixture(scope="module")
def classic():
    import json
    import os
    import tempfile
    from private_host import PrivateHost
    from oidc_host import CONF, allow_prompts
    with open(DEFAULT_ORG, encoding="utf-8") as f:
        org = json.load(f)
    org["api_tokens"].append({"token": ADMIN_TOKEN, "role": "USER_ADMIN"})
    org["switches"] = {"pipeline": "v1"}
    with open(CONF, encoding="utf-8") as f:
        conf = f.read() + ("\n[login]\nfactors_api = yes\n"
                           f"[admin]\napi_token = {ADMIN_TOKEN}\n")
    with tempfile.TemporaryDirectory() as folder:
        for name, text in (("org", json.dumps(org)), ("conf", conf)):
            with open(os.path.join(folder, name), "w",
                      encoding="utf-8") as f:
                f.write(text)
        with PrivateHost("--org", folder + "/org",
                         "--config", folder + "/conf") as host:
            allow_prompts(host)
            prepare(host)
            yield host


def asked(host, since):
    return [(r["method"], r["path"].replace(FACTORS, ""), r["status"])
            for r in host.requests(since) if r["path"].startswith(FACTORS)]


def test_factors_api_verifies_a_code(classic):
    begin_anew(classic)
    before = mark(classic)
    status, out = with_key(classic, ("hoose", "2"), ("ode: ", code()))
    assert status == 0, "\n".join(out) + classic.log()[-3000:]
    assert asked(classic, before) == [
        ("GET", "", 200), ("POST", "/ost2bobEXAMPLE000001/verify", 200)]


def test_factors_api_refuses_a_wrong_code(classic):
    begin_anew(classic)
    status, _ = with_key(classic, ("hoose", "2"), ("ode: ", "000000"))
    assert status == 255
    assert "E0000068" in last_login(classic)


def test_factors_api_pushes_with_a_number_in_the_prompt(classic):
    begin_anew(classic)
    waiting = phone(classic, "approve", 4)
    status, out = with_key(classic, ("hoose", "1"), ("press Enter", ""))
    waiting.join()
    assert status == 0, "\n".join(out) + classic.log()[-3000:]
    assert any("Tap " in x for x in out)


def test_factors_api_rejected_push_is_a_denial(classic):
    begin_anew(classic)
    waiting = phone(classic, "reject", 4)
    status, _ = with_key(classic, ("hoose", "1"), ("press Enter", ""))
    waiting.join()
    assert status == 255
    assert "REJECTED" in last_login(classic)


def logins(host):
    return [x for x in host.log().splitlines() if "event=login " in x]


def wait_for_end(host, n):
    """The n-th login since oktad's start, once it has ended."""
    end = time.monotonic() + 60
    while len(logins(host)) < n and time.monotonic() < end:
        time.sleep(0.2)
    return logins(host)[n - 1]


@pytest.mark.threat("T32")
@pytest.mark.parametrize("answers", [[("press Enter", "")], []],
                         ids=["while-polling", "at-the-number"])
def test_factors_api_takes_back_a_push_that_nobody_answers(classic, answers):
    """By the documented request; what the phone says afterwards opens nothing,
    and the next login needs a push of its own."""
    classic.ok("sed -i 's/^\\[login\\]/&\\ndeadline = 10 s/' "
               "/etc/okta/okta.conf")
    try:
        begin_anew(classic)
        before, n = mark(classic), len(logins(classic))
        for login in (1, 2):
            status, _ = with_key(classic, ("hoose", "1"), *answers)
            assert status != 0
            assert "verdict=accept" not in wait_for_end(classic, n + login)
            if login == 1:
                phone(classic, "approve", 0).join()
                classic.control("PATCH", "/users/" + BOB_ID,
                                {"factors": bobs_factors()})
    finally:
        classic.ok("sed -i '/^deadline = 10 s/d' /etc/okta/okta.conf")
    sent = [r for r in classic.requests(before)
            if r["path"].startswith(FACTORS)]
    assert [r["method"] for r in sent if r["method"] != "GET"] == [
        "POST", "DELETE"] * 2
    begun, ended = (next(r for r in sent if r["method"] == m)
                    for m in ("POST", "DELETE"))
    href = json.loads(begun["resp_body"])["_links"]["cancel"]["href"]
    assert href.endswith(ended["path"]) and not ended["query"]
    assert ended["status"] == 204 and not ended["body"]
    assert ended["headers"]["authorization"] == "SSWS " + ADMIN_TOKEN


RESULTS = ["WAITING", "CHALLENGE", "REJECTED", "TIMEOUT", "CANCELLED",
           "ERROR", "EXPIRED", "FAILED", "PASSCODE_REPLAYED",
           "TIME_WINDOW_EXCEEDED", "success", "SUCCESS ", "", "FUTURE"]


@pytest.mark.parametrize("result", RESULTS)
def test_factors_api_no_other_result_lets_in(classic, result):
    begin_anew(classic)
    classic.control("POST", "/faults", {
        "match": {"path": "*/verify"}, "kind": "status",
        "args": {"status": 200, "body": {"factorResult": result}}})
    try:
        status, _ = with_key(classic, ("hoose", "2"), ("ode: ", code()))
    finally:
        classic.control("DELETE", "/faults")
    assert status == 255
