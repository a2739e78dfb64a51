"""The Okta session of a login: made when the login's own session begins, looked
at, refreshed, ended with it, and its id is in nobody's hands but oktad's."""

import json
import time
import uuid

import pytest

from canaries import plant, search
from logins import OKTAD, PASSWORD, ssh, talk
from presence import wait_until
from private_host import TREE, PrivateHost
from wire_client import play

API = "/api/v1/sessions"
ALICE = "00u1aliceEXAMPLE0001"
TOKEN = f"00sessions{uuid.uuid4().hex}"
POLL_S = 1
LOOK_S = 10 * POLL_S


def start(build, folder, more="", **switches):
    with open(f"{TREE}/tests/emulator/orgs/default.json",
              encoding="utf-8") as f:
        org = json.load(f)
    org["api_tokens"] = [{"token": TOKEN, "role": "ORG_ADMIN"}]
    org.setdefault("switches", {}).update(authn_per_second=0, **switches)
    with open(f"{TREE}/tests/host/token.conf", encoding="utf-8") as f:
        conf = f.read().replace("[directory]", "[directory]\n"
                                f"poll_interval = {POLL_S} s")
    (folder / "org.json").write_text(json.dumps(org))
    (folder / "okta.conf").write_text(
        f"{conf}\n[sessions]\nokta_sessions = on\n{more}")
    return PrivateHost("--build", build, "--org", str(folder / "org.json"),
                       "--config", str(folder / "okta.conf"))


@pytest.fixture(scope="module")
def host(build, tmp_path_factory):
    with start(build, tmp_path_factory.mktemp("okta-sessions")) as h:
        yield h


@pytest.fixture(autouse=True)
def fresh(request):
    """Nobody is in, no fault is left, and the record begins anew."""
    if "host" not in request.fixturenames:
        yield
        return
    h = request.getfixturevalue("host")
    h.control("DELETE", "/faults")
    h.control("PUT", "/org", {"switches": {"session_seconds": 7200}})
    h.since = len(h.requests())
    yield
    h.run("pkill -f '^sleep 888'")
    h.control("DELETE", "/faults")
    wait_until(lambda: sessions(h) == [], 30)
    wait_until(lambda: alive(h) == [], 30)


def sessions(host):
    return json.loads(host.ok("oktactl --json sessions"))["sessions"]


def asked(host, method=None):
    """Requests about sessions that oktad-net made in this test."""
    return [r for r in host.requests()[getattr(host, "since", 0):]
            if r["path"].startswith(API) and method in (None, r["method"]) and
            not r["headers"].get("user-agent", "").startswith("Python")]


def made(host):
    """Ids of the sessions that Okta has given, by its record."""
    found = []
    for r in asked(host, "POST"):
        if r["path"] == API and r["status"] == 200:
            body = r["resp_body"]
            found.append((json.loads(body) if isinstance(body, str)
                          else body)["id"])
    return found


CALL = """
import json, os, ssl, sys, urllib.error, urllib.request
r = urllib.request.Request(os.environ["OKTA_URL"] + {path!r}, method={method!r},
    headers={{"Authorization": "SSWS {token}"}})
try:
    with urllib.request.urlopen(r, timeout=10, context=ssl.create_default_context(
            cafile=os.environ["OKTA_CA"])) as a:
        print(a.status)
except urllib.error.HTTPError as e:
    print(e.code)
"""


def okta(host, method, ident):
    """What an admin does there: the HTTP status."""
    return int(host.python(CALL.format(path=f"{API}/{ident}", method=method,
                                       token=TOKEN)))


def alive(host):
    """Those that Okta still has."""
    return [i for i in made(host) if okta(host, "GET", i) == 200]


def log_in(host, number):
    """A login that stays, with its Okta session: that one's id."""
    before = len(made(host))
    host.ok("setsid " + talk(("assword:", PASSWORD + "alice"), seconds=600) +
            "ssh -tt -o NumberOfPasswordPrompts=1 -o PubkeyAuthentication=no "
            f"alice@127.0.0.1 sleep {number} >/dev/null 2>&1 </dev/null &")
    wait_until(lambda: is_there(host, number), 60)
    wait_until(lambda: len(made(host)) > before and
               all(s["okta_session"] for s in sessions(host)), 20)
    return made(host)[-1]


def is_there(host, number):
    return host.run(f"pgrep -fx 'sleep {number}'").returncode == 0


def log_out(host, number):
    host.run(f"pkill -fx 'sleep {number}'")


def test_made_looked_at_and_ended_with_the_login(host):
    ident = log_in(host, 8880)
    assert "Okta session" in host.ok("oktactl sessions")
    assert okta(host, "GET", ident) == 200
    wait_until(lambda: asked(host, "GET"), LOOK_S + 10)
    assert {r["path"] for r in asked(host, "GET")} == {f"{API}/{ident}"}
    assert {r["headers"]["authorization"] for r in asked(host)} == {
        "SSWS " + TOKEN}
    log_out(host, 8880)
    wait_until(lambda: asked(host, "DELETE"), 20)
    assert [(r["path"], r["status"]) for r in asked(host, "DELETE")] == [
        (f"{API}/{ident}", 204)]
    assert okta(host, "GET", ident) == 404
    assert ident not in host.log()


def test_a_short_life_is_refreshed_while_the_login_lasts(host):
    host.control("PUT", "/org", {"switches": {"session_seconds": 12}})
    ident = log_in(host, 8881)
    time.sleep(30)
    assert okta(host, "GET", ident) == 200
    assert [r["status"] for r in asked(host, "POST")
            if r["path"] == f"{API}/{ident}/lifecycle/refresh"][:2] == [200,
                                                                        200]
    assert is_there(host, 8881)


OPENS = f"""
import json
ALICE = int(os.popen("id -u alice").read())
PW = "{PASSWORD}alice"

def ticket():
    try:
        code, fields = login(LOGIN_SOCK, ALICE, "alice", PW)
    except (EOFError, ConnectionResetError):
        return None
    return fields[3].decode() if code == 1 else None

def session(op, ticket):
    with dial(LOGIN_SOCK) as s:
        s.sendall(frame(op, hello(ALICE, "sshd", ticket)))
        fields = receive(s)[1]
        return struct.unpack(">I", fields[23])[0], fields.get(3, b"").decode()
"""


def test_login_that_never_opens_leaves_nothing(host):
    assert play(host, OPENS + """
json.dump([ticket() is not None, session(OPEN, "0" * 32)[0]], sys.stdout)
""") == [True, 0]
    time.sleep(3)
    assert asked(host) == []
    # The control: one that opens.
    assert play(host, OPENS + """
handle = session(OPEN, ticket())[1]
time.sleep(3)
json.dump(session(CLOSE, handle)[0], sys.stdout)
""") == 1
    wait_until(lambda: asked(host, "DELETE"), 10)
    assert [r["method"] for r in asked(host)] == ["POST", "DELETE"]


def test_session_ended_in_okta_ends_its_login_and_no_other(host):
    first, second = log_in(host, 8882), log_in(host, 8883)
    assert first != second
    assert okta(host, "DELETE", first) == 204
    took = wait_until(lambda: not is_there(host, 8882), 2 * LOOK_S + 30)
    print(f"ended after {took:.1f} s")
    wait_until(lambda: "its session was ended in Okta" in host.log(), 20)
    assert is_there(host, 8883)
    assert okta(host, "GET", second) == 200
    # Twice it was not there, and then nobody asked any more.
    gone = [r for r in asked(host, "GET") if r["path"] == f"{API}/{first}"]
    assert [r["status"] for r in gone].count(404) == 2
    assert first not in host.log()


def test_okta_that_errs_ends_nobody(host):
    ident = log_in(host, 8884)
    for kind, args in (("status", {"code": "E0000009"}), ("html", {}),
                       ("status", {"code": "E0000011"}), ("empty", {}),
                       ("reset", {})):
        before = len(asked(host))
        host.control("DELETE", "/faults")
        host.control("POST", "/faults", {
            "match": {"path": f"{API}/*"}, "kind": kind, "count": 0,
            "args": args})
        wait_until(lambda: len(asked(host)) > before, 60)
    host.control("DELETE", "/faults")
    assert is_there(host, 8884)
    assert okta(host, "GET", ident) == 200


def test_okta_unreachable_at_logout_is_told_later(host):
    ident = log_in(host, 8885)
    host.control("POST", "/faults", {"match": {"path": f"{API}/*"},
                                     "kind": "reset", "count": 2})
    log_out(host, 8885)
    wait_until(lambda: any(r["status"] == 204
                           for r in asked(host, "DELETE")), 60)
    assert len(asked(host, "DELETE")) == 3
    assert okta(host, "GET", ident) == 404
    assert "not ended yet" in host.log()


def test_oktactl_logout_ends_it_in_okta(host):
    ident = log_in(host, 8886)
    host.ok("oktactl logout alice")
    wait_until(lambda: okta(host, "GET", ident) == 404, 20)
    assert not is_there(host, 8886)
    assert [r["status"] for r in asked(host, "DELETE")] == [204]


def test_restart_of_oktad_forgets_and_ends_nothing(host):
    ident = log_in(host, 8887)
    host.ok(f"{OKTAD} stop; {OKTAD} start -d")
    assert [s["okta_session"] for s in sessions(host)] == [False]
    before = len(asked(host))
    time.sleep(LOOK_S + 2)
    assert is_there(host, 8887)
    log_out(host, 8887)
    wait_until(lambda: sessions(host) == [], 20)
    assert len(asked(host)) == before
    assert okta(host, "GET", ident) == 200
    assert okta(host, "DELETE", ident) == 204  # for those who come after


def test_nothing_of_a_login_by_key_or_where_it_is_off(build, tmp_path):
    with start(build, tmp_path) as host:
        host.ok("sed -i 's/^okta_sessions.*/okta_sessions = off/' "
                "/etc/okta/okta.conf")
        host.ok(f"{OKTAD} restart")
        assert ssh(host, "alice", PASSWORD + "alice")[0] == 0
        assert asked(host) == []


def test_session_max_ends_the_session_and_not_the_login(build, tmp_path):
    with start(build, tmp_path, "session_max = 8 s\n") as host:
        ident = log_in(host, 8888)
        wait_until(lambda: asked(host, "DELETE"), 30)
        assert okta(host, "GET", ident) == 404
        time.sleep(LOOK_S + 5)
        assert is_there(host, 8888)
        assert [s["okta_session"] for s in sessions(host)] == [False]
        assert "refresh" not in json.dumps([r["path"] for r in asked(host)])


# --- where the id is ---

@pytest.mark.threat("T110", reduced="the id of an Okta session")
def test_the_id_is_nowhere_but_in_the_memory_of_oktad(build, tmp_path):
    """At full debug, after it was made, looked at and refreshed; and nowhere at
    all once it was ended."""
    with start(build, tmp_path, session_seconds=12) as host:
        host.ok(f"{OKTAD} stop; {OKTAD} start -d")
        host.ok("sed -i '/pam_okta/s/$/ debug/' /etc/pam.d/common-*")
        ident = log_in(host, 8889)
        wait_until(lambda: any(r["path"].endswith("/refresh")
                               for r in asked(host, "POST")), 30)
        host.ok("oktactl sessions; oktactl --json sessions; oktactl status")
        host.ok("oktactl session -", stdin=ident)
        wait_until(lambda: search(host, [ident])[0] ==
                   [["oktad memory", ident]], 60)
        hits, read, cores = search(host, [ident])
        assert hits == [["oktad memory", ident]], hits
        assert {"oktad", "oktad-net", "oktad-sync", "sshd"} <= set(read)
        assert min(read[n] for n in ("oktad", "oktad-net", "oktad-sync")) \
            > 500000, read
        assert cores == []
        with plant(host, ident):
            hits, _, _ = search(host, [ident])
            assert ["/tmp/planted.text", ident] in hits
            assert ["planted memory", ident] in hits
        log_out(host, 8889)
        wait_until(lambda: asked(host, "DELETE"), 20)
        wait_until(lambda: search(host, [ident])[0] == [], 60)


# --- a worker that was taken over ---

# Stands in the place of oktad-login: logs alice in, and hands oktad a session
# token that is not hers. Requests about sessions it leaves to the real one.
WORKER = r"""#!/usr/bin/python3 -I
import os, socket, struct, sys
TOKEN, REAL = {token!r}, "/usr/libexec/okta/oktad-login.real"


def field(tag, value):
    value = struct.pack(">I", value) if isinstance(value, int) else value
    return struct.pack(">HH", tag, len(value)) + value


def frame(op, ident, *fields):
    body = struct.pack(">HH", 1, op) + ident + b"".join(fields)
    return struct.pack(">I", len(body)) + body


def receive(s):
    def exactly(n):
        data = b""
        while len(data) < n:
            data += s.recv(n - len(data)) or sys.exit(1)
        return data
    body = exactly(struct.unpack(">I", exactly(4))[0])
    op, fields, at = struct.unpack(">H", body[2:4])[0], [], 20
    while at < len(body):
        tag, size = struct.unpack_from(">HH", body, at)
        fields.append((tag, body[at + 4:at + 4 + size]))
        at += 4 + size
    return op, fields


client, oktad = socket.socket(fileno=3), socket.socket(fileno=4)
if struct.unpack(">H", oktad.recv(8, socket.MSG_PEEK)[6:8])[0] == 161:
    os.execv(REAL, [REAL])
ident = dict(receive(oktad)[1])[359][8:24]
none = bytes(16)
oktad.sendall(frame(151, none))
oktad.recvmsg(4096, 64)     # leave, and a channel that it does not need
oktad.sendall(frame(154, none, field(140, 1), field(23, 1),
                    field(142, b"password"), field(146, TOKEN.encode())))
ticket = dict(receive(oktad)[1])[3]
client.sendall(frame(67, ident, field(23, 1), field(3, ticket)))
"""


BOB = f"""
import json, os, ssl, urllib.request
r = urllib.request.Request(os.environ["OKTA_URL"] + "/api/v1/authn",
    json.dumps({{"username": "bob@example.com",
                 "password": "{PASSWORD}bob"}}).encode(),
    {{"Content-Type": "application/json"}})
with urllib.request.urlopen(r, context=ssl.create_default_context(
        cafile=os.environ["OKTA_CA"])) as a:
    print(json.load(a)["sessionToken"], end="")
"""


@pytest.mark.parametrize("token", [None, "junk", "x" * 600],
                         ids=["bob-s", "junk", "long"])
def test_worker_hands_over_what_is_not_of_this_login(build, tmp_path, token):
    with start(build, tmp_path, mfa="never") as host:
        is_bob_s = token is None
        token = token or host.python(BOB)
        text = WORKER.format(token=token)
        host.python("import os\n"
                    "p = '/usr/libexec/okta/oktad-login'\n"
                    "os.rename(p, p + '.real')\n"
                    f"open(p, 'w').write({text!r})\n"
                    "os.chmod(p, 0o755)")
        got = play(host, OPENS + """
t = ticket()
handle = session(OPEN, t)[1] if t else ""
json.dump([t is not None, handle != ""], sys.stdout)
""")
        # One that breaks oktad's rules gets no ticket at all.
        assert got == [len(token) < 600] * 2, host.log()
        if is_bob_s:
            wait_until(lambda: asked(host, "DELETE"), 20)
            assert [r["status"] for r in asked(host)] == [200, 204]
            assert "what=refused" in host.log()
            assert "that of another person" in host.log()
        elif got[0]:
            wait_until(lambda: "not made" in host.log(), 20)
            assert [r["status"] for r in asked(host)] == [401]
        else:
            assert asked(host) == []
        assert [s["okta_session"] for s in sessions(host)] == \
            [False] * len(sessions(host))
