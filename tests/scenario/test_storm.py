"""Readers in a storm of replacements: no fault, and no answer of a generation
that did not stand at the path while it was asked for."""

import json
import os
import subprocess

import pytest

from private_host import TREE


def storm(build, *options):
    done = subprocess.run([os.path.join(build, "tests/storm"), *options],
                          cwd="/", stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr[-3000:]
    told = json.loads(done.stdout)
    assert told["wrong"] == told["faults"] == 0
    assert told["replacements"] > 0
    return told


@pytest.fixture(scope="module")
def tools(build):
    subprocess.run(["make", "-s", "-C", build, "tests/storm",
                    "tests/module/libnss_okta_test.la"], check=True,
                   stdout=subprocess.DEVNULL)
    return build


@pytest.mark.threat("T64", reduced="2 s, 8 readers, 2,000 people")
def test_short_storm_of_renames(tools):
    told = storm(tools, "-u", "2000", "-s", "2", "-r", "8")
    assert told["judged"] > 100


@pytest.mark.threat("T64", reduced="2 s, 8 readers, 500 people")
def test_short_storm_of_publications(tools):
    told = storm(tools, "-P", "-p", "50", "-s", "2", "-r", "8")
    assert told["judged"] > 100


@pytest.mark.long
@pytest.mark.threat("T64", reduced="a minute; ten are test_ten_minutes_…")
def test_storm_of_100000_people_under_the_sanitizers(tmp_path):
    for argv in ([f"{TREE}/configure", "-q", "--enable-sanitizers"],
                 ["make", "-s", "tests/storm",
                  "tests/module/libnss_okta_test.la"]):
        subprocess.run(argv, cwd=tmp_path, check=True,
                       stdout=subprocess.DEVNULL)
    told = storm(tmp_path, "-u", "100000", "-s", "60", "-r", "32")
    assert told["judged"] > 1000
    told = storm(tmp_path, "-P", "-p", "50", "-s", "60", "-r", "32",
                 "-d", "/dev/shm")
    assert told["judged"] > 1000
