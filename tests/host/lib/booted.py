"""The two ends of tests/host/boot inside its tree: `setup` is run in a chroot
before the tree boots, `command` by a unit of the booted system."""

import json
import os
import subprocess
import sys
import time

import etc
import org
import product
from step import SetupError

# On disk: /run is fresh after booting.
FOLDER = "/var/lib/okta-host"
OUT = "/okta-out"
HTTPS, CONTROL = "127.0.0.1:8443", "127.0.0.1:8444"
CONFIRMED = "/var/lib/okta/public/confirmed"
SECONDS = 90

EMULATOR = """[Unit]
Description=Emulated Okta org
Before=oktad.service oktad-net.service oktad-sync.service
[Service]
ExecStart={argv}
ExecStartPost=/bin/sh -c 'until test -e {folder}/emulator.json; do sleep 0.1; done'
[Install]
WantedBy=multi-user.target
"""
# What tests/host/boot shows of a tree that hangs.
JOURNAL = """[Journal]
ForwardToConsole=yes
MaxLevelConsole=info
"""
COMMAND = """[Unit]
Description=The command that this tree was booted for
After=multi-user.target oktad.service
# However the command ends, if by a signal that it sends to everybody: nothing
# else powers off, and no unit that will not stop holds this up.
SuccessAction=poweroff-immediate
FailureAction=poweroff-immediate
[Service]
Type=exec
ExecStart=/usr/bin/python3 {me} command
StandardOutput=file:{out}/stdout
StandardError=file:{out}/stderr
"""


def setup(emulator, org_file, config):
    product.settle()
    etc.nsswitch()
    etc.sudo()
    etc.sshd()
    etc.hosts()
    data = org.read(org_file)
    etc.write(FOLDER + "/org.json", json.dumps(data))
    argv = org.emulator(emulator, FOLDER, HTTPS, CONTROL)
    org.write_conf(config, data, {"url": "https://" + HTTPS,
                                  "ca": FOLDER + "/ca/ca.pem"})
    units = "/etc/systemd/system/"
    etc.write(units + "okta-emulator.service",
              EMULATOR.format(argv=" ".join(argv), folder=FOLDER))
    etc.write(units + "okta-command.service",
              COMMAND.format(me=os.path.abspath(__file__), out=OUT))
    etc.write("/etc/systemd/journald.conf.d/okta-host.conf", JOURNAL)
    etc.write("/etc/machine-id", "")
    # okta-command is started by the timer of nothing: by default.target.
    # nscd runs where a test starts it, and nowhere else in front.
    os.symlink("/dev/null", units + "nscd.service")
    wants = units + "default.target.wants"
    os.makedirs(wants, exist_ok=True)
    os.symlink("../okta-command.service", wants + "/okta-command.service")
    subprocess.run(["systemctl", "enable", "-q", "okta-emulator.service",
                    "oktad.service"], check=True)


def command():
    """Runs the command once people are published; its unit powers off."""
    status = 125
    try:
        with open(OUT + "/argv", encoding="utf-8") as f:
            argv = json.load(f)
        _wait()
        environment = {
            "OKTA_URL": "https://" + HTTPS, "OKTA_CONTROL": "http://" + CONTROL,
            "OKTA_CA": FOLDER + "/ca/ca.pem", "OKTA_RECORD": FOLDER + "/record",
            "OKTA_LOG": "/dev/null", "HOME": "/root", "LC_ALL": "C.UTF-8"}
        code = subprocess.run(argv, check=False, start_new_session=True,
                              env={**os.environ, **environment}).returncode
        status = code if code >= 0 else 128 - code
    except (OSError, SetupError) as e:
        sys.stderr.write(f"tests/host/boot: {e}\n")
    finally:
        sys.stdout.flush()
        with open(OUT + "/status", "w", encoding="ascii") as f:
            f.write(str(status))


def _wait():
    end = time.monotonic() + SECONDS
    while not os.path.exists(CONFIRMED):
        if time.monotonic() > end:
            journal = subprocess.run(
                ["journalctl", "-b", "-n", "40", "--no-pager"], check=False,
                stdout=subprocess.PIPE, text=True).stdout
            raise SetupError("oktad", f"no sync published {SECONDS} s after "
                             f"booting\n{journal}")
        time.sleep(0.1)


if __name__ == "__main__":
    if sys.argv[1] == "setup":
        try:
            setup(*sys.argv[2:])
        except SetupError as failed:
            sys.exit(f"{failed}")
    else:
        command()
