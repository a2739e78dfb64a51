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


def test_check_finds_that_sshd_can_not_ask_who_somebody_is(host):
    """As sshd reads it: the first line counts, an included file's in its place,
    and none behind a Match."""
    def question():
        return findings(host).get("local-account-question")

    sshd = "/etc/ssh/sshd_config"
    part = "/etc/ssh/sshd_config.d/00-ask.conf"
    host.ok(f"cp -p {sshd} /tmp/sshd.before")
    try:
        assert question() is None
        host.ok(f"sed -i 's/^KbdInteractiveAuthentication.*/"
                f"  kbdinteractiveauthentication  NO/' {sshd}")
        found = question()
        assert found["file"] == sshd and "deploy" in found["text"]
        assert host.ok(f"sed -n {found['line']}p {sshd}").split()[1] == "NO"
        host.ok(found["fix"].split(" && ")[0])
        assert question() is None
        assert "KbdInteractiveAuthentication yes" in host.ok(f"cat {sshd}")
        for text in ("Match User lena\nKbdInteractiveAuthentication no\n",
                     "KbdInteractiveAuthentication yes\n"
                     "ChallengeResponseAuthentication no\n",
                     "# KbdInteractiveAuthentication no\n"):
            host.ok(f"printf '{text}' >{part}; sed -i '1i Include "
                    f"sshd_config.d/*.conf' {sshd}")
            assert question() is None, text
            assert host.run(f"sshd -T -f {sshd} | grep -qi "
                            "'^kbdinteractiveauthentication yes'"
                            ).returncode == 0
        host.ok(f"printf 'ChallengeResponseAuthentication=no\n' >{part}")
        assert host.run(f"sshd -T -f {sshd} | grep -qi "
                        "'^kbdinteractiveauthentication no'").returncode == 0
        assert (question()["file"], question()["line"]) == (part, 1)
        host.ok(question()["fix"].split(" && ")[0])
        assert question() is None
        # One to one nobody is asked: no word about that.
        host.ok("cp -p /etc/okta/okta.conf /tmp/okta.conf.before; "
                "sed -i '/^deploy = /d' /etc/okta/okta.conf; "
                f"printf 'KbdInteractiveAuthentication no\n' >{part}")
        assert question() is None
        host.ok("cp -p /tmp/okta.conf.before /etc/okta/okta.conf")
        assert question()["file"] == part
    finally:
        host.run(f"cp -p /tmp/sshd.before {sshd}; rm -f {part}")
