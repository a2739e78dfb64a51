"""The command that the private host was set up for."""

import os
import pty
import signal
import sys


def run(argv, environment):
    """Runs argv to its end and returns its exit status, 128 + n after signal
    n, 127 where it can not be started. On a terminal it gets one of this
    host's own, since the outer one has no name in here."""
    child = os.fork()
    if child == 0:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_DFL)
        os.environ.update(environment)
        if os.isatty(0) and os.isatty(1):
            os._exit(_status(pty.spawn(argv)))
        try:
            os.execvp(argv[0], argv)
        except OSError as e:
            sys.stderr.write(f"{argv[0]}: {e.strerror}\n")
            os._exit(127)
    # Process 1 of this host: everything that lost its parent ends here.
    while True:
        pid, status = os.wait()
        if pid == child:
            return _status(status)


def _status(status):
    code = os.waitstatus_to_exitcode(status)
    return code if code >= 0 else 128 - code
