"""Access rules and local accounts: the account phase, `oktactl explain` and the
oracle about every account, service and address."""

import json

import pytest

from access_oracle import behind, may_enter_account, refusal
from private_host import PrivateHost
from test_access_rules import (ADDRESSES, ADMINS, ORG, OUTSIDE, PEOPLE, RULES,
                               SERVICES, USERS, ask, config, org_file, until)

IDS = {u["profile"]["firstName"]: u["id"] for u in org_file()["users"]}
ACCOUNTS = {
    "one": [IDS["alice"]], "late": [IDS["erin"]], "left": [IDS["carol"]],
    "out": [IDS["dave"]], "team": [ADMINS], "far": [OUTSIDE],
    "mixed": [IDS["bob"], ADMINS], "two": [IDS["carol"], IDS["bob"]],
}


@pytest.fixture(scope="module")
def host(build, tmp_path_factory):
    folder = tmp_path_factory.mktemp("accounts")
    lines = "".join(f"{name} = {' '.join(ids)}\n"
                    for name, ids in ACCOUNTS.items())
    (folder / "org.json").write_text(json.dumps(org_file()))
    (folder / "okta.conf").write_text(config({}).replace(
        "\n[service ", f"\n[local_accounts]\n{lines}\n[service ", 1))
    with PrivateHost("--build", build, "--org", str(folder / "org.json"),
                     "--config", str(folder / "okta.conf")) as h:
        until(h, lambda: "dave" in h.ok("getent passwd"))
        for name in ACCOUNTS:
            h.ok(f"useradd -m {name}; usermod -p '!' {name}")
        h.control("DELETE", f"/groups/{USERS}/users/{IDS['dave']}")
        h.ok("oktactl sync --accept")
        for service in SERVICES[1:]:
            h.ok(f"cp /etc/pam.d/common-account /etc/pam.d/{service}")
        yield h


def test_decision_table_of_local_accounts(host):
    asked = allowed = 0
    for rules in RULES:
        for row, got, (code, said) in ask(host, rules, ACCOUNTS):
            service, name, remote = row
            names = behind(ORG, IDS, ACCOUNTS[name])
            wanted = may_enter_account(ORG, rules, names, service, remote)
            assert (got == "PAM_SUCCESS") == wanted, (rules, row, got, said)
            assert {p["name"]: p["may_login"] for p in said["people"]} == {
                n: refusal(ORG, rules, n, service, remote) == ""
                for n in names}, (rules, row)
            assert said["may_login"] == (code == 0) == any(
                p["may_login"] for p in said["people"]), (rules, row)
            assert said["shared"] == (len(ACCOUNTS[name]) > 1 or
                                      ACCOUNTS[name][0].startswith("00g"))
            asked += 1
            allowed += wanted
    assert asked == len(RULES) * len(SERVICES) * len(ACCOUNTS) * len(
        ADDRESSES) and len(PEOPLE) == 6
    assert asked / 8 < allowed < asked * 3 / 4
