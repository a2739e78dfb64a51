"""[local_accounts]: people of Okta behind accounts that this host has itself,
one to one and many to one, at real sshd, su, sudo and login."""

import json

import pytest

from local_fixtures import *  # noqa: F401,F403
from local_fixtures import (ALICE_UID, DEPLOY, DEPLOY_UID, IDS, by_key,
                            is_there, own, served, sessions, shared, status,
                            stay)
from logins import (AT_ONCE_S, LOCAL_PASSWORD, OKTAD, add_key, forget_tries,
                    ssh, ssh_key, talk)
from test_access_rules import until

# --- one to one ---

def test_adopted_account_is_opened_by_its_person_alone(host):
    code, lines = own(host, "alice", "Pw-alice",
                         "id -u; echo who=$OKTA_USER")
    assert (code, lines[-2:]) == (
        0, [str(ALICE_UID), "who=alice@example.com"]), host.log()[-3000:]
    for wrong in ("Pw-bob", "wrong", LOCAL_PASSWORD):
        assert own(host, "alice", wrong)[0] != 0
    # The local file is the only one that knows her.
    assert host.ok("getent passwd alice").split(":")[2] == str(ALICE_UID)
    assert host.run("getent -s okta passwd alice").returncode == 2
    assert "account=alice" in host.log()
    forget_tries(host)


def test_su_and_sudo_ask_the_person_behind_it(host):
    assert host.ok(talk(("assword:", "Pw-alice")) +
                   "setpriv --reuid lena --regid lena --init-groups "
                   "su alice -c 'id -u; echo $OKTA_USER'").split()[-2:] == [
                       str(ALICE_UID), "alice@example.com"]
    assert host.run(talk(("assword:", LOCAL_PASSWORD)) +
                    "setpriv --reuid lena --regid lena --init-groups "
                    "su alice -c id").returncode != 0
    forget_tries(host)
    host.ok("echo 'alice ALL=(ALL) ALL' >/etc/sudoers.d/alice")
    done = host.run(talk(("assword", "Pw-alice"), seconds=30) +
                    "setpriv --reuid alice --regid alice --init-groups "
                    "sudo id -u")
    assert done.stdout.split()[-1] == "0", (done, host.log()[-3000:])


def test_session_names_person_and_account(host):
    host.ok("setsid " + talk(("assword:", "Pw-alice")) +
            "ssh -o PubkeyAuthentication=no alice@127.0.0.1 sleep 4711 "
            ">/dev/null 2>&1 </dev/null &")
    until(host, lambda: host.run("pgrep -fx 'sleep 4711'").returncode == 0)
    mine = [s for s in sessions(host) if s["service"] == "sshd" and
            s["state"] == "open"]
    assert [(s["name"], s["account"], s["uid"], s["okta_id"], s["factors"])
            for s in mine] == [("alice", "alice", ALICE_UID, IDS["alice"],
                                "password")]
    assert "alice as alice" in host.ok("oktactl sessions")
    host.ok("pkill -fx 'sleep 4711'")


def test_account_phase_needs_no_daemon_and_obeys_okta(host):
    add_key(host, "alice")
    assert ssh_key(host, "alice").stdout.strip() == "alice"
    host.ok(f"{OKTAD} stop")
    assert ssh_key(host, "alice").stdout.strip() == "alice"
    host.ok(f"{OKTAD} start")
    try:
        status(host, "alice", "SUSPENDED")
        assert ssh_key(host, "alice").returncode != 0
        assert own(host, "alice", "Pw-alice")[0] != 0
        host.ok(f"{OKTAD} stop")
        assert ssh_key(host, "alice").returncode != 0
        assert host.run("su alice -c id").returncode != 0
    finally:
        host.run(f"{OKTAD} start")
        status(host, "alice", "ACTIVE")
    assert ssh_key(host, "alice").stdout.strip() == "alice"


def test_other_local_people_never_wait_for_us(host):
    host.ok(f"{OKTAD} stop; mv /var/lib/okta /var/lib/okta.away")
    try:
        for name in ("lena", "root"):
            code, lines, seconds = ssh(
                host, name, LOCAL_PASSWORD,
                options="-o PreferredAuthentications=keyboard-interactive")
            assert (code, lines[-1]) == (0, name) and seconds < AT_ONCE_S
    finally:
        host.ok(f"mv /var/lib/okta.away /var/lib/okta; {OKTAD} start")


# --- many to one ---

def test_who_it_is_is_asked_and_held_to(host):
    for name in ("bob", "carol"):
        for said in (name, f"{name}@example.com"):
            assert shared(host, said, "Pw-" + name,
                          "echo $OKTA_USER") == (0, f"{name}@example.com")
    assert "user=bob uid=1201 account=deploy" in host.log()
    # Somebody else's password, and people who are not behind it.
    assert shared(host, "bob", "Pw-carol")[0] != 0
    for name in ("erin", "dave", "alice", "nobody-at-all", "root"):
        assert shared(host, name, "Pw-" + name)[0] != 0
    forget_tries(host)


def test_two_at_once_are_two_in_the_list(host):
    for name in ("bob", "carol"):
        host.ok("setsid " + talk(("user name:", name),
                                 ("assword:", "Pw-" + name)) +
                "ssh -o PubkeyAuthentication=no deploy@127.0.0.1 sleep 4712 "
                ">/dev/null 2>&1 </dev/null &")
    until(host, lambda: host.run(
        "test $(pgrep -fx 'sleep 4712' | wc -l) = 2").returncode == 0)
    assert sorted((s["name"], s["account"], s["uid"]) for s in sessions(host)
                  if s["state"] == "open") == [
                      ("bob", "deploy", DEPLOY_UID),
                      ("carol", "deploy", DEPLOY_UID)]
    host.ok("pkill -fx 'sleep 4712'")


# --- ssh keys ---

def test_keys_of_those_behind_it_are_served_and_name_them(host, keys):
    assert set(served(host, "deploy")) == {
        keys["bob"], keys["carol"], keys["both"]}
    assert served(host, "alice") == [keys["alice"]]
    assert served(host, "lena") == served(host, "root") == []
    for name in ("bob", "carol"):
        assert by_key(host, name, "deploy") == f"{name}@example.com"
    assert by_key(host, "alice", "alice") == "alice@example.com"
    assert by_key(host, "erin", "deploy") is None
    assert by_key(host, "bob", "alice") is None


def test_key_of_nobody_or_of_two_is_refused_in_the_session(host, keys):
    for key, why in (("both", "belongs to several people"),
                     ("none", "not one that Okta has")):
        before = host.log().count("event=session_refused")
        assert by_key(host, key, "deploy") is None
        assert host.log().count("event=session_refused") == before + 1
        assert why in host.log()


@pytest.mark.parametrize("also", [False, True])
def test_key_of_who_has_an_account_of_her_own_names_her_on_a_shared_one(
        host, keys, also):
    """She is no user of the directory, and behind deploy all the same."""
    host.control("PUT", f"/groups/{DEPLOY}/users/{IDS['alice']}")
    pub = {name: host.ok(f"cat /root/k-{name}.pub").strip()
           for name in ("alice", "bob", "both")}
    if also:  # one key that she and bob both have names neither
        host.control("PATCH", "/users/alice@example.com", {
            "profile": {"sshKeys": [pub["alice"], pub["bob"]]}})
    host.ok("oktactl sync")
    try:
        until(host, lambda: keys["alice"] in served(host, "deploy"))
        assert by_key(host, "alice", "deploy") == "alice@example.com"
        assert by_key(host, "alice", "alice") == "alice@example.com"
        assert by_key(host, "bob", "deploy") == (
            None if also else "bob@example.com")
    finally:
        host.control("DELETE", f"/groups/{DEPLOY}/users/{IDS['alice']}")
        host.control("PATCH", "/users/alice@example.com",
                     {"profile": {"sshKeys": [pub["alice"]]}})
        host.ok("oktactl sync")
    until(host, lambda: keys["alice"] not in served(host, "deploy"))
    assert by_key(host, "alice", "deploy") is None
    assert by_key(host, "bob", "deploy") == "bob@example.com"


RULES = "/var/lib/okta/private/rules"


@pytest.mark.parametrize("how", ["lost", "damaged", "torn"])
def test_without_the_rules_no_key_of_okta_s_opens_a_local_account(
        host, keys, how):
    """okta-keys can not see them and serves; the session is refused. oktad
    writes them anew with the next answer of Okta, so it is away here."""
    host.ok(f"{OKTAD} stop; " + {
        "lost": f"rm {RULES}", "damaged": f"printf x >{RULES}",
        # A good header and a good table of one section, and nothing behind.
        "torn": f"dd if=/dev/zero of={RULES} bs=1 seek=280 conv=notrunc "
                f"count=$(($(stat -c %s {RULES}) - 280)) 2>/dev/null"}[how])
    try:
        assert keys["bob"] in served(host, "deploy")
        for key, account in (("bob", "deploy"), ("carol", "deploy"),
                             ("none", "deploy"), ("alice", "alice")):
            before = host.log().count("nobody knows whose ssh key this is")
            assert by_key(host, key, account, "id -u") is None
            until(host, lambda n=before: host.log().count(
                "nobody knows whose ssh key this is") > n)
            # Neither a command, nor a file, nor a door into the network.
            assert host.run(f"sftp -b /dev/null -i /root/k-{key} "
                            f"{account}@127.0.0.1").returncode != 0
        assert own(host, "alice", "Pw-alice")[0] != 0
        assert shared(host, "bob", "Pw-bob", seconds=20)[0] != 0
        # Whoever is only the host's never waits for us: by key, by password,
        # and root as that account.
        add_key(host, "lena")
        assert ssh_key(host, "lena").stdout.strip() == "lena"
        code, lines, _ = ssh(
            host, "lena", LOCAL_PASSWORD,
            options="-o PreferredAuthentications=keyboard-interactive")
        assert (code, lines[-1]) == (0, "lena")
        assert host.ok("su deploy -c 'id -u'").strip() == str(DEPLOY_UID)
    finally:
        host.ok(f"{OKTAD} start")
        host.ok("oktactl sync")
    assert by_key(host, "bob", "deploy") == "bob@example.com"


def test_without_the_daemon_only_names_are_missing(host, keys):
    host.ok(f"{OKTAD} stop")
    try:
        assert by_key(host, "alice", "alice", "id -u") == str(ALICE_UID)
        assert by_key(host, "bob", "deploy") is None
        # Root needs nobody's name.
        assert host.ok("su deploy -c 'id -u'").strip() == str(DEPLOY_UID)
    finally:
        host.ok(f"{OKTAD} start")
    assert by_key(host, "bob", "deploy") == "bob@example.com"


def test_leaver_s_key_opens_nothing_whatever_file_it_is_in(host, keys):
    try:
        status(host, "bob", "SUSPENDED")
        assert keys["bob"] not in served(host, "deploy")
        assert by_key(host, "bob", "deploy") is None  # authorized_keys has it
        assert by_key(host, "carol", "deploy") == "carol@example.com"
        assert shared(host, "bob", "Pw-bob")[0] != 0
        status(host, "carol", "SUSPENDED")
        # Nobody is left who may: not for root either.
        assert host.run("su deploy -c id").returncode != 0
    finally:
        for name in ("bob", "carol"):
            status(host, name, "ACTIVE")


def test_sudo_in_a_shared_login_asks_whoever_has_logged_in(host, keys):
    host.ok("echo 'deploy ALL=(ALL) ALL' >/etc/sudoers.d/deploy")
    sudo = "ssh -tt -i /root/k-bob deploy@127.0.0.1 'sudo -k; sudo id -u'"
    done = host.run(talk(("assword", "Pw-bob"), seconds=30) + sudo)
    assert "0" in done.stdout.split(), done
    assert "user name:" not in done.stdout
    assert "0" not in host.run(talk(("assword", "Pw-carol"), seconds=20) +
                               sudo).stdout.split()
    forget_tries(host)


# --- out at once ---

@pytest.mark.parametrize("how", ["group", "status", "logout"])
def test_two_on_deploy_and_only_the_revoked_one_s_ends(host, keys, how):
    stay(host, "bob", "deploy", 5001)
    stay(host, "carol", "deploy", 5002)
    stay(host, "bob", "bob", 5003)
    if how == "group":
        host.control("DELETE", f"/groups/{DEPLOY}/users/{IDS['bob']}")
    elif how == "status":
        host.control("PATCH", "/users/bob@example.com",
                     {"status": "SUSPENDED"})
    else:
        host.ok("oktactl logout bob")
    try:
        until(host, lambda: not is_there(host, 5001), 40)
        assert is_there(host, 5002)
        # What she has on this host besides is hers as long as she may log in.
        if how == "group":
            assert is_there(host, 5003)
            assert by_key(host, "bob", "deploy") is None
            assert by_key(host, "bob", "bob", "id -un") == "bob"
        else:
            until(host, lambda: not is_there(host, 5003), 40)
    finally:
        host.run("pkill -fx 'sleep 500[123]'")
        host.control("PUT", f"/groups/{DEPLOY}/users/{IDS['bob']}")
        status(host, "bob", "ACTIVE")


# --- what root is told ---

def test_explain_and_user_say_who_is_behind_it(host):
    for command in ("explain deploy --service sshd", "user deploy"):
        text = host.ok(f"oktactl {command}")
        assert f"bob ({IDS['bob']}, bob@example.com): may log in" in text
        assert "erin" not in text and "dave" not in text
        found = json.loads(host.ok(f"oktactl --json {command}"))
        assert (found["local"], found["shared"], found["uid"]) == (
            True, True, DEPLOY_UID)
        assert [p["name"] for p in found["people"] if p["may_login"]] == [
            "bob", "carol"] or {p["name"] for p in found["people"]} == {
                "bob", "carol"}
    try:
        status(host, "alice", "SUSPENDED")
        done = host.run("oktactl explain alice")
        assert done.returncode == 1 and "suspended" in done.stdout
    finally:
        status(host, "alice", "ACTIVE")
    assert host.run("oktactl explain lena").returncode == 1


def findings(host):
    return {f["id"]: f for f in json.loads(
        host.run("oktactl --json check").stdout)["findings"]
            if f["id"].startswith("local-account-")}


def reload(host, edit):
    """oktad -n of an edited file: (status, what it says)."""
    host.ok(f"sed '{edit}' /etc/okta/okta.conf >/etc/okta/test.conf; "
            "chmod 600 /etc/okta/test.conf")
    done = host.run("oktad -n -c /etc/okta/test.conf")
    return done.returncode, done.stderr + done.stdout


@pytest.mark.threat("T13")
@pytest.mark.parametrize("line, words", [
    ("root = 00gDeploy00000000002", "root"),
    ("toor = 00gDeploy00000000002", "uid 0"),
    ("daemon = 00gDeploy00000000002", "system account"),
    ("nobody = 00gDeploy00000000002", "system account"),
    ("twin = 00gDeploy00000000002", "shares its uid"),
    ("high = 00gDeploy00000000002", "inside id_range"),
])
def test_system_accounts_are_nobody_s(host, line, words):
    host.ok("cp /etc/passwd /tmp/passwd.before; printf '%s\\n' "
            "toor:x:0:0::/:/bin/sh twin:x:1201:1201::/:/bin/sh "
            "high:x:1879048200:100::/:/bin/sh >>/etc/passwd")
    try:
        code, said = reload(host, f"s/^deploy = .*/{line}/")
        assert code == 3 and words in said and "test.conf:" in said
    finally:
        host.ok("cp /tmp/passwd.before /etc/passwd; oktactl sync")


@pytest.mark.threat("T13")
def test_account_that_becomes_the_system_s_is_closed(host, keys):
    """Behind oktad's back: no reload."""
    host.ok("cp /etc/passwd /tmp/passwd.before")
    try:
        for uid in ("0", "150", "1879048200"):
            host.ok(f"sed -i 's/^deploy:x:[0-9]*/deploy:x:{uid}/' "
                    "/etc/passwd")
            assert by_key(host, "bob", "deploy") is None
            assert shared(host, "bob", "Pw-bob", seconds=20)[0] != 0
        host.ok("sed -i /^deploy:/d /etc/passwd")
        assert by_key(host, "bob", "deploy") is None
        assert host.run("getent passwd deploy").returncode == 2
        assert set(findings(host)) == {"local-account-missing"}
    finally:
        host.ok("cp /tmp/passwd.before /etc/passwd; oktactl sync")
        forget_tries(host)
    assert by_key(host, "bob", "deploy") == "bob@example.com"


@pytest.mark.threat("T15")
def test_local_groups_are_those_of_the_local_files_alone(host):
    assert host.ok("id -nG alice").split() == ["alice"]
    assert host.ok("id -nG deploy").split() == ["deploy"]


def test_person_renamed_in_okta_is_the_same_person(host, keys):
    for login in ("alicia@example.com", "alice@example.com"):
        host.control("PATCH", f"/users/{IDS['alice']}",
                     {"profile": {"login": login}})
        host.ok("oktactl sync")
        code, lines = own(host, "alice", "Pw-alice", "echo $OKTA_USER")
        assert (code, lines[-1]) == (0, login)


@pytest.mark.threat("T80", reduced="the words of the public file")
def test_public_file_says_nothing_of_who_is_behind_it(host, keys):
    dump = host.ok("setpriv --reuid nobody --regid nogroup --clear-groups "
                   "cat /var/lib/okta/public/directory | strings -n 3")
    assert "deploy" in dump  # whose keys
    for word in ("@example", "00u", "00g", "dave", "Person"):
        assert word not in dump, word
