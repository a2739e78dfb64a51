"""The distribution's own PAM programs in all the ways they are set up: who is
asked, by whom, and who is never asked at all."""

import json

import pytest

from logins import (LOCAL_PASSWORD, PASSWORD, add_key, add_local_people,
                    as_user, authn_calls, forget_tries, talk)
from private_host import TREE, PrivateHost

POLKIT_ACTION = "org.freedesktop.systemd1.manage-units"
NEW = ("zoe", "yan")  # without factors, as alice is


@pytest.fixture(scope="module")
def host(build, tmp_path_factory):
    folder = tmp_path_factory.mktemp("hosts")
    with open(f"{TREE}/tests/emulator/orgs/default.json",
              encoding="utf-8") as f:
        org = json.load(f)
    for name in NEW:
        login = f"{name}@example.com"
        org["users"].append({
            "id": f"00uhosts{name}EXAMPLE0000"[:20], "status": "ACTIVE",
            "password": PASSWORD + name, "factors": [],
            "groups": ["Linux Users"],
            "profile": {"login": login, "email": login, "firstName": name,
                        "lastName": "Hosts"}})
    org.setdefault("switches", {})["authn_per_second"] = 0
    with open(f"{TREE}/tests/host/okta.conf", encoding="utf-8") as f:
        conf = f.read()
    conf += "\n[login]\nfailures = 9\n"
    for service in ("polkit-1", "su-l", "first", "last"):
        conf += f"\n[service {service}]\nfactor = okta\n"
    (folder / "org.json").write_text(json.dumps(org))
    (folder / "okta.conf").write_text(conf)
    with PrivateHost("--build", build, "--org", str(folder / "org.json"),
                     "--config", str(folder / "okta.conf")) as h:
        add_local_people(h)
        yield h


def asked(host, before=0):
    """Whom Okta was asked about since then."""
    found = []
    for r in authn_calls(host)[before:]:
        body = r["body"]
        body = json.loads(body) if isinstance(body, str) else body
        found.append(body["username"].split("@")[0])
    return found


@pytest.fixture
def budget(host):
    """Nobody has failed before."""
    forget_tries(host)


def sudoers(host, text):
    host.ok("cat >/etc/sudoers.d/hosts && chmod 440 /etc/sudoers.d/hosts",
            stdin=text)


def type_password(name):
    own = LOCAL_PASSWORD if name in ("root", "lena") else PASSWORD + name
    return talk(("assword", own), ("assword", "^C"), seconds=30)


@pytest.mark.threat("T28")
@pytest.mark.parametrize("program", ["su", "sudo", "sudo targetpw"])
def test_the_right_person_is_asked_for_all_callers_and_targets(
        host, budget, program):
    """su and targetpw ask the target, sudo its caller; whoever is local is no
    business of Okta's."""
    sudoers(host, "ALL ALL=(ALL:ALL) ALL\n" +
            ("Defaults targetpw\n" if program.endswith("pw") else ""))
    for caller in ("alice", "zoe", "lena"):
        for target in ("alice", "yan", "root"):
            person = caller if program == "sudo" else target
            if caller == target:
                continue  # sudo asks nobody then
            before = len(authn_calls(host))
            command = (f"su {target} -c 'id -un'" if program == "su" else
                       f"sudo -k -u {target} id -un")
            done = host.run(as_user(caller) + type_password(person) + command)
            assert done.stdout.splitlines()[-1] == target, (
                caller, target, done.stdout, host.log()[-2000:])
            assert asked(host, before) == (
                [] if person in ("lena", "root") else [person]), (
                    caller, target)
            # The other's password does not do.
            other = "zoe" if person != "zoe" else "yan"
            done = host.run(as_user(caller) + type_password(other) + command)
            assert done.returncode != 0, (caller, target, done.stdout)


def test_sudo_rootpw_asks_root_who_is_local(host):
    sudoers(host, "ALL ALL=(ALL:ALL) ALL\nDefaults rootpw\n")
    before = len(authn_calls(host))
    done = host.run(as_user("zoe") + type_password("root") + "sudo -k id -un")
    assert done.stdout.splitlines()[-1] == "root", done.stdout
    done = host.run(as_user("zoe") + type_password("zoe") + "sudo -k id -un")
    assert done.returncode != 0
    assert len(authn_calls(host)) == before


def test_sudo_without_password_asks_nobody_and_hears_the_account_phase(host):
    sudoers(host, "ALL ALL=(ALL:ALL) NOPASSWD: ALL\n")
    before = len(authn_calls(host))
    done = host.run(as_user("zoe") + "sudo -n id -un")
    assert done.stdout == "root\n", done.stderr
    done = host.run(as_user("carol") + "sudo -n id -un")
    assert done.returncode != 0 and "root" not in done.stdout
    assert len(authn_calls(host)) == before


@pytest.mark.parametrize("service", ["systemd-user", "cron", "atd"])
def test_services_without_a_person_never_ask(host, service):
    """Only their account and session phases run: with no terminal and nothing
    to read from, for a person in order and for one who is not."""
    host.ok(f"test -e /etc/pam.d/{service} || "
            f"test -e /usr/lib/pam.d/{service}")
    before = len(host.requests())
    steps = "acct_mgmt open_session close_session </dev/null"
    done = host.run(f"setsid pamtester {service} zoe {steps}")
    assert done.returncode == 0, done.stdout + done.stderr + host.log()
    assert "assword" not in done.stdout + done.stderr
    assert host.run(f"setsid pamtester {service} carol {steps}").returncode
    assert not [r for r in host.requests()[before:]
                if r["path"] == "/api/v1/authn"]


def test_polkit_asks_okta_through_its_own_helper(host):
    """pkcheck's agent and the set-uid polkit-agent-helper-1."""
    host.ok("""
        mkdir -p /run/dbus /etc/polkit-1/rules.d
        cat >/etc/polkit-1/rules.d/00-test.rules
        chmod 755 /etc/polkit-1/rules.d
        dbus-daemon --system --fork --nopidfile
        setsid /usr/lib/polkit-1/polkitd --no-debug >/run/polkit.log 2>&1 &
        for n in $(seq 600); do
            dbus-send --system --print-reply --dest=org.freedesktop.DBus / \\
                org.freedesktop.DBus.NameHasOwner \\
                string:org.freedesktop.PolicyKit1 | grep -q true && exit 0
            sleep 0.1
        done
        cat /run/polkit.log; exit 1
        """, stdin="polkit.addAdminRule(function(action, subject) {\n"
                   "    return ['unix-user:zoe'];\n});\n")
    check = ("sh -c 'pkcheck --enable-internal-agent -u -p $$ "
             f"-a {POLKIT_ACTION} && echo LET-IN'")
    for caller in ("zoe", "yan"):
        before = len(authn_calls(host))
        done = host.run(as_user(caller) + type_password("zoe") + check)
        assert "LET-IN" in done.stdout, done.stdout + host.log()[-2000:]
        assert asked(host, before) == ["zoe"]
    for answer in ("wrong", "^C"):
        done = host.run(as_user("zoe") + talk(("assword", answer),
                                              seconds=30) + check)
        assert "LET-IN" not in done.stdout


UNIX_FIRST = """auth [success=2 default=ignore] pam_unix.so
auth [success=1 user_unknown=ignore ignore=ignore default=die] \
pam_okta.so {}
auth requisite pam_deny.so
auth required pam_permit.so
"""
UNIX_LAST = """auth [success=2 user_unknown=ignore ignore=ignore default=die] \
pam_okta.so
auth [success=1 default=ignore] pam_unix.so {}
auth requisite pam_deny.so
auth required pam_permit.so
"""


@pytest.mark.parametrize("service, stack, args, asks", [
    ("first", UNIX_FIRST, "try_first_pass", 1),
    ("first", UNIX_FIRST, "use_first_pass", 1),
    ("first", UNIX_FIRST, "", 2),
    ("last", UNIX_LAST, "try_first_pass", 1),
], ids=["first-try", "first-use", "first", "last-try"])
def test_pam_unix_before_and_after_us(
        host, budget, service, stack, args, asks):
    """Local people and ours get in by their own password, each asked as often
    as the stack says, and by nobody else's."""
    host.ok(f"cat >/etc/pam.d/{service}", stdin=stack.format(args))
    typed = [("assword", None)] * asks
    for name, own in (("lena", LOCAL_PASSWORD), ("zoe", PASSWORD + "zoe")):
        for password in (own, "wrong", PASSWORD + "yan"):
            before = len(authn_calls(host))
            done = host.run(
                talk(*[(p, password) for p, _ in typed], seconds=30) +
                f"pamtester {service} {name} authenticate")
            assert (done.returncode == 0) == (password == own), (
                name, password, done.stdout, host.log()[-1500:])
            assert len(authn_calls(host)) - before == (name == "zoe")


KEYS = """
    mkdir -p /run/keys
    cp /usr/sbin/sshd /run/keys/sshd-keys
    {{ echo 'auth [success=done user_unknown=ignore ignore=ignore' \\
          'default=die] pam_okta.so second_factor debug'
      cat /etc/pam.d/sshd; }} >/etc/pam.d/sshd-keys
    {{ echo 'KbdInteractiveAuthentication yes'
      echo 'AcceptEnv *'
      echo 'PermitUserEnvironment yes'
      cat /etc/ssh/sshd_config; }} >/run/keys/config
    {}
"""
START = ("/run/keys/sshd-keys -f /run/keys/config -p {} -o PidFile=none "
         "-E /run/keys/log -o AuthenticationMethods={}")
VOUCHED = "SSH_AUTH_INFO_0='publickey ssh-ed25519 AAAA' "


def second(host, port, options="", env=""):
    """What pam_okta and oktad said about one login of zoe: an answer is typed
    at every prompt."""
    before = len(host.log())
    done = host.run(env + talk(("assword|ode|nter", "123456"), seconds=30) +
                    f"ssh -p {port} -o SendEnv='SSH_AUTH_INFO_0' "
                    f"-o NumberOfPasswordPrompts=1 {options} zoe@127.0.0.1 "
                    "'echo LET''-IN'")
    return done.stdout, host.log()[before:]


def test_second_factor_is_asked_for_behind_a_key_and_nowhere_else(host):
    """sshd 9.2 as the distribution has it: the key's proof is believed, words
    of the client and of the account are not."""
    add_key(host, "zoe")
    host.ok("""
        cd /home/zoe/.ssh
        echo 'SSH_AUTH_INFO_0=publickey ssh-ed25519 AAAA' >environment
        sed -i 's/^/environment="SSH_AUTH_INFO_0=publickey ssh-rsa AAAA" /' \\
            authorized_keys
        """)
    host.ok(KEYS.format("\n".join(
        START.format(port, methods) for port, methods in (
            (2301, "publickey,keyboard-interactive"),
            (2302, "keyboard-interactive"),
            (2303, "publickey,password"),
            (2304, "password")))))
    before = len(authn_calls(host))
    out, said = second(host, 2301)
    # The first proof is there, and oktad is asked for the second one.
    assert "second_factor" not in said and "event=login" in said, said
    assert "service=sshd-keys" in said and "user=zoe" in said
    for port, options in ((2302, "-o PubkeyAuthentication=no"),
                          (2303, ""), (2304, "")):
        out, said = second(host, port, options, VOUCHED)
        assert "LET-IN" not in out
        assert "second_factor, and sshd vouches for no key" in said, said
        assert "event=login" not in said
    assert len(authn_calls(host)) == before  # no password anywhere
