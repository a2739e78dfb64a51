"""Access rules end to end: [service NAME] of okta.conf, the account phase of a
real host, `oktactl explain`, and an oracle of the same words."""

import json
import time

import pytest

from access_oracle import Org, account, refusal
from logins import authn_calls, ssh
from private_host import PrivateHost

USERS, ADMINS = "00gUsers000000000001", "00gAdmins00000000002"
OUTSIDE, EMPTY = "00gOutside0000000003", "00gEmpty000000000004"
APP = "0oaTools000000000001"
OFFICE, DYNAMIC, OFF = ("nzoOffice00000000001", "nzoDynamic0000000002",
                        "nzoOff00000000000003")

HEAD = f"""[okta]
url = @URL@
ca_file = @CA@
client_id = @CLIENT_ID@
private_key = @KEY@
key_id = @KEY_ID@
[directory]
allow_groups = {USERS}
poll_interval = 2 s
"""

PEOPLE = {
    "alice": ("ACTIVE", {USERS, ADMINS}, {APP}),
    "bob": ("ACTIVE", {USERS, OUTSIDE}, set()),
    "erin": ("PASSWORD_EXPIRED", {USERS, ADMINS}, set()),
    "frank": ("ACTIVE", {USERS, ADMINS, OUTSIDE}, {APP}),
    "carol": ("SUSPENDED", {USERS, ADMINS}, {APP}),
    "dave": ("ACTIVE", {ADMINS}, {APP}),  # was in USERS once
}
ZONES = {OFFICE: ["203.0.113.9/24", ("198.51.100.1", "198.51.100.20")],
         DYNAMIC: [], OFF: []}
ORG = Org({n: {"status": s, "groups": g, "apps": a}
           for n, (s, g, a) in PEOPLE.items()}, {USERS}, ZONES)

SERVICES = ("sshd", "console", "jobs")
ADDRESSES = ("", "10.1.2.3", "::ffff:10.1.2.3", "203.0.113.200",
             "198.51.100.21", "2001:db8::5", "host.acme.test")
# Each is a configuration of its own, loaded one after the other.
RULES = (
    {},
    {"default": {"allow_groups": ADMINS}, "jobs": {"deny_groups": OUTSIDE}},
    {"sshd": {"allow_apps": APP, "from": "10.0.0.0/8 2001:db8::/32"},
     "console": {"deny_apps": APP}},
    {"default": {"from": f"zone:{OFFICE}", "deny_groups": OUTSIDE},
     "jobs": {"deny_groups": EMPTY, "from": "10.1.2.3"}},
    {"sshd": {"from": f"zone:{DYNAMIC} zone:{OFF}", "allow_groups": USERS},
     "console": {"allow_groups": ""}, "jobs": {"from": ""}},
)


def config(rules):
    text = HEAD
    for section, keys in rules.items():
        text += f"\n[service {section}]\n" + "".join(
            f"{k} = {v}\n" for k, v in keys.items())
    if "sshd" not in rules:
        text += "\n[service sshd]\n"
        text += "factor = okta\n"
    return text


def org_file():
    users = [{"status": status, "password": "Pw-" + name, "groups":
              sorted(groups | ({USERS} if name == "dave" else set())),
              "profile": {"login": f"{name}@example.com", "firstName": name,
                          "lastName": "X", "email": f"{name}@example.com"}}
             for name, (status, groups, _) in PEOPLE.items()]
    groups = [{"id": i, "profile": {"name": i[3:]}}
              for i in (USERS, ADMINS, OUTSIDE, EMPTY)]
    for n, user in enumerate(users):
        user["id"] = f"00uPerson0000000000{n}"
    zones = [
        {"id": OFFICE, "name": "Office", "type": "IP", "gateways": [
            {"type": "CIDR", "value": ZONES[OFFICE][0]},
            {"type": "RANGE", "value": "-".join(ZONES[OFFICE][1])}]},
        {"id": DYNAMIC, "name": "Far", "type": "DYNAMIC", "locations": [
            {"country": "FR", "region": None}]},
        {"id": OFF, "name": "Off", "type": "IP", "status": "INACTIVE",
         "gateways": [{"type": "CIDR", "value": "10.0.0.0/8"}]}]
    apps = [{"id": APP, "label": "Tools", "groups": [], "users": [
        u["id"] for u, n in zip(users, PEOPLE) if APP in PEOPLE[n][2]]}]
    return {"users": users, "groups": groups, "zones": zones, "apps": apps}


ACCOUNT = r"""
import ctypes, json, sys
pam, libc = ctypes.CDLL("libpam.so.0"), ctypes.CDLL("libc.so.6")
CONV = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int, ctypes.c_void_p,
                        ctypes.c_void_p, ctypes.c_void_p)
class Conv(ctypes.Structure):
    _fields_ = [("conv", CONV), ("data", ctypes.c_void_p)]
conv = Conv(CONV(lambda *_: 19), None)
names = {0: "PAM_SUCCESS", 6: "PAM_PERM_DENIED", 7: "PAM_AUTH_ERR",
         9: "PAM_AUTHINFO_UNAVAIL", 13: "PAM_ACCT_EXPIRED"}
out = []
for service, user, rhost in json.load(open("/tmp/rows.json")):
    h = ctypes.c_void_p()
    pam.pam_start(service.encode(), user.encode(), ctypes.byref(conv),
                  ctypes.byref(h))
    if rhost:
        pam.pam_set_item(h, 4, ctypes.c_char_p(rhost.encode()))
    r = pam.pam_acct_mgmt(h, 0)
    pam.pam_end(h, r)
    out.append(names.get(r, str(r)))
print(json.dumps(out))
"""

EXPLAIN = r"""
import json, subprocess
out = []
for service, user, rhost in json.load(open("/tmp/rows.json")):
    words = ["oktactl", "--json", "explain", user, "--service", service]
    r = subprocess.run(words + (["--from", rhost] if rhost else []),
                       stdout=subprocess.PIPE)
    out.append([r.returncode, json.loads(r.stdout)])
print(json.dumps(out))
"""


def load(host, rules):
    """okta.conf with these rules, read by the running oktad."""
    old = host.ok("cat /etc/okta/okta.conf")
    head = old.split("\n[service ")[0]
    body = config(rules).split("\n[service ", 1)
    text = head + "\n[service " + body[1]
    host.ok("cat > /etc/okta/okta.conf", stdin=text)
    loads = host.log().count("event=reloaded")
    host.ok("kill -HUP $(oktactl --json status | python3 -c \"import json,sys;"
            "print([p['pid'] for p in json.load(sys.stdin)['processes']"
            " if p['name'] == 'oktad'][0])\")")
    until(host, lambda: host.log().count("event=reloaded") > loads)


def until(host, is_true, seconds=30):
    end = time.monotonic() + seconds
    while not is_true():
        assert time.monotonic() < end, host.log()[-3000:]
        time.sleep(0.2)


@pytest.fixture(scope="module")
def host(build, tmp_path_factory):
    folder = tmp_path_factory.mktemp("rules")
    (folder / "org.json").write_text(json.dumps(org_file()))
    (folder / "okta.conf").write_text(config({}))
    with PrivateHost("--build", build, "--org", str(folder / "org.json"),
                     "--config", str(folder / "okta.conf")) as h:
        dave = [u["id"] for u in org_file()["users"]
                if u["profile"]["login"] == "dave@example.com"][0]
        until(h, lambda: "dave" in h.ok("getent passwd"))
        h.control("DELETE", f"/groups/{USERS}/users/{dave}")
        h.ok("oktactl sync --accept")
        for service in SERVICES[1:]:
            h.ok(f"cp /etc/pam.d/common-account /etc/pam.d/{service}")
        yield h


def ask(host, rules, names):
    """By these rules, of each service, name and address: the row, the account
    phase's word, and the exit code and object of oktactl explain."""
    load(host, rules)
    host.ok("oktactl sync")
    rows = [(s, n, a) for s in SERVICES for n in names for a in ADDRESSES]
    host.ok("cat > /tmp/rows.json", stdin=json.dumps(rows))
    by_account = json.loads(host.python(ACCOUNT))
    return zip(rows, by_account,
               json.loads(host.python(EXPLAIN, seconds=300)))


def test_decision_table_of_account_phase_explain_and_oracle(host):
    """Every row three times: the account phase, oktactl explain, the oracle."""
    asked = allowed = 0
    for rules in RULES:
        for row, got, (code, said) in ask(host, rules, PEOPLE):
            service, name, remote = row
            wanted = account(ORG, rules, name, service, remote)
            why = refusal(ORG, rules, name, service, remote)
            assert got == wanted, (rules, row, got, wanted, said)
            assert said["may_login"] == (why == ""), (rules, row, said)
            assert code == (0 if why == "" else 1), (rules, row)
            assert said["without_password"] == (wanted == "PAM_SUCCESS"), (
                rules, row, said)
            asked += 1
            allowed += wanted == "PAM_SUCCESS"
    assert asked >= 600
    assert asked / 6 < allowed < asked / 2


def test_zones_that_give_no_addresses_are_listed(host):
    load(host, RULES[4])
    host.ok("oktactl sync")
    refused = {r["id"]: r["why"] for r in json.loads(
        host.ok("oktactl --json status"))["refused"]}
    assert "DYNAMIC" in refused[DYNAMIC]
    assert "not active" in refused[OFF]
    load(host, RULES[0])
    host.ok("oktactl sync")
    assert DYNAMIC not in host.ok("oktactl status")


def test_rules_hold_at_once_and_before_the_next_sync(host):
    """A reload is enough, also where Okta can not be asked any more."""
    load(host, RULES[0])
    host.ok("oktactl sync")
    rows = [("sshd", "alice", "10.1.2.3"), ("jobs", "alice", "")]
    host.ok("cat > /tmp/rows.json", stdin=json.dumps(rows))
    assert json.loads(host.python(ACCOUNT)) == ["PAM_SUCCESS"] * 2
    host.control("POST", "/faults", {
        "match": {"method": "GET", "path": ".*"}, "kind": "status",
        "count": 1000000, "args": {"status": 503}})
    try:
        load(host, {"sshd": {"from": "192.0.2.0/24"},
                    "jobs": {"deny_groups": EMPTY}})
        # EMPTY was never asked about: who is in it is not known.
        assert json.loads(host.python(ACCOUNT)) == ["PAM_PERM_DENIED"] * 2
        said = json.loads(host.run(
            "oktactl --json explain alice --service jobs").stdout)
        assert "oktactl sync" in [s["text"] for s in said["steps"]
                                  if s["step"] == "deny"][0]
    finally:
        host.control("DELETE", "/faults")
    until(host, lambda: json.loads(host.python(ACCOUNT)) ==
          ["PAM_PERM_DENIED", "PAM_SUCCESS"])


def test_password_is_not_sent_where_a_rule_says_no(host):
    load(host, {"sshd": {"factor": "okta", "allow_groups": ADMINS}})
    host.ok("oktactl sync")
    before = authn_calls(host)
    assert ssh(host, "bob", "Pw-bob")[0] != 0
    assert authn_calls(host) == before
    assert "is in no group or app that this service admits" in host.log()
    assert ssh(host, "alice", "Pw-alice")[0] == 0
    load(host, {"sshd": {"factor": "okta", "from": "192.0.2.0/24"}})
    before = authn_calls(host)
    assert ssh(host, "alice", "Pw-alice")[0] != 0
    assert authn_calls(host) == before
    assert "this service does not admit" in host.log()


def test_sudo_and_cron_are_local(host):
    """No address: sudo sets no PAM_RHOST, so `from` is skipped, and said so."""
    load(host, {"default": {"from": "192.0.2.0/24", "factor": "okta"}})
    host.ok("oktactl sync")
    host.ok("echo 'alice ALL=(ALL) NOPASSWD: ALL' > /etc/sudoers.d/rules")
    assert host.ok("su alice -s /bin/sh -c 'sudo -n id -u'").strip() == "0"
    said = host.run("oktactl explain alice --service sudo").stdout
    assert "the login is local and rules about addresses are skipped" in said
    load(host, {"sudo": {"deny_groups": ADMINS}})
    host.ok("oktactl sync")
    assert host.run("su alice -s /bin/sh -c 'sudo -n id -u'").returncode != 0


def test_without_the_file_of_rules_nobody_of_okta_enters(host):
    load(host, RULES[0])
    host.ok("cat > /tmp/rows.json", stdin=json.dumps([("sshd", "alice", "")]))
    assert json.loads(host.python(ACCOUNT)) == ["PAM_SUCCESS"]
    host.ok("mv /var/lib/okta/private/rules /tmp/rules.aside")
    assert json.loads(host.python(ACCOUNT)) == ["PAM_AUTHINFO_UNAVAIL"]
    assert host.run("oktactl explain alice").returncode == 1
    assert host.ok("id -u root").strip() == "0"
    host.ok("mv /tmp/rules.aside /var/lib/okta/private/rules")
    assert json.loads(host.python(ACCOUNT)) == ["PAM_SUCCESS"]
