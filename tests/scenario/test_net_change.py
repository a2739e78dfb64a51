"""Channels for changes: a credential of their own, for what they were opened
for and for as long as they are open; and look-ups beyond the daemon's scopes.
"""
from urllib.parse import parse_qs

import pytest

from emulator_client import ADMIN_TOKEN, API_TOKEN, CLIENT_ID
from fake_parent import (ADMIN, ANONYMOUS, CREDENTIAL, DAEMON, OK, REFUSED,
                         STATUS_ERROR, STATUS_SCOPES, TAG_CHANGE,
                         TAG_ERROR_KIND, TAG_SCOPE, closes)
from net_fixtures import *  # noqa: F401,F403
from net_fixtures import SCOPES, Org

ERROR_SCOPE = 4  # error.h
USERS, GROUPS = "okta.users.manage", "okta.groups.manage"
DAVE = "00u4daveEXAMPLE00004"
SUSPEND = f"/api/v1/users/{DAVE}/lifecycle/suspend"
UNSUSPEND = f"/api/v1/users/{DAVE}/lifecycle/unsuspend"
MEMBER = f"/api/v1/groups/00g3officeEXAMPLE003/users/{DAVE}"
TOKEN = "/oauth2/v1/token"


def clients(key, *granted):
    return [{"client_id": CLIENT_ID, "auth": "private_key_jwt",
             "jwks": {"keys": [key.jwk()]}, "role": "SUPER_ADMIN",
             "scopes": [*SCOPES, *granted]}]


@pytest.fixture
def org(process, key, build):
    process.reset(clients(key, USERS, GROUPS, "okta.apps.read"))
    return Org(process, key, build)


def asked(org):
    return [parse_qs(r["body"])["scope"][0] for r in org.requests(TOKEN)]


def test_change_has_a_token_of_its_own(org):
    with org.net() as net:
        channel = net.change(7, USERS)
        assert channel.call("POST", SUSPEND, credential=ADMIN).status == 200
        assert channel.call("POST", UNSUSPEND, credential=ADMIN).status == 200
        assert net.changes == [7] and asked(org) == [USERS]
        sent = org.requests(SUSPEND)[0]
        assert sent["method"] == "POST" and sent["body"] == ""
        assert sent["headers"]["content-length"] == "0"
        channel.close()
        assert net.change(8, USERS).call(
            "POST", SUSPEND, credential=ADMIN).status == 200
        assert net.changes == [7, 8] and asked(org) == [USERS, USERS]
        # The daemon's requests never use it.
        assert net.channel("sync").get("/api/v1/users").status == 200
        assert asked(org)[-1] == " ".join(SCOPES)
        held = net.status[STATUS_SCOPES].decode()
        assert held == " ".join(SCOPES)


def test_change_by_an_api_token(org):
    with org.net(org.token_conf()) as net:
        channel = net.change(3, USERS, token=ADMIN_TOKEN)
        assert channel.call("POST", SUSPEND, credential=ADMIN).status == 200
        assert org.requests(SUSPEND)[0]["headers"]["authorization"] == (
            "SSWS " + ADMIN_TOKEN)
        assert net.channel("control").get("/api/v1/users").status == 200
        assert org.requests("/api/v1/users")[0]["headers"][
            "authorization"] == "SSWS " + API_TOKEN
        assert ADMIN_TOKEN not in net.log


@pytest.mark.parametrize("method, path, credential", [
    ("PUT", MEMBER, ADMIN),                    # another scope than its own
    ("POST", SUSPEND, DAEMON), ("POST", SUSPEND, ANONYMOUS),
    ("GET", "/api/v1/users", ADMIN), ("GET", "/api/v1/users", DAEMON),
    ("DELETE", f"/api/v1/users/{DAVE}", ADMIN),
    ("POST", f"/api/v1/users/{DAVE}/lifecycle/deactivate", ADMIN),
    ("POST", "/api/v1/authn", ADMIN), ("POST", SUSPEND + "?x=1", ADMIN)])
def test_change_may_do_nothing_else(org, method, path, credential):
    with org.net(org.token_conf()) as net:
        got = net.change(1, USERS, token=ADMIN_TOKEN).call(
            method, path, credential=credential)
        assert got.transport == REFUSED and org.count() == 0


@pytest.mark.parametrize("terms", [
    (), ((TAG_CHANGE, 5),), ((TAG_SCOPE, USERS),),
    ((TAG_CHANGE, 0), (TAG_SCOPE, USERS)),
    ((TAG_CHANGE, 5), (TAG_SCOPE, "x" * 200)),
    ((TAG_CHANGE, 5), *((TAG_SCOPE, USERS),) * 9)])
def test_change_without_its_terms_is_closed(org, terms):
    with org.net() as net:
        assert closes(net.change_channel(*terms))
        assert net.channel("sync").get("/api/v1/users").status == 200


@pytest.mark.parametrize("granted, scopes", [
    ((), (USERS,)), ((USERS,), (USERS, GROUPS))])
def test_scope_that_is_not_granted_is_named(org, key, granted, scopes):
    """None at all: 400 consent_required; some: left out silently."""
    org.emulator.reset(clients(key, *granted))
    with org.net() as net:
        got = net.change(1, *scopes).call("POST", SUSPEND, credential=ADMIN)
        assert got.transport == CREDENTIAL
        assert got.number(TAG_ERROR_KIND) == ERROR_SCOPE
        assert scopes[-1] in got.error and org.count(SUSPEND) == 0
        # No news of the daemon's.
        assert net.status.get(STATUS_ERROR) is None


def test_assertion_that_oktad_refuses_ends_it(org):
    with org.net() as net:
        net.sign = lambda skew: None
        got = net.change(1, USERS).call("POST", SUSPEND, credential=ADMIN)
        assert got.transport == CREDENTIAL and "no key" in got.error
        assert org.count() == 0


def test_change_is_sent_once_though_the_connection_breaks(org):
    with org.net(org.token_conf()) as net:
        org.emulator.fault("reset_after_request", SUSPEND)
        got = net.change(1, USERS, token=ADMIN_TOKEN).call(
            "POST", SUSPEND, credential=ADMIN)
        assert got.transport != OK and org.count(SUSPEND) == 1


def test_token_that_was_revoked_is_minted_again(org):
    with org.net() as net:
        channel = net.change(1, USERS)
        assert channel.call("POST", SUSPEND, credential=ADMIN).status == 200
        org.emulator.change("DELETE", "/tokens")
        assert channel.call("POST", UNSUSPEND, credential=ADMIN).status == 200
        assert asked(org) == [USERS, USERS]


def test_another_org_ends_the_changes_under_way(org):
    with org.net(org.token_conf()) as net:
        channel = net.change(1, USERS, token=ADMIN_TOKEN)
        look = net.channel("control")
        assert channel.call("POST", SUSPEND, credential=ADMIN).status == 200
        net.send_conf()
        assert channel.call("POST", UNSUSPEND, credential=ADMIN).status == 200
        net.conf = {**net.conf, "url": "https://127.0.0.1:9"}
        net.send_conf()
        assert closes(channel) and look.get("/api/v1/users").transport != OK


def test_look_up_asks_for_the_scope_that_the_daemon_has_not(org):
    with org.net() as net:
        channel = net.channel("control")
        assert channel.get("/api/v1/apps").status == 200
        assert channel.get("/api/v1/apps?limit=2").status == 200
        assert channel.get("/api/v1/users").status == 200
        assert asked(org) == ["okta.apps.read", " ".join(SCOPES)]
        got = channel.get("/api/v1/logs")
        assert got.transport == CREDENTIAL
        assert got.number(TAG_ERROR_KIND) == ERROR_SCOPE
        assert "okta.logs.read" in got.error and net.changes == []
        # For sync there is nothing but the daemon's own.
        assert net.channel("sync").get("/api/v1/apps").status == 403
