"""The emulator's token endpoint says what Okta's says (reference, 1.2)."""
import base64
import json
import threading
import time

import pytest

from emulator_client import ASSERTION, CLIENT_ID, Key
from emulator_fixtures import bearer, key, okta, process  # noqa: F401

MINUTE = 60


def assert_refused(answer, status, error, description):
    assert (answer.status, answer.json) == (
        status, {"error": error, "error_description": description})
    assert answer.header("content-type") == "application/json"
    assert answer.header("cache-control") == "no-cache, no-store"
    assert len(answer.header("x-okta-request-id")) == 32


def parts_of(token):
    return [json.loads(base64.urlsafe_b64decode(p + "=" * (-len(p) % 4)))
            for p in token.split(".")[:2]]


def test_token_has_the_form_of_the_org_server(okta, key):
    answer = okta.mint(key, "okta.users.read okta.groups.read")
    assert answer.status == 200
    assert set(answer.json) == {"token_type", "expires_in", "access_token",
                                "scope"}
    assert answer.json["token_type"] == "Bearer"
    assert answer.json["expires_in"] == 3600
    assert answer.json["scope"] == "okta.users.read okta.groups.read"
    assert answer.header("cache-control") == "no-cache, no-store"
    assert answer.header("pragma") == "no-cache"
    header, claims = parts_of(answer.json["access_token"])
    assert header["typ"] == "application/okta-internal-at+jwt"
    assert header["alg"] == "RS256"
    assert claims["iss"] == claims["aud"] == okta.url
    assert claims["sub"] == claims["cid"] == CLIENT_ID
    assert claims["exp"] - claims["iat"] == 3600
    assert claims["scp"] == ["okta.users.read", "okta.groups.read"]
    assert claims["ver"] == 1 and claims["jti"].startswith("AT.")


@pytest.mark.parametrize("algorithm", ["RS256", "RS384", "RS512", "ES256",
                                       "ES384", "ES512"])
def test_every_algorithm_is_verified_for_real(okta, algorithm):
    mine, other = Key(algorithm), Key(algorithm)
    okta.change("PUT", "/org", {"clients": [{
        "client_id": CLIENT_ID, "jwks": {"keys": [mine.jwk()]},
        "scopes": ["okta.users.read"], "role": "SUPER_ADMIN"}]})
    assert okta.mint(mine).status == 200
    assert_refused(okta.mint(other), 401, "invalid_client",
                   "The client_assertion signature is invalid.")
    good = mine.sign(okta.claims())
    head, body, mark = good.split(".")
    changed = mark[:8] + ("A" if mark[8] != "A" else "B") + mark[9:]
    assert_refused(okta.mint(mine, assertion=".".join((head, body, changed))),
                   401, "invalid_client",
                   "The client_assertion signature is invalid.")


def test_key_of_one_algorithm_does_not_verify_another(okta):
    small = Key("ES256")
    okta.change("PUT", "/org", {"clients": [{
        "client_id": CLIENT_ID, "jwks": {"keys": [small.jwk()]},
        "scopes": ["okta.users.read"]}]})
    forged = small.sign(okta.claims(), alg="ES384")
    assert_refused(okta.mint(small, assertion=forged), 401, "invalid_client",
                   "The client_assertion signature is invalid.")


CLAIM_FAULTS = [
    ({"iss": "0oaNobodyKnowsThis01"},
     "The issuer claim for client_assertion is not a valid client_id."),
    ({"iss": None},
     "The issuer claim for client_assertion is not a valid client_id."),
    ({"sub": "0oaNobodyKnowsThis01"},
     "The subject claim for client_assertion is not a valid client_id."),
    ({"sub": None},
     "The subject claim for client_assertion is not a valid client_id."),
    ({"aud": "https://elsewhere.example.net/oauth2/v1/token"},
     "The audience claim for client_assertion must be the endpoint invoked "
     "for the request."),
    ({"aud": None},
     "The audience claim for client_assertion must be the endpoint invoked "
     "for the request."),
    ({"exp": None}, "The client_assertion must contain the 'exp' claim as "
     "seconds since epoch."),
    ({"exp": "4102444800"}, "The client_assertion must contain the 'exp' "
     "claim as seconds since epoch."),
    ({"exp": True}, "The client_assertion must contain the 'exp' claim as "
     "seconds since epoch."),
    ({"exp": 1000000000}, "The client_assertion token is expired."),
    ({"exp": 4102444800}, "The client_assertion token has an expiration too "
     "far into the future."),
    ({"iat": 4102444800}, "The client_assertion token must be issued before "
     "the current time."),
]


@pytest.mark.parametrize("claims,description", CLAIM_FAULTS)
def test_claim_fault_is_named(okta, key, claims, description):
    assert_refused(okta.mint(key, claims=claims), 401, "invalid_client",
                   description)


def test_audience_is_the_called_url_and_not_the_issuer(okta, key):
    for aud in (okta.url, okta.url + "/oauth2/v1", okta.token_url + "/",
                [okta.token_url]):
        answer = okta.mint(key, claims={"aud": aud})
        assert answer.status == 401
        assert "audience" in answer.json["error_description"]


def test_expiry_may_be_an_hour_ahead_and_no_more(okta, key):
    now = int(time.time())
    assert okta.mint(key, claims={"exp": now + 3590}).status == 200
    assert okta.mint(key, claims={"exp": now + 3700}).status == 401


def test_assertion_without_jti_and_iat_is_taken(okta, key):
    claims = okta.claims(jti=None, iat=None)
    for _ in range(2):
        assert okta.mint(key, assertion=key.sign(claims)).status == 200


def test_assertion_is_used_up_at_once(okta, key):
    text = key.sign(okta.claims())
    assert okta.mint(key, assertion=text).status == 200
    assert_refused(okta.mint(key, assertion=text), 401, "invalid_client",
                   "The client_assertion token has already been used.")


def test_assertion_is_used_up_by_a_failed_request_too(okta, key):
    text = key.sign(okta.claims())
    assert okta.mint(key, "okta.nothing.read", assertion=text).status == 400
    assert_refused(okta.mint(key, assertion=text), 401, "invalid_client",
                   "The client_assertion token has already been used.")


def test_one_of_many_concurrent_uses_of_an_assertion_wins(okta, key):
    text = key.sign(okta.claims())
    found = []

    def ask():
        found.append(okta.mint(key, assertion=text).status)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == [200] + [401] * 7


@pytest.mark.parametrize("text", ["", "a.b", "a.b.c", "....", "x" * 3000])
def test_assertion_that_is_no_jwt_is_not_parsed(okta, key, text):
    answer = okta.mint(key, form={"client_assertion": text})
    if text == "":
        assert_refused(answer, 400, "invalid_request", "The request is "
                       "missing the 'client_assertion' parameter.")
    else:
        assert_refused(answer, 401, "invalid_client",
                       "The parsing of the client_assertion failed.")


@pytest.mark.parametrize("algorithm", ["none", "PS256", "HS512x", None])
def test_other_algorithms_are_refused(okta, key, algorithm):
    answer = okta.mint(key, assertion=key.sign(okta.claims(), alg=algorithm))
    assert_refused(answer, 401, "invalid_client", "The client_assertion JWT "
                   "signature algorithm is invalid.")


def test_hmac_needs_a_long_secret_and_is_no_private_key(okta, key):
    text = key.sign(okta.claims(), alg="HS256")
    assert_refused(okta.mint(key, assertion=text), 401, "invalid_client",
                   "The client secret is too short to verify a JWT HMAC.")


def test_kid_must_be_one_of_the_clients(okta, key):
    text = key.sign(okta.claims(), kid="key-9")
    assert_refused(okta.mint(key, assertion=text), 401, "invalid_client",
                   "The client_assertion JWT kid is invalid.")


def test_kid_may_be_left_out_where_there_is_one_key(okta, key):
    text = key.sign(okta.claims(), kid=None)
    assert okta.mint(key, assertion=text).status == 200
    second = Key("ES256", "key-2")
    client(okta, jwks={"keys": [key.jwk(), second.jwk()]})
    text = key.sign(okta.claims(), kid=None)
    assert_refused(okta.mint(key, assertion=text), 401, "invalid_client",
                   "The client_assertion JWT kid is invalid.")
    assert okta.mint(second).status == 200


def client(okta, **changes):
    entry = dict({"client_id": CLIENT_ID, "scopes": ["okta.users.read"],
                  "role": "SUPER_ADMIN"}, **changes)
    okta.change("PUT", "/org", {"clients": [entry]})


def test_client_without_keys(okta, key):
    client(okta)
    assert_refused(okta.mint(key), 401, "invalid_client", "The client does "
                   "not have a JWKSet configured, but the client_assertion "
                   "requires one.")


def test_client_with_unusable_keys(okta, key):
    client(okta, jwks={"keys": [{"kid": key.kid, "kty": "RSA", "n": "AQ",
                                 "e": "AQAB"}]})
    assert_refused(okta.mint(key), 401, "invalid_client",
                   "The client JWKSet is invalid.")


def test_inactive_client(okta, key):
    client(okta, jwks={"keys": [key.jwk()]}, status="INACTIVE")
    assert_refused(okta.mint(key), 401, "invalid_client",
                   "Invalid value for 'client_id' parameter.")


NO_ASSERTION = {"client_assertion": None, "client_assertion_type": None}


def basic(name, secret):
    text = base64.b64encode(("%s:%s" % (name, secret)).encode()).decode()
    return {"Authorization": "Basic " + text}


def test_no_credentials(okta, key):
    assert_refused(okta.mint(key, form=NO_ASSERTION), 401, "invalid_client",
                   "No client credentials found.")


def test_unknown_client_id(okta, key):
    form = dict(NO_ASSERTION, client_id="0oaNobodyKnowsThis01",
                client_secret="x")
    assert_refused(okta.mint(key, form=form), 401, "invalid_client",
                   "Invalid value for 'client_id' parameter.")


def test_wrong_secret(okta, key):
    client(okta, auth="client_secret_basic", secret="right" * 8)
    assert_refused(okta.mint(key, form=NO_ASSERTION,
                             headers=basic(CLIENT_ID, "wrong")),
                   401, "invalid_client", "The client secret supplied for a "
                   "confidential client is invalid.")


def test_unreadable_basic_credentials(okta, key):
    assert_refused(okta.mint(key, form=NO_ASSERTION,
                             headers={"Authorization": "Basic ?"}),
                   401, "invalid_client", "Client authentication failed. "
                   "Either the client or the client credentials are "
                   "invalid.")


def test_secret_is_no_way_to_the_org_server(okta, key):
    client(okta, auth="client_secret_basic", secret="right" * 8)
    assert_refused(okta.mint(key, form=NO_ASSERTION,
                             headers=basic(CLIENT_ID, "right" * 8)),
                   401, "invalid_client", "Client Credentials requests to "
                   "the Org Authorization Server must use the "
                   "private_key_jwt token_endpoint_auth_method.")


def test_only_service_apps_may(okta, key):
    client(okta, jwks={"keys": [key.jwk()]}, application_type="web")
    assert_refused(okta.mint(key), 401, "invalid_client", "Only clients with "
                   "'application_type' of 'service' may use the "
                   "client_credentials 'grant_type' with the Org "
                   "Authorization Server.")


def test_two_kinds_of_credentials(okta, key):
    answer = okta.mint(key, headers=basic(CLIENT_ID, "x"))
    assert answer.status == 400
    assert answer.json["error"] == "invalid_request"


def test_wrong_assertion_type(okta, key):
    answer = okta.mint(key, form={"client_assertion_type": ASSERTION + "x"})
    assert_refused(answer, 400, "invalid_request",
                   "The client_assertion_type is invalid.")


@pytest.mark.parametrize("scope", [None, "", "  "])
def test_no_scope(okta, key, scope):
    assert_refused(okta.mint(key, scope), 400, "invalid_scope",
                   "No scopes were requested.")


@pytest.mark.parametrize("scope", ["okta.users.write", "okta.nothing.read",
                                   "read", "okta.users.read extra"])
def test_unknown_scope(okta, key, scope):
    assert_refused(okta.mint(key, scope), 400, "invalid_scope",
                   "One or more scopes are not configured for the "
                   "authorization server resource.")


def test_openid_scope(okta, key):
    assert_refused(okta.mint(key, "openid okta.users.read"), 400,
                   "invalid_scope",
                   "Cannot request 'openid' scopes using client "
                   "credentials.")


def test_self_scope(okta, key):
    answer = okta.mint(key, "okta.users.read.self")
    assert answer.status == 400
    assert answer.json["error"] == "client_credentials_self_scope_requested"


def test_ungranted_scopes_fall_out_silently(okta, key):
    answer = okta.mint(key, "okta.apps.read okta.users.read "
                            "okta.groups.manage")
    assert (answer.status, answer.json["scope"]) == (200, "okta.users.read")


def test_none_of_the_scopes_granted(okta, key):
    assert_refused(okta.mint(key, "okta.apps.read"), 400, "consent_required",
                   "You are not allowed any of the requested scopes.")
    okta.switch(ungranted_scope_error="user_consent")
    assert_refused(okta.mint(key, "okta.apps.read okta.devices.read"), 400,
                   "consent_required", "The following scopes require user "
                   "consent and cannot be granted for the client credentials "
                   "grant type: [okta.apps.read, okta.devices.read].")
    okta.switch(ungranted_scope_error="invalid_scope")
    assert okta.mint(key, "okta.apps.read").json["error"] == "invalid_scope"


def test_grant_that_the_client_has_not(okta, key):
    assert_refused(okta.mint(key, form={"grant_type": "password"}), 400,
                   "unauthorized_client", "The client is not authorized to "
                   "use the provided grant type. Configured grant types: "
                   "[client_credentials].")


def test_unknown_grant(okta, key):
    answer = okta.mint(key, form={"grant_type": "magic"})
    assert answer.status == 400
    assert answer.json["error"] == "unsupported_grant_type"


def test_missing_and_repeated_parameters(okta, key):
    answer = okta.mint(key, form={"grant_type": None})
    assert (answer.status, answer.json["error"]) == (400, "invalid_request")
    answer = okta.call("POST", "/oauth2/v1/token",
                       "grant_type=client_credentials&grant_type=x")
    assert (answer.status, answer.json["error"]) == (400, "invalid_request")


def test_json_is_no_form(okta):
    answer = okta.call("POST", "/oauth2/v1/token", {"grant_type": "x"})
    assert (answer.status, answer.json["error"]) == (400, "invalid_request")


def test_client_outside_its_zones(okta, key):
    client(okta, jwks={"keys": [key.jwk()]}, network="denied")
    assert_refused(okta.mint(key), 403, "access_denied", "The request is "
                   "made from outside the client's permitted network zones.")


def test_app_bound_to_dpop_wants_a_proof(okta, key):
    client(okta, jwks={"keys": [key.jwk()]}, dpop=True)
    assert_refused(okta.mint(key), 400, "invalid_dpop_proof",
                   "The DPoP proof JWT header is missing.")


def test_full_bucket_is_answered_in_the_other_family(okta, key):
    okta.switch(rate_buckets={"oauth2": 1})
    assert okta.mint(key).status == 200
    answer = okta.mint(key)
    assert answer.status == 429
    assert answer.json["errorCode"] == "E0000047"
    assert "error" not in answer.json
    assert answer.header("x-rate-limit-limit") == "1"
    assert answer.header("x-rate-limit-remaining") == "0"


@pytest.mark.parametrize("code,status,error", [
    ("temporarily_unavailable", 400, None), ("server_error", 500, None)])
def test_server_trouble_by_fault(okta, key, code, status, error):
    okta.fault("status", "/oauth2/v1/token", args={
        "status": status, "body": {"error": code,
                                   "error_description": "trouble"}})
    answer = okta.mint(key)
    assert (answer.status, answer.json["error"]) == (status, code)
    assert okta.mint(key).status == 200


def test_assertion_is_judged_by_the_orgs_clock(okta, key):
    okta.change("PUT", "/clock", {"offset_s": 10 * MINUTE})
    assert "expired" in okta.mint(key).json["error_description"]
    okta.change("PUT", "/clock", {"offset_s": -10 * MINUTE})
    assert "issued before" in okta.mint(key).json["error_description"]


def test_token_ends_after_an_hour_of_the_orgs_clock(okta, bearer):
    path = "/api/v1/users?limit=1"
    assert okta.get(path, bearer, scheme="Bearer").status == 200
    okta.change("PUT", "/clock", {"offset_s": 3590})
    assert okta.get(path, bearer, scheme="Bearer").status == 200
    okta.change("PUT", "/clock", {"offset_s": 3601})
    answer = okta.get(path, bearer, scheme="Bearer")
    assert answer.status == 401
    assert 'error="invalid_token"' in answer.header("www-authenticate")
    assert 'error_description="The token has expired."' in answer.header(
        "www-authenticate")
