"""The device authorization grant through sshd: a browser elsewhere decides, and
only the person whose login it is."""

import pytest

from emulator_oidc import ALICE, BOB, BOB_ID
from oidc_host import (OidcHost, calls, begin_anew, last_login, mark,
                       policy, ssh_with_browser)

APPROVE = {"user": BOB, "answer": "approve"}


@pytest.fixture(scope="module")
def host():
    with OidcHost(service="flow = device") as one:
        yield one


@pytest.fixture(autouse=True)
def fresh(host):
    begin_anew(host)


def test_browser_lets_in_with_url_code_and_qr_in_the_prompt(host):
    before = mark(host)
    status, out = ssh_with_browser(host, "bob", APPROVE)
    assert status == 0, host.log()[-3000:]
    assert "/activate?user_code=" in out
    lines = [x for x in out.splitlines() if set(x.strip()) <= set(" █▀▄")
             and x.strip()]
    assert len(lines) > 12 and len({len(x.rstrip("\r")) for x in lines}) == 1
    assert calls(host, before) == [("/device/authorize", "", 200),
                                   ("/token", "device_code", 200)]
    assert "factors=browser" in last_login(host)


@pytest.mark.threat("T19")
def test_somebody_elses_approval_is_a_denial(host):
    status, _ = ssh_with_browser(
        host, "bob", {"user": ALICE, "answer": "approve"})
    assert status == 255
    assert "another person" in last_login(host)


@pytest.mark.parametrize("amr,is_let_in", [
    (["pwd"], False), (["hwk"], False), ([], False), (["pwd", "kba"], False),
    (["pwd", "hwk"], True), (["hwk", "fpt"], True), (["mfa"], True)])
def test_amr_must_show_two_factors_where_one_is_required(host, amr,
                                                         is_let_in):
    status, _ = ssh_with_browser(host, "bob", {**APPROVE, "amr": amr})
    assert (status == 0) == is_let_in, last_login(host)


def test_refusal_in_the_browser_is_a_denial(host):
    status, _ = ssh_with_browser(host, "bob", {"user": BOB,
                                               "answer": "deny"})
    assert status == 255
    assert "access_denied" in last_login(host)


def test_nobody_in_the_browser_is_a_denial_at_the_deadline(host):
    host.ok("sed -i 's/^\\[login\\]/&\\ndeadline = 8 s/' /etc/okta/okta.conf")
    try:
        begin_anew(host)
        before = mark(host)
        status, _ = ssh_with_browser(host, "bob", None)
        assert status == 255
        assert "deadline" in last_login(host)
        polls = calls(host, before)[1:]
        assert 3 <= len(polls) <= 9
        assert {p[2] for p in polls} == {400}
    finally:
        host.ok("sed -i '/^deadline = 8 s/d' /etc/okta/okta.conf")


def test_text_instead_of_enter_is_no_answer(host):
    """sshd's "password" method would answer with the password, unseen."""
    status, _ = ssh_with_browser(host, "bob", APPROVE, b"secret\n")
    assert status == 255
    assert "instead of Enter" in last_login(host)


def test_app_that_has_not_the_grant_says_so_to_the_admin(host):
    policy(host, grant_types=["password"])
    before = mark(host)
    status, _ = ssh_with_browser(host, "bob", None, seconds=100)
    assert status == 255
    assert calls(host, before) == [("/device/authorize", "", 400)]
    assert "unauthorized_client" in last_login(host)


def test_suspended_person_is_refused_without_a_call(host):
    host.control("PATCH", "/users/" + BOB_ID, {"status": "SUSPENDED"})
    try:
        host.ok("oktactl sync")
        before = mark(host)
        status, _ = ssh_with_browser(host, "bob", APPROVE, seconds=100)
        assert status == 255
        assert calls(host, before) == []
    finally:
        host.control("PATCH", "/users/" + BOB_ID, {"status": "ACTIVE"})
        host.ok("oktactl sync")
