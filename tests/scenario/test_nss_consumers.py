"""Who asks the NSS module on a booted Debian 12: the C library's own programs,
systemd's user database and its test for NSS modules, nscd and unscd, units with
sandboxes, AppArmor's parser. Gathered in one boot."""

import json
import os
import subprocess

import pytest

from private_host import TREE

BOOT = os.path.join(TREE, "tests/host/boot")
PEOPLE = ("alice", "bob", "carol")

FACTS = r"""
import json, os, subprocess, sys, time

def sh(command, seconds=60):
    done = subprocess.run(command, shell=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True,
                          timeout=seconds)
    return [done.returncode, done.stdout]

def forms():
    "All that getent can ask for, by way of the C library."
    out = {}
    for key in ("alice", str(uid), "bob", "nosuch", "1234567"):
        out["passwd " + key] = sh(f"getent passwd {key}")
    for key in ("alice", str(gid), "linux-users", "nosuch", "1234567"):
        out["group " + key] = sh(f"getent group {key}")
    for key in ("alice", "bob", "nosuch"):
        out["initgroups " + key] = sh(f"getent initgroups {key}")
    return out

def behind(start, stop, invalidate):
    "The same, with a cache in front; and whether it was really asked."
    os.makedirs("/run/nscd", exist_ok=True)
    server = subprocess.Popen(start, stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL)
    end = time.monotonic() + 20
    while not os.path.exists("/run/nscd/socket") and time.monotonic() < end:
        time.sleep(0.05)
    got = {"first": forms(), "again": forms(),
           "many": sh("for n in $(seq 40); do id alice & done; wait")}
    got["trace"] = sh("strace getent passwd alice")[1]
    if invalidate:
        sh(invalidate)
        got["invalidated"] = forms()
    got["alive"] = server.poll() is None
    server.terminate()
    server.wait(20)
    if os.path.exists("/run/nscd/socket"):
        os.unlink("/run/nscd/socket")
    return got

uid = int(sh("id -u alice")[1])
gid = int(sh("getent group linux-users | cut -d: -f3")[1])
facts = {"uid": uid, "gid": gid, "plain": forms()}
facts["lists"] = [sh("getent -s okta passwd"), sh("getent -s okta group"),
                  sh("getent passwd"), sh("getent group")]
facts["userdb"] = {n: sh(f"userdbctl --output=json user {n}")
                   for n in ("alice", "bob", "carol", str(uid))}
facts["userdb table"] = sh("userdbctl user")
facts["userdb text"] = sh("userdbctl user alice bob carol")
facts["userdb group"] = sh("userdbctl --output=json group linux-users")
facts["userdb members"] = sh("userdbctl users-in-group linux-users")
facts["test-nss-users"] = sh(
    f"/usr/lib/systemd/tests/test-nss-users okta alice bob carol nosuch {uid}")
facts["programs"] = {
    "id": sh("id alice"), "groups": sh("id -Gn alice"),
    "owner": sh("cd /tmp && touch f && chown alice:linux-users f && "
                "ls -l f | cut -d' ' -f3,4 && stat -c '%U %G' f && "
                "find f -user alice -group linux-users"),
    "setpriv": sh("setpriv --reuid alice --regid alice --init-groups id -Gn"),
    "sudo": sh("sudo -n -u alice id -un"),
    "sudo list": sh("sudo -l -U alice"),
    "su": sh("su -s /bin/sh -c 'id -un' alice")}
facts["nscd"] = behind(["/usr/sbin/nscd", "-F"], None, "nscd -i passwd")
facts["unscd"] = behind(["/opt/unscd/usr/sbin/nscd", "-d"], None, None)
run = "systemd-run --quiet --wait --pipe "
ask = " getent -s okta passwd alice"
facts["units"] = {name: sh(run + options + ask) for name, options in {
    "no usual sockets": "-p RestrictAddressFamilies=AF_NETLINK",
    "inet only": "-p RestrictAddressFamilies=AF_INET",
    "strict": "-p ProtectSystem=strict -p ProtectHome=yes -p PrivateTmp=yes "
              "-p NoNewPrivileges=yes -p SystemCallFilter=@system-service",
    "dynamic user": "-p DynamicUser=yes",
    "private users": "-p PrivateUsers=yes",
    "hidden": "-p TemporaryFileSystem=/var/lib/okta",
    "shown": "-p TemporaryFileSystem=/var/lib "
             "-p BindReadOnlyPaths=/var/lib/okta/public"}.items()}
with open("/tmp/profile", "w") as f:
    f.write("include <tunables/global>\nprofile okta-test /usr/bin/true {\n"
            "  include <abstractions/nameservice>\n}\n")
facts["apparmor"] = {"parse": sh("apparmor_parser -QK /tmp/profile"),
                     "text": sh("apparmor_parser -p /tmp/profile")}
json.dump(facts, sys.stdout)
"""


@pytest.fixture(scope="module")
def facts(build):
    done = subprocess.run(
        [BOOT, "--build", build, "--", "/usr/bin/python3", "-c", FACTS],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        timeout=1200, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr
    return json.loads(done.stdout)


def test_getent_in_all_its_forms(facts):
    plain, uid, gid = facts["plain"], facts["uid"], facts["gid"]
    line = f"alice:*:{uid}:{uid}:Alice Archer:/home/alice:/bin/bash\n"
    assert plain["passwd alice"] == plain[f"passwd {uid}"] == [0, line]
    code, group = plain["group linux-users"]
    assert code == 0 and group.startswith(f"linux-users:*:{gid}:")
    assert "alice" in group.strip().split(":")[3].split(",")
    assert plain[f"group {gid}"] == [0, group]
    assert plain["group alice"] == [0, f"alice:*:{uid}:\n"]
    code, groups = plain["initgroups alice"]
    assert code == 0 and groups.split()[0] == "alice"
    assert str(gid) in groups.split()[1:]
    for key in ("passwd nosuch", "passwd 1234567", "group nosuch",
                "group 1234567"):
        assert plain[key] == [2, ""], key
    ours, our_groups, everybody, all_groups = facts["lists"]
    assert {x.split(":")[0] for x in ours[1].splitlines()} == set(PEOPLE)
    assert ours[0] == 0 and everybody[1].endswith(ours[1])
    assert our_groups[0] == 0 and all_groups[1].endswith(our_groups[1])


def test_systemds_user_database_shows_our_people_unflagged(facts):
    for name, (code, text) in facts["userdb"].items():
        assert code == 0, text
        record = json.loads(text)
        assert record["userName"] == ("alice" if name.isdigit() else name)
        assert set(record) <= {"userName", "uid", "gid", "realName", "shell",
                               "homeDirectory", "status"}
        (status,) = record["status"].values()
        assert status == {"service": "io.systemd.NameServiceSwitch"}
    rows = {line[2:].split()[0]: line for line in
            facts["userdb table"][1].splitlines() if line.strip()}
    for name in PEOPLE:
        assert rows[name].split()[1] == "regular", rows[name]
        assert not rows[name][:3].strip(), rows[name]
    text = facts["userdb text"][1]
    assert text.count("Disposition: regular") == len(PEOPLE)
    assert text.count("Login OK: yes") == len(PEOPLE)
    assert "Incomplete" not in text and "warning" not in text.lower()
    group = json.loads(facts["userdb group"][1])
    assert group["groupName"] == "linux-users"
    assert group["gid"] == facts["gid"] and "alice" in group["members"]
    assert "alice" in facts["userdb members"][1]


def test_systemds_own_test_of_nss_modules_passes(facts):
    code, text = facts["test-nss-users"]
    assert code == 0, text
    assert text.count("NSS_STATUS_SUCCESS") >= 8
    for status in ("UNAVAIL", "TRYAGAIN"):
        assert f"NSS_STATUS_{status}" not in text


def test_programs_know_owners_and_groups(facts):
    said = facts["programs"]
    assert all(code == 0 for code, _ in said.values()), said
    assert said["id"][1].startswith(f"uid={facts['uid']}(alice) ")
    assert {"alice", "linux-users"} <= set(said["groups"][1].split())
    assert said["owner"][1] == "alice linux-users\nalice linux-users\nf\n"
    assert said["setpriv"][1] == said["groups"][1]
    assert said["sudo"][1] == said["su"][1] == "alice\n"
    assert "alice may run" in said["sudo list"][1]


def unordered(forms):
    """nscd sorts the numbers of somebody's groups; unscd adds the primary one,
    which `getent initgroups` leaves out otherwise."""
    out = {}
    for key, (code, text) in forms.items():
        if key.startswith("initgroups "):
            own = forms["passwd " + key.split()[1]][1].split(":")
            text = sorted(set(text.split()) - set(own[2:4]))
        out[key] = [code, text]
    return out


def groups_of(line):
    return sorted(line.split("groups=")[1].split(","))


@pytest.mark.parametrize("cache", ["nscd", "unscd"])
def test_cache_in_front_answers_the_same(facts, cache):
    got = facts[cache]
    assert got["alive"]
    for which in ("first", "again", "invalidated"):
        if which in got:
            assert unordered(got[which]) == unordered(facts["plain"]), which
    code, many = got["many"]
    assert code == 0 and len(many.splitlines()) == 40
    for line in many.splitlines():
        assert groups_of(line) == groups_of(
            facts["programs"]["id"][1].strip())
    # It was the cache: the program itself did not read the directory.
    assert '/nscd/socket"}' in got["trace"]
    assert "/var/lib/okta/public/directory" not in got["trace"]


@pytest.mark.threat("T72")
def test_units_with_sandboxes_find_people_or_their_absence(facts):
    line = facts["plain"]["passwd alice"][1]
    for name, (code, text) in facts["units"].items():
        if name == "hidden":
            assert [code, text] == [2, ""]
        else:
            assert [code, text] == [0, line], name


@pytest.mark.threat("T72")
def test_apparmor_takes_our_part_of_its_abstraction(facts):
    code, text = facts["apparmor"]["parse"]
    assert code == 0, text
    assert "/var/lib/okta/public/directory r," in facts["apparmor"]["text"][1]
