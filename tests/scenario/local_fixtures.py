"""A host with two mapped accounts: alice is alice's, deploy is for a group."""

import json

import pytest

from logins import add_local_people, ssh, talk
from private_host import PrivateHost
from test_access_rules import until

USERS, DEPLOY = "00gUsers000000000001", "00gDeploy00000000002"
PEOPLE = {"alice": [USERS], "bob": [USERS, DEPLOY], "carol": [USERS, DEPLOY],
          "erin": [USERS], "dave": [DEPLOY]}
IDS = {name: f"00uPerson0000000000{n}" for n, name in enumerate(PEOPLE)}
ALICE_UID, DEPLOY_UID = 1200, 1201
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
[login]
failures = 8
[service default]
factor = okta
[local_accounts]
alice = {IDS["alice"]} # Alice
deploy = {DEPLOY} # deployers
"""


def person(name):
    return {"id": IDS[name], "status": "ACTIVE", "password": "Pw-" + name,
            "groups": PEOPLE[name], "profile": {
                "login": f"{name}@example.com", "firstName": name,
                "lastName": "X", "email": f"{name}@example.com"}}


@pytest.fixture(scope="module")
def host(build, tmp_path_factory):
    folder = tmp_path_factory.mktemp("accounts")
    org = {"groups": [{"id": USERS, "profile": {"name": "Users"}},
                      {"id": DEPLOY, "profile": {"name": "Deploy"}}],
           "users": [person(name) for name in PEOPLE],
           "schema": {"sshKeys": {"type": "array"}},
           "switches": {"authn_per_second": 0}}
    (folder / "org.json").write_text(json.dumps(org))
    (folder / "okta.conf").write_text(CONFIG)
    with PrivateHost("--build", build, "--org", str(folder / "org.json"),
                     "--config", str(folder / "okta.conf")) as h:
        until(h, lambda: "bob" in h.ok("getent passwd"))
        # Read with the HUP of the next line: sshd loses one of two at once.
        h.ok("sed -i 's/^KbdInteractiveAuthentication.*/"
             "KbdInteractiveAuthentication yes/' /etc/ssh/sshd_config")
        add_local_people(h)
        for name, uid in (("alice", ALICE_UID), ("deploy", DEPLOY_UID)):
            h.ok(f"""
                echo {name}:x:{uid}: >>/etc/group
                echo '{name}:!:19000:0:99999:7:::' >>/etc/shadow
                echo {name}:x:{uid}:{uid}::/home/{name}:/bin/bash >>/etc/passwd
                install -d -o {uid} -g {uid} -m 700 /home/{name}
                """)
        h.ok("oktactl sync")
        until(h, lambda: h.run("getent -s okta passwd alice").returncode == 2)
        yield h


def own(host, name, password, command="id -un"):
    """One try by password: (status, lines)."""
    return ssh(host, name, password, command,
               options="-o PreferredAuthentications=keyboard-interactive")[:2]


def status(host, name, value):
    host.control("PATCH", f"/users/{name}@example.com", {"status": value})
    host.ok("oktactl sync")


def shared(host, who, password, command="id -un", options="", seconds=60):
    """An ssh login to deploy: (status, last line)."""
    done = host.run(
        talk(("user name:", who), ("assword:", password), seconds=seconds) +
        "ssh -o NumberOfPasswordPrompts=1 -o PubkeyAuthentication=no "
        "-o PreferredAuthentications=keyboard-interactive "
        f"{options} deploy@127.0.0.1 '{command}'", seconds=seconds + 30)
    lines = done.stdout.split()
    return done.returncode, lines[-1] if lines else ""


def sessions(host):
    return json.loads(host.ok("oktactl --json sessions"))["sessions"]


KEYS = "/usr/libexec/okta/okta-keys"
SSH = ("ssh -o BatchMode=yes -o PasswordAuthentication=no "
       "-o KbdInteractiveAuthentication=no -i /root/k-%s %s@127.0.0.1 '%s'")


@pytest.fixture(scope="module")
def keys(host):
    """k-NAME of each, and k-both, which two people have; k-none is nobody's,
    and stands in deploy's own authorized_keys."""
    pub = {}
    for name in ("alice", "bob", "carol", "erin", "both", "none"):
        host.ok(f"ssh-keygen -q -t ed25519 -N '' -f /root/k-{name}")
        pub[name] = host.ok(f"cat /root/k-{name}.pub").strip()
    host.ok("cp /usr/share/doc/okta-login*/sshd-okta.conf "
            "/etc/ssh/sshd_config.d/okta.conf;"
            "kill -HUP $(cat /run/okta-host/sshd.pid);"
            "install -d -o deploy -g deploy -m 700 /home/deploy/.ssh;"
            "cat /root/k-none.pub /root/k-bob.pub "
            ">/home/deploy/.ssh/authorized_keys")
    for name in ("alice", "bob", "carol", "erin"):
        mine = [pub[name]] + [pub["both"]] * (name in ("bob", "carol"))
        host.control("PATCH", f"/users/{name}@example.com",
                     {"profile": {"sshKeys": mine}})
    host.ok("oktactl sync")
    return {name: key.split()[1] for name, key in pub.items()}


def served(host, name):
    return [line.split()[1] for line in host.ok(
        "setpriv --reuid nobody --regid nogroup --clear-groups "
        f"{KEYS} {name}").splitlines()]


def by_key(host, key, account, command="echo $OKTA_USER"):
    done = host.run(SSH % (key, account, command))
    return done.stdout.strip() if done.returncode == 0 else None


def stay(host, key, account, seconds):
    host.ok("setsid " + SSH % (key, account, f"sleep {seconds}") +
            " >/dev/null 2>&1 </dev/null &")
    until(host, lambda: host.run(
        f"pgrep -fx 'sleep {seconds}'").returncode == 0)


def is_there(host, seconds):
    return host.run(f"pgrep -fx 'sleep {seconds}'").returncode == 0
