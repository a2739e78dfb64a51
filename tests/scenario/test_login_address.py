"""The address that a program says a person comes from: thirty of them, to
Okta's header or not, and never to a name server."""

import pytest

from logins import PASSWORD, authn_calls
from private_host import TREE, PrivateHost

GOOD = ["192.0.2.7", "203.0.113.255", "10.0.0.1", "0.0.0.0", "2001:db8::1",
        "::1", "::ffff:192.0.2.1", "fe80::1"]
ODD = ["UNKNOWN", "localhost", "evil.example.com", "a.b.c.d", "192.0.2.7 ",
       " 192.0.2.7", "192.0.2.7\n", "192.0.2.7\r\nX-Evil: 1", "192.0.2",
       "192.0.2.256", "0x7f.1", "2130706433", "010.0.0.1", "fe80::1%eth0",
       "[::1]", "::1]", "1:2:3", "::1::", "2001:db8::1/64", "192.0.2.7:22",
       "%s%n", "'; --", "x" * 300, "-", "\u0661.0.0.1"]

NAME_SERVER = """
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("127.0.0.1", 53))
print("ready", flush=True)
while True:
    print("asked", len(s.recvfrom(512)[0]), flush=True)
"""


@pytest.mark.threat("T35")
def test_only_addresses_are_passed_on_and_nobody_is_asked(build, tmp_path):
    with open(f"{TREE}/tests/host/token.conf", encoding="utf-8") as f:
        conf = f.read()
    (tmp_path / "okta.conf").write_text(
        conf + "\n[login]\ntrusted_app = yes\ntrusted_proxy = yes\n"
        "failures = 9\n")
    with PrivateHost("--build", build, "--config",
                     str(tmp_path / "okta.conf")) as host:
        host.control("PUT", "/org", {"switches": {"authn_per_second": 0}})
        host.ok("cat >/run/dns.py; echo 'nameserver 127.0.0.1' "
                ">/etc/resolv.conf; sed -i 's/^hosts:.*/hosts: files dns/' "
                "/etc/nsswitch.conf; /usr/bin/python3 /run/dns.py "
                ">/run/dns.log 2>&1 & for n in $(seq 600); do grep -q ready "
                "/run/dns.log && exit 0; sleep 0.1; done; exit 1",
                stdin=NAME_SERVER)
        host.ok("echo auth required pam_permit.so >/etc/pam.d/without; "
                "echo auth required pam_okta.so >/etc/pam.d/sshd")
        login = (f"{build}/tests/bench/login_bench {{}} alice "
                 f"{PASSWORD}alice 1 \"$ADDRESS\"")
        for address in GOOD + ODD:
            host.ok(login.format("without"), env={"ADDRESS": address})
        # libpam itself looks names up for the kernel's audit.
        without = host.ok("cat /run/dns.log").count("asked")
        for address in GOOD + ODD:
            before = len(authn_calls(host))
            done = host.run(login.format("sshd"), env={"ADDRESS": address})
            assert done.returncode == 0, (address, host.log()[-1500:])
            headers = authn_calls(host)[before]["headers"]
            assert headers.get("x-forwarded-for") == (
                address if address in GOOD else None), address
            assert not [h for h in headers if "evil" in h.lower()]
        asked = host.ok("cat /run/dns.log").count("asked")
        assert asked == 2 * without
        # The control: who asks, is heard.
        host.run("timeout 5 getent hosts evil.example.com")
        assert host.ok("cat /run/dns.log").count("asked") > asked
