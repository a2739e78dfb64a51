"""Modules of one version and files of another, as after an upgrade."""

import base64
import os
import subprocess

import pytest

import frozen_directory
from private_host import PrivateHost

MIN, MAX = 1879048192, 2147352575
DIRECTORY = "/var/lib/okta/public/directory"
ALICE = (MIN + 1, MIN + 1, "alice", "Alice A.", "/home/alice", "/bin/bash",
         [MIN + 11, MIN + 12])
BARTHOLOMEW = (MIN + 2, MIN + 11, "bartholomew-jr", "", "/home/b", "/bin/sh",
               [MIN + 12])
USERS = [ALICE, BARTHOLOMEW]
GROUPS = [(MIN + 11, "dev", ["alice"]),
          (MIN + 12, "ops", ["alice", "bartholomew-jr"])]
# What a later minor version may add.
AHEAD = {"version": (1, 1), "flags": 1 << 5, "user_flags": 1 << 9,
         "more": [(17, b"what is not known yet"), (4711, b"")],
         "reserved": b"\1" * 168}
KNOWN = f"""
alice:*:{MIN + 1}:{MIN + 1}:Alice A.:/home/alice:/bin/bash
bartholomew-jr:*:{MIN + 2}:{MIN + 11}::/home/b:/bin/sh
dev:*:{MIN + 11}:alice
ops:*:{MIN + 12}:alice,bartholomew-jr
alice:*:{MIN + 1}:
alice {MIN + 11} {MIN + 12}
""".lstrip()
ASK = f"""
getent -s okta passwd alice {MIN + 2}
getent -s okta group dev {MIN + 12} alice
echo $(getent -s okta initgroups alice)
"""


@pytest.fixture(scope="module")
def host(build):
    subprocess.run(["make", "-s", "-C", build, "tests/make_snapshot"],
                   check=True)
    with PrivateHost("--build", build, "--no-oktad") as h:
        h.ok(f"mkdir -p {os.path.dirname(DIRECTORY)}")
        yield h


def put(host, data, path=DIRECTORY):
    host.ok(f"umask 022; base64 -d >{path}.new && mv {path}.new {path}",
            stdin=base64.b64encode(data).decode())


def frozen(**kwargs):
    return frozen_directory.write(USERS, GROUPS, ids=(MIN, MAX), **kwargs)


def written_today(host, build):
    """The same people by today's writer."""
    lines = [f"user\t{u[0]}\t" + "\t".join(map(str, u[1:6])) +
             f"\t00u{u[0]}\t{u[2]}@example.com\t2\t0" for u in USERS]
    lines += [f"group\t{g[0]}\t{g[1]}\t00g{g[0]}" for g in GROUPS]
    lines += [f"member\t{g}\t{u[0]}" for u in USERS for g in u[6]]
    host.ok(f"umask 022; {build}/tests/make_snapshot - /tmp/today",
            stdin="\n".join(lines) + "\n")
    return base64.b64decode(host.ok("base64 /tmp/today"))


@pytest.mark.threat("T78")
def test_todays_module_reads_the_file_of_1_0_and_later_minor_ones(host):
    for name, extra in (("1.0", {}), ("1.1", AHEAD),
                        ("1.65535", {**AHEAD, "version": (1, 65535)})):
        put(host, frozen(**extra))
        assert host.run(ASK).stdout == KNOWN, name


@pytest.mark.threat("T78")
def test_module_of_1_0_reads_todays_file(host, build):
    found = frozen_directory.Directory(written_today(host, build))
    assert found.ids == (MIN, MAX)
    for user in USERS:
        assert found.user_by_name(user[2]) == user
        assert found.user_by_uid(user[0]) == user
    for group in GROUPS:
        assert found.group_by_gid(group[0]) == group
    assert found.user_by_name("nosuch") is None
    assert found.user_by_uid(MIN + 3) is None


# What a program gets from getpwnam_r(3): number and whether there is a result.
ERRNO = """
import ctypes
c = ctypes.CDLL(None)
out, buf = ctypes.create_string_buffer(256), ctypes.create_string_buffer(4096)
found = ctypes.c_void_p()
print(c.getpwnam_r(b"alice", out, buf, ctypes.c_size_t(4096),
                   ctypes.byref(found)), found.value is not None)
"""


@pytest.mark.threat("T78")
def test_other_major_versions_are_unavailable_and_not_empty(host):
    for major in (0, 2, 65535):
        put(host, frozen(version=(major, 0)))
        assert host.run("getent -s okta passwd alice").returncode == 2
        assert host.python(ERRNO).split() == ["5", "False"], major  # EIO


# Looks up without a pause and writes down what failed; the one at the far end
# of the pipe ends it.
READER = """
import os, pwd, grp, select, sys
n = failed = 0
while not select.select([0], [], [], 0)[0]:
    n += 1
    try:
        ok = (pwd.getpwnam("alice").pw_uid == {uid} and
              len(os.getgrouplist("alice", {uid})) == 3 and
              pwd.getpwuid({uid}).pw_dir == "/home/alice")
    except KeyError:
        ok = False
    failed += not ok
print(n, failed)
""".format(uid=MIN + 1)

UPGRADE = r"""
set -e
cd /tmp
cp {module} module
for round in $(seq 10); do
    for file in old ahead today; do
        # As dpkg puts a file in place.
        cp module {module}.dpkg-new
        mv {module}.dpkg-new {module}
        cp $file {directory}.new
        mv {directory}.new {directory}
        sleep 0.1
        getent -s okta passwd alice >>answers || echo failed >>answers
    done
done
sort -u answers
"""


@pytest.mark.threat("T78")
def test_upgrade_of_module_and_file_fails_no_look_up(host, build):
    for name, data in (("old", frozen()), ("ahead", frozen(**AHEAD)),
                       ("today", written_today(host, build))):
        put(host, data, f"/tmp/{name}")
    host.ok(f"cp /tmp/old {DIRECTORY}")
    module = host.ok("find /usr/lib -name libnss_okta.so.2").strip()
    readers = [subprocess.Popen(
        host.argv("/usr/bin/python3", "-c", READER), stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, text=True, env=host.environment)
        for _ in range(3)]
    out = host.ok(UPGRADE.format(module=module, directory=DIRECTORY))
    assert out == KNOWN.splitlines(keepends=True)[0]
    for reader in readers:
        n, failed = map(int, reader.communicate("\n", 60)[0].split())
        assert n > 100
        assert failed == 0
