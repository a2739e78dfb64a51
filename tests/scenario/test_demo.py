"""What ./demo shows is what happened: the tour inside a private host."""

import os
import subprocess

from private_host import RUN, TREE

DEMO = os.path.join(TREE, "demo")


def test_tour_shows_a_login_sudo_and_a_refusal_with_its_reason(build):
    done = subprocess.run([RUN, "--build", build, "--",
                           f"{TREE}/tests/host/tour"],
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout
    lines = [line.strip() for line in done.stdout.splitlines()]
    assert any(x.startswith("alice:*:") for x in lines)
    at = lines.index("$ ssh alice@okta-host 'whoami; pwd'")
    at = lines.index("alice", at)
    assert lines[at + 1] == "/home/alice"
    assert "uid=0(root) gid=0(root) groups=0(root)" in lines
    assert any("Permission denied" in x for x in lines)
    at = lines.index("# oktactl user carol")
    assert any("suspended" in x for x in lines[at:])


def test_wrong_words_and_no_root_are_told_apart():
    done = subprocess.run([DEMO, "--nonsense"], stderr=subprocess.PIPE,
                          text=True, check=False)
    assert done.returncode == 2 and "usage: ./demo" in done.stderr
    done = subprocess.run(["setpriv", "--reuid", "65534", "--clear-groups",
                           "sh", DEMO], stderr=subprocess.PIPE, text=True,
                          check=False)
    assert done.returncode == 1 and "root" in done.stderr
