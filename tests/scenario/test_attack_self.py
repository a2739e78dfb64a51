"""What somebody without privileges can do at self.sock, and what it must not
change for others."""

import concurrent.futures

import pytest

from logins import PASSWORD, authn_calls, ssh
from private_host import TREE, PrivateHost
from wire_client import play

SELF = """
import json, pwd
os.setgid(pwd.getpwnam("alice").pw_gid)
os.setuid(pwd.getpwnam("alice").pw_uid)
code, _ = login(SELF_SOCK, os.getuid(), "alice", %r, "su",
                field(6, "203.0.113.9"))
json.dump(code, sys.stdout)
"""

FLOOD = """
import json
made = [0, 0]
end = time.monotonic() + 8

def valid():
    while time.monotonic() < end:
        try:
            login(SELF_SOCK, os.getuid(), "nobody", "x", "su")
            made[0] += 1
        except (OSError, EOFError):
            made[1] += 1

threads = [threading.Thread(target=valid) for _ in range(24)]
for t in threads: t.start()
for t in threads: t.join()
json.dump(made, sys.stdout)
"""


@pytest.mark.threat("T108")
@pytest.mark.threat("T48", reduced="8 s, logins by ssh")
def test_flood_of_nobody_hides_no_login_from_the_log(host):
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        flood = pool.submit(play, host, FLOOD, "nobody")
        done = [ssh(host, "alice", PASSWORD + "alice") for _ in range(4)]
        made = flood.result()
    assert made[0] + made[1] > 500
    assert [d[0] for d in done] == [0] * 4
    accepted = [line for line in host.log().splitlines()
                if "event=login" in line and "verdict=accept" in line]
    assert len(accepted) == 4, made


def test_address_that_is_only_claimed_counts_for_nothing(build, tmp_path):
    """X-Forwarded-For decides about Okta's zones: only root may say it."""
    with open(f"{TREE}/tests/host/token.conf", encoding="utf-8") as f:
        conf = f.read()
    (tmp_path / "okta.conf").write_text(
        conf + "\n[login]\ntrusted_app = yes\ntrusted_proxy = yes\n")
    with PrivateHost("--build", build, "--config",
                     str(tmp_path / "okta.conf")) as host:
        assert ssh(host, "alice", PASSWORD + "alice")[0] == 0, host.log()
        forwarded = authn_calls(host)[-1]["headers"]["x-forwarded-for"]
        assert forwarded == "127.0.0.1"  # what root says is handed on
        assert play(host, SELF % (PASSWORD + "alice")) == 1
        assert len(authn_calls(host)) == 2
        assert "x-forwarded-for" not in authn_calls(host)[-1]["headers"]
        assert "203.0.113.9" not in host.log()
