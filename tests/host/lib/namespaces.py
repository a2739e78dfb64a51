"""A process that is alone: own mounts, network, process ids, host name and
IPC. When it ends, the kernel ends everything that it started."""

import ctypes
import errno
import fcntl
import os
import signal
import socket
import struct
import sys

from step import SetupError

CLONE_NEWNS = 0x00020000
CLONE_NEWUTS = 0x04000000
CLONE_NEWIPC = 0x08000000
CLONE_NEWPID = 0x20000000
CLONE_NEWNET = 0x40000000
PR_SET_PDEATHSIG = 1
SIOCGIFFLAGS = 0x8913
SIOCSIFFLAGS = 0x8914
IFF_UP = 1

libc = ctypes.CDLL(None, use_errno=True)


def run_alone(child, is_up):
    """Runs child(tell) as process 1 of new namespaces and returns its exit
    status (128 + n after signal n). What child gives to tell, once, goes to
    is_up(pid, text) on this side. SIGTERM and SIGHUP are passed on."""
    if os.geteuid() != 0:
        raise SetupError("namespaces", "only root can set up a private host",
                         "run it as root (sudo)")
    _unshare(CLONE_NEWPID)
    reader, writer = os.pipe()
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if pid == 0:
        # Also where this program is killed with SIGKILL nothing stays behind.
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        os.close(reader)
        os._exit(child(lambda text: _tell(writer, text)))
    os.close(writer)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda n, _: os.kill(pid, n))
    with open(reader, encoding="utf-8") as pipe:
        text = pipe.read()
    if text:
        is_up(pid, text)
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    return code if code >= 0 else 128 - code


def leave_mounts():
    """Mounts of its own and nothing else, for process 1 alone."""
    _unshare(CLONE_NEWNS)


def leave_machine():
    """The rest of the namespaces, for process 1 alone."""
    _unshare(CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNET)


def _tell(writer, text):
    os.write(writer, text.encode())
    os.close(writer)


def _unshare(flags):
    if libc.unshare(flags) == 0:
        return
    err = ctypes.get_errno()
    raise SetupError(
        "namespaces", "the kernel does not allow new namespaces here: "
        f"{os.strerror(err)}",
        "in a container, give it CAP_SYS_ADMIN (docker run --privileged); "
        "or use a virtual machine" if err == errno.EPERM else
        "a kernel with mount, network, pid, uts and ipc namespaces")


def network_up():
    """The new network namespace has nothing but a loopback; switch it on."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        request = fcntl.ioctl(s, SIOCGIFFLAGS, struct.pack("16sH14x", b"lo", 0))
        flags = struct.unpack("16sH14x", request)[1]
        fcntl.ioctl(s, SIOCSIFFLAGS,
                    struct.pack("16sH14x", b"lo", flags | IFF_UP))
