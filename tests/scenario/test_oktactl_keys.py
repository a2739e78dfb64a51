"""oktactl check: does sshd ask for the keys that Okta has?"""

import json

from test_access_rules import until
from test_ssh_keys import SSH, give, host, pub  # noqa: F401


def test_check_says_when_sshd_does_not_ask(host):  # noqa: F811
    give(host, "alice", [pub(host, "ed25519")])

    def ids():
        return [f["id"] for f in json.loads(
            host.run("oktactl --json check").stdout)["findings"]]
    assert "ssh-keys-unused" not in ids()
    host.ok("rm /etc/ssh/sshd_config.d/okta.conf")
    assert "ssh-keys-unused" in ids()
    found = [f for f in json.loads(host.run(
        "oktactl --json check").stdout)["findings"]
        if f["id"] == "ssh-keys-unused"][0]
    host.ok(found["fix"].split(" && systemctl")[0])
    assert "ssh-keys-unused" not in ids()
    host.ok("sshd -t && kill -HUP $(cat /run/okta-host/sshd.pid)")
    until(host, lambda: host.run(SSH % ("ed25519", "alice")).returncode == 0)
