"""/etc of the private host: what an administrator does by hand once."""

import glob
import os
import re

from step import SetupError, call

HOSTNAME = "okta-host"


def write(path, text, mode=0o644):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    with os.fdopen(os.open(path, flags, mode), "w", encoding="utf-8") as f:
        os.fchmod(f.fileno(), mode)
        f.write(text)


def hosts():
    write("/etc/hosts", f"127.0.0.1 localhost {HOSTNAME}\n::1 localhost\n")
    write("/etc/hostname", HOSTNAME + "\n")


def nsswitch():
    """Puts the shipped nsswitch lines in the place of the machine's."""
    found = glob.glob("/usr/share/doc/okta-login*/nsswitch.conf")
    if not found:
        raise SetupError("nsswitch", "no nsswitch.conf among the documents")
    with open(found[0], encoding="utf-8") as f:
        ours = re.findall(r"^(\w+):.*$", f.read(), re.M)
        f.seek(0)
        lines = [x for x in f.read().splitlines() if x and x[0] != "#"]
    with open("/etc/nsswitch.conf", encoding="utf-8") as f:
        kept = [x for x in f.read().splitlines()
                if x.split(":")[0].strip() not in ours]
    write("/etc/nsswitch.conf", "\n".join(lines + kept) + "\n")


def sudo():
    """The usual way to let an Okta group use sudo."""
    write("/etc/sudoers.d/okta-host", "%linux-admins ALL=(ALL:ALL) ALL\n",
          0o440)


def sshd():
    """Debian's own configuration as a fresh machine has it, and keys of this
    host alone."""
    template = "/usr/share/openssh/sshd_config"
    if os.path.exists(template):
        with open(template, encoding="utf-8") as f:
            write("/etc/ssh/sshd_config", f.read())
        for path in glob.glob("/etc/ssh/sshd_config.d/*.conf"):
            os.unlink(path)
    for path in glob.glob("/etc/ssh/ssh_host_*"):
        os.unlink(path)
    call("sshd", "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f",
         "/etc/ssh/ssh_host_ed25519_key")
    with open("/etc/ssh/ssh_host_ed25519_key.pub", encoding="utf-8") as f:
        write("/etc/ssh/ssh_known_hosts", f"127.0.0.1,localhost,{HOSTNAME} {f.read()}")


def debug():
    """pam_okta says what it does, in each stack."""
    for path in glob.glob("/etc/pam.d/*"):
        with open(path, encoding="utf-8") as f:
            text = f.read()
        new = re.sub(r"(pam_okta\.so[^\n]*)", r"\1 debug", text)
        if new != text:
            write(path, new)
