"""The emulator's direct authentication and device grant (reference, 3)."""
import base64

import pytest

from emulator_client import Key
from emulator_fixtures import process  # noqa: F401
from emulator_oidc import (
    ALICE, APP, BOB, BOB_ID, DEVICE, GRANTS, MFA_OOB, MFA_OTP, OOB, OTP,
    PASSWORD, SECRET, People, app, claims, code, sent, with_phone)


@pytest.fixture
def okta(process):
    process.reset([app()])
    return process


@pytest.fixture
def people(okta):
    return People(okta)


def policy(okta, name, **more):
    okta.change("PUT", "/org", {"clients": [app(policy=name, **more)]})


def refused(answer, status, error, words=""):
    assert (answer.status, answer.json["error"]) == (status, error)
    assert words in answer.json["error_description"]
    assert answer.header("content-type") == "application/json"


def accepted(answer, amr, server=""):
    assert answer.status == 200, answer.body
    assert set(answer.json) == {"token_type", "expires_in", "access_token",
                                "scope", "id_token"}
    body = claims(answer.json["id_token"])
    assert body["sub"] == BOB_ID and body["aud"] == APP
    assert body["exp"] - body["iat"] == 3600
    assert body["amr"] == amr
    assert claims(answer.json["id_token"], 0)["alg"] == "RS256"
    return body


# The password, and what comes after it

def test_password_alone_where_the_policy_wants_no_more(okta, people):
    policy(okta, "password")
    body = accepted(people.password(), ["pwd"])
    assert body["iss"] == okta.url and body["ver"] == 1
    assert "preferred_username" not in body
    body = claims(people.password(scope="openid profile")
                  .json["id_token"])
    assert body["preferred_username"] == BOB


def test_second_factor_is_asked_for_with_403(people):
    answer = people.password()
    refused(answer, 403, "mfa_required", "additional authenticator")
    assert set(answer.json) == {"error", "error_description", "mfa_token"}


@pytest.mark.parametrize("name,password", [
    (BOB, "wrong"), ("nobody@example.com", "Correct-Horse-7-bob"),
    ("carol@example.com", "Correct-Horse-7-carol")])
def test_wrong_password_and_unknown_people_read_alike(people, name, password):
    refused(people.password(name, password), 400, "invalid_grant",
            "The credentials provided were invalid.")


def test_expired_password_is_no_step_but_an_end(okta, people):
    okta.change("PATCH", "/users/" + BOB_ID, {"status": "PASSWORD_EXPIRED"})
    refused(people.password(), 400, "invalid_grant", "Password has expired.")
    refused(people.password(password="x"), 400, "invalid_grant",
            "The credentials provided were invalid.")


def test_who_has_no_factor_can_not_go_on(people):
    refused(people.password(ALICE, "Correct-Horse-7-alice"), 403,
            "access_denied", "No supported authenticators")


def test_policy_says_no(okta, people):
    policy(okta, "deny")
    refused(people.password(), 403, "access_denied", "wasn't satisfied")
    policy(okta, "browser")
    refused(people.password(), 403, "access_denied", "cannot be used")


def test_only_the_assigned(okta, people):
    okta.change("PUT", "/org", {"apps": [
        {"id": APP, "label": "Hosts", "users": [ALICE]}]})
    refused(people.password(), 400, "access_denied", "not assigned")


def test_tries_per_second_are_limited(okta, people):
    okta.switch(authn_per_second=1)
    answers = [people.password(password="wrong") for _ in range(5)]
    assert {a.json["error"] for a in answers} == {"invalid_grant"}
    assert 429 in [a.status for a in answers]


def test_otp_after_the_password(people):
    token = people.mfa()
    refused(people.token(MFA_OTP, mfa_token=token, otp="000000"), 400,
            "invalid_grant", "'otp'")
    accepted(people.token(MFA_OTP, mfa_token=token, otp=code()),
             ["pwd", "otp", "mfa"])
    refused(people.token(MFA_OTP, mfa_token=token, otp=code(1)), 400,
            "invalid_grant")


def test_otp_is_good_once(people):
    accepted(people.token(MFA_OTP, mfa_token=people.mfa(), otp=code()),
             ["pwd", "otp", "mfa"])
    refused(people.token(MFA_OTP, mfa_token=people.mfa(), otp=code()), 400,
            "invalid_grant")


def test_codes_in_five_minutes_are_limited(okta, people):
    okta.switch(otp_attempts=2)
    token = people.mfa()
    for _ in range(2):
        refused(people.token(MFA_OTP, mfa_token=token, otp="000000"), 400,
                "invalid_grant", "'otp'")
    refused(people.token(MFA_OTP, mfa_token=token, otp=code()), 429,
            "invalid_grant", "rate limit")


def test_challenge_by_otp_names_only_the_kind(people):
    answer = people.challenge(people.mfa(), None, MFA_OTP)
    assert answer.json == {"challenge_type": MFA_OTP}


def test_challenge_has_no_scope(people):
    refused(people.challenge(people.mfa(), scope="openid"), 400,
            "invalid_scope")


# Push

def test_push_after_the_password(okta, people):
    token = people.mfa()
    answer = people.challenge(token)
    assert answer.status == 200
    assert set(answer.json) == {"challenge_type", "oob_code", "channel",
                                "binding_method", "expires_in", "interval"}
    assert (answer.json["challenge_type"], answer.json["channel"],
            answer.json["binding_method"], answer.json["interval"]) == (
                MFA_OOB, "push", "none", 5)
    oob = answer.json["oob_code"]
    poll = dict(mfa_token=token, oob_code=oob)
    refused(people.token(MFA_OOB, **poll), 400, "authorization_pending")
    refused(people.token(MFA_OOB, **poll), 400, "slow_down")
    people.wait(6)
    refused(people.token(MFA_OOB, **poll), 400, "slow_down")
    people.wait(15)
    refused(people.token(MFA_OOB, **poll), 400, "authorization_pending")
    people.phone("approve")
    people.wait(16)
    accepted(people.token(MFA_OOB, **poll), ["pwd", "swk", "mfa"])
    refused(people.token(MFA_OOB, **poll), 400, "invalid_grant")


def test_push_refused_and_expired(people):
    token = people.mfa()
    oob = people.challenge(token).json["oob_code"]
    people.phone("reject")
    refused(people.token(MFA_OOB, mfa_token=token, oob_code=oob), 400,
            "invalid_grant", "rejected")
    oob = people.challenge(token).json["oob_code"]
    people.wait(301)
    answer = people.token(MFA_OOB, mfa_token=token, oob_code=oob)
    refused(answer, 403, "access_denied", "expired")


@pytest.mark.parametrize("kind", ["string", "number"])
def test_number_challenge_is_tapped(okta, people, kind):
    okta.switch(oob_binding="transfer", binding_code_type=kind,
                oob_interval=0)
    token = people.mfa()
    answer = people.challenge(token).json
    assert answer["binding_method"] == "transfer"
    assert isinstance(answer["binding_code"], str if kind == "string"
                      else int)
    poll = dict(mfa_token=token, oob_code=answer["oob_code"])
    people.phone(int(answer["binding_code"]) ^ 1)
    refused(people.token(MFA_OOB, **poll), 400, "invalid_grant", "rejected")
    answer = people.challenge(token).json
    people.phone(int(answer["binding_code"]))
    accepted(people.token(MFA_OOB, mfa_token=token,
                          oob_code=answer["oob_code"]),
             ["pwd", "swk", "mfa"])


def test_codes_do_not_cross(okta, people):
    first, second = people.mfa(), people.mfa()
    oob = people.challenge(first).json["oob_code"]
    refused(people.token(MFA_OOB, mfa_token=second, oob_code=oob), 400,
            "invalid_request", "belong together")
    refused(people.token(MFA_OOB, mfa_token=first, oob_code=oob,
                         scope="openid profile"), 400, "invalid_scope")
    refused(people.token(OOB, oob_code=oob), 400, "invalid_request")
    other = People(okta, "/oauth2/default/v1")
    refused(other.token(MFA_OOB, mfa_token=first, oob_code=oob), 400,
            "invalid_request", "authorization server")
    okta.change("PUT", "/org", {"clients": [
        app(), app(client_id="0oaAnotherAppIsThis1")]})
    refused(people.token(MFA_OOB, mfa_token=first, oob_code=oob,
                         client_id="0oaAnotherAppIsThis1"), 401,
            "invalid_client")


@pytest.mark.parametrize("channel,kind,word", [("sms", "sms", "sms"),
                                               ("voice", "call", "tel")])
def test_code_by_phone(okta, people, channel, kind, word):
    with_phone(okta)
    token = people.mfa()
    answer = people.challenge(token, channel).json
    assert answer["binding_method"] == "prompt" and "interval" not in answer
    poll = dict(mfa_token=token, oob_code=answer["oob_code"])
    refused(people.token(MFA_OOB, **poll), 400, "invalid_request",
            "binding_code")
    refused(people.token(MFA_OOB, binding_code="12345", **poll), 400,
            "invalid_grant")
    accepted(people.token(MFA_OOB, binding_code=sent(okta, kind), **poll),
             ["pwd", word, "mfa"])


def test_channel_that_the_person_has_not(people):
    refused(people.challenge(people.mfa(), "sms"), 403, "access_denied",
            "cannot be used")
    refused(people.challenge(people.mfa(), "pigeon"), 400, "invalid_request")


# Without a password

def test_push_first(okta, people):
    policy(okta, "possession")
    answer = people.primary()
    assert set(answer.json) == {"oob_code", "channel", "binding_method",
                                "expires_in", "interval"}
    people.phone("approve")
    accepted(people.token(OOB, oob_code=answer.json["oob_code"]), ["swk"])


def test_push_first_for_nobody_looks_the_same_and_never_ends(okta, people):
    policy(okta, "possession")
    answer = people.primary("nobody@example.com")
    assert set(answer.json) == {"oob_code", "channel", "binding_method",
                                "expires_in", "interval"}
    refused(people.token(OOB, oob_code=answer.json["oob_code"]), 400,
            "authorization_pending")


def test_otp_first_and_then_push(okta, people):
    policy(okta, "two_possession")
    answer = people.token(OTP, login_hint=BOB, otp=code())
    refused(answer, 403, "mfa_required")
    token = answer.json["mfa_token"]
    oob = people.challenge(token).json["oob_code"]
    people.phone("approve")
    accepted(people.token(MFA_OOB, mfa_token=token, oob_code=oob),
             ["otp", "swk", "mfa"])


def test_primary_wants_its_three_parameters(people):
    for name in ("login_hint", "channel_hint", "challenge_hint"):
        refused(people.primary(**{name: None}), 400, "invalid_request")


# By device

def test_device_is_approved_in_a_browser(okta, people):
    answer = people.device().json
    assert set(answer) == {"device_code", "user_code", "verification_uri",
                           "verification_uri_complete", "expires_in",
                           "interval"}
    assert answer["user_code"].isalpha() and len(answer["user_code"]) == 8
    assert answer["verification_uri_complete"] == "%s?user_code=%s" % (
        answer["verification_uri"], answer["user_code"])
    poll = dict(device_code=answer["device_code"], scope=None)
    refused(people.token(DEVICE, **poll), 400, "authorization_pending")
    refused(people.token(DEVICE, **poll), 400, "slow_down")
    okta.change("POST", "/device/" + answer["user_code"],
                {"user": BOB, "answer": "approve"})
    people.wait(30)
    accepted(people.token(DEVICE, **poll), ["pwd", "hwk", "mfa"])
    refused(people.token(DEVICE, **poll), 400, "invalid_grant")


def test_device_refused_and_expired(okta, people):
    answer = people.device().json
    okta.change("POST", "/device/" + answer["user_code"],
                {"user": BOB, "answer": "deny"})
    refused(people.token(DEVICE, device_code=answer["device_code"]), 400,
            "access_denied")
    answer = people.device().json
    people.wait(601)
    refused(people.token(DEVICE, device_code=answer["device_code"]), 400,
            "expired_token")


def test_device_is_for_native_apps(okta, people):
    policy(okta, "two", application_type="web")
    refused(people.device(), 400, "unauthorized_client")


# The app

def test_secret_goes_the_way_the_app_says(okta, people):
    policy(okta, "password", auth="client_secret_basic", secret=SECRET)
    text = base64.b64encode(("%s:%s" % (APP, SECRET)).encode()).decode()
    basic = {"Authorization": "Basic " + text}
    assert people.password(headers=basic, client_id=None).status == 200
    refused(people.password(), 401, "invalid_client")
    refused(people.password(client_secret=SECRET), 401, "invalid_client")
    wrong = base64.b64encode(("%s:%s" % (APP, "x")).encode()).decode()
    refused(people.password(headers={"Authorization": "Basic " + wrong},
                            client_id=None), 401, "invalid_client", "secret")


def test_assertion_is_for_the_endpoint_that_is_called(okta, people):
    key = Key()
    policy(okta, "two", auth="private_key_jwt", jwks={"keys": [key.jwk()]})

    def signed(path):
        url = okta.url + "/oauth2/v1" + path
        return {"client_id": None, "client_assertion": key.sign(okta.claims(
            iss=APP, sub=APP, aud=url)), "client_assertion_type":
            "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"}
    answer = people.password(**signed("/token"))
    refused(answer, 403, "mfa_required")
    token = answer.json["mfa_token"]
    refused(people.challenge(token, **signed("/token")), 401,
            "invalid_client", "audience")
    assert people.challenge(token, **signed("/challenge")).status == 200


@pytest.mark.parametrize("grant", GRANTS)
def test_grant_must_be_switched_on(okta, people, grant):
    left = [g for g in GRANTS if g != grant]
    policy(okta, "two", grant_types=left)
    refused(people.token(grant), 400, "unauthorized_client",
            "Configured grant types")


def test_classic_has_no_direct_authentication(okta, people):
    okta.switch(pipeline="v1")
    for grant in (OTP, OOB, MFA_OTP, MFA_OOB):
        refused(people.token(grant), 400, "unauthorized_client")
    assert people.device().status == 200


def test_scope_has_openid(people):
    refused(people.password(scope="profile"), 400, "invalid_scope")
    refused(people.password(scope=""), 400, "invalid_scope")


def test_custom_server_has_its_own_issuer(okta):
    policy(okta, "password")
    answer = People(okta, "/oauth2/default/v1").password()
    assert claims(answer.json["id_token"])["iss"] == \
        okta.url + "/oauth2/default"
    assert People(okta, "/oauth2/ausUnknown/v1").password().status == 404


def test_keys_and_discovery(okta):
    policy(okta, "password")
    found = okta.call("GET", "/.well-known/openid-configuration").json
    assert found["issuer"] == okta.url
    assert found["token_endpoint"] == okta.url + "/oauth2/v1/token"
    keys = okta.call("GET", "/oauth2/v1/keys").json["keys"]
    assert keys[0]["kty"] == "RSA" and keys[0]["alg"] == "RS256"
    token = People(okta).password().json["id_token"]
    assert claims(token, 0)["kid"] == keys[0]["kid"]


def test_claims_can_be_forged_for_tests(okta, people):
    policy(okta, "password")
    okta.switch(id_token={"sub": "00uSomebodyElse000001", "amr": None})
    body = claims(people.password().json["id_token"])
    assert body["sub"] == "00uSomebodyElse000001" and "amr" not in body
