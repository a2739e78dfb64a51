"""A private host (tests/host/run) that stays up while a test talks to it."""

import contextlib
import json
import os
import signal
import subprocess
import tempfile
import time

HERE = os.path.dirname(os.path.realpath(__file__))
TREE = os.path.dirname(os.path.dirname(HERE))
RUN = os.path.join(TREE, "tests/host/run")
WATCHER = os.path.join(TREE, "tests/host/lib/watcher.py")
UP_SECONDS = 120


def find_build():
    """$OKTA_BUILD, or the build folder that was last used in this tree."""
    if os.environ.get("OKTA_BUILD"):
        return os.environ["OKTA_BUILD"]
    tops = [os.path.join(TREE, d) for d in os.listdir(TREE)
            if d.startswith("_b")] + [os.path.join(TREE, "_b-tests/gcc")]
    tops = [d for d in tops if os.path.exists(d + "/config.status")]
    if not tops:
        raise FileNotFoundError("no configured build folder (_b*)")
    return max(tops, key=os.path.getmtime)


class PrivateHost:
    """with PrivateHost("--org", FILE, …) as host: host.run("id alice")

    At its end, what watcher.py looks after must hold; but for published
    directories where the test writes them itself (without oktad, or with
    host.is_watched = False)."""

    def __init__(self, *options, debug=True):
        self.options = ("--debug", *options) if debug else options
        self.is_watched = "--no-oktad" not in options
        self.environment = {}
        self.pid = None

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="okta-host-")
        ready = os.path.join(self.folder.name, "ready")
        self.errors = open(os.path.join(self.folder.name, "errors"), "w+b")
        self.process = subprocess.Popen(
            [RUN, "--ready", ready, *self.options, "--", "sleep", "infinity"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=self.errors)
        end = time.monotonic() + UP_SECONDS
        while not os.path.exists(ready):
            if self.process.poll() is not None or time.monotonic() > end:
                self.process.kill()
                self.errors.seek(0)
                raise RuntimeError("no private host: " +
                                   self.errors.read().decode())
            time.sleep(0.02)
        with open(ready, encoding="utf-8") as f:
            for line in f:
                name, value = line.rstrip("\n").split("=", 1)
                self.environment[name] = value
        self.pid = self.environment.pop("pid")
        self.watcher = subprocess.Popen(
            self.argv("/usr/bin/python3", WATCHER, "follow"),
            stdin=subprocess.DEVNULL)
        return self

    def __exit__(self, kind, *_):
        self.watcher.terminate()
        try:
            if kind is None and self.process.poll() is None:
                self.look_over()
        finally:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(30)
            self.watcher.wait(30)
            self.errors.close()
            self.folder.cleanup()

    def look_over(self):
        """What has to hold in every host; see watcher.py."""
        for line in self.run("cat /run/okta-host/directories"
                             ).stdout.splitlines():
            assert not self.is_watched or line == "[]", (
                f"T4: a published directory has {line}")
        found = self.run(f"exec /usr/bin/python3 {WATCHER} secrets")
        assert found.returncode == 0, found.stderr
        assert found.stdout.startswith("searched for "), (
            f"T109: {found.stdout}")

    def argv(self, *argv):
        """argv as this machine must run it to run it in the host."""
        return ["nsenter", "--target", self.pid, "--mount", "--uts", "--ipc",
                "--net", "--pid", "--wd", "--", *argv]

    def run(self, command, stdin=None, seconds=120, env=None):
        """Runs a shell command as root in the host: a CompletedProcess with
        text output. Never raises for its exit status."""
        return subprocess.run(
            self.argv("sh", "-c", command), input=stdin or "",
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            errors="replace", timeout=seconds, check=False,
            env={**self.environment, "LC_ALL": "C.UTF-8", **(env or {})})

    def ok(self, command, **kwargs):
        """The standard output of a command that must succeed."""
        done = self.run(command, **kwargs)
        assert done.returncode == 0, (
            f"`{command}` ended with {done.returncode}\n{done.stdout}"
            f"{done.stderr}\n{self.log()[-3000:]}")
        return done.stdout

    def python(self, text, **kwargs):
        """The standard output of a Python program that must succeed."""
        return self.ok("exec /usr/bin/python3 -", stdin=text, **kwargs)

    def log(self):
        """All that oktad and users of syslog have said in this host."""
        return self.run("cat $OKTA_LOG").stdout

    def control(self, method, path, body=None):
        """A request to the emulator's control port; the decoded answer."""
        url = self.environment["OKTA_CONTROL"].rstrip("/") + path
        return json.loads(self.python(CONTROL.format(
            url=url, method=method,
            body=None if body is None else json.dumps(body))) or "null")

    def requests(self, since=0):
        """What Okta was asked, as the emulator records it."""
        return self.control("GET", f"/requests?since={since}")


@contextlib.contextmanager
def read_only(host, folder):
    """with read_only(host, FOLDER): nothing below it can be written."""
    # Made so where nobody writes, or it may be busy, and moved to its place.
    host.ok(f"""
        mkdir -p /run/read-only
        mount --bind {folder} /run/read-only
        mount -o remount,bind,ro /run/read-only
        mount --move /run/read-only {folder}
        """)
    try:
        yield
    finally:
        host.ok(f"umount -l {folder}")


CONTROL = """
import sys, urllib.request
body = {body!r}
r = urllib.request.Request({url!r}, method={method!r},
                           data=body.encode() if body else None)
with urllib.request.urlopen(r, timeout=10) as a:
    sys.stdout.write(a.read().decode())
"""
