"""Install over a running host, and take it off again, as README says: local
people and root get in all the time, and nothing is left (T117)."""

import json
import time

import pytest

from logins import OKTAD, PASSWORD, add_key, add_local_people, ssh
from private_host import PrivateHost

# Root's `su` and lena's ssh, again and again; a line for each.
PROBE = """
import subprocess, time
with open("/tmp/probes", "w", buffering=1) as out:
    while True:
        for argv in (["su", "lena", "-c", "true"],
                     ["ssh", "-o", "BatchMode=yes", "lena@127.0.0.1", "true"]):
            code = subprocess.run(argv, stdin=subprocess.DEVNULL,
                                  stdout=subprocess.DEVNULL,
                                  stderr=subprocess.DEVNULL).returncode
            out.write(f"{argv[0]} {code}\\n")
        time.sleep(0.2)
"""
# What is ours by name, anywhere that a package installs to.
OURS = ("find /usr /etc /lib /var/lib -xdev \\( -iname '*okta*' \\) "
        "-not -path '*/okta-host*' 2>/dev/null | sort")


@pytest.fixture(scope="module")
def host(build):
    with PrivateHost("--build", build) as h:
        add_local_people(h)
        add_key(h, "lena")
        h.python("import subprocess; subprocess.Popen("
                 f"['/usr/bin/python3', '-c', {PROBE!r}], "
                 "stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, "
                 "stderr=subprocess.DEVNULL, start_new_session=True)")
        yield h


def probes(host, more):
    """The probes so far, once there are so many more of them."""
    count = len(host.run("cat /tmp/probes").stdout.splitlines())
    end = time.monotonic() + 60
    while True:
        lines = host.run("cat /tmp/probes").stdout.splitlines()
        if len(lines) >= count + more:
            return lines
        assert time.monotonic() < end, lines[-5:]
        time.sleep(0.1)


def make(host, build, target):
    host.ok(f"cd {build} && env -u MAKEFLAGS -u MAKELEVEL make -s {target}",
            seconds=300)


@pytest.mark.threat("T117", reduced="make install and uninstall: there is no "
                    "package yet, and so no purge")
def test_upgrade_and_removal_interrupt_no_local_login(host, build):
    before = host.ok("cat /etc/nsswitch.conf /var/lib/okta/private/former | "
                     "sha256sum; getent passwd alice")
    for _ in range(2):  # once is as good as twice
        make(host, build, "install")
        host.ok("systemd-sysusers && systemd-tmpfiles --create && "
                f"{OKTAD} restart && DEBIAN_FRONTEND=noninteractive "
                "pam-auth-update --package")
    assert before == host.ok("cat /etc/nsswitch.conf "
                             "/var/lib/okta/private/former | sha256sum; "
                             "getent passwd alice")
    assert ssh(host, "alice", PASSWORD + "alice")[0] == 0
    found = json.loads(host.run("oktactl --json check").stdout)["findings"]
    assert {f["id"] for f in found} <= {"factor-okta"}  # as it was before
    probes(host, 4)

    host.ok("DEBIAN_FRONTEND=noninteractive pam-auth-update --package "
            "--remove okta okta-password; sed -i 's/ okta$//; s/ okta / /' "
            f"/etc/nsswitch.conf; {OKTAD} stop")
    make(host, build, "uninstall")
    host.ok("rm -rf /etc/okta /var/lib/okta")
    lines = probes(host, 6)
    assert {line.split()[0] for line in lines} == {"su", "ssh"}
    assert [line for line in lines if not line.endswith(" 0")] == []
    assert len(lines) > 20
    assert host.ok(OURS).split() == []
    assert host.run("grep -rl pam_okta /etc/pam.d").stdout == ""
    assert host.run("getent passwd alice").returncode == 2
