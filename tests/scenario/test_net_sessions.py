"""oktad-net and the session of a login: one request for each channel, with the
API token alone, and its id in no log."""
import json
import uuid

import pytest

from emulator_client import ADMIN_TOKEN
from fake_parent import BROKEN, HELD, OK, REFUSED, closes
from net_fixtures import *  # noqa: F401,F403
from net_fixtures import login

SESSIONS = "/api/v1/sessions"


def make(net):
    token = json.loads(login(net.channel("login")).body)["sessionToken"]
    answer = net.channel("session").call(
        "POST", SESSIONS, body=json.dumps({"sessionToken": token}).encode())
    return json.loads(answer.body)["id"]


def test_a_session_is_made_looked_at_refreshed_and_ended(org):
    with org.net(org.token_conf(api_token=ADMIN_TOKEN)) as net:
        ident = make(net)
        for method, path, status in (("GET", "", 200),
                                     ("POST", "/lifecycle/refresh", 200),
                                     ("DELETE", "", 204), ("GET", "", 404)):
            answer = net.channel("session").call(
                method, f"{SESSIONS}/{ident}{path}")
            assert answer.status == status, (method, answer)
        sent = org.requests(f"{SESSIONS}/{ident}")
        assert [r["method"] for r in sent] == ["GET", "DELETE", "GET"]
        assert {r["headers"]["authorization"] for r in sent} == \
            {"SSWS " + ADMIN_TOKEN}
        assert ident not in net.log


def test_a_channel_is_good_for_one_request(org):
    with org.net(org.token_conf(api_token=ADMIN_TOKEN)) as net:
        ident = make(net)
        channel = net.channel("session")
        assert channel.get(f"{SESSIONS}/{ident}").status == 200
        channel.send("DELETE", f"{SESSIONS}/{ident}")
        assert closes(channel)
        assert net.channel("session").get(f"{SESSIONS}/{ident}").status == 200


@pytest.mark.parametrize("role", ["login", "sync", "session"])
def test_what_is_refused_is_logged_without_the_id(org, role):
    ident = "102" + uuid.uuid4().hex
    with org.net(org.token_conf(api_token=ADMIN_TOKEN)) as net:
        path = f"{SESSIONS}/{ident}" + ("/x" if role == "session" else "")
        assert net.channel(role).get(path).transport == REFUSED
        assert "refused" in net.log and SESSIONS in net.log
        assert ident not in net.log
        assert org.count() == 0


def test_oauth_asks_for_no_session(org):
    with org.net() as net:
        answer = net.channel("session").call("POST", SESSIONS, body=b"{}")
        assert answer.transport == REFUSED
        assert org.count() == 0


def test_a_session_is_not_made_twice_when_the_connection_dies(org):
    with org.net(org.token_conf(api_token=ADMIN_TOKEN)) as net:
        ident = make(net)
        org.emulator.fault("reset", SESSIONS, method="POST")
        assert net.channel("session").call(
            "POST", SESSIONS, body=b"{}").transport == BROKEN
        assert len([r for r in org.requests(SESSIONS)
                    if r["method"] == "POST"]) == 2
        # A look is repeated.
        org.emulator.fault("reset", f"{SESSIONS}/{ident}")
        assert net.channel("session").get(
            f"{SESSIONS}/{ident}").transport == OK


def test_a_limit_of_sessions_holds_them_up_and_no_login(org):
    with org.net(org.token_conf(api_token=ADMIN_TOKEN)) as net:
        ident = make(net)
        org.emulator.fault("rate_limit", f"{SESSIONS}/{ident}",
                           args={"reset": 9})
        assert net.channel("session").get(f"{SESSIONS}/{ident}").status == 429
        held = net.channel("session").get(f"{SESSIONS}/{ident}")
        assert held.transport == HELD and 1 <= held.retry <= 12, held
        assert login(net.channel("login")).status == 200
