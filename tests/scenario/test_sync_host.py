"""The directory end to end: Okta, oktad-net, oktad-sync, oktad, NSS."""

import json
import time

import pytest

from logins import OKTAD, authn_calls, ssh
from private_host import PrivateHost
from test_sync_directory import payloads

# Names that Debian, systemd and common packages want for themselves.
SYSTEM = """root daemon bin sys sync games man lp mail news uucp proxy www-data
backup list irc gnats nobody _apt systemd-network systemd-resolve messagebus
sshd postgres mysql ldap bind ntp postfix dovecot docker lxd sudo adm disk
shadow wheel staff users video audio plugdev netdev kvm ssl-cert tty utmp
oktad oktad-net debian-tor""".split()
FIRST, SECOND = "00gFirst000000000001", "00gSecond00000000002"
CONFIG = """
[okta]
url = @URL@
ca_file = @CA@
api_token = @API_TOKEN@

[directory]
allow_groups = %s
publish_groups = %s %s
poll_interval = 5s

[service sshd]
factor = okta
""" % (FIRST, FIRST, SECOND)


def person(login, groups=(FIRST,), **profile):
    profile.setdefault("firstName", "F")
    profile.setdefault("lastName", "L")
    return {"status": "ACTIVE", "password": "Pw-" + login,
            "groups": list(groups), "profile": {
                "login": login, "email": "x@example.com", **profile}}


def start(build, folder, users, groups):
    org, config = folder / "org.json", folder / "okta.conf"
    org.write_text(json.dumps({"users": users, "groups": groups}))
    config.write_text(CONFIG)
    return PrivateHost("--build", build, "--org", str(org),
                       "--config", str(config))


@pytest.fixture(scope="module")
def host(build, tmp_path_factory):
    people = [person(n + "@example.com") for n in SYSTEM]
    people += [person("Root@other.example"), person("deploy@example.com"),
               person("alice@example.com"),
               person("mallory@example.com", [SECOND])]
    for n, (where, text) in enumerate(payloads()):
        if where in ("firstName", "lastName"):
            people.append(person("odd%d@example.com" % n, **{where: text}))
        elif where == "login":
            people.append(person(text))
    assert len(people) >= 200 + len(SYSTEM)
    groups = [{"id": i, "type": t, "profile": {"name": "Linux Users"}}
              for i, t in ((FIRST, "OKTA_GROUP"), (SECOND, "APP_GROUP"))]
    folder = tmp_path_factory.mktemp("org")
    with start(build, folder, people, groups) as private:
        yield private


def passwd(host):
    """name -> fields, as our NSS module answers."""
    lines = host.ok("getent -s okta passwd").splitlines()
    assert all(len(line.split(":")) == 7 for line in lines), lines
    return {line.split(":")[0]: line.split(":") for line in lines}


def until(condition, seconds):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.2)


@pytest.mark.threat("T13")
@pytest.mark.threat("T14", reduced="50 names; no package is installed")
def test_system_names_and_local_newcomers_are_never_ours(host):
    known = passwd(host)
    assert not set(SYSTEM) & set(known)
    assert "alice" in known and "deploy" in known
    for name in SYSTEM:
        assert host.run("getent -s okta passwd " + name).stdout == ""
        assert host.run("getent -s okta group " + name).stdout == ""
    assert host.ok("getent passwd root").startswith("root:x:0:0:")
    # One second after a sync somebody adds a local user of the same name.
    host.ok("oktactl sync")
    time.sleep(1)
    before = len(host.requests())
    host.ok("cp /etc/passwd /etc/passwd.new && echo 'deploy:x:1500:1500::"
            "/home/deploy:/bin/sh' >>/etc/passwd.new &&"
            " mv /etc/passwd.new /etc/passwd")
    until(lambda: host.run("getent -s okta passwd deploy").stdout == "", 5)
    assert host.ok("id -u deploy").strip() == "1500"
    # Okta's password opens neither of them.
    for name in ("deploy", "root", "daemon"):
        code, out, _ = ssh(host, name, "Pw-%s@example.com" % name)
        assert code == 255, (name, out)
    # Nobody asked Okta for it, but for a poll that may have been due.
    assert not [r for r in host.requests(before)
                if r["path"].endswith("/users") and "limit" in r["query"] and
                "filter" not in r["query"]]
    status = json.loads(host.ok("oktactl status --json"))
    why = {r["name"]: r["why"] for r in status["refused"]}
    assert "local" in why["deploy"]


@pytest.mark.threat("T21")
def test_no_text_of_okta_breaks_a_line(host):
    known = passwd(host)
    odd = [n for n in known if n.startswith("odd")]
    assert len(odd) == 160
    for name, fields in known.items():
        assert fields[1] == "*" and int(fields[2]) > 1000
        assert fields[5:] == ["/home/" + name, "/bin/bash"]
    host.ok("getent -s okta passwd | sed 's/:[*]:/:x:/' >/tmp/p && "
            "sed 's/:.*/:*:19000:0:99999:7:::/' /tmp/p >/tmp/s && "
            "cut -d: -f1,3 /tmp/p | sed 's/:/:x:/; s/$/:/' >/tmp/g && "
            "cut -d: -f6 /tmp/p | xargs mkdir -p")
    done = host.run("cp /etc/group /tmp/group.was && cat /tmp/g >>/etc/group;"
                    "pwck -r /tmp/p /tmp/s; code=$?;"
                    "cp /tmp/group.was /etc/group; exit $code")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.threat("T2")
def test_membership_of_a_namesake_group_grants_nothing(host):
    # Two new groups of one name: neither is shown, both are reported.
    assert host.run("getent -s okta group linux-users").stdout == ""
    assert "mallory" not in passwd(host)
    code, out, _ = ssh(host, "mallory", "Pw-mallory@example.com")
    assert code == 255, out
    assert authn_calls(host) == []
    status = json.loads(host.ok("oktactl status --json"))
    assert {FIRST, SECOND} <= {r["id"] for r in status["refused"]}


def test_failing_sync_is_told_and_changes_nothing(host):
    before = passwd(host)
    host.control("POST", "/faults", {
        "match": {"method": "GET", "path": "*/users"}, "kind": "status",
        "count": 1, "args": {"status": 500}})
    done = host.run("oktactl sync --json")
    assert json.loads(done.stdout)["result"] == "failed"
    assert done.returncode != 0
    assert passwd(host) == before
    status = json.loads(host.ok("oktactl status --json"))
    assert status["sync"]["state"] == "failed" and status["sync"]["error"]
    assert json.loads(host.ok("oktactl sync --json"))["result"] == "ok"


@pytest.mark.threat("T11")
def test_lost_and_restored_state_move_nobody(host):
    before = passwd(host)
    host.ok("cp /var/lib/okta/state/state.db /tmp/old.db")
    org = host.control("GET", "/org")
    host.control("PUT", "/org", {"users": org["users"] + [
        dict(person("new%d@example.com" % n), id="00uNew%014d" % n)
        for n in range(20)]})
    host.ok("oktactl sync")
    grown = passwd(host)
    assert len(grown) == len(before) + 20
    for put in ("cp /tmp/old.db /var/lib/okta/state/state.db",
                "rm -f /var/lib/okta/state/state.db"):
        host.ok("pkill -KILL -u oktad-sync; rm -f "
                "/var/lib/okta/state/state.db-journal; " + put +
                "; chown -f oktad-sync: /var/lib/okta/state/state.db; true")
        until(lambda: host.run("oktactl sync").returncode == 0, 30)
        now = passwd(host)
        assert {n: now[n] for n in now} == {n: grown[n] for n in now}
        assert {"alice", "new0", "new19"} <= set(now)


@pytest.mark.threat("T11")
def test_a_clones_own_machine_id_moves_nobody_and_opens_nothing(host):
    """The disk of one host under another machine id: the same numbers; and
    there is no login on the word of the host alone, which had let her in."""
    before = passwd(host)
    assert ssh(host, "alice", "Pw-alice@example.com")[0] == 0
    host.ok(f"{OKTAD} stop; printf '%032x\\n' 77 >/etc/machine-id; "
            f"{OKTAD} start")
    until(lambda: host.run("oktactl sync").returncode == 0, 60)
    assert passwd(host) == before
    host.control("POST", "/faults", {"match": {"path": "*"}, "kind": "reset",
                                     "count": 0})
    try:
        code, out, _ = ssh(host, "alice", "Pw-alice@example.com")
        assert code == 255, out
        assert passwd(host) == before
    finally:
        host.control("DELETE", "/faults")
    assert ssh(host, "alice", "Pw-alice@example.com")[0] == 0


def test_shrunken_org_needs_an_admins_word(host):
    before = passwd(host)
    org = host.control("GET", "/org")
    host.control("PUT", "/org", {"users": [
        u for u in org["users"]
        if not u["profile"]["login"].startswith("odd")]})
    done = host.run("oktactl sync --json")
    assert json.loads(done.stdout)["result"] == "refused_shrink"
    assert passwd(host) == before
    why = host.run("oktactl user odd1").stdout
    assert "odd1" in why
    answer = json.loads(host.ok("oktactl sync --accept --json"))
    assert answer["result"] == "ok" and answer["removed"] == 160
    # Still resolvable: their files keep their names.
    assert passwd(host) == before
    user = json.loads(host.run("oktactl user odd1 --json").stdout)
    assert user["may_login"] is False and user["why"]


def test_lost_state_and_shrunken_org_empty_nothing(host):
    before = passwd(host)
    host.ok("pkill -KILL -u oktad-sync; rm -f /var/lib/okta/state/state.db*")
    until(lambda: json.loads(host.run("oktactl sync --json").stdout or
                             "{}").get("result") == "refused_shrink", 30)
    assert passwd(host) == before
    status = json.loads(host.ok("oktactl status --json"))
    assert "--accept" in status["sync"]["error"]
    assert json.loads(host.ok("oktactl sync --accept --json"))["result"] == \
        "ok"
    assert not [n for n in passwd(host) if n.startswith("odd")]
