"""The private root folder: the machine's own files with the product installed
over them, where every write goes to memory and is gone at the end."""

import ctypes
import os
import stat

from namespaces import libc
from step import SetupError, call

MS_RDONLY = 1
MS_REMOUNT = 32
MS_BIND = 4096

STAGE = "/run/okta-host"
ROOT = STAGE + "/root"
PRODUCT = STAGE + "/product"
# Kinds of mount that hold no files of the machine, or get a fresh instance.
KERNEL_FILES = {
    "autofs", "binfmt_misc", "bpf", "cgroup", "cgroup2", "configfs", "debugfs",
    "devpts", "devtmpfs", "efivarfs", "fusectl", "hugetlbfs", "mqueue", "nsfs",
    "proc", "pstore", "ramfs", "rpc_pipefs", "securityfs", "selinuxfs", "sysfs",
    "tracefs",
}
FRESH = ("/proc", "/sys", "/dev", "/run")


def prepare():
    """A place in memory for everything below; only this process and its
    children see it. Call first."""
    call("private mounts", "mount", "--make-rprivate", "/")
    call("private mounts", "mount", "-t", "tmpfs", "-o", "mode=0755",
         "okta-host", "/run")
    os.makedirs(ROOT)
    os.mkdir(PRODUCT)


def build(how, visible, share):
    """Puts the root folder together ("overlay", "bind", or None for whichever
    works) and makes it the root of this process. The folders in visible can
    be read inside, wherever they lie; share, if any, can be written to."""
    if how != "bind":
        try:
            _overlay("/", [PRODUCT])
            for point in _file_mounts():
                _overlay(point, [])
        except SetupError:
            if how == "overlay":
                raise
            how = "bind"
    if how == "bind":
        _bind_farm(visible)
    if share:
        os.makedirs(ROOT + share, exist_ok=True)
        call("shared folder", "mount", "--bind", share, ROOT + share)
    _kernel_folders()
    _enter()


def enter_tree(base, visible):
    """Makes another system's tree the root of this process, with writes going
    to memory. The folders in visible can be read inside."""
    for name in ("upper", "work"):
        os.mkdir(f"{STAGE}/{name}")
    call("private root", "mount", "-t", "overlay", "okta-tree", "-o",
         f"lowerdir={base},upperdir={STAGE}/upper,workdir={STAGE}/work", ROOT,
         remedy="a kernel with overlayfs")
    for path in visible:
        os.makedirs(ROOT + path, exist_ok=True)
        _bind_read_only(path)
    _kernel_folders()
    _enter()


def _overlay(point, above):
    name = point.strip("/").replace("/", "_") or "_"
    upper, work = f"{STAGE}/upper/{name}", f"{STAGE}/work/{name}"
    os.makedirs(upper)
    os.makedirs(work)
    here = os.stat(point)
    os.chmod(upper, stat.S_IMODE(here.st_mode))
    os.chown(upper, here.st_uid, here.st_gid)
    lower = ":".join([*above, point])
    call("private root", "mount", "-t", "overlay", "okta-host", "-o",
         f"lowerdir={lower},upperdir={upper},workdir={work}",
         ROOT + (point if point != "/" else ""),
         remedy="a kernel with overlayfs; or tests/host/run --root bind")


def _file_mounts():
    """Mount points below / with files of the machine, outermost first."""
    points = []
    with open("/proc/self/mountinfo", encoding="utf-8") as f:
        for line in f:
            left, right = line.split(" - ", 1)
            point = left.split()[4].encode().decode("unicode_escape")
            if point == "/" or right.split()[0] in KERNEL_FILES:
                continue
            if not os.path.isdir(point) or _below(point, FRESH):
                continue
            points.append(point)
    return sorted(set(points))


def _below(path, folders):
    return any(path == f or path.startswith(f + "/") for f in folders)


def _bind_farm(visible):
    """Without overlayfs: bind mounts of the machine's folders, read-only, and
    copies in memory of those that are written to."""
    copies = ("/etc", "/var/lib/pam", "/var/cache/debconf")
    empty = ("/tmp", "/var/tmp", "/var/log", "/home", "/root", "/var/lib/okta",
             "/var/lib/sudo", "/var/mail", "/var/spool/cron")
    call("private root", "mount", "-t", "tmpfs", "-o", "mode=0755",
         "okta-host", ROOT)
    _bind_folder("/", copies, empty)
    for path in copies:
        if os.path.isdir(path):
            call("private root", "cp", "-a", path + "/.", ROOT + path)
    call("private root", "cp", "-a", PRODUCT + "/.", ROOT)
    for path in sorted({p for p in [*visible, os.getcwd()] if p and p != "/"}):
        if _below(path, empty):
            os.makedirs(ROOT + path, exist_ok=True)
            _bind_read_only(path)


def _bind_folder(path, copies, empty):
    """Makes ROOT+path look like path. A folder that nothing is added to is
    one bind mount; one that is added to has its entries mounted one by one."""
    split = {os.path.dirname(p) for p in copies + empty}
    for entry in sorted(os.scandir(path), key=lambda e: e.name):
        here = entry.path
        if _below(here, FRESH) or here in copies or here in empty:
            os.makedirs(ROOT + here, exist_ok=True)
        elif entry.is_symlink():
            os.symlink(os.readlink(here), ROOT + here)
        elif entry.is_dir():
            os.mkdir(ROOT + here)
            if (any(_below(s, [here]) for s in split) or
                    os.path.isdir(PRODUCT + here)):
                _bind_folder(here, copies, empty)
                _like(here)
            else:
                _bind_read_only(here)
        elif entry.is_file() and not os.path.lexists(PRODUCT + here):
            with open(ROOT + here, "xb"):
                pass
            _bind_read_only(here)
    for path in empty:
        if os.path.isdir(path) and os.path.isdir(ROOT + path):
            _like(path)


def _bind_read_only(path):
    """There are thousands of these: the system call, not mount(8)."""
    source, target = path.encode(), (ROOT + path).encode()
    if (libc.mount(source, target, None, MS_BIND, None) != 0 or
            libc.mount(None, target, None,
                       MS_BIND | MS_REMOUNT | MS_RDONLY, None) != 0):
        raise SetupError("private root", f"bind mount of {path}: "
                         f"{os.strerror(ctypes.get_errno())}")


def _like(path):
    here = os.stat(path)
    os.chown(ROOT + path, here.st_uid, here.st_gid)
    os.chmod(ROOT + path, stat.S_IMODE(here.st_mode))


def _kernel_folders():
    """/proc, /sys, /dev and /run of this host alone."""
    call("private root", "mount", "-t", "proc", "-o", "nosuid,nodev,noexec",
         "proc", ROOT + "/proc")
    call("private root", "mount", "-t", "sysfs", "-o",
         "ro,nosuid,nodev,noexec", "sysfs", ROOT + "/sys")
    call("private root", "mount", "-t", "tmpfs", "-o", "mode=0755,nosuid",
         "dev", ROOT + "/dev")
    for name, major, minor in (("null", 1, 3), ("zero", 1, 5), ("full", 1, 7),
                               ("random", 1, 8), ("urandom", 1, 9),
                               ("tty", 5, 0)):
        os.mknod(f"{ROOT}/dev/{name}", stat.S_IFCHR | 0o666,
                 os.makedev(major, minor))
        os.chmod(f"{ROOT}/dev/{name}", 0o666)
    os.mkdir(ROOT + "/dev/pts")
    os.mkdir(ROOT + "/dev/shm")
    call("private root", "mount", "-t", "devpts", "-o",
         "newinstance,nosuid,noexec,ptmxmode=0666,mode=0620,gid=5", "devpts",
         ROOT + "/dev/pts")
    call("private root", "mount", "-t", "tmpfs", "-o", "nosuid,nodev",
         "shm", ROOT + "/dev/shm")
    os.symlink("pts/ptmx", ROOT + "/dev/ptmx")
    os.symlink("/proc/self/fd", ROOT + "/dev/fd")
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        os.symlink(f"/proc/self/fd/{number}", f"{ROOT}/dev/{name}")
    call("private root", "mount", "-t", "tmpfs", "-o",
         "mode=0755,nosuid,nodev", "run", ROOT + "/run")
    os.makedirs(ROOT + STAGE + "/machine")


def _enter():
    here = os.getcwd()
    call("private root", "pivot_root", ROOT, ROOT + STAGE + "/machine")
    os.chdir("/")
    call("private root", "umount", "-l", STAGE + "/machine")
    os.rmdir(STAGE + "/machine")
    try:
        os.chdir(here)
    except OSError:
        os.chdir("/root")
