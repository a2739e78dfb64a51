"""What never reaches Okta: guesses beyond the budget, made-up passwords, and
names that nobody has."""

import concurrent.futures

import pytest

from logins import (OKTAD, PASSWORD, add_local_people, as_user, authn_calls,
                    ssh, talk)

AT_A_TIME = 20


def many(jobs):
    """Runs the functions, some at a time, and returns their answers."""
    with concurrent.futures.ThreadPoolExecutor(AT_A_TIME) as pool:
        return list(pool.map(lambda f: f(), jobs))


@pytest.fixture(scope="module", autouse=True)
def sshd(host):
    """An sshd that takes that many at once, and refuses alice by name."""
    add_local_people(host)
    host.ok("""
        echo 'MaxStartups 200' >>/etc/ssh/sshd_config
        kill -HUP $(cat /run/okta-host/sshd.pid)
        mkdir /run/deny
        { echo 'DenyUsers alice'; cat /etc/ssh/sshd_config; } >/run/deny/config
        /usr/sbin/sshd -f /run/deny/config -p 2222 -o PidFile=none \\
            -E /run/deny/log
        """)


@pytest.mark.threat("T29")
def test_password_that_sshd_makes_up_never_reaches_okta(host):
    """DenyUsers alice: sshd sends its own junk instead of what was typed."""
    assert ssh(host, "bob", "wrong", options="-p 2222")[0] == 255
    before = len(authn_calls(host))
    assert before > 0  # bob, who is not denied: the record does record
    typed = [PASSWORD + "alice", "x", "a" * 40, "wrong"]
    codes = many([lambda p=typed[i % len(typed)]: ssh(
        host, "alice", p, options="-p 2222")[0] for i in range(100)])
    assert codes == [255] * 100
    assert len(authn_calls(host)) == before
    # And it has cost her nothing.
    code, out, _ = ssh(host, "alice", PASSWORD + "alice")
    assert code == 0 and out[-1] == "alice", host.log()


@pytest.mark.threat("T56")
def test_two_hundred_guesses_become_at_most_five_calls(host):
    before = len(authn_calls(host))

    def su():
        return host.run(as_user("lena") + talk(("assword:", "guess")) +
                        "su alice -c true").returncode

    def sudo():
        return host.run(as_user("alice") + talk(
            ("assword", "guess"), ("assword", "^C")) + "sudo -k true"
                        ).returncode

    def by_ssh():
        return ssh(host, "alice", "guess")[0]

    # One after the other at first: more than four a second for one name, and
    # Okta answers 429 without looking at the password.
    for guess in (by_ssh, su, sudo, by_ssh):
        assert guess() != 0
    host.ok(f"{OKTAD} restart")
    jobs = [by_ssh, su, sudo, by_ssh] * 17
    assert by_ssh() != 0 and su() != 0
    for _ in range(3):
        assert 0 not in many(jobs)
        host.ok(f"{OKTAD} restart")
    assert len(jobs) * 3 > 200
    assert 1 <= len(authn_calls(host)) - before <= 5
    # Now the right one is refused here as well, and the admin learns why.
    assert ssh(host, "alice", PASSWORD + "alice")[0] == 255
    assert len(authn_calls(host)) - before <= 5
    assert "alice" in host.run("oktactl user alice").stdout


def test_names_that_nobody_has_cause_no_request(host):
    before = len(host.requests())
    many([lambda i=i: ssh(host, f"nosuch{i}", "x")[0] for i in range(20)])
    host.ok("for i in $(seq 1000); do getent passwd nosuch$i; done; true")
    new = [r for r in host.requests()[before:] if "/logs" not in r["path"]
           and "/token" not in r["path"]]
    assert new == []
