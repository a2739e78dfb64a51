"""Writes what programs of this host log (/dev/log) to standard output, one
line each: facility.severity and the text as sent."""

import os
import re
import socket
import sys

FACILITY = {0: "kern", 1: "user", 3: "daemon", 4: "auth", 9: "cron",
            10: "authpriv"}
SEVERITY = ("emerg", "alert", "crit", "err", "warning", "notice", "info",
            "debug")


def main(path="/dev/log"):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as s:
        s.bind(path)
        os.chmod(path, 0o666)
        while True:
            text = s.recv(65536).decode("utf-8", "replace").rstrip("\n\0")
            found = re.match(r"<(\d+)>", text)
            number = int(found[1]) if found else 13
            text = re.sub(r"^<\d+>(\w{3} +\d+ [\d:]{8} )?", "", text)
            where = FACILITY.get(number >> 3, str(number >> 3))
            sys.stdout.write(f"{where}.{SEVERITY[number & 7]} "
                             + text.replace("\n", "\\n") + "\n")
            sys.stdout.flush()


main()
