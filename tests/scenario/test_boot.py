"""The installed units in a booted Debian 12: they start, come back after
kill -9, and serve a login through the sockets that systemd holds."""

import json
import os
import subprocess

import pytest

from private_host import TREE

BOOT = os.path.join(TREE, "tests/host/boot")
SERVICES = ("oktad", "oktad-net", "oktad-sync")
SOCKETS = ("login", "self", "control", "internal")

# Run in the booted tree; prints one JSON object. Everything is gathered in
# one boot, the tests below read it.
FACTS = r"""
import json, os, subprocess, sys, time

tree = sys.argv[1]
def sh(command):
    return subprocess.run(command, shell=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True).stdout.strip()

def show(unit, name):
    return sh(f"systemctl show -P {name} {unit}")

def login(name, password):
    done = subprocess.run(
        [tree + "/tests/host/talk", "-e", "assword:", password, "--", "ssh",
         "-o", "NumberOfPasswordPrompts=1", f"{name}@127.0.0.1", "id -un"],
        stdout=subprocess.PIPE, text=True)
    return [done.returncode, done.stdout.strip().splitlines()[-1:]]

def pid(unit):
    return int(show(unit + ".service", "MainPID") or 0)

def status(number):
    with open(f"/proc/{number}/status") as f:
        return dict(x.rstrip("\n").split(":\t", 1) for x in f if ":\t" in x)

facts = {"state": sh("systemctl is-system-running --wait"),
         "failed": sh("systemctl --failed --plain --no-legend"),
         "passwd": sh("getent passwd alice"), "units": {}, "process": {},
         "restart": {}}
services = ["oktad", "oktad-net", "oktad-sync"]
for unit in [s + ".service" for s in services] + [
        f"oktad-{n}.socket" for n in ("login", "self", "control", "internal")]:
    facts["units"][unit] = show(unit, "ActiveState")
facts["login"] = {"alice": login("alice", "Correct-Horse-7-alice"),
                  "wrong": login("alice", "Correct-Horse-7-wrong"),
                  "carol": login("carol", "Correct-Horse-7-carol")}
for name in services:
    number = pid(name)
    facts["process"][name] = {
        **{k: v for k, v in status(number).items()
           if k in ("Uid", "Gid", "CapEff", "CapBnd", "CapAmb", "NoNewPrivs",
                    "Seccomp")},
        "netns": os.readlink(f"/proc/{number}/ns/net")}
facts["netns"] = os.readlink("/proc/self/ns/net")
for name in services:
    for _ in range(3):
        before, start = pid(name), time.monotonic()
        os.kill(before, 9)
        while pid(name) in (0, before) and time.monotonic() - start < 20:
            time.sleep(0.05)
        facts["restart"].setdefault(name, []).append(
            round(time.monotonic() - start, 2))
facts["login after"] = login("alice", "Correct-Horse-7-alice")
facts["journal"] = sh("journalctl -b --no-pager -u 'oktad*' -n 200")
json.dump(facts, sys.stdout)
"""


@pytest.fixture(scope="module")
def facts(build):
    done = subprocess.run(
        [BOOT, "--build", build, "--", "/usr/bin/python3", "-c", FACTS, TREE],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        timeout=600, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout)


def test_system_is_up_with_every_unit_active(facts):
    assert facts["failed"] == ""
    assert facts["state"] == "running"
    assert set(facts["units"].values()) == {"active"}
    assert len(facts["units"]) == len(SERVICES) + len(SOCKETS)


def test_people_are_known_and_log_in_as_okta_says(facts):
    assert facts["passwd"].split(":")[0] == "alice", facts["journal"]
    assert facts["login"]["alice"] == [0, ["alice"]], facts["journal"]
    assert facts["login"]["wrong"][0] == 255
    assert facts["login"]["carol"][0] == 255


def test_each_process_has_its_user_and_no_more_rights_than_its_unit(facts):
    process = facts["process"]
    for name in SERVICES:
        assert process[name]["NoNewPrivs"] == "1", name
        assert process[name]["Seccomp"] == "2", name
        assert int(process[name]["CapAmb"], 16) == 0, name
    root = process["oktad"]
    assert set(root["Uid"].split()) == {"0"}
    # KILL, SETGID, SETUID, SETPCAP.
    assert int(root["CapBnd"], 16) == 1 << 5 | 1 << 6 | 1 << 7 | 1 << 8
    for name in ("oktad-net", "oktad-sync"):
        assert "0" not in process[name]["Uid"].split()
        assert int(process[name]["CapEff"], 16) == 0
        assert int(process[name]["CapBnd"], 16) == 0
    assert process["oktad-net"]["Uid"] != process["oktad-sync"]["Uid"]


def test_only_net_is_in_the_network_of_the_host(facts):
    assert facts["process"]["oktad-net"]["netns"] == facts["netns"]
    for name in ("oktad", "oktad-sync"):
        assert facts["process"][name]["netns"] != facts["netns"]


@pytest.mark.parametrize("name", SERVICES)
@pytest.mark.threat("T58", reduced="3 kills of each process, not 500")
def test_killed_process_is_back_within_two_seconds(facts, name):
    assert len(facts["restart"][name]) == 3
    assert max(facts["restart"][name]) < 2, facts["journal"]


def test_login_works_again_after_every_process_was_killed(facts):
    assert facts["login after"] == [0, ["alice"]], facts["journal"]
