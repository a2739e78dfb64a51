"""What `oktactl check` says of services that a password alone opens."""

import pytest

from logins import PASSWORD, ssh
from oktactl_checks import (CONF, check, edit, found, ids, sound,  # noqa: F401
                            systemctl, then)


@pytest.fixture(autouse=True)
def classic_again(host):
    yield
    host.control("PUT", "/org", {"switches": {"pipeline": "v1"}})
    host.ok("systemctl reload oktad")


def test_factor_okta_on_identity_engine_is_warned_of_at_each_line(host):
    lines = [int(n) for n in host.ok(
        f"grep -n '^factor = okta' {CONF} | cut -d: -f1").split()]
    assert len(lines) > 1
    assert check(host)[1]["ok"]
    host.control("PUT", "/org", {"switches": {"pipeline": "idx"}})
    code, report = check(host)
    assert code == 1 and set(ids(report)) == {"factor-okta"}
    assert sorted(f["line"] for f in report["findings"]) == lines
    for f in report["findings"]:
        assert f["file"] == CONF and f["severity"] == "warning"
        assert "global session policy" in f["text"]
        # As it is printed: in that line, then the command.
        assert f["fix"].startswith("write factor = required; then: ")
        edit(host, f, "s/.*/factor = required/")
        then(host, f)
    assert "factor-okta" not in ids(check(host)[1])


def test_it_is_said_of_the_default_service_too(host):
    host.ok(f"printf '[service default]\\nfactor = okta\\n' >>{CONF}")
    host.control("PUT", "/org", {"switches": {"pipeline": "idx"}})
    texts = [f["text"] for f in check(host)[1]["findings"]]
    assert [t for t in texts if t.startswith("[service default] factor")]
    assert found(host, "factor-okta")["file"] == CONF


def test_flows_that_obey_the_policies_of_an_app_are_not(host):
    host.ok(f"printf '[login]\\noidc_client_id = 0oaPeopleLogInHere01\\n' "
            f">>{CONF}; systemctl reload oktad")
    host.control("PUT", "/org", {"switches": {"pipeline": "idx"}})
    assert "factor-okta" not in ids(check(host)[1])
    host.ok(f"printf '[service sshd]\\nflow = authn\\n' >>{CONF}; "
            "systemctl reload oktad")
    assert [f["text"].split("]")[0] for f in check(host)[1]["findings"]
            if f["id"] == "factor-okta"] == ["[service sshd"]


def test_passwords_that_open_nothing_for_want_of_a_factor_are_found(host):
    """factor = required everywhere, and an org that never asks for one."""
    host.ok(f"sed -i 's/^factor = okta/factor = required/' {CONF};"
            "systemctl reload oktad")
    assert check(host)[1]["ok"]
    for n in (1, 2):
        assert ssh(host, "alice", PASSWORD + "alice")[0] == 255
        f = found(host, "factor-unasked")
        assert f"last {n} logins" in f["text"]
    assert ssh(host, "alice", PASSWORD + "wrong")[0] == 255
    assert "last 2 logins" in found(host, "factor-unasked")["text"]
    assert "or write factor = okta for the service" in f["fix"]
    host.ok(f"sed -i 's/^factor = required/factor = okta/' {CONF}")
    then(host, f)
    assert check(host)[1]["ok"]
    assert ssh(host, "alice", PASSWORD + "alice")[0] == 0
    assert check(host)[1]["ok"]
