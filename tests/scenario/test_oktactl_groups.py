"""oktactl check names sshd's rules that keep the members of a group out."""

import json

import pytest


@pytest.fixture(scope="module", autouse=True)
def classic(host):
    host.control("PUT", "/org", {"switches": {"pipeline": "v1"}})


@pytest.mark.threat("T67")
@pytest.mark.parametrize("rule, is_found", [
    ("DenyGroups leavers", True), ("  denygroups=leavers", True),
    ("AllowGroups linux-users !leavers", True),
    ("AllowGroups linux-users", False), ("#DenyGroups leavers", False),
    ("DenyUsers mallory", False)])
def test_rules_that_turn_a_group_away_are_found(host, rule, is_found):
    path = "/etc/ssh/sshd_config.d/z.conf"
    host.ok(f"echo Banner none >{path}; cat >>{path}", stdin=rule + "\n")
    try:
        report = json.loads(host.run("oktactl --json check").stdout)
    finally:
        host.ok(f"rm {path}")
    assert [(f["id"], f["severity"], f["file"], f["line"])
            for f in report["findings"]] == (
                [("group-denied", "warning", path, 2)] if is_found else [])
    assert all("AllowGroups" in f["fix"] for f in report["findings"])
