"""What each process of a running `oktad -f` is and may: users, capabilities,
system call filter, sockets; and what a login worker's user can not do."""

import json

import pytest

from logins import PASSWORD, talk

FACTS = """
import json, os, time

def text(path):
    try:
        with open(path, errors="replace") as f:
            return f.read()
    except OSError:
        return ""

def sockets(pid, kinds):
    inodes = set()
    for kind in kinds:
        for line in text("/proc/%s/net/%s" % (pid, kind)).splitlines()[1:]:
            inodes.add(line.split()[9 if kind != "unix" else 6])
    n = 0
    for fd in os.listdir("/proc/%s/fd" % pid):
        try:
            link = os.readlink("/proc/%s/fd/%s" % (pid, fd))
        except OSError:
            continue
        n += link.startswith("socket:[") and link[8:-1] in inodes
    return n

def facts():
    found = {}
    for pid in filter(str.isdigit, os.listdir("/proc")):
        name = os.path.basename(text("/proc/%s/cmdline" % pid).split("\\0")[0])
        if not name.startswith("oktad"):
            continue
        status = dict(line.split(":\\t", 1) for line in
                      text("/proc/%s/status" % pid).splitlines()
                      if ":\\t" in line)
        limits = text("/proc/%s/limits" % pid).splitlines()
        found[name] = {
            "pid": int(pid), "status": status,
            "core": [x.split()[4:6] for x in limits if "core file" in x][0],
            "environ": text("/proc/%s/environ" % pid).strip("\\0"),
            "owner": os.stat("/proc/%s/fd" % pid).st_uid,
            "inet": sockets(pid, ("tcp", "tcp6", "udp", "udp6", "raw")),
            "netns": os.readlink("/proc/%s/ns/net" % pid)}
    return found

end = time.monotonic() + 20
while time.monotonic() < end:
    found = facts()
    if "oktad-login" in found:
        break
    time.sleep(0.05)
found["self"] = {"netns": os.readlink("/proc/self/ns/net")}
json.dump(found, __import__("sys").stdout)
"""

# As the user of the workers, in a process of its own: what stands open?
SIBLING = """
import ctypes, glob, json, os, sys
pid, uid, gid = (int(x) for x in sys.argv[1:])
os.setgroups([])
os.setresgid(gid, gid, gid)
os.setresuid(uid, uid, uid)
libc = ctypes.CDLL(None, use_errno=True)
opened = []
for name in ("mem", "environ", "maps", "auxv", "fd/3", "fd/4", "root",
             "cwd/x", "syscall", "stack"):
    try:
        os.close(os.open("/proc/%d/%s" % (pid, name), os.O_RDONLY))
        opened.append(name)
    except OSError:
        pass
for kind, request in (("attach", 16), ("seize", 0x4206)):
    if libc.ptrace(request, pid, None, None) == 0:
        opened.append(kind)
for call, name in ((310, "process_vm_readv"), (438, "pidfd_getfd")):
    buffer = ctypes.create_string_buffer(64)
    if call == 438:
        fd = libc.syscall(434, pid, 0)
        if fd >= 0 and libc.syscall(438, fd, 3, 0) >= 0:
            opened.append(name)
for path in ("/etc/okta/okta.conf", "/var/lib/okta/state",
             "/var/lib/okta/state/state.db", "/var/lib/okta/private",
             "/var/lib/okta/private/people", "/var/lib/okta/private/budget",
             "/run/okta/login.sock", "/run/okta/control.sock",
             *glob.glob("/etc/okta/*")):
    if path.endswith("okta.conf.d"):
        continue    # a folder; the files in it are checked by oktad
    try:
        os.close(os.open(path, os.O_RDONLY | os.O_PATH))
        os.close(os.open(path, os.O_RDONLY))
        opened.append(path)
    except OSError:
        pass
json.dump(opened, sys.stdout)
"""


@pytest.fixture(scope="module")
def facts(host):
    """Of all programs, while a login waits for Okta."""
    host.control("POST", "/faults", {
        "match": {"path": "/api/v1/authn"}, "kind": "stall", "count": 1,
        "args": {"seconds": 15}})
    host.ok("(" + talk(("assword", PASSWORD + "alice")) +
            "ssh -o PubkeyAuthentication=no alice@127.0.0.1 true"
            " >/dev/null 2>&1 &)")
    found = json.loads(host.python(FACTS))
    assert set(found) == {"oktad", "oktad-net", "oktad-sync", "oktad-login",
                          "self"}, host.log()
    for who in ("oktad-login", "root"):
        found["opened by " + who] = json.loads(host.ok(
            "exec /usr/bin/python3 - %d $(id -u %s) $(id -g %s)" %
            (found["oktad-login"]["pid"], who, who), stdin=SIBLING))
    yield found
    host.control("DELETE", "/faults")


SERVICES = ("oktad-net", "oktad-sync", "oktad-login")


@pytest.mark.threat("T60")
def test_each_service_has_its_user_and_nothing_of_root(facts, host):
    users = set()
    for name in SERVICES:
        status = facts[name]["status"]
        uid = host.ok(f"id -u {name}").strip()
        gid = host.ok(f"id -g {name}").strip()
        assert status["Uid"].split() == [uid] * 4, name
        assert status["Gid"].split() == [gid] * 4, name
        assert status["Groups"].split() in ([], [gid]), name
        for kind in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
            assert int(status[kind], 16) == 0, (name, kind)
        users.add(uid)
    assert len(users) == 3 and "0" not in users


def test_each_service_is_filtered_and_closed_to_others(facts):
    for name in SERVICES:
        assert facts[name]["status"]["NoNewPrivs"] == "1", name
        assert facts[name]["status"]["Seccomp"] == "2", name
    for name in ("oktad", *SERVICES):
        assert facts[name]["core"] == ["0", "0"], name
        assert facts[name]["owner"] == 0, name
    for name in SERVICES:
        assert facts[name]["environ"] == "", name


def test_only_net_has_sockets_of_the_network(facts):
    assert facts["oktad-net"]["inet"] >= 1
    for name in ("oktad", "oktad-sync", "oktad-login"):
        assert facts[name]["inet"] == 0, name
        assert facts[name]["netns"] != facts["self"]["netns"], name
    assert facts["oktad-net"]["netns"] == facts["self"]["netns"]


def test_users_of_the_workers_open_no_worker_and_no_state(facts):
    assert facts["opened by oktad-login"] == []
    # The control: the same questions are answered for root.
    assert {"environ", "maps", "/etc/okta/okta.conf",
            "/var/lib/okta/private/people"} <= set(facts["opened by root"])
