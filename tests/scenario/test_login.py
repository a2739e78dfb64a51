"""Logins through the distribution's own sshd, sudo, su and login with the
shipped stacks: who gets in, who does not, and who never depends on us."""

import time

import pytest

from private_host import TREE

TALK = f"{TREE}/tests/host/talk"
PASSWORD = "Correct-Horse-7-"
LOCAL = "local-password-9"
# Nobody waits for anything of ours: far below every deadline (75 s, 2 s per
# frame), far above what a busy machine takes for a login.
AT_ONCE_S = 4


@pytest.fixture(scope="module", autouse=True)
def local_people(host):
    """A local person, and a root who may log in by password and by key."""
    host.ok(f"""
        useradd -m -s /bin/bash lena
        printf 'lena:{LOCAL}\\nroot:{LOCAL}\\n' | chpasswd
        sed -i 's/^#*PermitRootLogin.*/PermitRootLogin yes/' \\
            /etc/ssh/sshd_config
        kill -HUP $(cat /run/okta-host/sshd.pid)
        echo 'lena ALL=(ALL:ALL) ALL' >/etc/sudoers.d/lena
        ssh-keygen -q -t ed25519 -N '' -f /root/.ssh/id_ed25519
        """)


def ssh(host, name, password, command="id -un", options="", seconds=60):
    """ssh with one password attempt: (exit status, output, seconds)."""
    start = time.monotonic()
    done = host.run(
        f"{TALK} -t {seconds} -e 'assword:' '{password}' -- "
        "ssh -o NumberOfPasswordPrompts=1 -o PubkeyAuthentication=no "
        f"{options} {name}@127.0.0.1 {command}")
    return done.returncode, done.stdout, time.monotonic() - start


def authn_calls(host):
    return [r for r in host.requests() if r["path"] == "/api/v1/authn"]


def test_person_is_known_with_her_groups(host):
    fields = host.ok("getent passwd alice").strip().split(":")
    assert len(fields) == 7
    assert fields[0] == "alice" and fields[1] == "*"
    assert 1879048192 <= int(fields[2]) <= 2147352575
    assert fields[5:] == ["/home/alice", "/bin/bash"]
    words = host.ok("id -Gn alice").split()
    assert "alice" in words and "linux-admins" in words


def test_right_password_lets_her_in_with_a_home_and_one_call_to_okta(host):
    before = len(authn_calls(host))
    code, out, _ = ssh(host, "alice", PASSWORD + "alice", "'id -un; pwd'")
    assert code == 0, out + host.log()
    assert out.splitlines()[-2:] == ["alice", "/home/alice"]
    assert len(authn_calls(host)) == before + 1


def test_wrong_password_is_refused_and_was_asked_of_okta_once(host):
    before = len(authn_calls(host))
    code, out, _ = ssh(host, "alice", "wrong")
    assert code == 255 and "alice\n" not in out
    assert len(authn_calls(host)) == before + 1


@pytest.mark.parametrize("name", ["carol", "dave", "nobody-at-all"])
def test_suspended_unentitled_and_unknown_people_stay_out(host, name):
    before = len(authn_calls(host))
    code, out, _ = ssh(host, name, PASSWORD + name)
    assert code == 255, out
    if name != "carol":
        assert len(authn_calls(host)) == before


def test_person_with_factors_is_not_let_in_by_the_password_alone(host):
    code, _, _ = ssh(host, "bob", PASSWORD + "bob")
    assert code == 255


def test_sudo_asks_for_the_okta_password_and_grants_by_group(host):
    code, out, _ = ssh(host, "alice", PASSWORD + "alice",
                       f"'{TALK} -e assword {PASSWORD}alice -- sudo id -un'")
    assert code == 0 and out.splitlines()[-1] == "root", out + host.log()
    code, out, _ = ssh(host, "alice", PASSWORD + "alice",
                       f"'{TALK} -t 30 -e assword wrong -e assword ^C "
                       "-- sudo -k id -un'")
    assert code != 0 and "root" not in out.splitlines()


def test_su_from_another_account_asks_for_the_okta_password(host):
    su = (f"setpriv --reuid lena --regid lena --init-groups {TALK} "
          "-e 'assword:' {} -- su alice -c 'id -un'")
    done = host.run(su.format(PASSWORD + "alice"))
    assert done.returncode == 0, done.stdout + host.log()
    assert done.stdout.splitlines()[-1] == "alice"
    assert host.run(su.format("wrong")).returncode != 0


def test_login_on_a_console(host):
    """login(1) on a terminal: a shell, a command in it, and out."""
    done = host.run(f"{TALK} -e 'assword:' {PASSWORD}alice "
                    "-e '[$] $' 'id -un; exit' -- login alice")
    assert done.returncode == 0, done.stdout + host.log()
    assert "\nalice\n" in done.stdout
    # Somebody else at the prompt that follows a refusal.
    done = host.run(f"{TALK} -t 20 -e 'assword:' {PASSWORD}carol "
                    "-e 'login:' ^C -- login carol")
    assert "Login incorrect" in done.stdout
    assert done.returncode != 0


@pytest.mark.parametrize("service", ["sshd", "login", "su", "sudo"])
def test_pamtester_through_every_shipped_stack(host, service):
    """authenticate, acct_mgmt, setcred and a session, as one program does."""
    script = (f"{TALK} -e 'assword:' {{}} -- pamtester {service} {{}} "
              "authenticate acct_mgmt 'setcred(PAM_ESTABLISH_CRED)' "
              "open_session close_session")
    done = host.run(script.format(PASSWORD + "alice", "alice"))
    assert done.returncode == 0, done.stdout + host.log()
    assert host.run(script.format("wrong", "alice")).returncode != 0
    assert host.run(script.format(LOCAL, "lena")).returncode == 0


def test_password_change_says_where_and_local_people_change_theirs(host):
    done = host.run("passwd alice </dev/null")
    assert done.returncode != 0
    assert "Okta" in done.stdout + done.stderr
    done = host.run(f"{TALK} -e 'New password:' {LOCAL}x -e 'Retype' {LOCAL}x "
                    "-- passwd lena")
    assert done.returncode == 0, done.stdout
    host.ok(f"echo lena:{LOCAL} | chpasswd")


class TestKeys:
    """Logins that never ask for a password: only the account phase decides."""

    @pytest.fixture(scope="class", autouse=True)
    def keys(self, host):
        host.ok("""
            for name in alice carol lena; do
                home=$(getent passwd $name | cut -d: -f6)
                mkdir -p $home/.ssh
                cp /root/.ssh/id_ed25519.pub $home/.ssh/authorized_keys
                chown -R $name: $home
                chmod 700 $home $home/.ssh
            done
            cat /root/.ssh/id_ed25519.pub >>/root/.ssh/authorized_keys
            """)

    def key_login(self, host, name):
        return host.run(f"ssh -o BatchMode=yes {name}@127.0.0.1 id -un")

    def test_key_lets_the_entitled_in_and_the_suspended_not(self, host):
        assert self.key_login(host, "alice").stdout == "alice\n", host.log()
        assert self.key_login(host, "carol").returncode == 255

    @pytest.mark.threat("T26", reduced="key logins and su; sudo, cron and at "
                        "with the daemon dead are elsewhere")
    def test_leaver_with_a_key_is_out_after_one_sync_and_with_oktad_dead(
            self, host):
        host.control("PATCH", "/users/00u1aliceEXAMPLE0001",
                     {"status": "SUSPENDED"})
        try:
            host.run("oktactl sync")
            assert self.key_login(host, "alice").returncode == 255
            host.ok(f"{TREE}/tests/host/oktad stop")
            assert self.key_login(host, "alice").returncode == 255
            su = host.run("su alice -c 'id -un'")
            assert su.returncode != 0, su.stdout
        finally:
            host.control("PATCH", "/users/00u1aliceEXAMPLE0001",
                         {"status": "ACTIVE"})
            host.ok(f"{TREE}/tests/host/oktad start")
            host.run("oktactl sync")
        assert self.key_login(host, "alice").stdout == "alice\n", host.log()


class TestWithoutUs:
    """Root and local people with oktad gone, stopped, or its files spoilt."""

    SPOILT = {
        "stopped": ("kill -STOP $(cat /run/okta-host/oktad.pid)",
                    "kill -CONT $(cat /run/okta-host/oktad.pid)"),
        "gone": (f"{TREE}/tests/host/oktad stop",
                 f"{TREE}/tests/host/oktad start"),
        "directory corrupt": (
            "cd /var/lib/okta/public; cp -p directory /tmp/directory; "
            "head -c 100 /dev/urandom >x; cat /tmp/directory >>x; "
            "mv x directory",
            "cp -p /tmp/directory /var/lib/okta/public/x; "
            "mv /var/lib/okta/public/x /var/lib/okta/public/directory"),
        "directory absent": (
            "mv /var/lib/okta/public/directory /tmp/directory",
            "mv /tmp/directory /var/lib/okta/public/directory"),
    }

    @pytest.mark.threat("T44", reduced="stopped, gone, corrupt and absent; "
                        "full socket and full disk are elsewhere")
    @pytest.mark.parametrize("how", SPOILT)
    def test_local_people_get_in_at_once(self, host, how):
        spoil, mend = self.SPOILT[how]
        host.ok(spoil)
        try:
            for name in ("lena", "root"):
                code, out, seconds = ssh(host, name, LOCAL)
                assert code == 0 and out.splitlines()[-1] == name, out
                assert seconds < AT_ONCE_S, (name, seconds)
            start = time.monotonic()
            done = host.run(f"{TALK} -e 'assword:' {LOCAL} "
                            "-e '[#$] $' 'id -un; exit' -- login lena")
            assert done.returncode == 0 and "\nlena\n" in done.stdout
            assert time.monotonic() - start < AT_ONCE_S
            start = time.monotonic()
            host.ok("su lena -c true")
            done = host.run(
                "setpriv --reuid lena --regid lena --init-groups "
                f"{TALK} -e assword {LOCAL} -- sudo -k id -un")
            assert done.stdout.splitlines()[-1] == "root"
            assert time.monotonic() - start < AT_ONCE_S
        finally:
            host.ok(mend)

    def test_our_people_are_refused_in_time_while_oktad_is_stopped(self, host):
        host.ok("kill -STOP $(cat /run/okta-host/oktad.pid)")
        try:
            code, _, seconds = ssh(host, "alice", PASSWORD + "alice",
                                   seconds=100)
            assert code == 255
            assert seconds < 80
        finally:
            host.ok("kill -CONT $(cat /run/okta-host/oktad.pid)")
        code, out, _ = ssh(host, "alice", PASSWORD + "alice")
        assert code == 0, out + host.log()


def test_api_token_serves_the_same_login(build):
    from private_host import PrivateHost
    with PrivateHost("--build", build, "--config",
                     f"{TREE}/tests/host/token.conf") as host:
        assert host.ok("getent passwd alice")
        code, out, _ = ssh(host, "alice", PASSWORD + "alice")
        assert code == 0 and out.splitlines()[-1] == "alice", host.log()
