"""Every finding of `oktactl check`: the thing is broken, the finding is seen,
the remedy that the finding names is applied as it stands, and it is gone."""

import json
import os
import re

import pytest

# In the private host there is no systemd: these words of a remedy are
# carried out by what the harness has in its place.
SYSTEMCTL = """#!/bin/sh
case "$*" in
"start oktad" | "restart oktad") exec "$OKTA_TREE/tests/host/oktad" restart ;;
"restart oktad-net" | "restart oktad-sync")
	exec "$OKTA_TREE/tests/host/oktad" restart ;;
"reload ssh") ;;
*) echo "unexpected: systemctl $*" >&2; exit 1 ;;
esac
"""

# Finding, how the thing is broken. The remedy comes from the finding.
BROKEN = [
    ("config", "sed -i 's/^url = .*/url = http:\\/\\/org.example/' "
               "/etc/okta/okta.conf", None),
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
    ("pam-auth", "sed -i '/pam_okta/d' /etc/pam.d/common-auth", None),
    ("pam-auth-falls-through",
     "sed -i '/pam_okta/s/default=die/default=ignore/' "
     "/etc/pam.d/common-auth", None),
    ("pam-auth-local",
     "sed -i '/pam_okta/s/user_unknown=ignore ignore=ignore//' "
     "/etc/pam.d/common-auth", None),
    ("pam-account", "sed -i '/pam_okta/d' /etc/pam.d/common-account", None),
    ("pam-account-ignored",
     "sed -i '/pam_okta/s/default=bad/default=ignore/' "
     "/etc/pam.d/common-account", None),
    ("pam-account-skipped",
     "sed -i '1i account sufficient pam_permit.so' "
     "/etc/pam.d/common-account", None),
    ("sshd-usepam", "echo 'UsePAM no' > /etc/ssh/sshd_config.new && "
                    "cat /etc/ssh/sshd_config >> /etc/ssh/sshd_config.new && "
                    "mv /etc/ssh/sshd_config.new /etc/ssh/sshd_config", None),
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


def check(host):
    done = host.run("oktactl --json check")
    return done.returncode, json.loads(done.stdout)


def ids(report):
    return [f["id"] for f in report["findings"]]


@pytest.fixture(scope="module", autouse=True)
def systemctl(host, tree):
    host.environment["OKTA_TREE"] = tree
    host.ok("cat > /usr/local/sbin/systemctl; "
            "chmod 755 /usr/local/sbin/systemctl", stdin=SYSTEMCTL)


def test_a_sound_host_has_no_finding(host):
    code, report = check(host)
    assert report == {"ok": True, "findings": []}
    assert code == 0
    assert host.ok("oktactl check") == "all is well\n"


KEEP = "/etc/okta /etc/nsswitch.conf /etc/pam.d /etc/ssh/sshd_config"


@pytest.fixture(autouse=True)
def sound(host, systemctl):
    """Whatever a test leaves broken stays its own trouble."""
    host.ok(f"tar -C / -cpf /tmp/keep.tar {KEEP} 2>/dev/null")
    yield
    host.ok("tar -C / -xpf /tmp/keep.tar")
    host.control("DELETE", "/faults")
    if not check(host)[1]["ok"]:
        host.ok("systemctl restart oktad")


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
            assert f["file"] == "/etc/okta/okta.conf" and f["line"] > 0
            assert "https" in f["text"] + f["fix"]
            host.ok("tar -C / -xpf /tmp/keep.tar")
        else:
            host.ok(f["fix"].replace("; then: ", " && "))
    if then:
        host.ok("systemctl restart oktad")
    code, report = check(host)
    assert finding not in ids(report), report
    # The remedy brought nothing else with it.
    assert report["findings"] == []


def test_missing_module_is_found(host):
    path = host.ok("find /usr/lib -name pam_okta.so").split()[0]
    host.ok(f"mv {path} {path}.away")
    try:
        _, report = check(host)
        found = [f for f in report["findings"] if f["id"] == "module-missing"]
        assert [f["file"] for f in found] == [path]
    finally:
        host.ok(f"mv {path}.away {path}")
    assert check(host)[1]["ok"]


def test_scope_that_is_not_granted_is_named_with_its_feature(host):
    org = host.control("GET", "/org")
    had = [list(c["scopes"]) for c in org["clients"]]
    for c in org["clients"]:
        c["scopes"] = [s for s in c["scopes"] if s != "okta.groups.read"]
    host.control("PUT", "/org", {"clients": org["clients"]})
    try:
        host.ok("oktactl token reset")
        _, report = check(host)
        found = [f for f in report["findings"] if f["id"] == "scope-missing"]
        assert found and "okta.groups.read" in found[0]["text"]
        assert "okta.groups.read" in found[0]["fix"]
    finally:
        for c, scopes in zip(org["clients"], had):
            c["scopes"] = scopes
        host.control("PUT", "/org", {"clients": org["clients"]})
    host.ok("oktactl token reset")
    assert check(host)[1]["ok"]


def test_clock_that_differs_is_found(host):
    host.control("PUT", "/clock", {"offset_s": 600})
    try:
        host.ok("oktactl token reset")
        check(host)
        _, report = check(host)
        assert "clock" in ids(report)
    finally:
        host.control("PUT", "/clock", {"offset_s": 0})
    host.ok("oktactl token reset")
    check(host)
    assert check(host)[1]["ok"]


def test_unreachable_org_and_refused_credential_are_told_apart(host):
    host.control("POST", "/faults", {"match": {"method": "POST",
                                               "path": "/oauth2/v1/token"},
                                     "kind": "status", "count": 100,
                                     "args": {"status": 401}})
    try:
        host.ok("oktactl token reset")
        _, report = check(host)
        assert "credential" in ids(report), report
        assert "okta-unreachable" not in ids(report)
    finally:
        host.control("DELETE", "/faults")
    host.ok("oktactl token reset")
    assert check(host)[1]["ok"]


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


def found(host, finding):
    """That finding of a check that must have it."""
    code, report = check(host)
    assert code == 1, report
    return [f for f in report["findings"] if f["id"] == finding][0]


def mend(host, finding):
    host.ok(finding["fix"].replace("; then: journalctl -u ", " # "))


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


def test_api_token_is_warned_of(host, tree):
    with open(tree + "/tests/emulator/orgs/default.json",
              encoding="utf-8") as f:
        token = json.load(f)["api_tokens"][0]["token"]
    conf = host.ok("cat /etc/okta/okta.conf")
    host.ok("cat > /etc/okta/okta.conf", stdin=re.sub(
        "client_id.*", f"api_token = {token}", re.sub(
            "(private_key|key_id).*\n", "", conf)))
    f = found(host, "api-token")
    assert f["severity"] == "warning" and "private_key" in f["fix"]
    host.ok("cat > /etc/okta/okta.conf", stdin=conf)
    assert check(host)[1]["ok"]


def test_org_that_is_not_reached_is_told_from_a_refusal(host):
    conf = host.ok("cat /etc/okta/okta.conf")
    host.ok("sed -i 's,^url.*,url = https://127.0.0.1:9,' /etc/okta/okta.conf;"
            "kill -HUP $(pidof oktad)")
    try:
        f = found(host, "okta-unreachable")
        assert "firewall" in f["fix"]
        assert "credential" not in ids(check(host)[1])
    finally:
        host.ok("cat > /etc/okta/okta.conf; kill -HUP $(pidof oktad)",
                stdin=conf)
    host.ok("oktactl sync")
    assert check(host)[1]["ok"]


def test_daemon_that_hangs_is_found(host):
    host.ok("kill -STOP $(pidof oktad)")
    f = found(host, "daemon-sick")
    mend(host, f)
    assert check(host)[1]["ok"]


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


def test_every_finding_of_the_sources_is_tested_here(tree):
    ids_of = set()
    for name in os.listdir(tree + "/oktactl"):
        if name.startswith("check_") and name.endswith(".c"):
            with open(f"{tree}/oktactl/{name}", encoding="utf-8") as f:
                ids_of |= set(re.findall(r'findings_add\(all,\s*"([a-z-]+)"',
                                         f.read()))
    with open(os.path.realpath(__file__), encoding="utf-8") as f:
        text = f.read()
    assert len(ids_of) > 25
    assert sorted(i for i in ids_of if f'"{i}"' not in text) == []
