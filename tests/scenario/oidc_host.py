"""A private host whose people log in by an OIDC app: direct authentication
and the device grant (reference, 3)."""

import json
import os
import shlex
import tempfile
import threading
import time

from emulator_client import DEFAULT_ORG
from emulator_oidc import APP, BOB_ID, BOB_PUSH, app
from logins import TALK, forget_tries
from private_host import TREE, PrivateHost

CONF = os.path.join(TREE, "tests", "host", "okta.conf")


def allow_prompts(host):
    """Second factors ask, which sshd's "password" method can not show."""
    host.ok("""
        sed -i 's/^KbdInteractiveAuthentication.*/# &/' /etc/ssh/sshd_config
        echo 'KbdInteractiveAuthentication yes' >>/etc/ssh/sshd_config
        kill -HUP $(cat /run/okta-host/sshd.pid)
        """)


class OidcHost:
    """with OidcHost(client={…}, login="oidc_…", service="flow = …") as host"""

    def __init__(self, client=None, login="", service="factor = required",
                 switches=None, more="", schema=None):
        self.folder = tempfile.TemporaryDirectory(prefix="okta-oidc-")
        with open(DEFAULT_ORG, encoding="utf-8") as f:
            org = json.load(f)
        org["clients"] = [client or app()]
        org["schema"] = schema or org.get("schema", {})
        org["switches"] = {"oob_interval": 1, "device_interval": 1,
                           "authn_per_second": 0, "otp_attempts": 1000,
                           **(switches or {})}
        with open(CONF, encoding="utf-8") as f:
            head = f.read().partition("# alice has no")[0]
        for name, text in (("org", json.dumps(org)), (
                "conf", f"{head}\n[login]\noidc_client_id = {APP}\n{login}\n"
                        f"[service default]\n{service}\n{more}")):
            with open(self.path(name), "w", encoding="utf-8") as f:
                f.write(text)
        self.host = PrivateHost("--org", self.path("org"),
                                "--config", self.path("conf"))

    def path(self, name):
        return os.path.join(self.folder.name, name)

    def __enter__(self):
        self.host.__enter__()
        allow_prompts(self.host)
        return self.host

    def __exit__(self, *why):
        self.host.__exit__(*why)
        self.folder.cleanup()


def bobs_factors():
    """Push and TOTP, as the default org has them: no code used yet."""
    with open(DEFAULT_ORG, encoding="utf-8") as f:
        return [u for u in json.load(f)["users"] if u["id"] == BOB_ID][0][
            "factors"]


def calls(host, since=0):
    """(path after /oauth2, grant, status) of what people's logins asked."""
    found = []
    for r in host.requests(since):
        if r["path"].startswith("/oauth2/") and \
                "client_credentials" not in (r["body"] or ""):
            grant = dict(p.split("=", 1) for p in r["body"].split("&")
                         if "=" in p).get("grant_type", "")
            found.append((r["path"].rpartition("/v1")[2],
                          grant.rpartition("%3A")[2].rpartition("%2F")[2],
                          r["status"]))
    return found


def mark(host):
    """The number of the last request so far."""
    seen = host.requests()
    return seen[-1]["n"] if seen else 0


def phone(host, answer, after=0.5):
    """Bob's phone answers a while from now."""
    def go():
        time.sleep(after)
        host.control("POST", "/push/" + BOB_PUSH, {"answer": answer})
    thread = threading.Thread(target=go)
    thread.start()
    return thread


def policy(host, **changes):
    """Another policy or setting of the app, with the tokens left alone."""
    clients = [c for c in host.control("GET", "/org")["clients"]
               if c["client_id"] != APP]
    host.control("PUT", "/org", {"clients": [*clients, app(**changes)]})


BROWSER = r"""
import json, os, pty, re, sys, time, urllib.request
pid, fd = pty.fork()
if pid == 0:
    os.execvp("ssh", ["ssh", "-tt", "-o", "PubkeyAuthentication=no", "-o",
        "PreferredAuthentications=keyboard-interactive", "-o",
        "NumberOfPasswordPrompts=1", "%(name)s@127.0.0.1", "id -un"])
seen = b""
end = time.time() + 60
try:
    for prompt, line in [*%(first)r, (b"press Enter here: ", None)]:
        while prompt not in seen:
            assert time.time() < end, seen
            seen += os.read(fd, 4096)
        if line is not None:
            os.write(fd, line)
    code = re.search(r"show the code (\w+)", seen.decode())[1]
    if %(answer)r:
        urllib.request.urlopen(urllib.request.Request(
            os.environ["OKTA_CONTROL"].rstrip("/") + "/device/" + code,
            method="POST", data=json.dumps(%(answer)r).encode()))
    os.write(fd, %(typed)r)
    while True:
        part = os.read(fd, 4096)
        if not part:
            break
        seen += part
except OSError:
    pass
_, status = os.waitpid(pid, 0)
print(seen.decode())
sys.exit(os.waitstatus_to_exitcode(status))
"""


def ssh_with_browser(host, name, answer, typed=b"\n", seconds=90, first=()):
    """ssh by the device grant, with questions before it answered, and what a
    browser does meanwhile: None nothing, else {user, answer, amr}: (status,
    output)."""
    first = [(p.encode(), a.encode() + b"\n") for p, a in first]
    done = host.run("exec /usr/bin/python3 -", seconds=seconds,
                    stdin=BROWSER % {"name": name, "answer": answer,
                                     "typed": typed, "first": first})
    return done.returncode, done.stdout


def last_login(host):
    return [x for x in host.log().splitlines() if "event=login " in x][-1]


def begin_anew(host):
    """Budgets and habits are forgotten; nobody has used a code, nothing is
    odd."""
    forget_tries(host)
    host.control("PUT", "/org", {"switches": {
        "oob_binding": "none", "id_token": {}, "pipeline": "idx"}})
    policy(host)
    host.control("PATCH", "/users/" + BOB_ID, {"factors": bobs_factors()})


def ssh(host, name, *answers, command="id -un", seconds=60, options=""):
    """ssh with prompts answered in order: (status, lines)."""
    pairs = "".join(f" -e {shlex.quote(p)} {shlex.quote(a)}"
                    for p, a in answers)
    done = host.run(
        f"{TALK} -t {seconds}{pairs} -- ssh -tt "
        "-o PreferredAuthentications=keyboard-interactive "
        "-o NumberOfPasswordPrompts=1 -o PubkeyAuthentication=no "
        f"{options} {name}@127.0.0.1 {shlex.quote(command)}",
        seconds=seconds + 30)
    return done.returncode, done.stdout.splitlines()
