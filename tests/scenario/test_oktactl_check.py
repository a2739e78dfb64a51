"""Every finding of `oktactl check`: the thing is broken, the finding is seen,
the remedy that the finding names is applied as it stands, and it is gone."""

import json

import pytest

# In the private host there is no systemd: these words of a remedy are
# carried out by what the harness has in its place.
SYSTEMCTL = """#!/bin/sh
case "$*" in
"start oktad" | "restart oktad") exec "$OKTA_TREE/tests/host/oktad" restart ;;
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
