"""oktad inside the private host, started the way an administrator does who
has no systemd."""

import os

import service

DIRECTORY = "/var/lib/okta/public/directory"
DEBUG = service.STAGE + "/debug"
CONFIRMED = "/var/lib/okta/public/confirmed"


def debug():
    """From now on, start() starts it with all that it can say."""
    with open(DEBUG, "wb"):
        pass


def start(*options):
    """Starts oktad -f with these options; returns once the first full sync of
    this start has been published."""
    before = _confirmed()
    if os.path.exists(DEBUG) and "-d" not in options:
        options = ("-d", *options)
    process = service.start("oktad", "/usr/sbin/oktad", "-f",
                            *options)
    service.wait("oktad", process, "its first sync published",
                 lambda: os.path.exists(DIRECTORY) and _confirmed() != before,
                 60)


def stop(*_):
    service.stop("oktad")


def _confirmed():
    try:
        return os.stat(CONFIRMED).st_mtime_ns
    except FileNotFoundError:
        return None
