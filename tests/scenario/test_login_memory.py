"""What people type and what Okta answers, after the login: in the memory of no
process of ours, and at no moment in an argument or an environment; and nothing
of ours leaves a core."""

import json
import time
import uuid

import pytest

from canaries import plant, search
from private_host import TREE, PrivateHost

RIGHT = f"Canary{uuid.uuid4().hex}right"
WRONG = f"Canary{uuid.uuid4().hex}wrong"
AFTER_S = 60

# Run in the host; the passwords come on standard input, so that this program
# itself shows them nowhere. Logs in by ssh, su, sudo and login, while every
# process's arguments and environment are read every 10 ms.
LOGINS = r"""
import json, os, pty, select, sys, threading, time
right, wrong = {!r}, {!r}
markers = [right.encode(), wrong.encode()]
found, logged_in, looks = [], [], [0]
is_over = threading.Event()


def look():
    while not is_over.is_set():
        for pid in filter(str.isdigit, os.listdir("/proc")):
            for part in ("cmdline", "environ"):
                try:
                    with open(f"/proc/{{pid}}/{{part}}", "rb") as f:
                        data = f.read()
                except OSError:
                    continue
                found.extend([f"{{part}}", m.decode()] for m in markers
                             if m in data)
        looks[0] += 1
        time.sleep(0.01)


def talk(password, *argv):
    pid, terminal = pty.fork()
    if pid == 0:
        os.execvp(argv[0], argv)
    seen, is_asked = b"", 0
    while select.select([terminal], [], [], 30)[0]:
        try:
            data = os.read(terminal, 65536)
        except OSError:
            break
        seen += data
        if seen.count(b"assword") > is_asked:
            is_asked += 1
            time.sleep(0.1)
            os.write(terminal, password.encode() + b"\n" if is_asked == 1
                     else b"\x03")
    os.close(terminal)
    os.waitpid(pid, 0)
    return b"LET-IN" in seen


def as_user(name):
    return ["setpriv", "--reuid", name, "--regid", name, "--init-groups"]


SAY = "echo LET''-IN"
WAYS = [["ssh", "-o", "NumberOfPasswordPrompts=1", "alice@127.0.0.1", SAY],
        as_user("lena") + ["su", "alice", "-c", SAY],
        as_user("alice") + ["sudo", "-k", "sh", "-c", SAY],
        as_user("alice") + ["sh", "-c", "pamtester login alice authenticate "
                            "&& " + SAY]]


thread = threading.Thread(target=look)
thread.start()
for password in (right, wrong, right):
    for argv in WAYS:
        logged_in.append([password == right, talk(password, *argv)])
is_over.set()
thread.join()
limits = {{}}
for pid in filter(str.isdigit, os.listdir("/proc")):
    try:
        with open(f"/proc/{{pid}}/comm") as f:
            name = f.read().strip()
        if name.startswith("oktad"):
            with open(f"/proc/{{pid}}/limits") as f:
                limits[name] = [x.split()[4:6] for x in f
                                if x.startswith("Max core")][0]
    except OSError:
        pass
json.dump([found, looks[0], logged_in, limits], sys.stdout)
"""


def look_for_canaries(build, folder):
    with open(f"{TREE}/tests/emulator/orgs/default.json",
              encoding="utf-8") as f:
        org = json.load(f)
    org["users"][0]["password"] = RIGHT
    org.setdefault("switches", {})["authn_per_second"] = 0
    with open(f"{TREE}/tests/host/okta.conf", encoding="utf-8") as f:
        conf = f.read()
    (folder / "okta.conf").write_text(conf + "\n[login]\nfailures = 9\n")
    (folder / "org.json").write_text(json.dumps(org))
    with PrivateHost("--build", build, "--org", str(folder / "org.json"),
                     "--config", str(folder / "okta.conf")) as host:
        host.ok("useradd -m lena; mkdir -p /home/alice; chown alice: "
                "/home/alice; echo 'alice ALL=(ALL:ALL) ALL' "
                ">/etc/sudoers.d/alice")
        seen = json.loads(host.python(
            LOGINS.format(RIGHT, WRONG), seconds=400))
        time.sleep(AFTER_S)
        with plant(host, RIGHT):
            return seen, search(host, [RIGHT, WRONG])


def judge(seen, scan):
    found, looks, logged_in, limits = seen
    hits, read, cores = scan
    assert [let_in for right, let_in in logged_in if right] == [True] * 8
    assert [let_in for right, let_in in logged_in if not right] == [False] * 4
    assert looks > 100 and found == []
    # The scanner finds the one that was put there, and no other.
    assert hits == [["/tmp/planted.text", RIGHT], ["planted memory", RIGHT]]
    ours = {n: size for n, size in read.items() if n.startswith("oktad")}
    assert set(ours) == {"oktad", "oktad-net", "oktad-sync"}
    assert min(ours.values()) > 500000, read
    assert cores == []
    assert set(limits) == {"oktad", "oktad-net", "oktad-sync"}
    assert set(map(tuple, limits.values())) == {("0", "0")}, limits


@pytest.mark.threat("T110")
def test_no_password_is_shown_or_in_memory_a_minute_later(build, tmp_path):
    judge(*look_for_canaries(build, tmp_path))
