"""Accounts of this host by every way to log in: direct authentication, the
device grant, and a second factor behind a key."""

import contextlib

import pytest

from emulator_oidc import ALICE, BOB, BOB_ID, BOB_PASSWORD, app, code
from logins import talk
from oidc_host import (OidcHost, begin_anew, calls, last_login, mark, policy,
                       ssh, ssh_with_browser)
from test_access_rules import until

ALICE_ID = "00u1aliceEXAMPLE0001"
ACCOUNTS = f"""
[local_accounts]
robin = {BOB_ID}
crew = {ALICE_ID} {BOB_ID}
"""
NAME, PASSWORD = ("user name:", "bob"), ("assword", BOB_PASSWORD)


@contextlib.contextmanager
def mapped(**words):
    """robin is bob's alone; alice and bob share crew."""
    with OidcHost(more=ACCOUNTS, **words) as host:
        host.ok("for n in robin crew; do useradd -m -s /bin/bash $n; "
                "usermod -p '!' $n; done; oktactl sync")
        until(host, lambda: host.run("oktactl explain crew").returncode == 0)
        yield host


@pytest.fixture(scope="module")
def direct():
    with mapped() as host:
        yield host


@pytest.mark.parametrize("account, first", [("robin", ()), ("crew", (NAME,))])
def test_direct_asks_the_person_for_both_factors(direct, account, first):
    begin_anew(direct)
    before = mark(direct)
    done, out = ssh(direct, account, *first, PASSWORD, ("hoose", "2"),
                    ("ode: ", code()), command="id -un; echo =$OKTA_USER")
    assert done == 0, direct.log()[-3000:]
    assert account in out and "=" + BOB in out
    assert calls(direct, before) == [("/token", "password", 403),
                                     ("/token", "mfa-otp", 200)]
    assert f"account={account}" in last_login(direct)
    assert 'factors="password totp"' in last_login(direct)


@pytest.fixture(scope="module")
def device():
    with mapped(service="flow = device") as host:
        yield host


@pytest.mark.parametrize("account, first", [("robin", ()),
                                            ("crew", (("user name: ", "bob"),))
                                            ])
def test_device_lets_in_whoever_the_browser_says(device, account, first):
    begin_anew(device)
    done, out = ssh_with_browser(device, account,
                                 {"user": BOB, "answer": "approve"},
                                 first=first)
    assert done == 0, device.log()[-3000:]
    assert account in out.split()
    assert "user=bob" in last_login(device)
    assert f"account={account}" in last_login(device)
    # Somebody else who is behind the same account is somebody else.
    done, _ = ssh_with_browser(device, account,
                               {"user": ALICE, "answer": "approve"},
                               first=first)
    assert done != 0 and "another person" in last_login(device)


STACK = """
sed -i 's/^@include common-auth/auth [success=done user_unknown=ignore \
ignore=ignore default=die] pam_okta.so second_factor/' /etc/pam.d/sshd
cp /usr/share/doc/okta-login*/sshd-okta.conf /etc/ssh/sshd_config.d/okta.conf
echo 'AuthenticationMethods publickey,keyboard-interactive' \
    >>/etc/ssh/sshd_config
for n in alice bob; do ssh-keygen -q -t ed25519 -N '' -f /root/k-$n; done
sed -i 's/^\\[directory\\]/&\\nssh_keys_attribute = sshKeys/' \
    /etc/okta/okta.conf
kill -HUP $(pidof oktad); kill -HUP $(cat /run/okta-host/sshd.pid)
until ssh -o BatchMode=yes root@127.0.0.1 true 2>&1 | \
    grep -q 'Permission denied'; do
    kill -HUP $(cat /run/okta-host/sshd.pid); sleep 0.5
done
"""


@pytest.fixture(scope="module")
def second():
    with mapped(client=app(policy="possession"),
                schema={"sshKeys": {"type": "array"}}) as host:
        host.ok(STACK)
        for name, who in (("alice", ALICE_ID), ("bob", BOB_ID)):
            host.control("PATCH", "/users/" + who, {"profile": {
                "sshKeys": [host.ok(f"cat /root/k-{name}.pub").strip()]}})
        until(host, lambda: host.ok("oktactl sync") and host.ok(
            "/usr/libexec/okta/okta-keys crew").count("ssh-") == 2)
        yield host


def with_key(host, key, account, *answers):
    done = host.run(talk(*answers, seconds=60) + "ssh -tt -o "
                    f"NumberOfPasswordPrompts=1 -i /root/k-{key} "
                    f"{account}@127.0.0.1 'echo =$OKTA_USER'", seconds=90)
    return done.returncode, done.stdout.splitlines()


def test_second_factor_behind_a_key_is_of_the_key_s_person(second):
    for account, first in (("robin", ()), ("crew", (NAME,))):
        begin_anew(second)
        policy(second, policy="possession")
        done, out = with_key(second, "bob", account, *first, ("hoose", "2"),
                             ("ode: ", code()))
        assert done == 0, second.log()[-3000:]
        assert "=" + BOB in out
        assert "factors=totp" in last_login(second)
    # His factor with her key: each is good, and they are two people.
    begin_anew(second)
    policy(second, policy="possession")
    done, out = with_key(second, "alice", "crew", NAME, ("hoose", "2"),
                         ("ode: ", code()))
    assert done != 0 and "=" + BOB not in out
    until(second, lambda: "the ssh key and the password are of two people" in
          second.log())
