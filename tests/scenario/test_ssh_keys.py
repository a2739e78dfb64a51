"""ssh keys of a profile attribute: from Okta to sshd of a real host."""

import json
import re

import pytest

from private_host import PrivateHost
from test_access_rules import until

USERS = "00gUsers000000000001"
CONFIG = f"""[okta]
url = @URL@
ca_file = @CA@
client_id = @CLIENT_ID@
private_key = @KEY@
key_id = @KEY_ID@
[directory]
allow_groups = {USERS}
ssh_keys_attribute = sshKeys
poll_interval = 2 s
[service sshd]
factor = okta
"""
KEYS = "/usr/libexec/okta/okta-keys"
SSH = ("ssh -o BatchMode=yes -o PasswordAuthentication=no "
       "-o KbdInteractiveAuthentication=no -i /root/%s %s@127.0.0.1 id -un")


@pytest.fixture(scope="module")
def host(build, tmp_path_factory):
    folder = tmp_path_factory.mktemp("keys")
    names = ("alice", "bob", "carol", "erin", "deploy")
    org = {"groups": [{"id": USERS, "profile": {"name": "Users"}}], "users": [
        {"id": f"00uPerson0000000000{n}", "password": "Pw-" + name,
         "status": {"carol": "SUSPENDED", "erin": "PASSWORD_EXPIRED"}.get(
             name, "ACTIVE"),
         "groups": [USERS], "profile": {
             "login": f"{name}@example.com", "firstName": name,
             "lastName": "X", "email": f"{name}@example.com"}}
        for n, name in enumerate(names)],
        "schema": {"sshKeys": {"type": "array"}}}
    (folder / "org.json").write_text(json.dumps(org))
    (folder / "okta.conf").write_text(CONFIG)
    with PrivateHost("--build", build, "--org", str(folder / "org.json"),
                     "--config", str(folder / "okta.conf")) as h:
        for kind in ("ed25519", "ecdsa", "rsa"):
            h.ok(f"ssh-keygen -q -t {kind} -N '' -f /root/{kind}")
        h.ok("cp /usr/share/doc/okta-login*/sshd-okta.conf "
             "/etc/ssh/sshd_config.d/okta.conf;"
             "kill -HUP $(cat /run/okta-host/sshd.pid)")
        until(h, lambda: "alice" in h.ok("getent passwd"))
        yield h


def pub(host, kind):
    return host.ok(f"cat /root/{kind}.pub").strip()


def give(host, name, keys):
    host.control("PATCH", f"/users/{name}@example.com",
                 {"profile": {"sshKeys": keys}})
    host.ok("oktactl sync")


def served(host, name):
    """As sshd runs it."""
    return host.ok("setpriv --reuid nobody --regid nogroup --clear-groups "
                   f"{KEYS} {name}").splitlines()


def test_list_and_text_open_and_a_key_taken_away_does_not(host):
    give(host, "alice", [pub(host, "ed25519"), pub(host, "rsa")])
    give(host, "bob", pub(host, "ecdsa"))
    assert [k.split()[0] for k in served(host, "alice")] == [
        "ssh-ed25519", "ssh-rsa"]
    for kind, name in (("ed25519", "alice"), ("rsa", "alice"),
                       ("ecdsa", "bob")):
        assert host.ok(SSH % (kind, name)).strip() == name
    assert host.run(SSH % ("ecdsa", "alice")).returncode != 0
    assert host.run(SSH % ("ed25519", "bob")).returncode != 0
    assert json.loads(host.ok("oktactl --json user alice"))["ssh_keys"] == 2
    # By the poll alone: nobody says so here.
    host.control("PATCH", "/users/alice@example.com",
                 {"profile": {"sshKeys": [pub(host, "rsa")]}})
    until(host, lambda: len(served(host, "alice")) == 1)
    assert host.run(SSH % ("ed25519", "alice")).returncode != 0
    assert host.ok(SSH % ("rsa", "alice")).strip() == "alice"


def test_people_who_may_not_use_keys_have_none(host):
    for name in ("carol", "erin"):
        give(host, name, [pub(host, "ed25519")])
        assert served(host, name) == []
        assert host.run(SSH % ("ed25519", name)).returncode != 0
    give(host, "bob", [pub(host, "ecdsa")])
    assert host.ok(SSH % ("ecdsa", "bob")).strip() == "bob"
    host.control("PATCH", "/users/bob@example.com", {"status": "SUSPENDED"})
    host.ok("oktactl sync")
    assert served(host, "bob") == []
    assert host.run(SSH % ("ecdsa", "bob")).returncode != 0
    host.control("PATCH", "/users/bob@example.com", {"status": "ACTIVE"})
    host.ok("oktactl sync")
    assert len(served(host, "bob")) == 1


def test_bad_keys_are_left_out_and_told(host):
    good = pub(host, "ed25519")
    give(host, "alice", [
        'command="id" ' + good, "ssh-rsa " + good.split()[1],
        good + "\n" + pub(host, "rsa"), good])
    assert served(host, "alice") == [" ".join(good.split()[:2])]
    said = {r["id"]: r["why"] for r in json.loads(
        host.ok("oktactl --json status"))["refused"]}
    assert "ssh key" in said["00uPerson00000000000"]
    give(host, "alice", ["nonsense"])
    assert served(host, "alice") == []


def test_rules_hold_for_keys_too(host):
    give(host, "alice", [pub(host, "ed25519")])
    conf = host.ok("cat /etc/okta/okta.conf")
    host.ok("cat > /etc/okta/okta.conf", stdin=conf.replace(
        "factor = okta", "factor = okta\nfrom = 192.0.2.0/24"))
    host.ok("kill -HUP $(pgrep -x oktad)")
    until(host, lambda: host.run(SSH % ("ed25519", "alice")).returncode != 0)
    assert "address that this service does not admit" in host.log()
    host.ok("cat > /etc/okta/okta.conf", stdin=conf)
    host.ok("kill -HUP $(pgrep -x oktad)")
    until(host, lambda: host.run(SSH % ("ed25519", "alice")).returncode == 0)


@pytest.mark.threat("T20")
def test_an_attribute_that_people_may_edit_gives_no_keys(host):
    give(host, "alice", [pub(host, "ed25519")])
    assert len(served(host, "alice")) == 1
    host.control("PUT", "/org", {"schema": {"sshKeys": {
        "type": "array", "permissions": [
            {"principal": "SELF", "action": "READ_WRITE"}]}}})
    host.ok("oktactl sync")
    assert served(host, "alice") == []
    host.control("PUT", "/org", {"schema": {"sshKeys": {"type": "array"}}})
    host.ok("oktactl sync")
    assert len(served(host, "alice")) == 1


def test_local_people_get_none_from_okta(host):
    """Also in the moment before the directory knows of a useradd."""
    give(host, "deploy", [pub(host, "ed25519")])
    assert len(served(host, "deploy")) == 1
    host.ok("cp -a /var/lib/okta/public/directory /tmp/directory")
    host.ok("cp -a /etc/passwd /tmp/passwd; echo "
            "'deploy:x:1500:1500::/home:/bin/sh' >>/etc/passwd")
    assert served(host, "deploy") == []
    host.ok("oktactl sync")
    host.ok("cp -a /tmp/directory /var/lib/okta/public/directory.new && "
            "mv /var/lib/okta/public/directory.new "
            "/var/lib/okta/public/directory")
    assert served(host, "deploy") == []
    assert served(host, "root") == []
    assert host.run(SSH % ("ed25519", "deploy")).returncode != 0
    host.ok("cat /tmp/passwd >/etc/passwd; oktactl sync")
    until(host, lambda: len(served(host, "deploy")) == 1)


def test_without_the_attribute_no_key_is_published(host):
    give(host, "alice", [pub(host, "ed25519")])
    conf = host.ok("cat /etc/okta/okta.conf")
    host.ok("cat > /etc/okta/okta.conf",
            stdin=re.sub(r"ssh_keys_attribute.*\n", "", conf))
    host.ok("kill -HUP $(pgrep -x oktad)")
    until(host, lambda: served(host, "alice") == [])
    host.ok("cat > /etc/okta/okta.conf", stdin=conf)
    host.ok("kill -HUP $(pgrep -x oktad)")
    until(host, lambda: len(served(host, "alice")) == 1)
