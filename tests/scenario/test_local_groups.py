"""[local_groups]: people of Okta groups in groups of this host, by root's word
and by id, without a change of /etc/group."""

import json

import pytest

from private_host import PrivateHost
from test_access_rules import until

USERS, ADMINS, SUDO = ("00gUsers000000000001", "00gAdmins00000000002",
                       "00gSudoNamed00000003")
CONFIG = f"""[okta]
url = @URL@
ca_file = @CA@
client_id = @CLIENT_ID@
private_key = @KEY@
key_id = @KEY_ID@
[directory]
allow_groups = {USERS}
publish_groups = {USERS} {SUDO}
poll_interval = 2 s
[service default]
factor = okta
"""
GROUPS = f"\n[local_groups]\nsudo = {ADMINS}\ncontainers = {ADMINS} {USERS}\n"


@pytest.fixture(scope="module")
def host(build, tmp_path_factory):
    folder = tmp_path_factory.mktemp("groups")
    people = {"alice": [USERS, ADMINS], "bob": [USERS, SUDO],
              "mallory": [USERS, ADMINS], "dave": [ADMINS]}
    org = {"groups": [{"id": USERS, "profile": {"name": "Users"}},
                      {"id": ADMINS, "profile": {"name": "Admins"}},
                      {"id": SUDO, "profile": {"name": "sudo"}}],
           "users": [
               {"id": f"00uPerson0000000000{n}", "status": "ACTIVE",
                "password": "Pw-" + name, "groups": groups, "profile": {
                    "login": f"{name}@example.com", "firstName": name,
                    "lastName": "X", "email": f"{name}@example.com"}}
               for n, (name, groups) in enumerate(people.items())]}
    (folder / "org.json").write_text(json.dumps(org))
    (folder / "okta.conf").write_text(CONFIG)
    with PrivateHost("--build", build, "--org", str(folder / "org.json"),
                     "--config", str(folder / "okta.conf")) as h:
        until(h, lambda: "alice" in h.ok("getent passwd"))
        h.ok("getent group sudo >/dev/null || groupadd -r sudo;"
             "cp /etc/group /tmp/group.before;"
             "cp /etc/okta/okta.conf /tmp/okta.conf.before;"
             "echo '%sudo ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/sudo")
        yield h


def configure(host, text):
    loads = host.log().count("event=reloaded")
    host.ok("cat /tmp/okta.conf.before - >/etc/okta/okta.conf", stdin=text)
    host.ok("kill -HUP $(pgrep -x oktad)")
    until(host, lambda: host.log().count("event=reloaded") > loads)
    host.ok("oktactl sync")


def groups(host, name):
    """id(1) fails where a number has no name: between a groupdel and the
    publication that it causes."""
    return set(host.run(f"id -nG {name}").stdout.split())


@pytest.mark.threat("T15")
@pytest.mark.parametrize("merge", [False, True])
def test_only_roots_word_makes_a_local_group_theirs(host, merge):
    """An Okta group of the name sudo gives nothing, with merge or without."""
    host.ok("cp /etc/nsswitch.conf /tmp/nsswitch.before")
    if merge:
        host.ok("sed -i 's/^group:.*/group: files [SUCCESS=merge] okta/' "
                "/etc/nsswitch.conf")
    configure(host, "")
    for name in ("alice", "bob", "mallory"):
        assert "sudo" not in groups(host, name)
    assert host.ok("getent group sudo") == host.ok("grep ^sudo: /etc/group")
    configure(host, GROUPS)
    assert "sudo" in groups(host, "alice")
    assert "sudo" not in groups(host, "bob")
    assert host.ok("getent group sudo") == host.ok("grep ^sudo: /etc/group")
    assert host.ok("cmp /etc/group /tmp/group.before") == ""
    host.ok("cp /tmp/nsswitch.before /etc/nsswitch.conf")


def test_sudo_obeys_and_a_veto_holds(host):
    configure(host, GROUPS)
    sudo = "su {} -s /bin/sh -c 'sudo -n id -u'"
    assert host.ok(sudo.format("alice")).strip() == "0"
    assert host.ok(sudo.format("mallory")).strip() == "0"
    assert host.run(sudo.format("bob")).returncode != 0
    configure(host, GROUPS + "veto = mallory bob\n")
    assert host.ok(sudo.format("alice")).strip() == "0"
    assert host.run(sudo.format("mallory")).returncode != 0
    assert "sudo" not in groups(host, "mallory")


def test_leaving_the_group_or_the_host_ends_it(host):
    configure(host, GROUPS)
    assert "sudo" in groups(host, "alice")
    host.control("DELETE", f"/groups/{ADMINS}/users/00uPerson00000000000")
    until(host, lambda: "sudo" not in groups(host, "alice"))
    host.control("PUT", f"/groups/{ADMINS}/users/00uPerson00000000000")
    until(host, lambda: "sudo" in groups(host, "alice"))
    host.control("PATCH", "/users/alice@example.com", {"status": "SUSPENDED"})
    until(host, lambda: "sudo" not in groups(host, "alice"))
    host.control("PATCH", "/users/alice@example.com", {"status": "ACTIVE"})
    until(host, lambda: "sudo" in groups(host, "alice"))


def test_a_group_that_is_not_there_waits_for_groupadd(host):
    configure(host, GROUPS)
    assert "containers" not in groups(host, "bob")
    host.ok("groupadd -r containers")
    until(host, lambda: "containers" in groups(host, "bob"))
    assert groups(host, "bob") >= {"containers", "users"} - {"users"}
    host.ok("groupdel containers")
    until(host, lambda: "containers" not in groups(host, "bob"))


def test_a_group_in_id_range_stops_nobody_else(host):
    configure(host, GROUPS)
    host.ok("groupadd -g 1900000000 containers")
    try:
        until(host, lambda: [
            r["name"] for r in json.loads(host.ok("oktactl status --json"))
            ["refused"] if "groupmod" in r["why"]] == ["containers"])
        host.control("DELETE", f"/groups/{ADMINS}/users/00uPerson00000000000")
        until(host, lambda: "sudo" not in groups(host, "alice"))
        assert "containers" not in groups(host, "bob")
        host.ok("groupmod -g 1501 containers")
        until(host, lambda: "containers" in groups(host, "bob"))
    finally:
        host.control("PUT", f"/groups/{ADMINS}/users/00uPerson00000000000")
        host.ok("groupdel containers")
    until(host, lambda: "sudo" in groups(host, "alice"))


def test_an_import_does_not_stop_what_is_published(host):
    """Erin's number is below that of a local group which Okta's people are in.
    """
    users = host.control("GET", "/org")["users"]
    erin = {"id": "00uErin00000000000001", "status": "ACTIVE",
            "groups": [USERS], "profile": {
                "login": "erin@example.com", "firstName": "erin",
                "lastName": "X", "email": "erin@example.com"}}
    configure(host, GROUPS)
    host.ok("groupadd -g 1500 containers")
    host.ok("oktactl ids --import -", stdin="user erin 1400 1400\n")
    host.control("PUT", "/org", {"users": users + [erin]})
    try:
        host.ok("oktactl sync")
        assert host.ok("id -u erin").strip() == "1400"
        assert groups(host, "erin") >= {"containers"}
        assert "1500(containers)" in host.ok("id bob")
        host.control("PATCH", "/users/erin@example.com",
                     {"status": "SUSPENDED"})
        until(host, lambda: "containers" not in groups(host, "erin"))
    finally:
        host.control("PUT", "/org", {"users": users})
        host.ok("groupdel containers; oktactl sync --accept")


def test_nobody_else_comes_in_by_it(host):
    """dave is an admin in Okta and in no group that may log in here."""
    configure(host, GROUPS)
    assert host.run("getent passwd dave").returncode == 2
    configure(host, "")
    assert "sudo" not in groups(host, "alice")


@pytest.mark.threat("T80", reduced="dump of a small directory by nobody")
def test_the_public_files_hold_no_login_and_no_okta_id(host):
    configure(host, GROUPS)
    dump = host.ok("setpriv --reuid nobody --regid nogroup --clear-groups "
                   "cat /var/lib/okta/public/directory | strings -n 3")
    assert "alice" in dump
    for word in ("@", "00u", "00g", "example.com", "dave"):
        assert word not in dump, word
    assert host.run("setpriv --reuid nobody --regid nogroup --clear-groups "
                    "cat /var/lib/okta/private/rules").returncode != 0
