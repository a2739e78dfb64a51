"""What the tests of `oktactl check` share: a host without findings, and words
to ask for them."""

import json

import pytest

# In the private host there is no systemd: these words of a remedy are
# carried out by what the harness has in its place.
SYSTEMCTL = """#!/bin/sh
case "$*" in
"start oktad" | "restart oktad") exec "$OKTA_TREE/tests/host/oktad" restart ;;
"restart oktad-net" | "restart oktad-sync")
	exec "$OKTA_TREE/tests/host/oktad" restart ;;
"reload oktad")
	done=$(grep -c event=reload "$OKTA_LOG")
	kill -HUP $(pidof oktad) || exit
	for n in $(seq 600); do
		test $(grep -c event=reload "$OKTA_LOG") -gt $done && exit
		sleep 0.1
	done
	exit 1
	;;
"reload ssh") ;;
*) echo "unexpected: systemctl $*" >&2; exit 1 ;;
esac
"""
KEEP = "/etc/okta /etc/nsswitch.conf /etc/pam.d /etc/ssh"
CONF = "/etc/okta/okta.conf"


def check(host):
    done = host.run("oktactl --json check")
    return done.returncode, json.loads(done.stdout)


def ids(report):
    return [f["id"] for f in report["findings"]]


def found(host, finding):
    """That finding of a check that must have it."""
    code, report = check(host)
    assert code == 1, report
    return [f for f in report["findings"] if f["id"] == finding][0]


def mend(host, finding):
    host.ok(finding["fix"].replace("; then: journalctl -u ", " # "))


def edit(host, finding, command):
    """Changes the line that the finding names, by a command of sed(1)."""
    assert finding["line"] > 0, finding
    host.ok(f"sed -i '{finding['line']}{command}' {finding['file']}")


def then(host, finding):
    """Runs the command that the finding's remedy ends with."""
    words, command = finding["fix"].split("; then: ")
    host.ok(command)
    return words


def install_systemctl(host, tree):
    host.environment["OKTA_TREE"] = tree
    host.ok("cat > /usr/local/sbin/systemctl; "
            "chmod 755 /usr/local/sbin/systemctl", stdin=SYSTEMCTL)


@pytest.fixture(scope="module", autouse=True)
def systemctl(host, tree):
    install_systemctl(host, tree)
    # On the other one factor = okta is a finding (test_oktactl_factor.py).
    host.control("PUT", "/org", {"switches": {"pipeline": "v1"}})


@pytest.fixture(autouse=True)
def sound(host, systemctl):  # pylint: disable=redefined-outer-name
    """Whatever a test leaves broken stays its own trouble."""
    host.ok(f"tar -C / -cpf /tmp/keep.tar {KEEP} 2>/dev/null")
    yield
    host.ok("tar -C / -xpf /tmp/keep.tar")
    host.control("DELETE", "/faults")
    if not check(host)[1]["ok"]:
        host.ok("systemctl restart oktad")
