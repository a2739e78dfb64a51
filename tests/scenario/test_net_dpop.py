"""oktad-net in an org that wants proof of possession (okta-api.md, 1.3). The
emulator verifies each proof for real."""
import base64
import json
import time

import pytest

from emulator_client import CLIENT_ID
from fake_parent import (CREDENTIAL, INT_TOKEN_RESET, OK, STATUS_EXPIRES,
                         frame)
from net_fixtures import *  # noqa: F401,F403
from net_fixtures import SCOPES, Org, login
from odd_server import OddServer, answer

USERS = "/api/v1/users"
TOKEN = "/oauth2/v1/token"


@pytest.fixture
def org(process, key, build):
    process.reset([{
        "client_id": CLIENT_ID, "auth": "private_key_jwt", "dpop": True,
        "jwks": {"keys": [key.jwk()]}, "role": "READ_ONLY_ADMIN",
        "scopes": SCOPES}])
    return Org(process, key, build)


def header(record, name):
    return {k.lower(): v for k, v in record["headers"].items()}.get(name)


def unpack(jwt):
    return [json.loads(base64.urlsafe_b64decode(p + "=" * (-len(p) % 4)))
            for p in jwt.split(".")[:2]]


def proofs(org, path=None):
    return [unpack(header(r, "dpop")) for r in org.requests(path)
            if header(r, "dpop")]


def statuses(org, path):
    return [r["status"] for r in org.requests(path)]


def reset(net):
    net.send(frame(INT_TOKEN_RESET))
    net.wait_status(lambda s: int.from_bytes(s[STATUS_EXPIRES], "big") == 0)


def test_org_that_wants_proofs_works_as_it_is(org):
    """The first mint asks what is wanted; later ones cost one request."""
    with org.net() as net:
        channel = net.channel("sync")
        idents = [channel.send("GET", USERS) for _ in range(20)]
        assert {channel.receive(i).status for i in idents} == {200}
        assert statuses(org, TOKEN) == [400, 400, 200]
        for turn in range(3):
            reset(net)
            assert channel.get(USERS).status == 200
            assert statuses(org, TOKEN) == [400, 400] + [200] * (turn + 2)
        assert set(statuses(org, USERS)) == {200}
        assert "type=DPoP" in net.log
        made = proofs(org)
        assert len(made) == 28 == len({p[1]["jti"] for p in made})
        # One key for the mint and the use of a token, another for the next.
        keys = [p[0]["jwk"]["x"] for p in made]
        assert len(set(keys)) == 4
        assert all(set(p[0]["jwk"]) == {"kty", "crv", "x", "y", "use", "alg"}
                   for p in made)
        registered = org.key.jwk()["x"]
        assert registered not in keys
        for record in org.requests(USERS):
            assert header(record, "authorization").startswith("DPoP ")


def test_org_that_wants_none_is_sent_none(process, key, build):
    process.reset([{
        "client_id": CLIENT_ID, "auth": "private_key_jwt",
        "jwks": {"keys": [key.jwk()]}, "role": "READ_ONLY_ADMIN",
        "scopes": SCOPES}])
    org = Org(process, key, build)
    with org.net() as net:
        assert net.channel("sync").get(USERS).status == 200
        assert org.count() == 2 and not proofs(org)


def test_reload_forgets_nothing_that_okta_wants(org):
    """One request, for a token of the new configuration."""
    with org.net() as net:
        channel = net.channel("sync")
        assert channel.get(USERS).status == 200
        for turn in range(3):
            net.send_conf()
            net.wait_status(lambda s: not int.from_bytes(s[STATUS_EXPIRES],
                                                         "big"))
            assert channel.get(USERS).status == 200
            assert statuses(org, TOKEN) == [400, 400] + [200] * (turn + 2)
        # Another app, which wants no proof, is asked for none for long.
        org.emulator.reset([{
            "client_id": CLIENT_ID, "auth": "private_key_jwt",
            "jwks": {"keys": [org.key.jwk()]}, "role": "READ_ONLY_ADMIN",
            "scopes": SCOPES}])
        net.send_conf()
        net.wait_status(lambda s: not int.from_bytes(s[STATUS_EXPIRES], "big"))
        assert channel.get(USERS).status == 200


NOTE = ('DPoP realm="http://x", error="%s", error_description="%s", '
        'resource="/api/v1/users"')


@pytest.mark.parametrize("status,word,tokens,tries", [
    # A proof is made again; a token that is none any more is replaced.
    (400, "invalid_dpop_proof", 1, 2), (401, "invalid_dpop_proof", 1, 2),
    (400, "use_dpop_nonce", 1, 2), (401, "use_dpop_nonce", 1, 2),
    (401, "invalid_token", 2, 2),
    # What another try would not mend goes to the asker as it is.
    (400, "invalid_request", 1, 1), (403, "insufficient_scope", 1, 1)])
def test_resource_that_is_never_content(org, ca, status, word, tokens, tries):
    """Each error of a resource: as many tries as may help, and no more."""
    asked = {"token": 0, "users": 0}

    def play(connection, server):
        request = server.read_request(connection)
        if TOKEN.encode() in request.split(b"\r\n")[0]:
            asked["token"] += 1
            connection.sendall(answer(json.dumps({
                "token_type": "Bearer" if b"dpop:" not in request.lower()
                else "DPoP", "expires_in": 3600, "access_token": "abc",
                "scope": " ".join(SCOPES)}).encode())
                if b"dpop:" in request.lower() else answer(
                    BAD % b"invalid_dpop_proof", "400 Bad Request"))
            return
        asked["users"] += 1
        connection.sendall(answer(
            b"{}", "%d No" % status, extra=(
                "WWW-Authenticate: " + NOTE % (word, "never"),
                "DPoP-Nonce: n%d" % asked["users"])))
    with OddServer(ca.context(), play) as server, \
            org.net(org.conf(url=server.url, ca_pem=ca.pem)) as net:
        got = net.channel("sync").get(USERS)
        assert got.status == status
        assert asked == {"token": tokens + 1, "users": tries}


def test_every_page_and_every_attempt_has_a_proof_of_its_own(org):
    with org.net() as net:
        channel, path, pages = net.channel("sync"), USERS + "?limit=2", 0
        while path:
            page = channel.get(path)
            assert page.status == 200
            pages, path = pages + 1, page.next
        assert pages > 1
        org.emulator.fault("reset", USERS, count=1)
        assert channel.get(USERS).status == 200
        made = [p[1] for p in proofs(org, USERS)]
        assert len({p["jti"] for p in made}) == len(made) >= pages + 1
        assert {p["htu"] for p in made} == {org.emulator.url + USERS}
        assert all(p["htm"] == "GET" and "ath" in p for p in made)


def test_nonce_is_renewed_from_what_okta_sends(org):
    org.emulator.switch(dpop_nonce_s=1)
    with org.net() as net:
        channel = net.channel("sync")
        assert channel.get(USERS).status == 200
        time.sleep(1.5)
        # The old one is still good, and its answer brings the new one.
        reset(net)
        assert channel.get(USERS).status == 200
        assert statuses(org, TOKEN) == [400, 400, 200, 200]
        nonces = [p[1].get("nonce") for p in proofs(org, TOKEN)]
        sent = [dict(r["resp_headers"]).get("dpop-nonce")
                for r in org.requests(TOKEN)]
        assert nonces == [None, sent[1], sent[2]]
        # One that has run out costs one request more.
        time.sleep(5)
        reset(net)
        assert channel.get(USERS).status == 200
        assert statuses(org, TOKEN)[4:] == [400, 200]


def test_nonce_that_a_resource_wants(org):
    org.emulator.switch(dpop_resource_nonce=True, dpop_nonce_s=1)
    with org.net() as net:
        channel = net.channel("sync")
        assert channel.get(USERS).status == 200
        time.sleep(5)
        assert channel.get(USERS).status == 200
        assert statuses(org, USERS) == [200, 401, 200]
        assert statuses(org, TOKEN) == [400, 400, 200]


@pytest.mark.threat("T96")
@pytest.mark.parametrize("offset", [600, -600, 86000, -86000])
def test_proofs_go_by_oktas_clock(org, offset):
    org.emulator.change("PUT", "/clock", {"offset_s": offset})
    with org.net() as net:
        channel = net.channel("sync")
        assert channel.get(USERS).status == 200
        assert len(statuses(org, TOKEN)) <= 4
    # A clock that is moved while a token is held.
    org.emulator.change("PUT", "/clock", {"offset_s": 0})
    with org.net() as net:
        channel = net.channel("sync")
        assert channel.get(USERS).status == 200
        before = org.count()
        org.emulator.change("PUT", "/clock", {"offset_s": 900})
        assert channel.get(USERS).status == 200
        assert org.count() == before + 2


def test_revoked_bound_token_is_replaced_once(org):
    with org.net() as net:
        channel = net.channel("sync")
        assert channel.get(USERS).status == 200
        org.emulator.change("DELETE", "/tokens")
        assert channel.get(USERS).status == 200
        assert statuses(org, TOKEN) == [400, 400, 200, 200]
        assert statuses(org, USERS) == [200, 401, 200]


def test_logins_carry_neither_token_nor_proof(org):
    with org.net() as net:
        assert net.channel("sync").get(USERS).status == 200
        assert login(net.channel("login")).status == 200
        record = org.requests("/api/v1/authn")[-1]
        assert header(record, "dpop") is None
        assert header(record, "authorization") is None


BAD = b'{"error":"%s","error_description":"never good enough"}'


@pytest.mark.parametrize("word", ["use_dpop_nonce", "invalid_dpop_proof"])
@pytest.mark.parametrize("nonces", ["none", "same", "new", "bad"])
def test_edge_that_is_never_content(org, build, ca, word, nonces):
    """A hostile edge gets a handful of assertions, not a stream of them."""
    count = [0]

    def play(connection, server):
        server.read_request(connection)
        count[0] += 1
        more = {"none": (), "same": ("DPoP-Nonce: same",),
                "new": ("DPoP-Nonce: n%d" % count[0],),
                "bad": ('DPoP-Nonce: a"b',)}[nonces]
        connection.sendall(answer(BAD % word.encode(), "400 Bad Request",
                                  extra=more))
    with OddServer(ca.context(), play) as server:
        conf = org.conf(url=server.url, ca_pem=ca.pem)
        with org.net(conf) as net:
            got = net.channel("sync").get(USERS)
            assert got.transport == CREDENTIAL and got.error
            assert 1 <= count[0] <= 4
            assert net.status.get(STATUS_EXPIRES, b"\0") == bytes(8)


def test_bound_token_that_was_not_asked_for_is_refused(org, ca):
    body = json.dumps({"token_type": "DPoP", "expires_in": 3600,
                       "access_token": "abc", "scope": "x"}).encode()

    def play(connection, server):
        server.read_request(connection)
        connection.sendall(answer(body))
    with OddServer(ca.context(), play) as server, \
            org.net(org.conf(url=server.url, ca_pem=ca.pem)) as net:
        got = net.channel("sync").get(USERS)
        assert got.transport == CREDENTIAL and "DPoP" in got.error
        assert got.transport != OK
