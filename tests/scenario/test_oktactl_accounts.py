"""Findings of `oktactl check` about [local_accounts], each with its remedy."""

from logins import LOCAL_PASSWORD, OKTAD
from test_local_accounts import IDS, findings, host  # noqa: F401


def test_check_finds_what_opens_it_past_okta(host):
    assert findings(host) == {}
    host.ok(f"echo deploy:{LOCAL_PASSWORD} | chpasswd")
    found = findings(host)
    assert set(found) == {"local-account-password"}
    host.ok(found["local-account-password"]["fix"])
    host.ok("sed -i 's/^deploy:!/deploy:/' /etc/shadow; usermod -p '' alice")
    assert "local-account-password" in findings(host)
    host.ok("usermod -L alice; usermod -L deploy; usermod -p '!' alice")
    assert findings(host) == {}
    host.ok("sed -i 's/perm_denied=bad/perm_denied=ignore/' "
            "/etc/pam.d/common-session")
    assert set(findings(host)) == {"local-account-session"}
    host.ok("sed -i 's/perm_denied=ignore/perm_denied=bad/' "
            "/etc/pam.d/common-session")
    assert findings(host) == {}


def test_check_finds_an_account_that_is_not_there(host):
    host.ok("cp /etc/passwd /tmp/passwd.before; sed -i /^deploy:/d "
            "/etc/passwd")
    found = findings(host)
    assert set(found) == {"local-account-missing"}
    assert found["local-account-missing"]["file"] == "/etc/okta/okta.conf"
    assert found["local-account-missing"]["fix"].startswith("useradd ")
    host.ok("cp /tmp/passwd.before /etc/passwd; oktactl sync")
    assert findings(host) == {}


def test_check_finds_an_account_that_is_published_as_well(host):
    """Made while oktad did not look."""
    host.ok(f"{OKTAD} stop; cp /etc/passwd /tmp/passwd.before;"
            "cp -p /etc/okta/okta.conf /tmp/okta.conf.before;"
            "echo erin:x:1300:1300::/home/erin:/bin/sh >>/etc/passwd;"
            f"echo 'erin = {IDS['erin']}' >>/etc/okta/okta.conf")
    found = findings(host)
    assert set(found) == {"local-account-published"}
    host.ok(f"{OKTAD} start; {found['local-account-published']['fix']}")
    assert findings(host) == {}
    host.ok("cp /tmp/passwd.before /etc/passwd;"
            "cp -p /tmp/okta.conf.before /etc/okta/okta.conf;"
            f"{OKTAD} stop; {OKTAD} start; oktactl sync")
