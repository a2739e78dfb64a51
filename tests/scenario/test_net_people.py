"""oktad-net and the app that people log in by, where that app wants proof of
possession: what goes out again, how often, and to whom."""
import base64
import json
import threading
import time
from email.utils import formatdate

import pytest

from fake_parent import CLIENT, FORM, STATUS_ORG
from net_fixtures import *  # noqa: F401,F403
from net_fixtures import start_on
from odd_server import OddServer, always, answer

APP = "0oaPeopleLogInHere01"
BASE = "/oauth2/v1"
PASSWORD = (b"grant_type=password&username=alice%40example.com&password=x"
            b"&scope=openid")
PRIMARY = (b"login_hint=alice%40example.com&channel_hint=push&challenge_hint="
           b"urn%3Aokta%3Aparams%3Aoauth%3Agrant-type%3Aoob")


def refusal(word, nonce=None):
    return answer(json.dumps({"error": word,
                              "error_description": "never"}).encode(),
                  "400 Bad Request",
                  extra=("DPoP-Nonce: " + nonce,) if nonce else ())


def start(server, build, ca):
    return start_on(server, build, ca, oidc_client_id=APP, oidc_base=BASE)


def ask(net, path="/token", body=PASSWORD):
    """The first request of a login of its own."""
    channel = net.channel("login")
    return channel, channel.send("POST", BASE + path, credential=CLIENT,
                                 content=FORM, body=body)


def answered(net, *request):
    channel, ident = ask(net, *request)
    return channel.receive(ident)


def proof(request):
    """Header and claims of the proof in a request, or None."""
    for line in request.partition(b"\r\n\r\n")[0].split(b"\r\n"):
        if line.lower().startswith(b"dpop:"):
            return [json.loads(base64.urlsafe_b64decode(p + b"=" * (-len(p)
                                                                    % 4)))
                    for p in line.split(b":")[1].strip().split(b".")[:2]]
    return None


@pytest.mark.parametrize("word,tries", [
    # Only another nonce is worth another proof.
    ("invalid_dpop_proof", 2), ("use_dpop_nonce", 3), ("invalid_grant", 1)])
def test_app_that_is_never_content(build, ca, word, tries):
    """A password goes out a handful of times, not a stream of them, and the
    worker gets the refusal without what the proofs were made of."""
    def play(connection, server):
        while server.read_request(connection) is not None:
            connection.sendall(refusal(word, "n%d" % len(server.received)))
    with OddServer(ca.context(), play) as server, \
            start(server, build, ca) as net:
        got = answered(net)
        assert got.status == 400 and word.encode() in got.body
        assert len(server.received) == tries
        sent = [r.partition(b"\r\n\r\n")[2] for r in server.received]
        assert set(sent) == {PASSWORD + b"&client_id=" + APP.encode()}
        made = [proof(r) for r in server.received]
        assert made[0] is None and None not in made[1:]
        assert [p[1].get("nonce") for p in made[1:]] == [
            "n%d" % (i + 1) for i in range(tries - 1)]
        assert len({p[1]["jti"] for p in made[1:]}) == tries - 1
        assert {p[1]["htu"] for p in made[1:]} <= {server.url + BASE +
                                                   "/token"}
        told = b"".join(got.fields.values()) + got.body
        for header, claims in made[1:]:
            assert "d" not in header["jwk"]
            for secret in (header["jwk"]["x"], claims["jti"],
                           claims["nonce"]):
                assert secret.encode() not in told


def test_only_the_token_endpoint_is_sent_a_proof(build, ca):
    play = always(refusal("invalid_dpop_proof", "one"))
    with OddServer(ca.context(), play) as server, \
            start(server, build, ca) as net:
        answered(net)
        assert proof(server.received[-1]) is not None
        before = len(server.received)
        got = answered(net, "/primary-authenticate", PRIMARY)
        assert got.status == 400
        assert len(server.received) == before + 1
        assert proof(server.received[-1]) is None


def test_another_org_learns_nothing_of_the_first(build, ca):
    """Neither key nor nonce, nor a login that was on its way to the first."""
    held, go = threading.Event(), threading.Event()

    def play(connection, server):
        while server.read_request(connection) is not None:
            if len(server.received) == 4:
                held.set()
                assert go.wait(30)
            connection.sendall(refusal("use_dpop_nonce", "first"))

    def play_other(connection, server):
        while server.read_request(connection) is not None:
            connection.sendall(refusal("use_dpop_nonce", "other")
                               if len(server.received) > 1
                               else refusal("invalid_dpop_proof"))
    with OddServer(ca.context(), play) as first, \
            OddServer(ca.context(), play_other) as other, \
            start(first, build, ca) as net:
        answered(net)
        assert len(first.received) == 3
        channel, ident = ask(net)
        assert held.wait(30)
        net.conf["url"] = other.url
        net.send_conf()
        net.wait_status(lambda s: s[STATUS_ORG] == other.url.encode())
        go.set()
        assert channel.receive(ident).status == 400
        assert not other.received and len(first.received) == 4
        answered(net)
        made = [proof(r) for r in other.received]
        assert made[0] is None
        assert [p[1].get("nonce") for p in made[1:]] == [None, "other"]
        assert made[1][0]["jwk"] != proof(first.received[1])[0]["jwk"]


def test_another_app_of_the_org_learns_nothing_of_the_first(build, ca):
    """It is asked without a proof, and has a key of its own; the same app
    after a reload is not asked anew."""
    def play(connection, server):
        while server.read_request(connection) is not None:
            connection.sendall(refusal("use_dpop_nonce", "one"))
    with OddServer(ca.context(), play) as server, \
            start(server, build, ca) as net:
        answered(net)
        first = [proof(r) for r in server.received]
        assert first[0] is None and first[1] is not None
        net.send_conf()
        seen = len(server.received)
        answered(net)
        assert proof(server.received[seen])[0]["jwk"] == first[1][0]["jwk"]
        net.conf["oidc_client_id"] = APP[:-1] + "2"
        net.send_conf()
        seen = len(server.received)
        answered(net)
        other = [proof(r) for r in server.received[seen:]]
        assert other[0] is None
        assert other[1][0]["jwk"] != first[1][0]["jwk"]
        assert [r.partition(b"client_id=")[2] for r in
                server.received[seen:]] == [APP[:-1].encode() + b"2"] * 3


def set_clock(offset, word):
    """Refuses all that was made by another clock than one so far off."""
    def play(connection, server):
        while server.read_request(connection) is not None:
            told = answer(json.dumps({"error": word}).encode(),
                          "400 Bad Request", extra=(
                              "DPoP-Nonce: n", "Date: " + formatdate(
                                  time.time() + offset, usegmt=True)))
            made = proof(server.received[-1])
            if made is not None and abs(
                    made[1]["iat"] - time.time() - offset) < 60:
                told = answer(b"{}")
            connection.sendall(told)
    return play


@pytest.mark.threat("T96")
@pytest.mark.parametrize("offset", [600, -600])
def test_clock_that_was_set_fails_no_login(build, ca, offset):
    """The answer's Date tells; the same login goes on."""
    with OddServer(ca.context(), set_clock(offset, "invalid_dpop_proof")) \
            as server, start(server, build, ca) as net:
        assert answered(net).status == 200
        assert len(server.received) <= 3
        assert len({r.partition(b"\r\n\r\n")[2]
                    for r in server.received}) == 1
        before = len(server.received)
        assert answered(net).status == 200
        assert len(server.received) == before + 1


@pytest.mark.threat("T96")
@pytest.mark.parametrize("path, body", [("/token", PASSWORD),
                                        ("/primary-authenticate", PRIMARY)])
def test_assertion_by_a_clock_that_was_set_is_made_anew_once(
        build, ca, path, body):
    """And a login that Okta has looked at never goes out again."""
    for word, tries in (("invalid_client", 2), ("invalid_grant", 1)):
        with OddServer(ca.context(), set_clock(600, word)) as server, \
                start_on(server, build, ca, oidc_client_id=APP,
                         oidc_base=BASE, has_oidc_key=1) as net:
            net.sign = "e30.e{}.c2ln".format
            got = answered(net, path, body)
            assert got.status == 400 and word.encode() in got.body
            assert len(server.received) == len(net.asserts) == tries
            assert [abs(s - at) < 60 for s, at in
                    zip(net.asserts, (0, 600))] == [True] * tries
