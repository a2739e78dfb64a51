"""One person in a private host in every way that a login leaves processes."""

import time

from logins import add_key

SIX = ("ssh", "multiplexed", "tmux", "root", "manager", "cron")


def prepare(host, *names):
    """Keys and NOPASSWD sudo for these people."""
    add_key(host, *names)
    host.ok(f"""
        echo '{",".join(names)} ALL=(ALL:ALL) NOPASSWD: ALL' \\
            >/etc/sudoers.d/zz-presence
        chmod 0440 /etc/sudoers.d/zz-presence
        """)


def settle_in(host, name, number):
    """Comes in as everybody does. Each kind is a `sleep` of its own length:
    number and a digit. The user manager is one as pam_systemd leaves it behind
    where there is no logind: nobody's child, without a terminal."""
    key = "-o BatchMode=yes -o StrictHostKeyChecking=no"
    quiet = "</dev/null >/dev/null 2>&1"
    host.ok(f"""
        setsid ssh -tt {key} {name}@127.0.0.1 sleep {number}0 {quiet} &
        setsid ssh {key} -o ControlMaster=yes -o ControlPath=/root/cm-{name} \\
            -N {name}@127.0.0.1 {quiet} &
        ssh {key} {name}@127.0.0.1 "tmux -L t new-session -d sleep {number}2"
        setsid ssh -tt {key} {name}@127.0.0.1 sudo -i sleep {number}3 {quiet} &
        ssh {key} {name}@127.0.0.1 "setsid sleep {number}4 {quiet} &"
        while ! test -S /root/cm-{name}; do sleep 0.1; done
        setsid ssh -o ControlPath=/root/cm-{name} {name}@127.0.0.1 \\
            sleep {number}1 {quiet} &
        """)
    # cron's way: the account phase, pam_loginuid, a session, the person.
    host.ok(f"echo '* * * * * sleep {number}5' | crontab -u {name} -")


def kinds(host, number):
    """Which of them are there."""
    found = host.run(f"pgrep -a sleep").stdout.split("\n")
    return [SIX[i] for i in range(6) if any(
        line.endswith(f" {number}{i}") for line in found)]


def wait_until(what, seconds):
    """Seconds until what() holds; fails the test where it never does."""
    start = time.monotonic()
    while not what():
        assert time.monotonic() - start < seconds, "waited too long"
        time.sleep(0.1)
    return time.monotonic() - start
