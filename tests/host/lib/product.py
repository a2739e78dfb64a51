"""The built product, installed the way a package installs it."""

import fcntl
import os

from rootfs import PRODUCT
from step import SetupError, call


def find_build(tree, asked):
    """The build folder: the one asked for, else $OKTA_BUILD (which tests/run
    sets), else the tree itself or its newest configured _b folder."""
    asked = asked or os.environ.get("OKTA_BUILD")
    folders = [asked] if asked else [tree] + sorted(
        (e.path for e in os.scandir(tree)
         if e.name.startswith("_b") and e.is_dir()),
        key=os.path.getmtime, reverse=True)
    for folder in folders:
        if os.path.exists(os.path.join(folder, "config.status")):
            return os.path.abspath(folder)
    raise SetupError("build", f"no configured build in {asked or tree}",
                     "./bootstrap && mkdir -p _b && cd _b && ../configure && "
                     "make")


def stage(build):
    """make install into PRODUCT. Several hosts may be set up from one build at
    the same time, and libtool relinks in the build folder: one by one."""
    env = {k: v for k, v in os.environ.items()
           if k not in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS")}
    with open(os.path.join(build, "config.status"), "rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        call("make install", "make", "-s", "-C", build, "install",
             f"DESTDIR={PRODUCT}", env=env,
             remedy=f"make -C {build}, and mend what it says")


def settle():
    """What a package's scripts do after unpacking, with the shipped files."""
    call("service users", "systemd-sysusers",
         "/usr/lib/sysusers.d/okta.conf")
    call("folders", "systemd-tmpfiles", "--create",
         "/usr/lib/tmpfiles.d/okta.conf")
    env = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    call("pam.d", "pam-auth-update", "--force", "--package", "--enable",
         "okta", "okta-password", "mkhomedir", env=env)
