"""There is no way in without Okta: whatever fails on the way to it, the right
password opens no more than a wrong one, and nothing of an earlier login is
kept that could be asked in its place (T99, T100, T101)."""

import json

import pytest

from logins import OKTAD, PASSWORD
from private_host import TREE, PrivateHost
from wire_client import play

AUTHN = "/api/v1/authn"
FACTOR = "/api/v1/authn/factors/*"
LONG = "L" * 72  # as far as bcrypt reads
# What goes wrong, at the password and, where it is another step, the factor.
FAULTS = {
    "rate-limit": ("rate_limit", {}),
    "concurrency": ("concurrency", {}),
    **{f"status-{n}": ("status", {"status": n})
       for n in (400, 403, 404, 500, 502, 503, 504)},
    "page-503": ("html", {"status": 503}),
    "page-200": ("html", {"status": 200}),
    "redirect": ("redirect", {"location": "/api/v1/users/me"}),
    "reset": ("reset", {}),
    "reset-after": ("reset_after_request", {}),
    "stall-start": ("stall", {"where": "start", "seconds": 20}),
    "stall-head": ("stall", {"where": "head", "seconds": 20}),
    "stall-body": ("stall", {"where": "body", "seconds": 20}),
    "slow": ("slow", {"bytes": 1, "interval": 1}),
    "cut-json": ("truncate", {}),
    "cut-connection": ("truncate", {"transport": True}),
    "empty": ("empty", {"body": "none"}),
    "big-head": ("big_headers", {"bytes": 1 << 20}),
}
# What is broken in the host itself, and the words that mend it.
BROKEN = {
    "net-stopped": ("kill -STOP $(pidof oktad-net)",
                    "kill -CONT $(pidof oktad-net)"),
    "okta-hangs": ("kill -STOP $(pgrep -f [o]kta-emulator)",
                   "kill -CONT $(pgrep -f [o]kta-emulator)"),
}


def person(name, password, factors=()):
    return {"id": "00u" + name.rjust(17, "x"), "status": "ACTIVE",
            "profile": {"login": f"{name}@example.com",
                        "email": f"{name}@example.com",
                        "firstName": name, "lastName": "Test"},
            "password": password, "factors": list(factors),
            "groups": ["Linux Users"]}


@pytest.fixture(scope="module")
def host(build, tmp_path_factory):
    """Two people for each failure, so that no budget stands in the way: pN
    needs a password, mN a second factor as well."""
    with open(f"{TREE}/tests/emulator/orgs/default.json",
              encoding="utf-8") as f:
        org = json.load(f)
    for n in range(len(FAULTS) + len(BROKEN)):
        org["users"] += [person(f"p{n}", PASSWORD + "right"),
                         person(f"m{n}", PASSWORD + "right", ["totp"])]
    org["users"].append(person("long", LONG + "right"))
    org.setdefault("switches", {})["authn_per_second"] = 0
    path = tmp_path_factory.mktemp("offline") / "org.json"
    path.write_text(json.dumps(org))
    with PrivateHost("--build", build, "--org", str(path)) as h:
        yield h


TRY = """
import json, pwd
from concurrent.futures import ThreadPoolExecutor

def attempt(name, password, code="000000", rhost="192.0.2.9", wait_ms=4000,
            as_name=None):
    '''The verdict: 1 is yes.'''
    ident = secrets.token_bytes(16)
    with dial(LOGIN_SOCK) as s:
        s.sendall(frame(LOGIN, hello(pwd.getpwnam(name).pw_uid) +
                        field(4, as_name or name) + field(5, wait_ms) +
                        field(6, rhost), ident))
        asked = 0
        while True:
            op, fields = receive(s)
            if op == PROMPT:
                s.sendall(frame(REPLY, field(22, code if asked else password),
                                ident))
                asked += 1
            elif op == VERDICT:
                return struct.unpack(">I", fields[23])[0]

def verdicts(n, right, rhost):
    with ThreadPoolExecutor(4) as pool:
        json.dump(list(pool.map(
            lambda a: attempt(*a, rhost=rhost),
            [(f"{who}{n}", word) for who in "pm"
             for word in (right, right + "-not")])), sys.stdout)
"""


def all_four(host, n):
    """Verdicts of pN and mN, each with the right password and a wrong one."""
    return play(host, TRY + f"verdicts({n}, {PASSWORD + 'right'!r}, "
                f"'192.0.2.{n + 1}')")


def test_password_is_compared_whole_and_only_by_okta(host):
    for name, password, yes in (
            ("p0", PASSWORD + "right", True), ("long", LONG + "right", True),
            ("long", LONG + "wrong", False), ("long", LONG, False)):
        assert play(host, TRY + f"json.dump(attempt({name!r}, {password!r}, "
                    "wait_ms=30000), sys.stdout)") == (1 if yes else 0)


@pytest.mark.threat("T99")
@pytest.mark.parametrize("fault", FAULTS)
def test_failure_of_okta_opens_nothing(host, fault):
    kind, args = FAULTS[fault]
    before = len(host.requests())
    for path in (AUTHN, FACTOR):
        host.control("POST", "/faults", {"match": {"path": path}, "count": 0,
                                         "kind": kind, "args": args})
    try:
        found = all_four(host, list(FAULTS).index(fault))
    finally:
        host.control("DELETE", "/faults")
    assert len(found) == 4 and 1 not in found
    assert len(host.requests()) > before, "Okta was not even asked"


@pytest.mark.threat("T99")
@pytest.mark.parametrize("broken", BROKEN)
def test_failure_on_the_way_opens_nothing(host, broken):
    begin, end = BROKEN[broken]
    host.ok(begin)
    try:
        found = all_four(host, len(FAULTS) + list(BROKEN).index(broken))
    finally:
        host.ok(end)
    assert len(found) == 4 and 1 not in found


@pytest.mark.threat("T99")
@pytest.mark.threat("T100")
@pytest.mark.threat("T101")
def test_without_okta_the_right_password_of_this_minute_is_none(host):
    """Both have logged in before; then Okta is gone for good. Last of the
    file: nothing brings it back."""
    host.ok("kill -KILL $(pgrep -f [o]kta-emulator)")
    guesses = [PASSWORD + "right"] + [f"guess {n}" for n in range(19)]
    found = play(host, TRY + f"""
with ThreadPoolExecutor(4) as pool:
    json.dump(list(pool.map(lambda p: attempt("p0", p), {guesses!r})) +
              [attempt("long", {LONG + "right"!r}),
               attempt("long", {LONG + "wrong"!r}),
               attempt("long", {LONG + "right"!r}, as_name="l" * 200)],
              sys.stdout)
""")
    assert len(found) == 23 and 1 not in found
    # A restart finds nothing to go by either.
    host.ok(f"{OKTAD} stop; setsid oktad -f </dev/null >>$OKTA_LOG 2>&1 & "
            "for n in $(seq 600); do test -S /run/okta/login.sock && exit; "
            "sleep 0.1; done; exit 1")
    assert play(host, TRY + "json.dump(attempt('p0', "
                f"{PASSWORD + 'right'!r}), sys.stdout)") != 1
