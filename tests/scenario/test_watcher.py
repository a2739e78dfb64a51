"""What is looked at in every private host of these tests when it ends
(PrivateHost.look_over): each directory that was published in it, and every
secret that people or Okta gave away in it, in the logs and files of an oktad
and modules that say all they can. Here: that a fault is found."""

import base64
import json

import pytest

from frozen_directory import write
from logins import PASSWORD, ssh
from private_host import PrivateHost

IDS = (1879048192, 2147352575)
UID = 1900000001


@pytest.fixture
def host(build):
    with PrivateHost("--build", build) as h:
        yield h
        h.look_over = lambda: None  # was broken on purpose


@pytest.mark.threat("T4")
def test_each_published_directory_is_judged(host):
    for n in range(5):
        host.control("PATCH", "/users/00u1aliceEXAMPLE0001",
                     {"profile": {"firstName": f"N{n}"}})
        host.ok("oktactl sync")
    judged = host.ok("cat /run/okta-host/directories").splitlines()
    assert len(judged) >= 6 and set(judged) == {"[]"}
    host.look_over()
    # A gid of 0, one without its group, a dynamic user, a range that is ours.
    for users, ids in (
            ([(UID, 0, "eve", "", "/home/eve", "/bin/sh", [])], IDS),
            ([(UID, UID + 1, "eve", "", "/home/eve", "/bin/sh", [])], IDS),
            ([(61184, 61184, "eve", "", "/home/eve", "/bin/sh", [])],
             (1000, IDS[1])),
            ([], (999, 2000))):
        host.ok("cd /var/lib/okta/public && base64 -d >new && "
                "mv new directory && sleep 0.3", stdin=base64.b64encode(
                    write(users, [], ids=ids)).decode())
        with pytest.raises(AssertionError, match="T4"):
            host.look_over()
        last = json.loads(host.ok("tail -n 1 /run/okta-host/directories"))
        assert len(last) == 1, last
        host.ok("cd /run/okta-host && sed '$d' directories >/run/d && "
                "cat /run/d >directories")


@pytest.mark.threat("T109", whole=True)
def test_each_secret_of_the_run_is_looked_for(host):
    assert ssh(host, "alice", PASSWORD + "alice")[0] == 0
    assert ssh(host, "alice", "Wrong-guess-4711")[0] == 255
    log = host.log()
    # It does say all it can: requests of oktad, steps of pam_okta.
    assert "event=request" in log and "oktad: op " in log
    host.look_over()
    token = [r for r in host.requests() if r["path"] == "/oauth2/v1/token"][0]
    answer = [r for r in host.requests() if r["path"] == "/api/v1/authn"][0]
    secrets = [PASSWORD + "alice", "Wrong-guess-4711",
               json.loads(token["resp_body"])["access_token"],
               json.loads(answer["resp_body"])["sessionToken"],
               token["body"].split("client_assertion=")[1].split("&")[0]]
    for secret in secrets:
        host.ok(f"cp $OKTA_LOG /run/kept; echo '{secret}' >>$OKTA_LOG")
        with pytest.raises(AssertionError, match="T109"):
            host.look_over()
        host.ok("cat /run/kept >$OKTA_LOG")
    host.ok(f"echo '{secrets[0]}' >/var/lib/okta/private/x")
    with pytest.raises(AssertionError, match="private/x"):
        host.look_over()
