"""The installed units: systemd understands them, and nothing in them waits
for a network, gives up, or grants more than the process needs."""

import configparser
import glob
import os
import re
import shutil
import subprocess

import pytest

# systemd-analyze security of Debian 12 (0 none to 10 full exposure). oktad is
# the root part: it changes user for its workers and ends sessions.
EXPOSURE = {"oktad": 1.5, "oktad-net": 1.2, "oktad-sync": 0.9}
UNITS = "usr/lib/systemd/system"


class Unit(configparser.RawConfigParser):
    def __init__(self, path):
        super().__init__(strict=False, delimiters=("=",),
                         comment_prefixes=("#",))
        self.optionxform = str
        self.read(path)


@pytest.fixture(scope="module")
def units(product):
    found = {os.path.basename(p): Unit(p)
             for p in glob.glob(f"{product}/{UNITS}/oktad*")}
    assert len(found) == 7
    return found


def test_every_unit_is_valid_with_the_programs_in_place(product, tmp_path):
    """systemd-analyze verify over a root that holds the product."""
    root = tmp_path / "root"
    shutil.copytree(product, root, symlinks=True)
    for name in ("sysinit", "basic", "shutdown", "sockets", "multi-user",
                 "nss-user-lookup"):
        (root / UNITS / f"{name}.target").write_text("[Unit]\n")
    (root / "bin").mkdir()
    shutil.copy("/bin/kill", root / "bin")  # of another package
    for program in ("usr/sbin/oktad", "usr/libexec/okta/oktad-net",
                    "usr/libexec/okta/oktad-sync"):
        assert os.access(root / program, os.X_OK), program
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", f"--root={root}",
         *(os.path.basename(p) for p in glob.glob(f"{root}/{UNITS}/oktad*"))],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        check=False)
    assert done.returncode == 0 and done.stdout == "", done.stdout


@pytest.mark.threat("T118")
@pytest.mark.parametrize("name", EXPOSURE)
def test_exposure_is_within_the_gate(product, name):
    done = subprocess.run(
        ["systemd-analyze", "security", "--offline=yes",
         f"{product}/{UNITS}/{name}.service"], stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True, check=True)
    score = re.search(r"Overall exposure level for .*: ([\d.]+)", done.stdout)
    assert float(score[1]) <= EXPOSURE[name], done.stdout


def test_only_net_may_open_internet_sockets(units):
    for name in ("oktad.service", "oktad-sync.service"):
        service = units[name]["Service"]
        assert service["PrivateNetwork"] == "yes"
        assert service["RestrictAddressFamilies"] == "AF_UNIX"
    assert units["oktad-net.service"]["Service"]["User"] == "oktad-net"
    assert units["oktad-sync.service"]["Service"]["User"] == "oktad-sync"
    assert "User" not in units["oktad.service"]["Service"]


def test_services_come_back_for_ever_and_wait_for_no_network(units):
    for name, unit in units.items():
        text = " ".join(unit["Unit"].values())
        assert "network-online" not in text and "network.target" not in text
        if name.endswith(".service"):
            assert unit["Service"]["Restart"] == "always"
            assert unit["Unit"]["StartLimitIntervalSec"] == "0"
    assert "nss-user-lookup.target" in units["oktad.service"]["Unit"]["Before"]


@pytest.mark.parametrize("name, mode", [("login", "0600"), ("self", "0666"),
                                        ("control", "0600"),
                                        ("internal", "0660")])
def test_sockets_have_their_mode_and_name(units, name, mode):
    socket = units[f"oktad-{name}.socket"]["Socket"]
    assert socket["ListenStream"] == f"/run/okta/{name}.sock"
    assert socket["SocketMode"] == mode
    assert socket["FileDescriptorName"] == name
    assert socket["Service"] == "oktad.service"
    assert socket.get("SocketUser", "root") == "root"


def test_users_and_folders_are_made_once_and_stay(product, tmp_path):
    root = str(tmp_path)
    shutil.copytree(f"{product}/usr/lib/sysusers.d",
                    f"{root}/usr/lib/sysusers.d")
    shutil.copytree(f"{product}/usr/lib/tmpfiles.d",
                    f"{root}/usr/lib/tmpfiles.d")
    os.mkdir(f"{root}/etc")
    seen = []
    for _ in range(2):
        subprocess.run(["systemd-sysusers", f"--root={root}", "okta.conf"],
                       check=True)
        subprocess.run(["systemd-tmpfiles", f"--root={root}", "--create",
                        "okta.conf"], check=True)
        with open(f"{root}/etc/passwd", encoding="utf-8") as f:
            people = dict(line.rstrip().split(":", 1) for line in f)
        folders = {p: oct(os.stat(root + p).st_mode & 0o7777)
                   for p in ("/run/okta", "/etc/okta", "/var/lib/okta",
                             "/var/lib/okta/public", "/var/lib/okta/private",
                             "/var/lib/okta/state")}
        seen.append((people, folders))
    assert seen[0] == seen[1]
    people, folders = seen[0]
    assert sorted(people) == ["oktad-login", "oktad-net", "oktad-sync"]
    for rest in people.values():
        assert rest.endswith("/nologin")
        assert int(rest.split(":")[1]) < 1000
    assert set(folders.values()) == {"0o755", "0o700"}
    assert folders["/var/lib/okta/private"] == "0o700"
    assert folders["/var/lib/okta/state"] == "0o700"
    state_owner = os.stat(root + "/var/lib/okta/state").st_uid
    assert state_owner == int(people["oktad-sync"].split(":")[1])
