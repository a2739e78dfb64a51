"""Threats that must not come back with [local_accounts]: names and numbers of
this host (T13), its groups (T15), and who is asked (T28)."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from local_fixtures import *  # noqa: F401,F403
from local_fixtures import (ALICE_UID, DEPLOY, DEPLOY_UID, USERS, by_key, own,
                            person, sessions, shared, status)
from logins import (LOCAL_PASSWORD, as_user, authn_calls, forget_tries, ssh,
                    talk)
from test_access_rules import until
from test_hosts import asked

# Root's login makes root of it; deploy is an account that is mapped, to others.
LOCAL = {"root": "root@example.com", "Root": "Root@acme.test",
         **{n: n + "@example.com" for n in (
             "daemon", "sudo", "docker", "nobody", "deploy")}}


def add_local_names(host, groups):
    """Okta has them, in these groups, each with a password of its own."""
    org = host.control("GET", "/org")
    for n, (name, login) in enumerate(LOCAL.items()):
        one = {**person("alice"), "id": "00uLocalName%08d" % n,
               "password": "Pw-" + name, "groups": groups}
        one["profile"] = {**one["profile"], "login": login,
                          "email": f"x{n}@example.com"}
        org["users"].append(one)
    host.control("PUT", "/org", org)
    host.ok("oktactl sync")


@pytest.mark.threat("T13")
def test_nobody_s_name_in_okta_is_an_account_here(host, keys):
    """All of them are in the group behind deploy."""
    host.ok("groupadd -f docker")
    add_local_names(host, [USERS, DEPLOY])
    until(host, lambda: host.run("getent -s okta passwd bob").returncode == 0)
    for name in LOCAL:
        for database in ("passwd", "group"):
            assert host.run(f"getent -s okta {database} {name}"
                            ).stdout == "", name
    text = host.ok("oktactl --json explain deploy")
    for login in LOCAL.values():
        assert f'"{login}"' not in text
    before = len(authn_calls(host))
    for name in ("root", "daemon"):
        assert ssh(host, name, "Pw-" + name, options="-o "
                   "PreferredAuthentications=keyboard-interactive"
                   )[0] != 0, name
    # By the name that it would have, and by the login in Okta.
    tries = [(said, "Pw-" + name) for name, login in LOCAL.items()
             for said in (name, login)]
    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(lambda t: shared(host, *t)[0] != 0, tries))
    assert asked(host, before) == []
    forget_tries(host)


@pytest.mark.threat("T13")
def test_person_who_becomes_local_is_behind_nothing_any_more(host, keys):
    """A second after a sync, and nobody has adopted that account."""
    assert shared(host, "carol", "Pw-carol") == (0, "deploy")
    host.ok("oktactl sync")
    time.sleep(1)
    host.ok("cp /etc/passwd /tmp/passwd.before; cp /etc/shadow /tmp/shadow."
            "before; echo carol:x:1500:1500::/home/carol:/bin/bash "
            ">>/etc/passwd; echo 'carol:*:20000::::::' >>/etc/shadow")
    try:
        until(host, lambda: host.run(
            "getent -s okta passwd carol").returncode == 2)
        assert host.ok("id -u carol").strip() == "1500"
        assert own(host, "carol", "Pw-carol")[0] != 0
        assert shared(host, "carol", "Pw-carol")[0] != 0
        assert by_key(host, "carol", "deploy") is None
        assert shared(host, "bob", "Pw-bob") == (0, "deploy")
    finally:
        host.ok("cat /tmp/passwd.before >/etc/passwd; "
                "cat /tmp/shadow.before >/etc/shadow; oktactl sync")
        forget_tries(host)
    until(host, lambda: host.run(
        "getent -s okta passwd carol").returncode == 0)
    assert shared(host, "carol", "Pw-carol") == (0, "deploy")


@pytest.mark.threat("T15")
def test_no_local_group_comes_with_an_account(host, keys):
    """Okta has a group of each local one's name with all people in it, and the
    groups are merged: what an account is in, /etc/group alone says."""
    host.ok("groupadd -f docker; groupadd -f lxd")
    local = {int(line.split(":")[2]): line.split(":")[0]
             for line in host.ok("cat /etc/group").splitlines()}
    org = host.control("GET", "/org")
    ids = []
    for n, name in enumerate(sorted(local.values())):
        ids.append("00gLocal%012d" % n)
        org["groups"].append({"id": ids[-1], "profile": {"name": name}})
    ids.append("00gCrew0000000000001")
    org["groups"].append({"id": ids[-1], "profile": {"name": "crew"}})
    for one in org["users"]:
        one["groups"] = sorted({*one["groups"], *ids})
    host.control("PUT", "/org", org)
    host.ok("cp -p /etc/okta/okta.conf /tmp/conf.before; "
            "cp /etc/nsswitch.conf /tmp/nsswitch.before; "
            "sed -i 's/^group:.*/group: files [SUCCESS=merge] okta/' "
            "/etc/nsswitch.conf; sed -i 's/^\\[directory\\]/&\\n"
            f"publish_groups = {USERS} {DEPLOY} {' '.join(ids)}/' "
            "/etc/okta/okta.conf; kill -HUP $(pidof oktad)")
    try:
        until(host, lambda: "crew" in host.ok("id -Gn bob"), 60)
        assert len(local) > 30 and "sudo" in local.values()
        for command in ("id -G alice", "id -G deploy"):
            assert len(host.ok(command).split()) == 1
        assert host.ok("id -G alice").split() == [str(ALICE_UID)]
        assert by_key(host, "alice", "alice", "id -G") == str(ALICE_UID)
        assert by_key(host, "bob", "deploy", "id -G") == str(DEPLOY_UID)
        assert own(host, "alice", "Pw-alice", "id -G")[1][-1] == str(
            ALICE_UID)
        mine = {int(n) for n in host.ok("id -G bob").split()}
        assert len(mine) > 1 and not mine & set(local)
        for gid, name in local.items():
            line = host.ok(f"getent group {name}").split(":")
            assert line[2] == str(gid) and "bob" not in line[3]
    finally:
        host.ok("cp -p /tmp/conf.before /etc/okta/okta.conf; "
                "cp /tmp/nsswitch.before /etc/nsswitch.conf; "
                "kill -HUP $(pidof oktad)")
        for one in org["users"]:
            one["groups"] = [g for g in one["groups"] if g not in ids]
        org["groups"] = [g for g in org["groups"] if g["id"] not in ids]
        host.control("PUT", "/org", org)
        host.ok("oktactl sync")


# Callers, and what runs a command as them: lena is local, erin of Okta, and
# bob has logged in to deploy.
CALLERS = {"lena": as_user("lena"), "erin": as_user("erin"),
           "deploy": "ssh -tt -i /root/k-bob deploy@127.0.0.1 "}
ONCE = {"lena": "deploy", "erin": "alice", "deploy": "erin"}
WHO = {"lena": "lena", "erin": "erin", "deploy": "bob", "alice": "alice"}


def answers(person_, is_named):
    secret = LOCAL_PASSWORD if person_ == "lena" else "Pw-" + person_
    name = (("user name:", person_),) if is_named else ()
    return talk(*name, ("assword", secret), ("assword", "^C"), seconds=40)


@pytest.mark.threat("T28")
@pytest.mark.parametrize("program", ["su", "sudo"])
def test_the_right_person_is_asked_with_accounts_of_this_host(
        host, keys, program):
    """Nine callers and targets: su asks whoever is behind the target, sudo the
    caller; who shares an account is asked by name, but inside of a login."""
    host.ok("echo 'ALL ALL=(ALL:ALL) ALL' >/etc/sudoers.d/zz-all; "
            "chmod 440 /etc/sudoers.d/zz-all")
    try:
        for caller, run in CALLERS.items():
            forget_tries(host)
            for target in ("alice", "deploy", "erin"):
                if program == "sudo" and target == caller:
                    target = "lena"  # it asks nobody otherwise
                behind = caller if program == "sudo" else target
                who = WHO[behind]
                # In a login to deploy it is known who that is.
                named = behind == "deploy" and caller != "deploy"
                command = (f"su {target} -c 'id -un'" if program == "su" else
                           f"sudo -k -u {target} id -un")
                if run.startswith("ssh"):
                    command = '"' + command + '"'
                before = len(authn_calls(host))
                done = host.run(answers(who, named) + run + command,
                                seconds=60)
                assert target in done.stdout.split(), (
                    caller, target, done.stdout, host.log()[-2000:])
                assert ("user name:" in done.stdout) == named, (caller,
                                                                target)
                assert asked(host, before) == (
                    [] if who == "lena" else [who]), (caller, target)
                # Another's password does not do, that of another who is
                # behind the same account neither.
                if target != ONCE[caller]:
                    continue
                other = "carol" if who == "bob" else "bob"
                done = host.run(
                    talk(*((("user name:", who),) if named else ()),
                         ("assword", "Pw-" + other), ("assword", "^C"),
                         seconds=40) + run + command, seconds=60)
                assert target not in done.stdout.split(), (caller, target)
    finally:
        host.run("rm /etc/sudoers.d/zz-all")
        forget_tries(host)


def test_cron_and_user_manager_of_an_account_ask_nobody(host, keys):
    """Their account and session phases: as long as anybody behind it may."""
    before = len(authn_calls(host))
    steps = "acct_mgmt open_session close_session </dev/null"

    def runs(service, account):
        done = host.run(f"setsid pamtester {service} {account} {steps}")
        assert "user name" not in done.stdout + done.stderr
        assert "assword" not in done.stdout + done.stderr
        return done.returncode == 0

    try:
        for service in ("cron", "systemd-user"):
            for account in ("alice", "deploy"):
                assert runs(service, account), host.log()[-3000:]
        assert [s for s in sessions(host) if s["account"] == "deploy" and
                s["service"] == "cron" and s["name"]] == []
        status(host, "alice", "SUSPENDED")
        status(host, "bob", "SUSPENDED")
        assert not runs("cron", "alice") and runs("cron", "deploy")
        status(host, "carol", "SUSPENDED")
        assert not runs("cron", "deploy")
        assert not runs("systemd-user", "deploy")
    finally:
        for name in ("alice", "bob", "carol"):
            status(host, name, "ACTIVE")
    assert len(authn_calls(host)) == before
