"""Remedies of `oktactl check` that are no single command: each is carried out
as it is printed, in the host or in the org's admin console, and nothing else;
the finding is gone then."""

import json
import re

import pytest

from logins import PASSWORD, ssh
from oktactl_checks import (CONF, check, edit, found, ids, sound,  # noqa: F401
                            systemctl, then)

# The clock of the org, as the person who mends this host's would set it.
TIMEDATECTL = """#!/bin/sh
test "$*" = "set-ntp true" &&
exec curl -sS -f -o /dev/null -X PUT -H 'Content-Type: application/json' \\
    -d '{"offset_s": 0}' "${OKTA_CONTROL%/}/clock"
"""


def client_of(host):
    """The org and the client of this host in it."""
    org = host.control("GET", "/org")
    name = re.search(r"^client_id = (\S+)", host.ok(f"cat {CONF}"), re.M)[1]
    return org, [c for c in org["clients"] if c["client_id"] == name][0]


@pytest.fixture
def org(host):
    """The org is afterwards what it was."""
    before = host.control("GET", "/org")
    yield
    host.control("PUT", "/org", {"clients": before["clients"]})
    host.control("PUT", "/clock", {"offset_s": 0})
    host.ok("oktactl token reset")


def grant(host, scope):
    everything, client = client_of(host)
    client["scopes"].append(scope)
    host.control("PUT", "/org", {"clients": everything["clients"]})


@pytest.mark.parametrize("module", ["security/pam_okta.so", "libnss_okta.so.2"])
def test_missing_module_is_found_and_back_by_make_install(host, build, module):
    path = host.ok(f"find /usr/lib/*/{module}").split()[0]
    host.ok(f"mv {path} {path}.away")
    f = found(host, "module-missing")
    assert (f["file"], f["severity"]) == (path, "error")
    command, where = f["fix"].split(", ", 1)
    assert where.startswith("in the folder where it was built")
    host.ok(f"cd {build} && {command} >/dev/null 2>&1")
    report = check(host)[1]
    assert report["ok"], report
    assert ssh(host, "alice", PASSWORD + "alice")[0] == 0


@pytest.mark.parametrize("scope", ["okta.groups.read", "okta.users.read",
                                   "okta.logs.read"])
def test_scope_that_is_not_granted_is_named_with_its_feature(
        host, org, tree, scope):
    with open(tree + "/oktad/okta.conf.5", encoding="utf-8") as page:
        feature = re.search(rf"^\.It {scope} Ta .* Ta (.*)$", page.read(),
                            re.M)[1]
    everything, client = client_of(host)
    client["scopes"].remove(scope)
    host.control("PUT", "/org", {"clients": everything["clients"]})
    host.ok("oktactl token reset")
    f = found(host, "scope-missing")
    # In the words of the manual's table.
    assert f["text"] == (f"Okta does not grant the scope {scope}; "
                         f"without it: {feature}")
    missing = json.loads(host.ok("oktactl --json status"))["token"]["missing"]
    assert scope in missing
    words, command = f["fix"].split("; then: ")
    grant(host, words.rsplit("grant ", 1)[1])
    host.ok(command)
    report = check(host)[1]
    assert report["ok"], report


def test_clock_that_differs_is_found_and_set(host, org):
    host.ok("cat >/usr/local/bin/timedatectl; chmod 755 /usr/local/bin/"
            "timedatectl", stdin=TIMEDATECTL)
    host.control("PUT", "/clock", {"offset_s": 600})
    host.ok("oktactl token reset; oktactl sync")
    f = found(host, "clock")
    assert f["severity"] == "warning" and re.search(r"\b(599|600|601) s",
                                                    f["text"])
    host.ok(f["fix"])
    for _ in range(5):  # the median of what Okta said lately
        report = check(host)[1]
    assert report["ok"], report


def test_credential_that_okta_refuses_is_found(host, org):
    _, client = client_of(host)
    host.ok(f"sed -i 's/^key_id = .*/key_id = another/' {CONF};"
            "systemctl reload oktad")
    f = found(host, "credential")
    assert "okta-unreachable" not in ids(check(host)[1])
    assert f["file"] == CONF and "invalid_client" in f["text"]
    assert f["line"] == int(host.ok(f"grep -n ^client_id {CONF} | cut -d: -f1"))
    # The console shows this one.
    host.ok(f"sed -i 's/^key_id = .*/key_id = {client['jwks']['keys'][0]['kid']}"
            f"/' {CONF}")
    assert "compare client_id, key_id and private_key" in then(host, f)
    host.ok("oktactl sync")  # one that failed meanwhile was a finding too
    report = check(host)[1]
    assert report["ok"], report


@pytest.mark.parametrize("broken, command", [
    ("s,^url.*,url = https://127.0.0.1:9,", "s,=.*,= {url},"),
    ("s,^url.*,&\\nproxy = http://127.0.0.1:9,", "d")])
def test_org_that_is_not_reached_is_told_from_a_refusal(host, broken, command):
    url = re.search(r"^url = (\S+)", host.ok(f"cat {CONF}"), re.M)[1]
    host.ok(f"sed -i '{broken}' {CONF}; systemctl reload oktad")
    f = found(host, "okta-unreachable")
    assert "credential" not in ids(check(host)[1])
    edit(host, f, command.format(url=url))
    assert "and this line" in then(host, f)
    host.ok("oktactl sync")  # one that failed meanwhile was a finding too
    report = check(host)[1]
    assert report["ok"], report


@pytest.mark.parametrize("rule", ["DenyGroups leavers",
                                  "AllowGroups * !leavers"])
def test_rule_that_turns_a_group_away_is_found(host, rule):
    host.ok(f"echo '{rule}' >/etc/ssh/sshd_config.d/z.conf")
    f = found(host, "group-denied")
    assert f["fix"].startswith("have an AllowGroups line that names who may")
    edit(host, f, "s/.*/AllowGroups linux-users/")
    host.ok("sshd -t")
    report = check(host)[1]
    assert report["ok"], report


def said_by_oktad(host, f):
    """`oktad -n` says the same, and accepts the file."""
    # What is not written has no line.
    place = f"{f['file']}:{f['line']}" if f["line"] else f["file"]
    said = host.ok("oktad -n").splitlines()
    assert said[-1] == "configuration OK"
    assert f"{place}: {f['text']}; {f['fix']} [{f['id']}]" in said


def sound_at_last(host):
    assert host.ok("oktad -n") == "configuration OK\n"
    host.ok("systemctl reload oktad; oktactl sync")
    report = check(host)[1]
    assert report["ok"], report


def test_key_without_an_id_is_found(host):
    _, client = client_of(host)
    host.ok(f"sed -i '/^key_id/d' {CONF}")
    f = found(host, "key-id")
    said_by_oktad(host, f)
    assert f["fix"] == ("write key_id = the KID that the Okta admin console "
                        "shows for this key")
    host.ok(f"sed -i 's/^client_id.*/&\\nkey_id = "
            f"{client['jwks']['keys'][0]['kid']}/' {CONF}")
    sound_at_last(host)


def test_scope_that_is_left_out_is_found(host):
    host.ok("sed -i 's/^client_id/scopes = okta.users.read okta.groups.read\\n"
            f"&/' {CONF}")
    f = found(host, "scope-left-out")
    said_by_oktad(host, f)
    assert f["fix"] == "add that scope to the line"
    scope = re.match(r"scopes: without (\S+) is off: ", f["text"])[1]
    edit(host, f, f"s/$/ {scope}/")
    sound_at_last(host)


def test_attribute_that_nobody_looks_after_is_found(host, org):
    host.ok("sed -i 's/^allow_groups/uid_attribute = number\\n"
            f"trust_attributes = yes\\n&/' {CONF}; systemctl reload oktad")
    f = found(host, "attributes-trusted")
    said_by_oktad(host, f)
    assert "uid_attribute" in f["text"]
    assert f["fix"] == "grant okta.schemas.read and take this line out"
    grant(host, "okta.schemas.read")
    edit(host, f, "d")
    assert host.ok("oktad -n") == "configuration OK\n"
    host.ok("systemctl reload oktad; oktactl token reset")
    assert "attributes-trusted" not in ids(check(host)[1])
    assert "scope-missing" not in ids(check(host)[1])


def test_factors_api_is_warned_of(host):
    conf = host.ok(f"cat {CONF}")
    host.ok("openssl genpkey -algorithm RSA -out /etc/okta/admin.pem "
            "-pkeyopt rsa_keygen_bits:2048 && chmod 600 /etc/okta/admin.pem")
    host.ok(f"cat >{CONF}", stdin=conf + (
        "\n[login]\nfactors_api = yes\n[admin]\nclient_id = 0oaAdminsOwn"
        "00000001\nprivate_key = /etc/okta/admin.pem\nkey_id = k1\n"))
    host.ok("systemctl reload oktad")
    f = found(host, "factors-api")
    said_by_oktad(host, f)
    assert f["severity"] == "warning"
    assert f["fix"].startswith("let people use an OIDC app instead")
    edit(host, f, "d")
    host.ok("systemctl reload oktad")
    assert "factors-api" not in ids(check(host)[1])


def test_api_token_is_warned_of(host):
    conf = host.ok(f"cat {CONF}")
    token = host.control("GET", "/org")["api_tokens"][0]["token"]
    host.ok(f"cat >{CONF}", stdin=re.sub(
        "client_id.*", f"api_token = {token}",
        re.sub("(private_key|key_id).*\n", "", conf)))
    host.ok("systemctl reload oktad; oktactl sync")
    f = found(host, "api-token")
    said_by_oktad(host, f)
    assert f["severity"] == "warning"
    assert f["fix"].startswith("use client_id and private_key")
    credential = "\n".join(re.findall("^(?:client_id|private_key|key_id).*$",
                                      conf, re.M))
    host.ok(f"cat >{CONF}", stdin=re.sub(
        "api_token.*", credential, host.ok(f"cat {CONF}")))
    sound_at_last(host)
