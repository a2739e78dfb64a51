"""Out at once in a booted Debian 12, where logind keeps the sessions and every
person has a user manager, which lingers."""

import json
import os
import subprocess

import pytest

from private_host import TREE

BOOT = os.path.join(TREE, "tests/host/boot")
SIX = ("ssh", "multiplexed", "tmux", "root", "manager", "cron")

# Run in the booted tree; prints one JSON object.
FACTS = r"""
import json, os, subprocess, sys, time, urllib.request

SIX = ("ssh", "multiplexed", "tmux", "root", "manager", "cron")
ALICE = "00u1aliceEXAMPLE0001"
SETTLE = '''
ssh-keygen -q -t ed25519 -N '' -f /root/.ssh/id_ed25519
for n in alice bob; do
    home=$(getent passwd $n | cut -d: -f6)
    mkdir -p $home/.ssh
    cp /root/.ssh/id_ed25519.pub $home/.ssh/authorized_keys
    chown -R $n: $home; chmod 700 $home $home/.ssh
done
echo 'alice ALL=(ALL:ALL) NOPASSWD: ALL' >/etc/sudoers.d/zz
chmod 440 /etc/sudoers.d/zz
systemctl start cron
loginctl enable-linger alice
echo '* * * * * sleep 7775' | crontab -u alice -
q() { setsid "$@" </dev/null >/dev/null 2>&1 & }
k="-o BatchMode=yes -o StrictHostKeyChecking=no"
q ssh -tt $k alice@127.0.0.1 sleep 7770
q ssh $k -o ControlMaster=yes -o ControlPath=/root/cm -N alice@127.0.0.1
ssh $k alice@127.0.0.1 'tmux new-session -d sleep 7772' </dev/null
q ssh -tt $k alice@127.0.0.1 sudo -i sleep 7773
ssh $k alice@127.0.0.1 systemd-run --user sleep 7774 </dev/null
q ssh -tt $k bob@127.0.0.1 sleep 5552
for i in $(seq 600); do test -S /root/cm && break; sleep 0.1; done
q ssh -o ControlPath=/root/cm alice@127.0.0.1 sleep 7771
'''

def sh(command):
    return subprocess.run(command, shell=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True,
                          stdin=subprocess.DEVNULL).stdout.strip()

def patch(status):
    r = urllib.request.Request(
        os.environ["OKTA_CONTROL"].rstrip("/") + "/users/" + ALICE,
        method="PATCH", data=json.dumps({"status": status}).encode())
    urllib.request.urlopen(r, timeout=10).read()

uid = sh("id -u alice")

def kinds():
    found = {x.split()[-1] for x in sh("pgrep -a sleep").splitlines()}
    there = [k for i, k in enumerate(SIX) if f"777{i}" in found]
    if sh(f"pgrep -u {uid} -fx '.*systemd --user'"):
        there.append("systemd --user")
    return there

def wait(what, seconds):
    start = time.monotonic()
    while not what():
        if time.monotonic() - start > seconds:
            return None
        time.sleep(0.1)
    return round(time.monotonic() - start, 1)

facts = {"said": sh(SETTLE)}
facts["settled"] = wait(lambda: len(kinds()) == 7, 90)
facts["kinds"] = kinds()
facts["sessions"] = json.loads(sh("oktactl --json sessions"))["sessions"]
facts["dry"] = json.loads(sh("oktactl --json logout --dry-run alice"))
facts["loginctl"] = sh("loginctl list-sessions --no-legend")
facts["slice"] = sh(f"systemctl is-active user-{uid}.slice")
sh("mkdir -p /run/sudo/ts; touch /run/sudo/ts/alice /run/sudo/ts/bob")
patch("DEPROVISIONED")
start = time.monotonic()
facts["refused"] = wait(lambda: subprocess.run(
    ["ssh", "-o", "BatchMode=yes", "alice@127.0.0.1", "true"],
    stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
    stderr=subprocess.DEVNULL).returncode != 0, 30)
wait(lambda: kinds() == [] and not sh(f"pgrep -u {uid}"), 60)
facts["ended"] = round(time.monotonic() - start, 1)
facts["left"] = kinds() + sh(f"pgrep -au {uid}").splitlines()
facts["bystander"] = sh("pgrep -fx 'sleep 5552'")
facts["ts"] = sh("ls /run/sudo/ts")
time.sleep(2)
facts["after"] = sh("loginctl list-sessions --no-legend")
facts["login after"] = sh("ssh -o BatchMode=yes bob@127.0.0.1 id -un")
facts["journal"] = sh("journalctl -b --no-pager -u 'oktad*' -n 60")
json.dump(facts, sys.stdout)
"""


@pytest.fixture(scope="module")
def facts(build, tmp_path_factory):
    with open(f"{TREE}/tests/host/okta.conf", encoding="utf-8") as f:
        text = f.read()
    conf = tmp_path_factory.mktemp("boot") / "okta.conf"
    conf.write_text(text.replace("[directory]",
                                 "[directory]\npoll_interval = 1 s"))
    done = subprocess.run(
        [BOOT, "--build", build, "--config", str(conf), "--",
         "/usr/bin/python3", "-c", FACTS], stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True, timeout=900, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout)


@pytest.mark.threat("T104", whole=True)
def test_six_kinds_of_presence_are_gone_in_time(facts):
    assert facts["kinds"] == list(SIX) + ["systemd --user"], facts
    assert facts["slice"] == "active" and "alice" in facts["loginctl"]
    assert facts["refused"] is not None and facts["refused"] <= 1 + 5
    assert facts["left"] == [], facts["journal"]
    assert facts["ended"] <= 30
    print(f"no new login after {facts['refused']} s, gone after "
          f"{facts['ended']} s")
    assert "alice" not in facts["after"]
    assert facts["ts"] == "bob"


def test_nobody_else_s_session_is_touched(facts):
    assert facts["bystander"] != ""
    assert facts["login after"] == "bob"


def test_processes_are_told_by_login_and_logind(facts):
    why = {p["name"]: p["why"] for p in facts["dry"]["processes"]}
    assert why["sshd"] in ("login", "logind")
    assert why["sudo"] in ("login", "logind")
    assert {s["service"] for s in facts["sessions"]} >= {"sshd", "sudo-i"}
