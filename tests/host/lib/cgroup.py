"""Control groups of one boot alone. systemd-nspawn --keep-unit puts what it
boots into "payload" below its own group: two boots from one group would share
every unit's group, and neither would see its units end."""

import contextlib
import os

from step import SetupError


@contextlib.contextmanager
def alone(name):
    """This process and what it starts is in groups of that name, in each
    hierarchy that systemd uses; they are gone afterwards."""
    groups = [(old, f"{old}/{name}") for old in _groups()]
    try:
        for _, group in groups:
            os.makedirs(group, exist_ok=True)
            _join(group)
        yield
    except OSError as e:
        raise SetupError("control group", f"{e.filename}: {e.strerror}",
                         "a container with a writable /sys/fs/cgroup") from e
    finally:
        for old, group in groups:
            with contextlib.suppress(OSError):
                _join(old)
                _remove(group)


def _groups():
    """Folders of the groups that this process is in: of cgroup2, and of
    systemd's own hierarchy where there is one."""
    with open("/proc/self/cgroup", encoding="ascii") as f:
        mine = [line.rstrip("\n").split(":", 2) for line in f]
    points = {}
    with open("/proc/self/mountinfo", encoding="utf-8") as f:
        for line in f:
            left, right = line.split(" - ", 1)
            kind, _, options = right.split()[:3]
            if kind == "cgroup2":
                points[""] = left.split()[4]
            elif kind == "cgroup" and "name=systemd" in options.split(","):
                points["name=systemd"] = left.split()[4]
    return [points[which] + path.rstrip("/") for _, which, path in mine
            if which in points]


def _join(group):
    with open(group + "/cgroup.procs", "w", encoding="ascii") as f:
        f.write("0")


def _remove(group):
    for folder, _, _ in os.walk(group, topdown=False):
        os.rmdir(folder)
