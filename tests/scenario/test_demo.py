"""What ./demo shows is what happened: the tour inside a private host."""

import os
import re
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
    at = lines.index("$ ssh bob@okta-host whoami       "
                     "(and he approves on his phone)")
    assert "bob" in lines[at:]


def test_shell_is_one_inside_the_host_with_what_it_says(build):
    """`./demo --shell`, with the build that is tested in the place of its own;
    at its prompt, as somebody would type."""
    with open(DEMO, encoding="utf-8") as f:
        words = f.read().splitlines()
    command = [x.split("exec ")[1] for x in words if "tests/host/shell" in x]
    assert command == ["tests/host/run --build $build -- tests/host/shell"]
    typed = ["getent passwd alice", "oktactl user carol", "id -u",
             "test -s $OKTA_LOG && test -s $OKTA_RECORD && echo both",
             "hostname", "exit 7"]
    pairs = [x for t in typed for x in ("-e", r"okta-host:\S*# $", t)]
    done = subprocess.run(
        [f"{TREE}/tests/host/talk", *pairs, "--", "sh", "-c", command[0]],
        cwd=TREE, env={**os.environ, "build": build}, text=True, timeout=300,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, check=False)
    assert done.returncode == 7, done.stdout
    lines = [line.strip() for line in done.stdout.splitlines()]
    assert any(x.startswith("A root shell inside the private host")
               for x in lines)
    assert any(x.startswith("alice:*:") for x in lines)
    assert any("suspended" in x for x in lines)
    assert "0" in lines and "both" in lines and "okta-host" in lines
    # Nothing of it is left on the machine.
    assert not os.path.exists("/var/lib/okta/public/directory")


def test_wrong_words_and_no_root_are_told_apart():
    done = subprocess.run([DEMO, "--nonsense"], stderr=subprocess.PIPE,
                          text=True, check=False)
    assert done.returncode == 2 and "usage: ./demo" in done.stderr
    done = subprocess.run(["setpriv", "--reuid", "65534", "--clear-groups",
                           "sh", DEMO], stderr=subprocess.PIPE, text=True,
                          check=False)
    assert done.returncode == 1 and "root" in done.stderr


def test_readme_installs_what_the_build_needs():
    with open(os.path.join(TREE, "README.md"), encoding="utf-8") as f:
        words = re.search(r"apt-get install ((?:.*\\\n)*.*)\n",
                          f.read())[1].replace("\\\n", " ").split()
    needs = subprocess.run([f"{TREE}/tests/packages", "--names", "build"],
                           stdout=subprocess.PIPE, text=True, check=True)
    # make check alone wants cmocka; gcc and the libraries bring libc6-dev.
    assert sorted(words) == sorted(
        set(needs.stdout.split()) - {"libcmocka-dev", "libc6-dev"})
