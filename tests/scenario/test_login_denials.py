"""Before a password was accepted, no denial is told from another: the same
words at the same time, whatever the reason was; the admin is told."""

import concurrent.futures
import json
import re
import time

from logins import PASSWORD, talk

# Name, what is typed, and the reason that oktactl gives.
DENIED = [("alice", "guess", "password"),
          ("alice", "", "password"),
          ("carol", PASSWORD + "carol", "suspended"),
          ("carol", "guess", "suspended"),
          ("bob", PASSWORD + "bob", "lock"),
          ("bob", "guess", "lock"),
          ("dave", PASSWORD + "dave", None),  # not entitled: unknown here
          ("nobody-at-all", "guess", None)]


def denial(host, name, typed):
    start = time.monotonic()
    done = host.run(talk(("assword:", typed), seconds=30) +
                    f"pamtester sshd {name} authenticate")
    return done.returncode, done.stdout, time.monotonic() - start


def test_denials_are_alike_to_the_person_and_explained_to_the_admin(host):
    org = host.control("GET", "/org")
    bob = [u["id"] for u in org["users"]
           if u["profile"]["login"] == "bob@example.com"][0]
    host.control("PATCH", f"/users/{bob}", {"status": "LOCKED_OUT"})
    with concurrent.futures.ThreadPoolExecutor(len(DENIED)) as pool:
        found = list(pool.map(lambda d: denial(host, *d[:2]), DENIED))
    for code, _, seconds in found:
        assert code == 1
        assert 3 <= seconds < 8, found  # and a busy machine's own time
    assert len({words for _, words, _ in found}) == 1, found
    for name, _, reason in DENIED:
        if reason is None:
            continue
        told = json.loads(host.run(f"oktactl --json user {name}").stdout)
        assert re.search(reason, told["last_refusal"]["reason"]), told
