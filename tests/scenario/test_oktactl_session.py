"""oktactl session: one session of Okta's own, by its id, which is a secret. It
is in no text, no line of the log and no argument of a process of ours."""

import json
import re
import subprocess
import uuid

import pytest

import admins
from admins import Asked
from canaries import plant, search
from logins import TALK
from okta_web import is_alive, session_of, token_of
from presence import wait_until
from private_host import TREE, PrivateHost

API = "/api/v1/sessions"
ALICE = "00u1aliceEXAMPLE0001"
READ, MANAGE = "okta.sessions.read", "okta.sessions.manage"


@pytest.fixture(scope="module")
def host(build):
    with PrivateHost("--build", build) as h:
        admins.give(h)
        h.before = h.control("GET", "/org")
        h.ids = []
        yield h
        log = h.log()
        assert "session" in log
        assert [i for i in h.ids if i in log] == []


@pytest.fixture
def session(host):
    one = session_of(host)
    host.ids.append(one["id"])
    yield one
    host.control("DELETE", "/faults")
    host.control("PUT", "/org", {k: host.before[k] for k in (
        "users", "clients")} | {"switches": {"session_seconds": 7200}})
    host.ok("oktactl token reset")


def run(host, ident, words="", code=0, options=""):
    """With the id on standard input; nobody is told it."""
    done = host.run(f"oktactl {options} session - {words}", stdin=ident + "\n")
    assert done.returncode == code, done.stdout + done.stderr
    assert ident not in done.stdout + done.stderr
    return done


def asked(host, since):
    """What Okta was asked about sessions, but for what the tests ask."""
    return [(r["method"], r["path"], r["query"], r["body"], r["status"])
            for r in host.requests(since) if r["path"].startswith(API) and
            "Python" not in r["headers"].get("user-agent", "")]


def seen(host):
    new = host.requests()
    return new[-1]["n"] if new else 0


def seconds(stamp):
    """As oktactl shows a time of Okta's."""
    return re.sub(r"\.\d{3}Z$", "Z", stamp)


def test_session_is_shown(host, session):
    since = seen(host)
    shown = json.loads(run(host, session["id"], options="--json").stdout)
    assert asked(host, since) == [
        ("GET", f"{API}/{session['id']}", "", "", 200)]
    assert shown == {
        "user": ALICE, "login": "alice@example.com", "status": "ACTIVE",
        "created": seconds(session["createdAt"]),
        "expires": seconds(session["expiresAt"]),
        "password_proven": seconds(session["lastPasswordVerification"]),
        "factor_proven": None, "amr": ["pwd"], "idp": session["idp"],
        "mfa": False}
    text = run(host, session["id"]).stdout
    assert text.startswith(f"alice@example.com ({ALICE}), ACTIVE\n")
    for part in (shown["expires"], "pwd", "OKTA", "second factor never"):
        assert part in text


def test_id_may_be_a_word(host, session):
    done = host.run(f"oktactl session {session['id']}")
    assert done.returncode == 0 and ALICE in done.stdout
    assert session["id"] not in done.stdout


def test_end_ends_it(host, session):
    record = Asked(host)
    done = json.loads(run(host, session["id"], "--end --yes",
                          options="--json").stdout)
    assert record.calls == [("DELETE", f"{API}/{session['id']}", "", "")]
    assert record.scopes == [MANAGE]
    assert not is_alive(host, session["id"])
    assert done == {"result": "done", "command": "session end", "targets": [
        {"kind": "person", "id": ALICE, "name": "alice@example.com"}],
        "request": done["request"]}
    line = re.findall("event=change .*", host.log())[-1]
    assert 'what="session end"' in line and "result=done" in line
    assert ALICE in line and "alice@example.com" in line
    assert f"request={done['request']}" in line
    for words in ("", "--end --yes", "--refresh --yes"):
        assert "has ended, or never was" in run(
            host, session["id"], words, 1).stderr


def test_refresh_makes_it_last(host, session):
    host.control("PUT", "/org", {"switches": {"session_seconds": 9000}})
    record = Asked(host)
    done = json.loads(run(host, session["id"], "--refresh --yes",
                          options="--json").stdout)
    assert record.calls == [
        ("POST", f"{API}/{session['id']}/lifecycle/refresh", "", "")]
    assert record.scopes == [MANAGE]
    assert done["expires"] > seconds(session["expiresAt"])
    shown = json.loads(run(host, session["id"], options="--json").stdout)
    assert shown["expires"] == done["expires"]
    assert f"until {shown['expires']}" in run(host, session["id"]).stdout


@pytest.mark.parametrize("ident", [
    "102NoSuchSessionEXAMPLE99", "me", "x", "a/b", "../users/me", "a b",
    "102a?x=1", "%2e%2e", "", "x" * 65, "y" * 600])
def test_what_is_no_session_is_said_to_be_none(host, session, ident):
    since = seen(host)
    done = host.run("oktactl session -", stdin=ident + "\n")
    assert done.returncode == 1, done.stdout + done.stderr
    assert len(ident) < 5 or ident not in done.stderr
    assert all(call[0] == "GET" and call[1] == f"{API}/{ident}" and
               call[4] == 404 for call in asked(host, since))


def terminal(host, words, *pairs):
    """(exit status, what a terminal shows)."""
    says = "".join(f" -e '{prompt}' '{answer}'" for prompt, answer in pairs)
    done = host.run(f"{TALK} -t 60{says} -- oktactl {words}")
    return done.returncode, done.stdout.replace("\r", "")


@pytest.mark.parametrize("answer", ["y", "n"])
def test_terminal_shows_whose_it_is_and_no_id(host, session, answer):
    code, shown = terminal(host, "session - --end",
                           ("Id of the session:", session["id"]),
                           ("y/N", answer))
    assert session["id"] not in shown and "Id of the session:" in shown
    assert re.search(rf"^session end: alice@example.com \({ALICE}, ACTIVE\), "
                     f"until {seconds(session['expiresAt'])}$", shown, re.M)
    assert code == (0 if answer == "y" else 1)
    assert is_alive(host, session["id"]) == (answer == "n")
    if answer == "n":
        assert "result=declined" in re.findall("event=change .*",
                                               host.log())[-1]


INTERRUPT = """
import os, pty, select, signal, sys, termios, time
pid, terminal = pty.fork()
if pid == 0:
    os.execvp("sh", ["sh", "-c", "oktactl session -; echo ended; read x"])
seen = b""
def until(text):
    global seen
    while text not in seen:
        assert select.select([terminal], [], [], 60)[0], seen
        seen += os.read(terminal, 4096)
until(b"session:")
mute = termios.tcgetattr(terminal)[3] & termios.ECHO
os.write(terminal, {key!r})
if {key!r} == b"":
    with os.popen("pidof oktactl") as p:
        os.kill(int(p.read()), signal.SIGTERM)
until(b"ended")
print(mute, termios.tcgetattr(terminal)[3] & termios.ECHO > 0)
os.close(terminal)
os.waitpid(pid, 0)
"""


@pytest.mark.parametrize("key", [b"", b"\x04", b"\n"])
def test_terminal_echoes_again_when_given_up(host, key):
    assert host.python(INTERRUPT.format(key=key)).split() == ["0", "True"]


def test_session_that_ends_before_the_answer_is_told(host, session):
    def begun():
        return host.log().count("event=change_begins ")
    before = begun()
    ask = subprocess.Popen(
        host.argv("sh", "-c", f"{TALK} -t 60 -e session: {session['id']} "
                  "-e y/N @/tmp/answer -- oktactl session - --end"),
        stdout=subprocess.PIPE, text=True, env=host.environment)
    wait_until(lambda: begun() > before, 60)
    assert host.run(f"oktactl session {session['id']} --end --yes"
                    ).returncode == 0
    host.ok("echo y >/tmp/answer.new; mv /tmp/answer.new /tmp/answer")
    shown = ask.communicate(timeout=90)[0]
    host.ok("rm /tmp/answer")
    assert ask.returncode == 1 and "has ended, or never was" in shown
    assert session["id"] not in shown


def test_scope_that_is_not_granted_is_named(host, session):
    org = host.control("GET", "/org")
    for client in org["clients"]:
        if client["client_id"] != admins.ADMIN:
            client["scopes"].remove(READ)
    host.control("PUT", "/org", {"clients": org["clients"]})
    host.ok("oktactl token reset")
    for words in ("", "--end --yes"):
        assert READ in run(host, session["id"], words, 6).stderr
    admins.client(host, scopes=["okta.users.manage"])
    for words in ("--refresh --yes", "--end --yes"):
        done = run(host, session["id"], words, 6)
        assert MANAGE in done.stderr and "admin credential" in done.stderr
    assert is_alive(host, session["id"])


def test_role_that_does_not_suffice_is_a_refusal(host, session):
    admins.client(host, role="READ_ONLY_ADMIN")
    for words in ("--refresh --yes", "--end --yes"):
        assert "E0000006" in run(host, session["id"], words, 5).stderr
    assert is_alive(host, session["id"])


def test_without_a_credential_it_is_said_which_is_missing(host, session):
    admins.write_section(host, "")
    try:
        for words in ("--refresh --yes", "--end --yes"):
            done = run(host, session["id"], words, 6)
            assert "[admin]" in done.stderr and MANAGE in done.stderr
        host.ok("umask 077; cat >/root/other.conf", stdin=admins.SECTION)
        run(host, session["id"], "--end --yes --credential /root/other.conf")
    finally:
        admins.write_section(host)
    assert not is_alive(host, session["id"])


def test_without_a_terminal_and_yes_nothing_is_asked(host, session):
    since = seen(host)
    for words in ("--end", "--refresh"):
        assert "--yes" in run(host, session["id"], words, 2).stderr
    assert asked(host, since) == []


@pytest.mark.parametrize("words", [
    "", "a b", "- a", "- -", "a --end --refresh --yes", "a --yes",
    "a --credential f", "a --end --credential", "a --stop", "'' --end --yes"])
def test_wrong_words_end_with_usage(host, words):
    done = host.run(f"oktactl session {words}")
    assert done.returncode == 2 and "usage:" in done.stderr


@pytest.mark.parametrize("words", ["", "--end --yes", "--refresh --yes"])
@pytest.mark.parametrize("kind, args", [
    ("status", {"code": "E0000009"}), ("html", {}), ("reset", {}),
    ("rate_limit", {"reset": 2}), ("truncate", {}), ("redirect", {})])
def test_no_failure_tells_the_id(host, session, kind, args, words):
    method = {"": "GET", "--end": "DELETE"}.get(words.split(" ")[0], "POST")
    host.control("POST", "/faults", {
        "match": {"method": method, "path": f"{API}/*"}, "kind": kind,
        "count": 0, "args": args})
    done = host.run(f"oktactl session - {words}", stdin=session["id"])
    if done.returncode == 0:
        # Nothing to read, so nothing that can be cut.
        assert (method, kind) == ("DELETE", "truncate")
    else:
        assert done.returncode in (1, 5), done.stderr
        assert "oktactl: session: " in done.stderr or \
            API + "/{id}" in done.stderr
    assert session["id"] not in done.stdout + done.stderr
    assert session["id"] not in host.ok("oktactl --json status")


def test_file_of_a_credential_may_not_swallow_the_id(host, session):
    """Its error names the file, and that is not the id."""
    done = host.run("oktactl session --end --yes --credential - "
                    + session["id"])
    assert done.returncode != 0 and is_alive(host, session["id"])
    assert session["id"] not in done.stdout + done.stderr, done.stderr


def test_id_is_in_no_argument_of_ours(host, session):
    """From before it is asked for; what a shell does is not ours."""
    host.control("POST", "/faults", {
        "match": {"method": "GET", "path": f"{API}/*"}, "kind": "stall",
        "count": 1, "args": {"seconds": 60}})
    host.ok("cat >/tmp/id", stdin=session["id"])
    host.ok("oktactl session $(cat /tmp/id) >/dev/null 2>&1 &")

    def line():
        return host.run("tr '\\0' ' ' </proc/$(pidof oktactl)/cmdline").stdout
    wait_until(lambda: line().startswith("oktactl session ") and
               session["id"] not in line(), 50)
    host.ok("pkill -x oktactl; rm /tmp/id")


@pytest.mark.threat("T110", reduced="the id of an Okta session")
def test_id_is_nowhere_afterwards(host, session):
    ident = session["id"]
    run(host, ident)
    run(host, ident, "--refresh --yes", options="--json")
    terminal(host, "session - --end", ("Id of the session:", ident),
             ("y/N", "n"))
    wait_until(lambda: search(host, [ident])[0] == [], 60)
    hits, read, cores = search(host, [ident])
    assert hits == [] and cores == []
    assert min(read[n] for n in ("oktad", "oktad-net", "oktad-sync")) > 500000
    run(host, ident, "--end --yes")
    wait_until(lambda: search(host, [ident])[0] == [], 60)
    with plant(host, ident):
        assert search(host, [ident])[0] == [
            ["/tmp/planted.text", ident], ["planted memory", ident]]


def test_api_token_does_as_well(build, tmp_path):
    token = f"00sessions{uuid.uuid4().hex}"
    with open(f"{TREE}/tests/emulator/orgs/default.json",
              encoding="utf-8") as f:
        org = json.load(f)
    org["api_tokens"] = [{"token": token, "role": "READ_ONLY_ADMIN"}]
    (tmp_path / "org.json").write_text(json.dumps(org))
    with PrivateHost("--build", build, "--org", str(tmp_path / "org.json"),
                     "--config", f"{TREE}/tests/host/token.conf") as other:
        assert token_of(other) == token
        one = session_of(other)
        since = seen(other)
        run(other, one["id"])
        assert {r["headers"]["authorization"] for r in other.requests(since)
                if r["path"].startswith(API)} == {"SSWS " + token}
        assert one["id"] not in other.log()
        admin = f"00admin{uuid.uuid4().hex}"
        other.control("PUT", "/org", {"api_tokens": org["api_tokens"] + [
            {"token": admin, "role": "ORG_ADMIN"}]})
        other.ok("umask 077; cat >/root/admin.conf",
                 stdin=f"[admin]\napi_token = {admin}\n")
        words = "--yes --credential /root/admin.conf"
        run(other, one["id"], f"--refresh {words}")
        run(other, one["id"], f"--end {words}")
        assert "has ended" in run(other, one["id"], code=1).stderr
        assert one["id"] not in other.log()
