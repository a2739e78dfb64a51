"""What everybody on the host can read of the people of the org."""

import re

import pytest

ALICE = "00u1aliceEXAMPLE0001"
AS_NOBODY = "setpriv --reuid 65534 --regid 65534 --clear-groups "
PRIVATE = ("/var/lib/okta/private/people", "/var/lib/okta/private/sessions",
           "/var/lib/okta/private", "/var/lib/okta/state")


@pytest.mark.threat("T80", whole=True)
def test_nobody_learns_no_address_and_no_id_and_only_of_the_entitled(host):
    """Enumeration is on by default, as /etc/passwd has it, and whoever was
    entitled once stays resolvable: nobody else of the org is there."""
    local = set(host.ok("cut -d: -f1 /etc/passwd /etc/group").split())
    for _ in range(2):
        dump = host.ok(AS_NOBODY + "sh -c 'getent passwd; getent group'")
        ours = {line.split(":")[0] for line in dump.splitlines()} - local
        # dave was never let in here, and is nobody.
        assert {"alice", "bob"} <= ours and "dave" not in ours
        public = host.ok(AS_NOBODY + "sh -c 'cat /var/lib/okta/public/* | "
                         "tr -c \"[:print:]\" \"\\n\"'")
        for text in (dump, public):
            lines = [x for x in text.splitlines()
                     if x.split(":")[0] not in local]
            assert not any(re.search(r"\w@\w+\.\w", x) for x in lines)
            assert not any(x in text for x in ("00u", "00g", "example.com"))
        for path in PRIVATE:
            assert host.run(AS_NOBODY + f"ls {path}/").returncode != 0
            assert host.run(AS_NOBODY + f"cat {path}").returncode != 0
        # Somebody who was entitled once keeps name and number, and no more.
        host.control("PATCH", f"/users/{ALICE}", {"status": "DEPROVISIONED"})
        host.ok("oktactl sync")
