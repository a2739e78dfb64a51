"""A number once given stays, whatever Okta says later and whatever is put back
from a backup."""

import json

import pytest

from logins import OKTAD, PASSWORD

LIB = "/var/lib/okta"
UID = 1900000100


def people(host):
    """Every passwd line of ours, after a look at the whole of it."""
    lines = host.ok("getent -s okta passwd").splitlines()
    findings = json.loads(host.run("oktactl --json check").stdout)["findings"]
    assert not [f for f in findings if f["id"].startswith(
        ("directory-damaged", "file-", "folder-"))], findings
    taken = {}
    for line in lines:
        name, _, uid, gid = line.split(":")[:4]
        assert 1879048192 <= int(uid) <= 2147352575
        assert host.ok(f"getent -s okta group {gid}")
        assert taken.setdefault(uid, name) == name
    return {line.split(":")[0]: line.split(":")[2:4] for line in lines}


def change_profiles(host, n):
    for user in host.control("GET", "/org")["users"]:
        host.control("PATCH", f"/users/{user['id']}", {"profile": {
            "firstName": f"Changed{n}", "title": f"Title {n}",
            "uidNumber": 1950000000 + n, "gidNumber": 1950000000 + n}})


@pytest.mark.threat("T5", whole=True)
def test_gid_by_command_stays_over_syncs_restart_and_restore(host):
    ledger = json.loads(host.ok("oktactl --json ids"))["ledger"]
    group = [n["number"] for n in ledger if n["kind"] == "group"][0]
    host.ok("oktactl ids --import -", stdin=f"user zoe {UID} {group}\n")
    org = host.control("GET", "/org")["users"]
    host.control("PUT", "/org", {"users": org + [{
        "status": "ACTIVE", "password": PASSWORD + "zoe",
        "groups": ["00g1linuxUsersEXAMP1"],
        "profile": {"login": "zoe@example.com", "email": "zoe@example.com",
                    "firstName": "Zoe", "lastName": "Z"}}]})
    host.ok("oktactl sync")
    before = people(host)
    assert before["zoe"] == [str(UID), str(group)]
    for n in range(5):
        change_profiles(host, n)
        host.ok("oktactl sync")
        assert people(host) == before
        assert f"Changed{n}" in host.ok("getent -s okta passwd zoe")
    host.ok(f"{OKTAD} stop && cp -a {LIB} /tmp/backup && {OKTAD} start")
    host.ok("oktactl sync")
    assert people(host) == before
    # Everything from the backup.
    host.ok(f"{OKTAD} stop && rm -r {LIB} && cp -a /tmp/backup {LIB} && "
            f"{OKTAD} start")
    host.ok("oktactl sync")
    assert people(host) == before
