"""Looks after a private host while tests use it, for what must hold in each
of them: no published directory gives anybody an id that is none of ours (T4),
and no secret of the run is in a log or a state file, at full debug (T109).

usage (inside): watcher.py follow    until SIGTERM; a line per directory
                watcher.py secrets   a line per secret that was found
"""

import ctypes
import json
import os
import re
import signal
import struct
import sys

PUBLIC = "/var/lib/okta/public"
SEEN = "/run/okta-host/directories"
LOG = "/run/okta-host/log"
RECORD = "/run/okta-host/record"
# What never is an id of a person or group, whatever okta.conf and an import of
# root's say: below is the machine's own, above are signed numbers, and there
# are systemd's homes and dynamic users, and nobody.
FLOOR, CEILING = 1000, 2147483647
SYSTEM = range(60000, 65536)
IN_MOVED_TO = 0x80
HEADER = "<QHHIQQQIIIIIIII"
USERS, GROUPS = 1, 4


def numbers(data, kind):
    """Pairs of numbers of the records in that section: uid and gid, or gid
    and 0."""
    count = struct.unpack_from(HEADER, data)[3]
    for n in range(count):
        which, _, offset, size = struct.unpack_from("<IIQQ", data,
                                                    256 + 24 * n)
        end = offset + size
        while which == kind and offset < end:
            step, first, second = struct.unpack_from("<III", data, offset)
            yield first, second if kind == USERS else 0
            offset += step


def judge(data):
    """What is wrong with the numbers of a directory, as words."""
    low, high = struct.unpack_from(HEADER, data)[7:9]
    wrong = [] if FLOOR <= low <= high <= CEILING else [f"range {low}-{high}"]
    groups = {g for g, _ in numbers(data, GROUPS)}
    wrong += [f"gid {g}" for g in groups
              if not low <= g <= high or g in SYSTEM]
    for uid, gid in numbers(data, USERS):
        if not low <= uid <= high or not low <= gid <= high or \
                uid in SYSTEM or gid in SYSTEM:
            wrong.append(f"uid {uid} gid {gid}")
        elif gid not in groups and gid != uid:
            wrong.append(f"uid {uid}: no group {gid}")
    return wrong


def follow():
    libc = ctypes.CDLL(None, use_errno=True)
    queue = libc.inotify_init()
    if queue < 0 or libc.inotify_add_watch(queue, PUBLIC.encode(),
                                           IN_MOVED_TO) < 0:
        sys.exit(f"{PUBLIC}: {os.strerror(ctypes.get_errno())}")
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    with open(SEEN, "a", encoding="ascii") as out:
        while True:
            if os.path.exists(PUBLIC + "/directory"):
                with open(PUBLIC + "/directory", "rb") as f:
                    data = f.read()
                out.write(json.dumps(judge(data)) + "\n")
                out.flush()
            while b"directory\0" not in os.read(queue, 65536):
                pass


SECRET = re.compile(
    r'"(?:access_token|id_token|refresh_token|sessionToken|stateToken|'
    r'password|passCode|answer|mfa_token|device_code|client_secret)\\*": *'
    r'\\*"((?:[^"\\]|\\\\.){8,}?)\\*"|'
    r'(?:client_assertion|password|mfa_token|device_code)=([^&"]{8,})|'
    r'"(?:authorization|dpop)": "(?:SSWS |Bearer |DPoP )?([^"]{8,})"|'
    r'"id\\*": *\\*"(102[A-Za-z0-9_-]{22})\\*"')


def secrets():
    """What Okta or people gave away in this run, by the emulator's record."""
    found = set()
    with open(RECORD, encoding="utf-8", errors="replace") as f:
        for line in f:
            for groups in SECRET.findall(line):
                found |= {g for g in groups if g}
    # Four hours of fleets leave many: the newest do.
    return [s.encode() for s in sorted(found)][:2000]


def search():
    wanted = secrets()
    paths = [LOG]
    for top in ("/var/lib/okta", "/run/okta"):
        for folder, _, names in os.walk(top):
            paths += [os.path.join(folder, n) for n in names]
    any_of = re.compile(b"|".join(map(re.escape, wanted)) or b"(?!)")
    for path in paths:
        if os.path.isfile(path):
            with open(path, "rb") as f:
                hit = any_of.search(f.read())
            if hit:
                print(f"{path}: {hit[0].decode(errors='replace')}")
    print(f"searched for {len(wanted)}")


if __name__ == "__main__":
    {"follow": follow, "secrets": search}[sys.argv[1]]()
