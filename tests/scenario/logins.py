"""Logging in to a private host, with the people of its default org."""

import shlex
import time

from private_host import TREE

TALK = f"{TREE}/tests/host/talk"
OKTAD = f"{TREE}/tests/host/oktad"
PASSWORD = "Correct-Horse-7-"  # and the name
LOCAL_PASSWORD = "local-password-9"
# Nobody waits for anything of ours: far below every deadline (75 s, 2 s per
# frame), far above what a busy machine takes for a login.
AT_ONCE_S = 4


def add_local_people(host):
    """lena, who is local and may use sudo; root gets the same password."""
    host.ok(f"""
        useradd -m -s /bin/bash lena
        printf 'lena:{LOCAL_PASSWORD}\\nroot:{LOCAL_PASSWORD}\\n' | chpasswd
        sed -i 's/^#*PermitRootLogin.*/PermitRootLogin yes/' \\
            /etc/ssh/sshd_config
        kill -HUP $(cat /run/okta-host/sshd.pid)
        echo 'lena ALL=(ALL:ALL) ALL' >/etc/sudoers.d/lena
        """)


def add_key(host, *names):
    """An ssh key of the host's root that opens these people's accounts."""
    host.ok("""
        test -e /root/.ssh/id_ed25519 ||
            ssh-keygen -q -t ed25519 -N '' -f /root/.ssh/id_ed25519
        """)
    for name in names:
        host.ok(f"""
            home=$(getent passwd {name} | cut -d: -f6)
            mkdir -p $home/.ssh
            cat /root/.ssh/id_ed25519.pub >>$home/.ssh/authorized_keys
            chown -R {name}: $home
            chmod 700 $home $home/.ssh
            """)


def talk(*answers, seconds=90):
    """The words that run a command at a terminal and answer its prompts:
    talk(("assword:", "secret"), …) + "su alice"."""
    pairs = "".join(f" -e {shlex.quote(prompt)} {shlex.quote(answer)}"
                    for prompt, answer in answers)
    return f"{TALK} -t {seconds}{pairs} -- "


def ssh(host, name, password, command="id -un", options="", seconds=90):
    """ssh with one attempt by password: (status, lines, seconds)."""
    start = time.monotonic()
    done = host.run(
        talk(("assword:", password), seconds=seconds) +
        "ssh -o NumberOfPasswordPrompts=1 -o PubkeyAuthentication=no "
        f"{options} {name}@127.0.0.1 {shlex.quote(command)}",
        seconds=seconds + 30)
    return done.returncode, done.stdout.splitlines(), time.monotonic() - start


def ssh_key(host, name):
    """A login by key, which never asks anybody: a CompletedProcess."""
    return host.run(f"ssh -o BatchMode=yes {name}@127.0.0.1 id -un")


def forget_tries(host):
    """Nobody has failed before, and nobody has used a factor."""
    host.ok(f"{OKTAD} stop; cd /var/lib/okta/private; "
            f"rm -f budget preferences; {OKTAD} start")


def as_user(name):
    """The words that run a command as that person without any login."""
    return f"setpriv --reuid {name} --regid {name} --init-groups "


def authn_calls(host):
    """Requests of a password login that Okta has seen."""
    return [r for r in host.requests() if r["path"] == "/api/v1/authn"]
