"""Secrets of a run are looked for wherever they could have been left: logs at
full debug, files, and every process's environment and arguments."""

import json
import uuid

import pytest

from logins import ssh
from private_host import TREE, PrivateHost

RIGHT = f"Canary-{uuid.uuid4().hex}-right"
WRONG = f"Canary-{uuid.uuid4().hex}-wrong"
TOKEN = f"00canary{uuid.uuid4().hex}"

# Run in the host. Paths and processes that hold a marker by right: the
# emulator's own files, and this search.
SEARCH = r"""
import json, os, sys
markers = [m.encode() for m in json.load(sys.stdin)]
# What is older lies on the machine, and is only seen here.
born = os.stat("/run/okta-host/syslog.pid").st_mtime
found = []
def look(where, data):
    found.extend([where, m.decode()] for m in markers if m in data)
mine = ("/run/okta-host/org.json", "/run/okta-host/record",
        "/etc/okta/okta.conf")
for top in ("/var/lib/okta", "/var/log", "/run", "/tmp", "/var/tmp", "/etc",
            "/root", "/home", "/dev/shm"):
    for folder, _, names in os.walk(top):
        for name in names:
            path = os.path.join(folder, name)
            if path in mine or not os.path.isfile(path):
                continue
            if os.stat(path).st_mtime < born:
                continue
            with open(path, "rb") as f:
                look(path, f.read())
for pid in filter(str.isdigit, os.listdir("/proc")):
    if int(pid) == os.getpid():
        continue
    for part in ("environ", "cmdline"):
        try:
            with open(f"/proc/{pid}/{part}", "rb") as f:
                look(f"/proc/{pid}/{part}", f.read())
        except OSError:
            pass
json.dump(found, sys.stdout)
"""


def search(host, markers):
    host.python(f"open('/run/okta-host-search', 'w').write({SEARCH!r})")
    done = host.run("/usr/bin/python3 /run/okta-host-search",
                    stdin=json.dumps(markers))
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("config", ["okta.conf", "token.conf"])
@pytest.mark.threat("T109")
@pytest.mark.threat("T110")
def test_no_secret_is_left_anywhere_at_full_debug(build, tmp_path, config):
    with open(f"{TREE}/tests/emulator/orgs/default.json",
              encoding="utf-8") as f:
        org = json.load(f)
    org["users"][0]["password"] = RIGHT
    org["api_tokens"][0]["token"] = TOKEN
    (tmp_path / "org.json").write_text(json.dumps(org))
    with PrivateHost("--build", build, "--no-oktad", "--org",
                     str(tmp_path / "org.json"), "--config",
                     f"{TREE}/tests/host/{config}") as host:
        host.ok(f"{TREE}/tests/host/oktad start -d")
        host.ok("sed -i '/pam_okta/s/$/ debug/' /etc/pam.d/common-*")
        assert ssh(host, "alice", RIGHT)[0] == 0, host.log()
        assert ssh(host, "alice", WRONG)[0] == 255
        for command in ("status", "user alice", "sync", "check",
                        "token reset"):
            host.run(f"oktactl {command}")
        assert ssh(host, "alice", RIGHT)[0] == 0
        markers = [RIGHT, WRONG, TOKEN]
        for r in host.requests():
            if r["path"] == "/oauth2/v1/token" and r["status"] == 200:
                body = r["resp_body"]
                body = json.loads(body) if isinstance(body, str) else body
                markers.append(body["access_token"][-40:])
        # The search finds what is there.
        host.ok(f"echo {RIGHT} >/tmp/planted")
        assert search(host, markers) == [["/tmp/planted", RIGHT]]
