"""tests/driver: libokta on the command line."""

import os
import subprocess

import pytest


@pytest.fixture(scope="session")
def driver(build):
    subprocess.run(["make", "-s", "-C", build, "tests/driver"], check=True,
                   stdout=subprocess.DEVNULL)
    return os.path.join(build, "tests/driver")
