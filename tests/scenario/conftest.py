"""What all scenarios share: markers, results for tests/run, the private host.

Markers:
  threat("T27")                  the test does what T27's Test line asks for,
                                 or with the others of that number does
  threat("T27", whole=True)      it does all of that by itself, so that smaller
                                 ones take nothing away
  threat("T27", reduced="why")   it does less than its part of it
  long                           only with tests/run --long
"""

import fcntl
import json
import os
import subprocess
import sys
import tempfile

import pytest

HERE = os.path.dirname(os.path.realpath(__file__))
TREE = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, HERE)

from private_host import PrivateHost, find_build  # noqa: E402


def pytest_configure(config):
    config.addinivalue_line("markers", "threat(number, reduced=None, "
                            "whole=False): the threat of tests/threats.tsv "
                            "that is covered")
    config.addinivalue_line("markers", "long: hours or big downloads; only "
                            "with tests/run --long")


def pytest_collection_modifyitems(config, items):
    if os.environ.get("OKTA_LONG"):
        return
    left = [i for i in items if i.get_closest_marker("long")]
    if left:
        config.hook.pytest_deselected(items=left)
        items[:] = [i for i in items if i not in left]


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    report = (yield).get_result()
    marks = list(item.iter_markers("threat"))
    report.threats = [number for m in marks for number in m.args]
    report.reduced = {number: m.kwargs["reduced"] for m in marks
                      for number in m.args if m.kwargs.get("reduced")}
    report.whole = [number for m in marks for number in m.args
                    if m.kwargs.get("whole")]


def pytest_runtest_logreport(report):
    """One line per test for tests/run; set-up and tear-down only where they
    went wrong."""
    path = os.environ.get("OKTA_RESULTS")
    if not path or (report.when != "call" and report.passed):
        return
    if os.environ.get("PYTEST_XDIST_WORKER"):
        return  # the process that collects from the workers writes it
    detail = report.longreprtext
    name = "scenario:" + report.nodeid
    crash = getattr(report.longrepr, "reprcrash", None)
    if crash:
        what = crash.message.partition("\n")[0]
        detail = f"{crash.path}:{crash.lineno}: {what}\n{detail}"
    if report.skipped and isinstance(report.longrepr, tuple):
        detail = report.longrepr[2]
    if report.when == "teardown":
        name += "[teardown]"
    with open(path, "a", encoding="utf-8") as f:
        f.write(json.dumps({
            "id": name, "outcome": report.outcome, "detail": detail,
            "threats": report.threats, "reduced": report.reduced,
            "whole": report.whole, "seconds": report.duration}) + "\n")


@pytest.fixture(scope="session")
def tree():
    """The top folder of the checkout."""
    return TREE


@pytest.fixture(scope="session")
def build():
    """The build folder whose product is tested: $OKTA_BUILD, or the newest."""
    return find_build()


@pytest.fixture(scope="module")
def host(build):
    """A running private host with the default org, one per test module."""
    with PrivateHost("--build", build) as h:
        yield h


@pytest.fixture(scope="session")
def product(build):
    """The product as `make install` lays it out, under a folder."""
    with tempfile.TemporaryDirectory(prefix="okta-product-") as folder:
        env = {k: v for k, v in os.environ.items() if "MAKE" not in k}
        with open(os.path.join(build, "config.status"), "rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # as tests/host/run does
            subprocess.run(["make", "-s", "-C", build, "install",
                            f"DESTDIR={folder}"], check=True, env=env,
                           stdout=subprocess.DEVNULL)
        yield folder
