"""Where our processes write while people log in, a sync is made and the admin
looks: in our own folders, and nowhere else."""

import os
import re

import pytest

from logins import PASSWORD, add_key, as_user, ssh, ssh_key, talk

OURS = re.compile(r"/var/lib/okta/|/run/okta/|/var/lib/okta$|/run/okta$")
# Not files: what every program writes to.
DEVICES = {"/dev/null", "/dev/tty", "/dev/log"}
WRITING = re.compile(
    r'(?:open|openat)\([^"]*"([^"]*)", [A-Z_|]*(?:O_WRONLY|O_RDWR|O_CREAT)|'
    r'(?:mkdir|mkdirat|mknod|mknodat|creat|truncate|unlink|unlinkat|rmdir|'
    r'chmod|fchmodat|chown|lchown|fchownat|symlinkat|utimensat)'
    r'\([^"]*"([^"]*)"|'
    r'(?:rename|renameat|renameat2|link|linkat|symlink)'
    r'\([^"]*"([^"]*)"[^"]*"([^"]*)"')
CALLS = ("open,openat,creat,mkdir,mkdirat,mknod,mknodat,truncate,unlink,"
         "unlinkat,rmdir,chmod,fchmodat,chown,lchown,fchownat,symlink,"
         "symlinkat,link,linkat,rename,renameat,renameat2,utimensat")
STRACE = f"strace -f -y -qq -o {{}} -e trace={CALLS} "


def written(trace):
    """Paths that calls which could write have named, and that stood."""
    found = []
    for line in trace.splitlines():
        if " = -1 " in line:
            continue
        base = re.search(r"\((?:AT_FDCWD|\d+)<([^>]*)>", line)
        for groups in WRITING.findall(line):
            found += [os.path.join(base[1] if base else "?", g)
                      for g in groups if g]
    return found


def strays(trace):
    return sorted({p for p in written(trace)
                   if not OURS.match(p) and p not in DEVICES})


def test_a_write_elsewhere_is_seen():
    trace = ('12 openat(AT_FDCWD, "/etc/x", O_WRONLY|O_CREAT, 0600) = 3\n'
             '12 openat(AT_FDCWD, "/etc/y", O_RDONLY|O_CLOEXEC) = 3\n'
             '12 openat(AT_FDCWD, "/etc/z", O_RDWR) = -1 EACCES (x)\n'
             '12 rename("/run/okta/a", "/home/a") = 0\n'
             '12 openat(3</run/okta>, "new", O_WRONLY|O_CREAT, 0644) = 4\n'
             '12 openat(3</var>, "old", O_WRONLY|O_CREAT, 0644) = 4\n'
             '12 openat(AT_FDCWD, "/dev/null", O_RDWR) = 0\n')
    assert strays(trace) == ["/etc/x", "/home/a", "/var/old"]


@pytest.mark.threat("T45", reduced="logins, a sync, commands and the module "
                    "in pamtester; not every scenario of the suite")
def test_nothing_of_ours_writes_outside_of_its_folders(host):
    add_key(host, "alice")
    host.ok("mkdir -p /run/traces && chmod 777 /run/traces")
    host.ok(STRACE.format("/run/traces/oktad") +
            "$(pgrep -x 'oktad|oktad-net|oktad-sync' | sed 's/^/-p /') "
            ">/dev/null 2>&1 & echo $! >/run/strace.pid; for n in "
            "$(seq 600); do test -e /run/traces/oktad && exit 0; sleep 0.1; "
            "done; exit 1")
    try:
        assert ssh(host, "alice", PASSWORD + "alice")[0] == 0, host.log()
        assert ssh(host, "alice", "wrong")[0] == 255
        assert ssh_key(host, "alice").returncode == 0
        host.ok(STRACE.format("/run/traces/pamtester") +
                talk(("assword", PASSWORD + "alice")) +
                "pamtester sshd alice authenticate acct_mgmt "
                "'setcred(PAM_ESTABLISH_CRED)'")
        # As the person: nothing that they own tempts root to write there.
        host.run(as_user("alice") + "ln -s /etc/passwd /home/alice/.okta")
        for command in ("status", "user alice", "sync", "ids"):
            host.ok(STRACE.format("/run/traces/" + command.split()[0]) +
                    f"oktactl {command}")
    finally:
        host.ok("kill -INT $(cat /run/strace.pid); sleep 1")
    daemon = host.ok("cat /run/traces/oktad")
    assert "/var/lib/okta/public/confirmed" in written(daemon)
    assert strays(daemon) == []
    assert strays(host.ok("cat /run/traces/[!op]*")) == []
    # pamtester writes nothing itself, and neither does what is in it but for
    # the lock of other modules.
    assert [p for p in strays(host.ok("cat /run/traces/pamtester"))
            if not p.startswith(("/dev/pt", "/var/run/", "/run/utmp"))] == []
