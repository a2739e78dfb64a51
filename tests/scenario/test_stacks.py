"""The PAM stacks and nsswitch lines: what pam-auth-update makes of the shipped
profiles is what the examples show, and removing them leaves no trace."""

import os
import re

import pytest

from private_host import TREE, PrivateHost

UPDATE = "DEBIAN_FRONTEND=noninteractive pam-auth-update --force --package "
COMMON = ("auth", "account", "password", "session")
AUTH = "[success=2 user_unknown=ignore ignore=ignore default=die]"
ACCOUNT = "[default=bad success=ok user_unknown=ignore ignore=ignore]"


@pytest.fixture(scope="module")
def host(build):
    with PrivateHost("--build", build, "--no-oktad", debug=False) as h:
        h.ok("""
            cp -a /etc/pam.d /tmp/pam.d.with
            cd /usr/share/pam-configs
            mkdir /tmp/others
            for f in *; do
                case $f in
                unix|okta|okta-password|mkhomedir) ;;
                *) mv "$f" /tmp/others ;;
                esac
            done
            """ + UPDATE)
        yield h


def lines(text):
    """Lines that mean something, with their spaces evened out."""
    text = re.sub(r"#.*", "", text)
    return [" ".join(x.split()) for x in text.splitlines() if x.strip()]


def generated(host, name):
    return lines(host.ok(f"cat /etc/pam.d/common-{name}"))


@pytest.mark.parametrize("name", COMMON)
def test_examples_are_what_pam_auth_update_generates(host, name):
    with open(f"{TREE}/conf/pam.d/common-{name}", encoding="utf-8") as f:
        assert lines(f.read()) == generated(host, name)


def test_our_people_never_reach_another_module(host):
    """Okta is asked first, and what it refuses is not tried elsewhere."""
    auth = generated(host, "auth")
    assert auth[0] == f"auth {AUTH} pam_okta.so"
    # success jumps over pam_unix and pam_deny to pam_permit.
    assert [x.split()[-1] for x in auth[2:4]] == ["pam_deny.so",
                                                  "pam_permit.so"]
    assert "pam_unix.so" in auth[1]


def test_account_phase_is_reached_after_pam_unix_said_yes(host):
    account = generated(host, "account")
    assert account[-1] == f"account {ACCOUNT} pam_okta.so"
    for line in account[:-1]:
        assert "sufficient" not in line and "success=done" not in line
    assert "[success=1 " in account[0]


def test_local_passwords_are_changed_by_pam_unix_as_before(host):
    """With pam_okta in front of it, pam_unix would be told to take over a
    password that nobody asked for."""
    password = generated(host, "password")
    assert "pam_unix.so" in password[0]
    assert "use_authtok" not in password[0]
    assert password[1].endswith("pam_okta.so")


@pytest.mark.parametrize("service", ["sshd", "sudo", "login"])
def test_examples_for_one_service_differ_from_debians_only_in_our_lines(
        host, service):
    with open(f"{TREE}/conf/pam.d/{service}", encoding="utf-8") as f:
        ours = lines(f.read())
    kept = [x for x in ours if not x.endswith(("pam_okta.so",
                                               "pam_mkhomedir.so"))]
    assert kept == lines(host.ok(f"cat /etc/pam.d/{service}"))
    auth = [x for x in ours if x.startswith("auth") and "pam_okta" in x]
    assert auth == ["auth " + AUTH.replace("success=2", "success=done") +
                    " pam_okta.so"]
    assert f"account {ACCOUNT} pam_okta.so" in ours
    # In front of what may end the phase, and of the local stack.
    assert ours.index(auth[0]) < ours.index("@include common-auth")
    assert (ours.index(f"account {ACCOUNT} pam_okta.so")
            < ours.index("@include common-account"))


def test_second_factor_example_is_that_of_sshd_with_one_word_more():
    both = []
    for name in ("sshd", "sshd-second-factor"):
        with open(f"{TREE}/conf/pam.d/{name}", encoding="utf-8") as f:
            both.append(lines(f.read()))
    auth = [x for x in both[0] if x.startswith("auth") and "pam_okta" in x][0]
    assert [x.replace(auth, auth + " second_factor") for x in both[0]] == \
        both[1]


def test_removing_the_profiles_gives_back_the_stack_without_us(host):
    before = {n: generated(host, n) for n in COMMON}
    host.ok(UPDATE + "--remove okta okta-password")
    try:
        for name in COMMON:
            assert not [x for x in generated(host, name) if "okta" in x]
        assert "[success=1 " in generated(host, "auth")[0]
    finally:
        host.ok(UPDATE + "--enable okta okta-password")
    assert {n: generated(host, n) for n in COMMON} == before


def test_nsswitch_lines_put_local_people_first(host):
    with open(os.path.join(TREE, "conf/nsswitch.conf"), encoding="utf-8") as f:
        assert lines(f.read()) == ["passwd: files okta", "group: files okta"]
    found = lines(host.ok("cat /etc/nsswitch.conf"))
    assert found[:2] == ["passwd: files okta", "group: files okta"]
    assert len([x for x in found if x.startswith("passwd:")]) == 1
