"""oktactl's look-ups: what an admin reads when somebody can or can not log
in, as text and as JSON."""

import json
import os
import time

import pytest

from private_host import TREE, PrivateHost


def ask(host, words, code=0):
    done = host.run(f"oktactl --json {words}")
    assert done.returncode == code, done.stdout + done.stderr
    return json.loads(done.stdout)


def test_user_who_may_log_in_is_shown_whole(host):
    user = ask(host, "user alice")
    entry = host.ok("getent passwd alice").strip().split(":")
    assert user["name"] == "alice"
    assert [str(user["uid"]), str(user["gid"])] == entry[2:4]
    assert [user["home"], user["shell"]] == entry[5:7]
    assert user["id"].startswith("00u") and user["login"].startswith("alice@")
    assert user["status"] == "ACTIVE"
    assert user["may_login"] is True and user["why"] is None
    names = {g["name"]: g for g in user["groups"]}
    assert names["linux-users"]["id"].startswith("00g")
    listed = set(host.ok("id -Gn alice").split())
    assert listed == set(names)


def test_suspended_person_is_told_so(host):
    user = ask(host, "user carol", code=1)
    assert user["status"] == "SUSPENDED"
    assert user["may_login"] is False and "suspended" in user["why"].lower()
    text = host.run("oktactl user carol").stdout
    assert "may NOT log in" in text and "SUSPENDED" in text


def test_missing_person_is_explained_from_okta(host):
    user = ask(host, "user dave", code=1)
    assert user["id"].startswith("00u") and user["status"] == "ACTIVE"
    assert "none of the groups" in user["why"]
    nobody = ask(host, "user nosuchperson", code=1)
    assert "Okta knows no login" in nobody["why"]
    assert ask(host, "user postgrey", code=1)["why"].startswith("a reserv")
    assert "not a name" in ask(host, "user 'no such'", code=1)["why"]


def test_local_account_is_called_local(host):
    done = host.run("oktactl user root")
    assert done.returncode == 1 and "local account" in done.stdout


def test_group_shows_id_and_members(host):
    group = ask(host, "group linux-users")
    entry = host.ok("getent group linux-users").strip().split(":")
    assert str(group["gid"]) == entry[2]
    assert group["id"].startswith("00g")
    assert sorted(group["members"]) == sorted(entry[3].split(","))
    assert host.run("oktactl group nosuchgroup").returncode == 1


def test_pin_prints_the_line_for_okta_conf(host):
    out = host.ok("oktactl pin 'Linux Users'")
    gid, rest = out.split(" ", 1)
    assert gid.startswith("00g") and rest == "# Linux Users\n"

def test_pin_says_what_it_could_not_look_at(host):
    """Apps are asked for by their own scope; one that is not granted is
    named, and an app has that name."""
    assert host.ok("oktactl pin 'Linux Hosts'").endswith("Hosts (app)\n")
    clients = host.control("GET", "/org")["clients"]
    host.control("PUT", "/org", {"clients": [
        {**c, "scopes": [s for s in c["scopes"] if s != "okta.apps.read"]}
        for c in clients]})
    try:
        for name in ("Linux Hosts", "linux users", "No Such"):
            done = host.run(f"oktactl pin '{name}'")
            assert done.returncode == 6 and done.stdout == "", done
            assert "no group of exactly" in done.stderr
            assert "okta.apps.read" in done.stderr
    finally:
        host.control("PUT", "/org", {"clients": clients})


# T3: the login and the warning are in test_oktactl_check.py.
def test_pin_shows_both_groups_of_one_name(host):
    org = host.control("GET", "/org")
    twin = {"id": "00gtwin0000000000001", "type": "APP_GROUP",
            "profile": {"name": "Linux Users"}}
    host.control("PUT", "/org", {"groups": org["groups"] + [twin]})
    try:
        done = host.run("oktactl pin 'Linux Users'")
        assert done.returncode == 1
        assert len(done.stdout.splitlines()) == 2
        assert "00gtwin0000000000001 # Linux Users (APP_GROUP)" in done.stdout
    finally:
        host.control("PUT", "/org", {"groups": org["groups"]})


def test_status_names_processes_token_and_directory(host):
    status = ask(host, "status")
    assert status["daemon"] == "running"
    assert {"oktad", "oktad-net", "oktad-sync"} <= {
        p["name"] for p in status["processes"]}
    assert status["mode"] == "oauth"
    assert "okta.users.read" in status["token"]["scopes"]
    assert status["token"]["missing"] == []
    assert status["sync"]["state"] == "idle"
    people = len(host.ok("getent -s okta passwd").splitlines())
    assert status["directory"]["users"] == people
    assert status["directory"]["age_s"] < 600


@pytest.mark.threat("T95")
def test_status_says_that_the_credentials_role_can_not_be_told(host, build):
    """No request that is known to us shows the roles of an app; an API token's
    are those of its admin, whoever that is."""
    rights = ask(host, "status")["token"]["rights"]
    assert rights.startswith("cannot tell; at most its scopes")
    assert rights in host.ok("oktactl status")
    config = os.path.join(TREE, "tests/host/token.conf")
    with PrivateHost("--build", build, "--config", config) as other:
        rights = ask(other, "status")["token"]["rights"]
        assert rights.endswith("all those of the admin who made the API token")
        done = other.run("oktactl check --json")
        assert done.returncode == 1
        assert "api-token" in {f["id"] for f in
                               json.loads(done.stdout)["findings"]}
        # The daemon says so by itself: at its start, then each day.
        end = time.monotonic() + 60
        while "finding=api-token" not in other.log():
            assert time.monotonic() < end, other.log()
            time.sleep(0.2)
    assert "finding=api-token" not in host.log()


def test_sync_reports_what_it_read(host):
    done = ask(host, "sync")
    assert done["result"] == "ok"
    assert done["users"] == len(host.ok("getent -s okta passwd").splitlines())
    assert (done["added"], done["removed"]) == (0, 0)


def test_token_reset_mints_another(host):
    ask(host, "sync")
    since = host.requests()[-1]["n"]
    host.ok("oktactl token reset")
    ask(host, "sync")
    paths = [r["path"] for r in host.requests(since)]
    assert paths.count("/oauth2/v1/token") == 1


def test_jwk_becomes_the_pem_that_okta_conf_wants(host):
    host.ok("umask 077; cat > /root/jwk", stdin=host.python("""
import base64, json
from cryptography.hazmat.primitives.asymmetric import ec
n = ec.generate_private_key(ec.SECP256R1()).private_numbers()
b = lambda i: base64.urlsafe_b64encode(i.to_bytes(32, "big")).rstrip(b"=").decode()
print(json.dumps({"kty": "EC", "crv": "P-256", "kid": "key1", "d": b(n.private_value),
    "x": b(n.public_numbers.x), "y": b(n.public_numbers.y)}))
"""))
    out = host.ok("oktactl key import /root/jwk -o /root/key.pem")
    assert out == ("private_key = /root/key.pem\nkey_id = key1\n"
                   "algorithm = ES256\n")
    assert host.ok("stat -c %a:%u /root/key.pem") == "600:0\n"
    assert "PRIVATE KEY" in host.ok("cat /root/key.pem")
    public = json.loads(host.ok("oktactl key public /root/key.pem"))
    assert public["kty"] == "EC" and "d" not in public
    host.ok("chmod 644 /root/jwk")
    refused = host.run("oktactl key import /root/jwk -o /root/key.pem")
    assert refused.returncode == 3 and "chmod 0600" in refused.stderr


def test_without_the_daemon_every_question_says_so(host, tree):
    host.environment["OKTA_TREE"] = tree
    host.ok("$OKTA_TREE/tests/host/oktad stop")
    try:
        for words in ("status", "sync", "token reset"):
            done = host.run(f"oktactl {words}")
            assert done.returncode == 4, words
            assert "oktad" in done.stderr
        # What the files know does not need the daemon.
        assert ask(host, "user alice")["may_login"] is True
    finally:
        host.ok("$OKTA_TREE/tests/host/oktad start")


@pytest.mark.parametrize("words", [
    "", "nosuch", "user", "user a b", "group", "pin", "key", "key import",
    "key eat /x", "token", "token keep", "sync --nosuch", "--nosuch status"])
def test_wrong_words_end_with_usage(host, words):
    done = host.run(f"oktactl {words}")
    assert done.returncode == 2 and "usage:" in done.stderr


def test_ordinary_user_is_told_that_root_is_needed(host):
    done = host.run("setpriv --reuid=65534 --clear-groups oktactl status")
    assert done.returncode == 4 and "only root" in done.stderr


def test_pin_works_before_the_first_group_is_configured(host, tree):
    """README step 2: okta.conf allows nobody yet and no daemon runs."""
    host.environment["OKTA_TREE"] = tree
    host.ok("$OKTA_TREE/tests/host/oktad stop; cp /etc/okta/okta.conf /tmp/c;"
            "sed -i 's/^allow_groups.*/allow_groups =/; /^publish_groups/d' "
            "/etc/okta/okta.conf; oktad -n")
    try:
        done = host.run("oktactl pin 'Linux Users'")
        assert done.stderr == "" and done.returncode == 0
        assert done.stdout.endswith(" # Linux Users\n")
        host.ok("echo 'allow_groups = Linux Users' >> /etc/okta/okta.conf")
        refused = host.run("oktactl pin 'Linux Users'")
        assert refused.returncode == 3 and "okta.conf:" in refused.stderr
    finally:
        host.ok("cat /tmp/c > /etc/okta/okta.conf; "
                "$OKTA_TREE/tests/host/oktad start")
