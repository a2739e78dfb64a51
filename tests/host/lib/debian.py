"""Fresh Debian 12 trees, made by debootstrap once and kept outside the
checkout; every use gets a copy in memory over it."""

import fcntl
import hashlib
import os
import shutil

from step import SetupError, call

SUITE = "bookworm"
REMEDY = "the Debian archive must be reachable; see the log named above"


def cache_folder():
    top = os.environ.get("XDG_CACHE_HOME") or "/var/cache"
    return os.path.join(top, "okta-tests")


def tree(packages, beside=()):
    """The folder of a minimal Debian 12 with these packages, and in /opt the
    files of those that do not go together with them. Never written to once it
    is there."""
    for name in ("debootstrap", "chroot"):
        if not shutil.which(name):
            raise SetupError("debian tree", f"no {name} here",
                             "tests/packages boot")
    words = " ".join([*sorted(packages), *("/" + b for b in sorted(beside))])
    name = "debian-12-" + hashlib.sha256(words.encode()).hexdigest()[:12]
    folder = os.path.join(cache_folder(), name)
    os.makedirs(cache_folder(), mode=0o700, exist_ok=True)
    with open(folder + ".lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not os.path.exists(folder):
            _make(folder, packages, beside)
    return folder


def _mirror():
    """Where this machine gets its own packages from, as arguments of
    debootstrap; none where it is another Debian: debootstrap knows one."""
    try:
        targets = call("mirror", "apt-get", "indextargets", "--format",
                       "$(CODENAME) $(REPO_URI)", "Created-By: Packages")
    except SetupError:
        return []
    for line in targets.splitlines():
        codename, uri = line.split(" ", 1)
        if codename == SUITE:
            return [uri]
    return []


def _make(folder, packages, beside):
    new = folder + ".new"
    shutil.rmtree(new, ignore_errors=True)
    # It mounts /proc and /sys in there: nothing that others need to see.
    call("debootstrap", "unshare", "--mount", "--propagation", "private",
         "debootstrap", "--variant=minbase", "--include=ca-certificates",
         SUITE, new, *_mirror(), remedy=REMEDY)
    for path in ("/etc/resolv.conf", "/etc/hosts"):
        shutil.copy(path, new + path)
    # Nothing that is installed shall start before the tree is booted.
    policy = new + "/usr/sbin/policy-rc.d"
    with open(policy, "w", encoding="ascii") as f:
        f.write("#!/bin/sh\nexit 101\n")
    os.chmod(policy, 0o755)
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C"}
    for argv in (["apt-get", "update"],
                 ["apt-get", "install", "-y", "--no-install-recommends",
                  *packages], *(_unpacking(b) for b in beside),
                 ["apt-get", "clean"]):
        call("packages of the tree", "chroot", new, *argv, env=env,
             remedy=REMEDY)
    os.unlink(policy)
    os.rename(new, folder)


def _unpacking(package):
    return ["sh", "-c", "cd /tmp && apt-get download -q \"$1\" && "
            "dpkg -x \"$1\"_*.deb \"/opt/$1\" && rm \"$1\"_*.deb", "-",
            package]
