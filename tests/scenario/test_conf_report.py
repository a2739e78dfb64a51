"""What conf_load() and conf_remarks() say as root, as `oktad -n` prints it."""

import os
import subprocess

import pytest

from driver_fixtures import driver  # noqa: F401

GOOD = """[okta]
url = https://acme.okta.com
api_token = 00abcDEF
[directory]
allow_groups =
"""


@pytest.fixture
def conf(tmp_path):
    if os.geteuid() != 0:
        pytest.skip("only root's files are believed: not root")
    path = tmp_path / "okta.conf"
    path.write_text(GOOD)
    path.chmod(0o600)
    return path


def report(driver, path):  # noqa: F811
    return subprocess.run([driver, "conf", str(path)], capture_output=True,
                          text=True)


def test_valid_file_with_remarks(driver, conf):  # noqa: F811
    done = report(driver, conf)
    assert done.returncode == 0
    assert done.stdout.splitlines() == [
        f"{conf}:5: allow_groups: names nobody: nobody can log in; "
        "run: oktactl pin NAME [nobody-allowed]",
        f"{conf}: an API token has all rights of the admin who made it and "
        "lies in oktad-net's memory; use client_id and private_key "
        "(okta.conf(5), AUTHENTICATION TO OKTA) [api-token]"]


def test_secret_stands_in_no_report(driver, conf):  # noqa: F811
    done = report(driver, conf)
    assert "00abcDEF" not in done.stdout + done.stderr
    conf.write_text(GOOD.replace("00abcDEF", "00abcDEF!"))
    done = report(driver, conf)
    assert done.returncode == 3 and "api_token" in done.stderr
    assert "00abcDEF" not in done.stdout + done.stderr


def test_file_of_another_owner_is_refused(driver, conf):  # noqa: F811
    os.chown(conf, 65534, 0)
    done = report(driver, conf)
    assert done.returncode == 3
    assert f"chown 0 {conf}" in done.stderr
