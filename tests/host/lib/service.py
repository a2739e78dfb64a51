"""Programs that stay: started with their output in the log, waited for until
they answer."""

import os
import signal
import subprocess
import time

from rootfs import STAGE
from step import SetupError

LOG = STAGE + "/log"


def start(name, *argv, env=None):
    """Starts argv in a session of its own; its pid stands in STAGE/NAME.pid."""
    with open(LOG, "ab") as log:
        process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=log,
                                   stderr=log, start_new_session=True, env=env)
    with open(f"{STAGE}/{name}.pid", "w", encoding="ascii") as f:
        f.write(f"{process.pid}\n")
    return process


def wait(name, process, what, is_ready, seconds):
    """Returns once is_ready() is true; a process that ends before, or takes
    longer than the given seconds, is a SetupError."""
    end = time.monotonic() + seconds
    while not is_ready():
        if process.poll() is not None:
            raise SetupError(name, f"it ended with {process.returncode} "
                             f"before {what}\n" + tail())
        if time.monotonic() > end:
            raise SetupError(name, f"not {what} after {seconds} s\n" + tail())
        time.sleep(0.02)


def stop(name):
    """Ends the program of that name, politely for 5 s."""
    with open(f"{STAGE}/{name}.pid", encoding="ascii") as f:
        pid = int(f.read())
    for number, polls in ((signal.SIGTERM, 250), (signal.SIGKILL, 250)):
        try:
            os.kill(pid, signal.SIGCONT)
            os.kill(pid, number)
            for _ in range(polls):
                os.kill(pid, 0)
                time.sleep(0.02)
        except ProcessLookupError:
            return


def is_listening(port):
    """Without connecting, which sshd would log as an attack."""
    with open("/proc/net/tcp", encoding="ascii") as f:
        return any(line.split()[1].endswith(f":{port:04X}") and
                   line.split()[3] == "0A" for line in f.readlines()[1:])


def tail(lines=15):
    try:
        with open(LOG, encoding="utf-8", errors="replace") as f:
            return "".join("  | " + x for x in f.readlines()[-lines:]).rstrip()
    except FileNotFoundError:
        return "  (nothing logged)"
