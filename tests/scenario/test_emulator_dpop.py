"""Each row of okta-api.md, 1.3: provoked by a request, compared."""
import base64
import hashlib
import time
import uuid

import pytest

from emulator_client import CLIENT_ID, Key
from emulator_fixtures import *  # noqa: F401,F403

USERS = "/api/v1/users"
SUBJECT = "The DPoP proof JWT "


@pytest.fixture(scope="module")
def key():
    return Key("ES256")


@pytest.fixture(scope="module")
def proof_key():
    return Key("ES256", None)


@pytest.fixture
def okta(process, key):
    process.reset([{
        "client_id": CLIENT_ID, "auth": "private_key_jwt", "dpop": True,
        "jwks": {"keys": [key.jwk()]}, "role": "READ_ONLY_ADMIN",
        "scopes": ["okta.users.read"]}])
    return process


def public(key):
    return {k: v for k, v in key.jwk().items() if k not in ("kid", "use")}


def make(key, url, method="POST", header=None, **claims):
    """A good proof, but for what is changed; None takes a claim out."""
    all_claims = {"htm": method, "htu": url, "iat": int(time.time()) - 1,
                  "jti": uuid.uuid4().hex, **claims}
    return key.sign({k: v for k, v in all_claims.items() if v is not None},
                    **{"typ": "dpop+jwt", "jwk": public(key), "kid": None,
                       **(header or {})})


def nonce_of(okta, key, proof_key):
    answer = okta.mint(key, headers={
        "DPoP": make(proof_key, okta.token_url)})
    assert (answer.status, answer.json) == (400, {
        "error": "use_dpop_nonce", "error_description":
        "Authorization server requires nonce in DPoP proof."})
    return answer.header("dpop-nonce")


def mint(okta, key, proof_key):
    nonce = nonce_of(okta, key, proof_key)
    answer = okta.mint(key, headers={
        "DPoP": make(proof_key, okta.token_url, nonce=nonce)})
    assert answer.status == 200, answer.body
    assert answer.json["token_type"] == "DPoP"
    assert answer.header("dpop-nonce") == nonce
    return answer.json["access_token"]


def ath(token):
    return base64.urlsafe_b64encode(hashlib.sha256(
        token.encode()).digest()).rstrip(b"=").decode()


def test_three_steps_to_a_token(okta, key, proof_key):
    answer = okta.mint(key)
    assert (answer.status, answer.json) == (400, {
        "error": "invalid_dpop_proof",
        "error_description": "The DPoP proof JWT header is missing."})
    token = mint(okta, key, proof_key)
    proof = make(proof_key, okta.url + USERS, "GET", ath=ath(token))
    answer = okta.get(USERS + "?limit=1", token, scheme="DPoP",
                      headers={"DPoP": proof})
    assert answer.status == 200 and len(answer.json) == 1


def test_proof_of_an_app_that_needs_none_binds_its_token(okta, key,
                                                         proof_key):
    okta.reset([{
        "client_id": CLIENT_ID, "auth": "private_key_jwt",
        "jwks": {"keys": [key.jwk()]}, "role": "READ_ONLY_ADMIN",
        "scopes": ["okta.users.read"]}])
    assert okta.mint(key).json["token_type"] == "Bearer"
    mint(okta, key, proof_key)


BAD = {
    "typ": (dict(header={"typ": "JWT"}),
            "'typ' must be 'dpop+jwt' in the DPoP proof JWT."),
    "alg": (dict(header={"alg": "none"}),
            SUBJECT + "signature algorithm is invalid."),
    "other curve": (dict(header={"alg": "ES384"}),
                    SUBJECT + "signature is invalid."),
    "no jwk": (dict(header={"jwk": None}), SUBJECT + "cannot be parsed."),
    "other key": (dict(header={"jwk": public(Key("ES256"))}),
                  SUBJECT + "signature is invalid."),
    "private": (dict(header={"jwk": {**public(Key("ES256")), "d": "AQ"}}),
                SUBJECT + "cannot be parsed."),
    "htm": (dict(htm="PUT"), "'htm' claim in the DPoP proof JWT is invalid."),
    "htm case": (dict(htm="post"),
                 "'htm' claim in the DPoP proof JWT is invalid."),
    "htu": (dict(htu="https://other.test/oauth2/v1/token"),
            "'htu' claim in the DPoP proof JWT is invalid."),
    "no iat": (dict(iat=None),
               "'iat' claim in the DPoP proof JWT is invalid."),
    "iat text": (dict(iat="1"),
                 "'iat' claim in the DPoP proof JWT is invalid."),
    "future": (dict(iat=int(time.time()) + 900),
               SUBJECT + "is issued in the future."),
    "stale": (dict(iat=int(time.time()) - 900),
              SUBJECT + "is issued more than five minutes in the past."),
    "expired": (dict(exp=int(time.time()) - 9), SUBJECT + "is expired."),
    "no jti": (dict(jti=None),
               "'jti' claim in the DPoP proof JWT is invalid."),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_proof_at_both_endpoints(okta, key, proof_key, name):
    changes, text = BAD[name]
    nonce = nonce_of(okta, key, proof_key)
    answer = okta.mint(key, headers={"DPoP": make(
        proof_key, okta.token_url, **{"nonce": nonce, **changes})})
    assert (answer.status, answer.json) == (400, {
        "error": "invalid_dpop_proof", "error_description": text})
    if name == "htm case":
        changes = dict(htm="get")
    token = mint(okta, key, proof_key)
    refused(okta, token, make(proof_key, okta.url + USERS, "GET",
                              **{"ath": ath(token), **changes}), 400,
            "invalid_dpop_proof", text)


def refused(okta, token, proof, status, error, text, scheme="DPoP"):
    headers = {} if proof is None else {"DPoP": proof}
    answer = okta.get(USERS, token, scheme=scheme, headers=headers)
    assert (answer.status, answer.body) == (status, b"")
    line = answer.header("www-authenticate")
    algorithms = 'algs="RS256 RS384 RS512 ES256 ES384 ES512", ' \
        if scheme == "DPoP" else ""
    host = okta.url.split("//")[1]
    assert line == (
        '%s %sauthorization_uri="http://%s/oauth2/v1/authorize", '
        'realm="http://%s", scope="", error="%s", error_description="%s", '
        'resource="%s"' % (scheme, algorithms, host, host, error, text,
                           USERS))
    return answer


def test_what_else_a_resource_refuses(okta, key, proof_key):
    token, url = mint(okta, key, proof_key), okta.url + USERS
    proof = make(proof_key, url, "GET", ath=ath(token))
    refused(okta, token, None, 400, "invalid_request",
            "The resource request requires a DPoP proof.")
    refused(okta, token, proof, 400, "invalid_request",
            "The resource request must use the DPoP authentication scheme "
            "when using a DPoP bound token.", scheme="Bearer")
    refused(okta, token, proof + ", " + proof, 400, "invalid_dpop_proof",
            "Multiple DPoP proof JWT headers are not allowed.")
    refused(okta, token, "a.b", 400, "invalid_dpop_proof",
            SUBJECT + "cannot be parsed.")
    assert okta.get(USERS, token, scheme="DPoP",
                    headers={"DPoP": proof}).status == 200
    refused(okta, token, proof, 400, "invalid_dpop_proof",
            SUBJECT + "has already been used.")
    for value in (None, ath("other")):
        refused(okta, token, make(proof_key, url, "GET", ath=value), 400,
                "invalid_dpop_proof", "'ath' claim in the DPoP proof does "
                "not match the presented access_token.")
    refused(okta, token, make(Key("RS256", None), url, "GET",
                              ath=ath(token)), 400, "invalid_dpop_proof",
            "The access_token is not bound to the provided DPoP proof.")
    # A query or a fragment in htu is none.
    refused(okta, token, make(proof_key, url + "?a=b", "GET",
                              ath=ath(token)), 400, "invalid_dpop_proof",
            "'htu' claim in the DPoP proof JWT is invalid.")
    okta.change("DELETE", "/tokens")
    refused(okta, token, make(proof_key, url, "GET", ath=ath(token)), 401,
            "invalid_token", "The access token has been revoked.")


def test_nonces_come_and_go(okta, key, proof_key):
    first = nonce_of(okta, key, proof_key)

    def ask(nonce):
        return okta.mint(key, headers={"DPoP": make(
            proof_key, okta.token_url, nonce=nonce,
            iat=int(time.time() + offset) - 1)}, claims={
                "iat": int(time.time() + offset) - 5,
                "exp": int(time.time() + offset) + 200})
    offset = 0
    assert ask("invented").json["error"] == "use_dpop_nonce"
    assert ask(first).status == 200
    for offset, status in ((86500, 200), (4 * 86400 - 600, 200),
                           (4 * 86400 + 600, 400)):
        okta.change("PUT", "/clock", {"offset_s": offset})
        answer = ask(first)
        assert answer.status == status
        assert answer.header("dpop-nonce") != first
    assert ask(answer.header("dpop-nonce")).status == 200
    # Resources want one only where the switch says so.
    okta.change("PUT", "/clock", {"offset_s": 0})
    token, url = mint(okta, key, proof_key), okta.url + USERS
    okta.switch(dpop_resource_nonce=True)
    answer = refused(okta, token, make(proof_key, url, "GET",
                                       ath=ath(token)), 401,
                     "use_dpop_nonce", "Authorization server requires nonce "
                     "in DPoP proof.")
    assert okta.get(USERS, token, scheme="DPoP", headers={
        "DPoP": make(proof_key, url, "GET", ath=ath(token),
                     nonce=answer.header("dpop-nonce"))}).status == 200


def test_assertion_is_used_up_by_the_wish_for_a_nonce(okta, key, proof_key):
    text = key.sign(okta.claims())
    answer = okta.mint(key, assertion=text, headers={
        "DPoP": make(proof_key, okta.token_url)})
    assert answer.json["error"] == "use_dpop_nonce"
    answer = okta.mint(key, assertion=text, headers={
        "DPoP": make(proof_key, okta.token_url,
                     nonce=answer.header("dpop-nonce"))})
    assert (answer.status, answer.json["error"]) == (401, "invalid_client")
