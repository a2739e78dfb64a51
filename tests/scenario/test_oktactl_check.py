"""Findings of `oktactl check`: the thing is broken, the finding is seen,
the remedy that the finding names is applied as it stands, and it is gone."""

import glob
import json
import os
import re

import pytest

import broken_stacks
from logins import PASSWORD, ssh
from oktactl_checks import (CONF, check, edit, found, ids, mend,  # noqa: F401
                            sound, systemctl)

# Finding, how the thing is broken. The remedy comes from the finding.
BROKEN = [
    ("config", "sed -i 's/^url = https:/url = http:/' /etc/okta/okta.conf",
     None),
    ("folder-missing", "rm -rf /var/lib/okta/private", "oktad"),
    ("file-owner", "chown daemon /var/lib/okta/public/directory", None),
    ("file-mode", "chmod 0666 /var/lib/okta/public/directory", None),
    ("file-mode", "chmod 0777 /var/lib/okta/public", None),
    ("file-mode", "chmod 0600 /var/lib/okta/public/directory", None),
    ("file-kind", "mv /var/lib/okta/public/directory /tmp/d && "
                  "ln -s /tmp/d /var/lib/okta/public/directory", None),
    ("directory-missing", "rm /var/lib/okta/public/directory", None),
    ("directory-damaged", "printf x | dd of=/var/lib/okta/public/directory "
                          "bs=1 seek=5000 conv=notrunc status=none", None),
    ("age-unknown", "rm /var/lib/okta/public/confirmed", None),
    ("nsswitch", "sed -i 's/ okta//' /etc/nsswitch.conf", None),
    ("nsswitch-order", "sed -i 's/files okta/okta files/' /etc/nsswitch.conf",
     None),
    *broken_stacks.BROKEN,
    ("rules-missing", "rm /var/lib/okta/private/rules", None),
    ("rules-old", "printf '[service extra]\\nfrom = 10.0.0.0/8\\n' "
                  ">>/etc/okta/okta.conf", None),
    ("daemon-down", "$OKTA_TREE/tests/host/oktad stop", None),
]


# `confirmed` as it would be eight days after Okta was last asked, in another
# boot: struct dir_confirmed of libokta/directory.h.
AGE = """
import struct
path = "/var/lib/okta/public/confirmed"
with open(path, "rb") as f:
    magic, _, boot_ms, wall, high, generation, _ = struct.unpack(
        "=Q16sQQQQQ", f.read())
old = struct.pack("=Q16sQQQQ", magic, b"another boot 123", boot_ms,
                  wall - 8 * 86400, high, generation)
h = 0xcbf29ce484222325
for b in old:
    h = ((h ^ b) * 0x100000001b3) % (1 << 64)
with open(path, "wb") as f:
    f.write(old + struct.pack("=Q", h))
"""


def test_a_sound_host_has_no_finding(host):
    code, report = check(host)
    assert report == {"ok": True, "findings": []}
    assert code == 0
    assert host.ok("oktactl check") == "all is well\n"


@pytest.mark.parametrize("finding, broken, then", BROKEN,
                         ids=[f"{b[0]}-{n}" for n, b in enumerate(BROKEN)])
def test_finding_is_seen_and_its_remedy_mends_it(host, finding, broken, then):
    host.ok(broken)
    code, report = check(host)
    assert finding in ids(report), report
    assert code in (1, 3)
    assert not report["ok"]
    remedies = {f["fix"]: f for f in report["findings"]
                if f["id"] == finding}
    for f in remedies.values():
        assert f["severity"] in ("warning", "error")
        assert f["text"] and f["fix"]
        if finding == "config":
            # A wrong value has a sentence, not a command, as its remedy.
            assert f["file"] == "/etc/okta/okta.conf"
            assert "https" in f["text"] + f["fix"]
            edit(host, f, "s/http:/https:/")
        else:
            host.ok(f["fix"].replace("; then: ", " && "))
    if then:
        host.ok("systemctl restart oktad")
    code, report = check(host)
    assert finding not in ids(report), report
    # The remedy brought nothing else with it.
    assert report["findings"] == []


@pytest.mark.parametrize("break_it, words, command", [
    ("echo '@include nowhere' >>/etc/pam.d/sudo", "No such file", None),
    ("printf 'auth required pam_env.so %2100d\\n' 0 >>/etc/pam.d/sudo",
     "too long", "d"),
    ("yes 'auth optional pam_env.so' | head -150 >>/etc/pam.d/sudo",
     "too many", ",$d"),
    ("echo 'auth include sudo' >>/etc/pam.d/sudo", "too deep", None)])
def test_stack_that_can_not_be_followed_is_found(host, break_it, words,
                                                 command):
    """Nothing is known of it, and check says so instead of nothing."""
    host.ok(break_it)
    f = found(host, "pam-unread")
    assert f["severity"] == "error"
    assert f["text"].startswith("sudo: auth") and words in f["text"]
    assert "mend or shorten that file" in f["fix"]
    if command:
        edit(host, f, command)
    elif "deep" in words:
        assert f["file"].startswith("/etc/pam.d/") and not f["line"]
        host.ok("sed -i '/include sudo/d' /etc/pam.d/sudo")
    else:
        assert f["file"] == "/etc/pam.d/nowhere"
        host.ok("touch /etc/pam.d/nowhere")
    assert check(host)[1]["ok"], check(host)
    host.ok("rm -f /etc/pam.d/nowhere")


def test_probe_answers_while_no_daemon_runs(host):
    host.ok("$OKTA_TREE/tests/host/oktad stop")
    try:
        before = len(host.requests())
        code, report = check(host)
        assert ids(report) == ["daemon-down"] and code == 1
        assert len(host.requests()) > before, "the probe asked nobody"
        assert host.run("oktactl status").returncode == 4
    finally:
        host.ok("$OKTA_TREE/tests/host/oktad start")


def test_directory_that_okta_has_not_confirmed_for_long_is_found(host):
    host.python(AGE)
    f = found(host, "directory-old")
    assert "key logins are refused" in f["text"]
    mend(host, f)
    assert check(host)[1]["ok"]


def test_empty_allow_lists_are_said_to_let_nobody_in(host):
    host.ok("sed -i 's/^allow_groups.*/allow_groups =/' /etc/okta/okta.conf")
    f = found(host, "nobody-allowed")
    assert "oktactl pin" in f["fix"]
    line = host.ok("oktactl pin 'Linux Users'").strip()
    host.ok("sed -i 's/^allow_groups.*/allow_groups = " + line +
            "/' /etc/okta/okta.conf; oktad -n")
    assert check(host)[1]["ok"]


@pytest.mark.threat("T3")
def test_group_that_takes_an_allowed_groups_name_opens_nothing(host):
    """An app brings a group of the allowed one's name, with a person in it
    whom the allowed one has not."""
    org = host.control("GET", "/org")
    users = json.loads(json.dumps(org["users"]))
    allowed = [g for g in org["groups"]
               if g["profile"]["name"] == "Linux Users"][0]
    twin = {"id": "00gtwinEXAMPLE000001", "type": "APP_GROUP",
            "profile": {"name": "Linux Users"}}
    eve = {"id": "00ueveEXAMPLE0000001", "status": "ACTIVE",
           "password": "Correct-Horse-7-eve", "factors": [],
           "profile": {"login": "eve@example.com", "email": "eve@example.com",
                       "firstName": "E", "lastName": "V"},
           "groups": [twin["id"]]}
    host.control("PUT", "/org", {"groups": org["groups"] + [twin],
                                 "users": users + [eve]})
    try:
        host.ok("oktactl sync")
        assert ssh(host, "alice", PASSWORD + "alice")[0] == 0
        tries = len([r for r in host.requests()
                     if r["path"] == "/api/v1/authn"])
        code, out, _ = ssh(host, "eve", PASSWORD + "eve")
        assert code == 255, out
        # She is nobody here, so Okta was not even asked.
        assert host.run("getent passwd eve").returncode == 2
        assert tries == len([r for r in host.requests()
                             if r["path"] == "/api/v1/authn"])
        f = found(host, "group-same-name")
        assert f["file"] == "/etc/okta/okta.conf" and f["line"] > 0
        assert allowed["id"] in f["text"] and twin["id"] in f["fix"]
        assert "an app's group" in f["text"]
        # As the finding says: the other one gets another name.
        twin["profile"]["name"] = "Linux Users of the app"
        host.control("PUT", "/org", {"groups": org["groups"] + [twin]})
        assert check(host)[1]["ok"]
    finally:
        host.control("PUT", "/org", {"groups": org["groups"],
                                     "users": org["users"]})
        host.ok("oktactl sync")


def test_daemon_that_hangs_is_found(host):
    host.ok("kill -STOP $(pidof oktad)")
    f = found(host, "daemon-sick")
    mend(host, f)
    assert check(host)[1]["ok"]


def test_grace_that_the_kernel_can_not_give_is_found(host):
    """A /proc without audit session ids, as where CONFIG_AUDIT is missing."""
    host.ok("sed -i 's/^.service su.$/&\\ngrace = 60 s/' /etc/okta/okta.conf;"
            "systemctl reload oktad")
    line = int(host.ok("grep -n '^grace' /etc/okta/okta.conf").split(":")[0])
    assert "grace-audit" not in ids(check(host)[1])
    report = json.loads(host.run(
        "unshare -m sh -c 'mount -t tmpfs tmpfs /proc && mkdir /proc/self && "
        "oktactl --json check'").stdout)
    mine = [f for f in report["findings"] if f["id"] == "grace-audit"]
    assert len(mine) == 1, report
    assert (mine[0]["file"], mine[0]["line"]) == (CONF, line)
    assert "CONFIG_AUDIT=y" in mine[0]["fix"]


def test_missing_process_is_found(host):
    host.ok("chmod 600 /usr/libexec/okta/oktad-net; pkill oktad-net")
    try:
        f = found(host, "process-missing")
        assert f["text"].startswith("oktad-net ")
    finally:
        host.ok("chmod 755 /usr/libexec/okta/oktad-net")
    mend(host, f)
    assert check(host)[1]["ok"]


def test_failed_sync_is_found(host):
    host.control("POST", "/faults", {
        "match": {"method": "GET", "path": "/api/v1/groups/*"},
        "kind": "status", "count": 0, "args": {"status": 500}})
    assert host.run("oktactl sync").returncode == 1
    f = found(host, "sync-failed")
    assert "500" in f["text"]
    host.control("DELETE", "/faults")
    mend(host, {"fix": f["fix"].split("; then: ")[1]})
    assert check(host)[1]["ok"]


def test_shrunken_answer_is_found_and_accepted_on_demand(host):
    for path, kind, args in (("/api/v1/groups/*/users", "empty", {}),
                             ("/api/v1/users/*", "status", {"status": 404})):
        host.control("POST", "/faults", {
            "match": {"method": "GET", "path": path}, "kind": kind,
            "count": 0, "args": args})
    assert host.run("oktactl sync").returncode == 1
    assert host.ok("getent passwd alice")
    f = found(host, "sync-shrunken")
    command = f["fix"].split(": ", 1)[1]
    assert command == "oktactl sync --accept"
    host.ok(command)
    assert "sync-shrunken" not in ids(check(host)[1])
    assert "may NOT log in" in host.run("oktactl user alice").stdout
    host.control("DELETE", "/faults")
    host.ok("oktactl sync")
    assert "  may log in" in host.ok("oktactl user alice")
    assert check(host)[1]["ok"]


@pytest.mark.threat("T8")
def test_range_that_others_hand_out_is_named(host):
    before = host.ok("getent -s okta passwd; cat /etc/subuid")
    uid = int(host.ok("id -u alice"))
    host.ok("cp /etc/subuid /tmp/subuid;"
            f"echo mona:{uid - 100}:65536 >> /etc/subuid")
    line = int(host.ok("wc -l < /etc/subuid"))
    org = host.control("GET", "/org")
    new = dict(org["users"][0], id="00unewEXAMPLE0000001", profile=dict(
        org["users"][0]["profile"], login="newcomer@example.com"))
    try:
        host.ok("for i in $(seq 600); do oktactl status | grep -q id_range &&"
                " exit 0; sleep 0.1; done; exit 1")
        f = found(host, "id-range")
        assert f["severity"] == "error"
        assert f"/etc/subuid:{line}" in f["text"]
        assert "nothing is published" in f["text"]
        # The old directory stays, and nobody new comes in.
        host.control("PUT", "/org", {"users": org["users"] + [new]})
        assert host.run("oktactl sync").returncode == 3
        assert host.run("getent passwd newcomer").returncode == 2
        assert host.ok("id -u alice").strip() == str(uid)
    finally:
        host.ok("cp /tmp/subuid /etc/subuid")
    mend(host, {"fix": f["fix"].split("then: ")[1]})
    assert host.ok("getent passwd newcomer")
    assert check(host)[1]["ok"]
    host.control("PUT", "/org", {"users": org["users"]})
    host.ok("oktactl sync --accept")
    assert before.split("\n")[0] in host.ok("getent -s okta passwd")


@pytest.mark.threat("T8")
def test_no_number_of_ours_is_a_local_users_to_map(host):
    uid = host.ok("id -u alice").strip()
    host.ok("useradd -m nils; echo nils:100000:65536 > /etc/subuid")
    one = ("setpriv --reuid nils --regid nils --clear-groups "
           "unshare -U --map-users=%s,0,1 true")
    host.ok(one % 100000)
    done = host.run(one % uid)
    assert done.returncode != 0 and "not allowed" in done.stderr, done.stderr
    host.ok("userdel -r nils 2>/dev/null; : > /etc/subuid")


@pytest.mark.threat("T20")
def test_attribute_that_people_may_edit_is_named(host):
    conf = host.ok("cat /etc/okta/okta.conf")
    line = conf.split("\n").index("[directory]") + 2
    host.control("PUT", "/org", {"schema": {"loginShell": {
        "type": "string",
        "permissions": [{"principal": "SELF", "action": "READ_WRITE"}]}}})
    try:
        host.ok("sed -i '/^.directory/a shell_attribute = loginShell' "
                "/etc/okta/okta.conf; kill -HUP $(pidof oktad)")
        host.ok("oktactl sync")
        f = found(host, "attribute-editable")
        assert f["severity"] == "error" and "loginShell" in f["text"]
        assert (f["file"], f["line"]) == ("/etc/okta/okta.conf", line)
        assert "trust_attributes = yes" in f["fix"]
        # As the remedy says: Read Only in the Profile Editor.
        host.control("PUT", "/org", {"schema": {"loginShell": {
            "type": "string"}}})
        host.ok("oktactl sync")
        assert check(host)[1]["ok"]
    finally:
        host.ok("cat > /etc/okta/okta.conf; kill -HUP $(pidof oktad)",
                stdin=conf)
        host.control("PUT", "/org", {"schema": {}})


def test_person_who_is_left_out_is_found(host):
    org = host.control("GET", "/org")
    group = [g["id"] for g in org["groups"]
             if g["profile"]["name"] == "Linux Users"][0]
    root = {"id": "00urootEXAMPLE000009", "status": "ACTIVE",
            "profile": {"login": "root@example.com",
                        "email": "root@example.com", "firstName": "Ro",
                        "lastName": "Ot"}, "groups": [group]}
    host.control("PUT", "/org", {"users": org["users"] + [root]})
    try:
        host.ok("oktactl sync")
        f = found(host, "refused")
        assert root["id"] in f["text"] and "reserved" in f["text"]
        host.control("PATCH", f"/users/{root['id']}",
                     {"profile": {"login": "robert@example.com"}})
        mend(host, {"fix": f["fix"].split("then: ")[1]})
        assert check(host)[1]["ok"]
        assert host.ok("getent passwd robert")
    finally:
        host.control("PUT", "/org", {"users": org["users"]})


def test_every_finding_of_the_sources_is_tested(tree):
    ids_of = set()
    for name in os.listdir(tree + "/oktactl"):
        if name.startswith("check_") and name.endswith(".c"):
            with open(f"{tree}/oktactl/{name}", encoding="utf-8") as f:
                ids_of |= set(re.findall(r'findings_add\(all,\s*"([a-z-]+)"',
                                         f.read()))
    with open(f"{tree}/libokta/conf_check.c", encoding="utf-8") as f:
        ids_of |= set(re.findall(r'remark\(r,\s*"([a-z-]+)"', f.read()))
    text = ""
    for path in [broken_stacks.__file__, *glob.glob(
            f"{tree}/tests/scenario/test_oktactl_*.py")]:
        with open(path, encoding="utf-8") as f:
            text += f.read()
    assert len(ids_of) > 25
    assert sorted(i for i in ids_of if f'"{i}"' not in text) == []
