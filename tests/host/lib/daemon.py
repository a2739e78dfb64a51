"""oktad inside the private host, started the way an administrator does who
has no systemd."""

import os

import service

DIRECTORY = "/var/lib/okta/public/directory"
CONFIRMED = "/var/lib/okta/public/confirmed"


def start(*options):
    """Starts oktad -f with these options; returns once the first full sync of
    this start has been published."""
    before = _confirmed()
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
