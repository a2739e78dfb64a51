"""A host whose clock is not Okta's."""
import struct

import pytest

from fake_parent import CREDENTIAL, OAUTH_MODE, STATUS_SKEW
from net_fixtures import *  # noqa: F401,F403

USERS = "/api/v1/users"
DAY = 86400


def skew_of(status):
    return struct.unpack(">i", status[STATUS_SKEW])[0]


@pytest.mark.parametrize("offset", [600, -600, DAY - 60, 60 - DAY, 7, -7])
def test_skew_is_corrected_and_reported(org, offset):
    org.emulator.change("PUT", "/clock", {"offset_s": offset})
    with org.net() as net:
        channel = net.channel("sync")
        assert channel.get(USERS).status == 200
        assert len(net.asserts) <= 2
        assert org.count("/oauth2/v1/token") == len(net.asserts)
        assert abs(net.asserts[-1] - offset) <= 2 or abs(offset) < 10
        net.wait_status(lambda s: abs(skew_of(s) - offset) <= 2)
        # Known now: the next token needs one request.
        before = len(net.asserts)
        org.emulator.change("DELETE", "/tokens")
        assert channel.get(USERS).status == 200
        assert len(net.asserts) == before + 1


@pytest.mark.parametrize("offset", [DAY + 60, -DAY - 60])
def test_more_than_a_day_is_refused_in_plain_words(org, offset):
    org.emulator.change("PUT", "/clock", {"offset_s": offset})
    with org.net() as net:
        odd = net.channel("sync").get(USERS)
        assert odd.transport == CREDENTIAL
        assert "clock" in odd.error and "day" in odd.error
        assert len(net.asserts) == 1
        assert org.count(USERS) == 0


def test_every_assertion_is_new(org):
    """A reused jti would be refused by the org."""
    with org.net() as net:
        channel = net.channel("sync")
        assert channel.get(USERS).status == 200
        org.emulator.change("DELETE", "/tokens")
        assert channel.get(USERS).status == 200
        bodies = [r["body"] for r in org.requests("/oauth2/v1/token")]
        assert len(set(bodies)) == len(bodies) == 2


def test_wrong_clock_matters_to_no_api_token(org):
    org.emulator.change("PUT", "/clock", {"offset_s": 3 * DAY})
    with org.net(org.token_conf()) as net:
        assert net.channel("sync").get(USERS).status == 200
        assert net.asserts == []
        assert org.conf()["mode"] == OAUTH_MODE


@pytest.fixture(scope="module")
def daemon(host):
    """A host with a service app's key, whose first sync is over."""
    host.ok("getent passwd alice")
    yield host
    host.control("PUT", "/clock", {"offset_s": 0})


def new_token(host, offset):
    host.control("PUT", "/clock", {"offset_s": offset})
    host.control("DELETE", "/tokens")
    host.control("DELETE", "/requests")
    # What oktad-net knows of Okta's clock is lost with it.
    host.ok("pkill -9 -x oktad-net; sleep 2")
    return host.run("oktactl sync")


@pytest.mark.threat("T96")
@pytest.mark.parametrize("offset", [600, -600, DAY - 60, 60 - DAY])
def test_whole_product_works_with_a_wrong_clock(daemon, offset):
    done = new_token(daemon, offset)
    assert done.returncode == 0, done.stdout + done.stderr + daemon.log()
    tokens = [r for r in daemon.requests()
              if r["path"] == "/oauth2/v1/token"]
    assert 1 <= len(tokens) <= 2 and tokens[-1]["status"] == 200
    assert "event=clock okta_ahead_s=" in daemon.log()


@pytest.mark.threat("T96")
@pytest.mark.parametrize("offset", [DAY + 60, -DAY - 60])
def test_whole_product_names_a_clock_that_is_days_off(daemon, offset):
    done = new_token(daemon, offset)
    assert done.returncode != 0
    assert "clock" in done.stdout + done.stderr + \
        daemon.ok("oktactl status; true")
    assert daemon.ok("getent passwd alice")
