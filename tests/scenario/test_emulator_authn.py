"""POST /api/v1/authn: every state and refusal of the password side, and the
two factors that bob has (reference, 2)."""
import base64
import hashlib
import hmac
import re
import struct
import time
from urllib.parse import urlsplit

import pytest

from emulator_client import API_TOKEN
from emulator_fixtures import key, okta, process  # noqa: F401
from test_emulator_answers import assert_error

ALICE, BOB, CAROL, DAVE = (n + "@example.com"
                           for n in ("alice", "bob", "carol", "dave"))
PASSWORD = {n: "Correct-Horse-7-" + n.partition("@")[0]
            for n in (ALICE, BOB, CAROL, DAVE)}
STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\Z")
FAILED = (401, "E0000004", "Authentication failed")
BAD_TOKEN = (401, "E0000011", "Invalid token provided")
WRONG_STATE = "This operation is not allowed in the current authentication " \
              "state."


def sign_in(okta, name, password=None, **more):
    return okta.login(name, password or PASSWORD[name], **more)


def post(okta, path, **body):
    return okta.call("POST", "/api/v1/authn" + path, body)


def follow(okta, link, **body):
    """POST to a link, after checking that it stays where it should."""
    href = link["href"]
    assert href.startswith(okta.url + "/api/v1/authn")
    assert link["hints"] == {"allow": ["POST"]}
    parts = urlsplit(href)
    return okta.call("POST", parts.path, body)


def assert_state(answer, status):
    """A state that goes on: its token, its end and its way out."""
    body = answer.json
    assert (answer.status, body.get("status")) == (200, status)
    assert re.fullmatch(r"00[A-Za-z0-9_-]{40}", body["stateToken"])
    assert STAMP.match(body["expiresAt"])
    assert body["_links"]["cancel"]["href"].endswith("/api/v1/authn/cancel")
    return body


def assert_success(answer, user_id, login):
    body = answer.json
    assert (answer.status, body["status"]) == (200, "SUCCESS")
    assert "stateToken" not in body
    assert re.fullmatch(r"20111[A-Za-z0-9_-]{50}", body["sessionToken"])
    assert body["_embedded"]["user"]["id"] == user_id
    assert body["_embedded"]["user"]["profile"]["login"] == login
    return body


def test_right_password_is_success(okta):
    body = assert_success(sign_in(okta, ALICE), "00u1aliceEXAMPLE0001", ALICE)
    user = body["_embedded"]["user"]
    assert STAMP.match(user["passwordChanged"])
    assert set(user["profile"]) == {"login", "firstName", "lastName",
                                    "locale", "timeZone"}


def test_success_changes_last_login_and_not_last_updated(okta):
    before = okta.get("/api/v1/users/" + ALICE).json
    sign_in(okta, ALICE)
    after = okta.get("/api/v1/users/" + ALICE).json
    assert before["lastLogin"] is None and STAMP.match(after["lastLogin"])
    assert after["lastUpdated"] == before["lastUpdated"]


def test_short_name_and_case_resolve_to_one_person(okta):
    for name in ("alice", "ALICE@Example.COM"):
        assert_success(okta.login(name, PASSWORD[ALICE]),
                       "00u1aliceEXAMPLE0001", ALICE)


def test_ambiguous_short_name_is_nobody(okta):
    org = okta.change("GET", "/org")
    twin = dict(org["users"][0], id="00uTwinOfAlice000001",
                profile=dict(org["users"][0]["profile"],
                             login="alice@example.net"))
    okta.change("PUT", "/org", {"users": org["users"] + [twin]})
    assert_error(okta.login("alice", PASSWORD[ALICE]), *FAILED)
    assert sign_in(okta, ALICE).status == 200


@pytest.mark.parametrize("name,password", [
    (ALICE, "wrong"), (ALICE, ""), ("nobody@example.com", "x"),
    (CAROL, PASSWORD[CAROL]), ("x" * 300, "x")])
def test_failures_can_not_be_told_apart(okta, name, password):
    assert_error(okta.login(name, password), *FAILED)


@pytest.mark.parametrize("status", ["STAGED", "PROVISIONED", "RECOVERY",
                                    "SUSPENDED", "DEPROVISIONED",
                                    "LOCKED_OUT"])
def test_status_that_may_not_log_in(okta, status):
    okta.change("PATCH", "/users/" + DAVE, {"status": status})
    assert_error(sign_in(okta, DAVE), *FAILED)


@pytest.mark.parametrize("body", [{}, {"username": ALICE},
                                  {"password": "x"}, {"username": 7},
                                  {"username": ALICE, "password": 7}])
def test_missing_credentials(okta, body):
    answer = post(okta, "", **body)
    assert answer.status == 400
    assert answer.json["errorCode"] == "E0000001"
    assert answer.json["errorSummary"] == "Api validation failed: authRequest"


def test_trusted_application_with_a_bad_token(okta):
    assert_error(okta.login(ALICE, PASSWORD[ALICE], token="00wrong"),
                 *BAD_TOKEN)
    assert okta.login(ALICE, PASSWORD[ALICE], token=API_TOKEN).status == 200


def test_oauth_gives_no_rights_here(okta):
    answer = okta.call("POST", "/api/v1/authn/recovery/password",
                       {"username": ALICE}, token="whatever",
                       scheme="Bearer")
    assert answer.json["errorCode"] == "E0000001"    # as without any token


def test_long_device_token(okta):
    answer = okta.login(ALICE, PASSWORD[ALICE],
                        context={"deviceToken": "x" * 33})
    assert answer.json["errorCode"] == "E0000001"


@pytest.mark.parametrize("code,status", [
    ("E0000064", 401), ("E0000069", 403), ("E0000085", 403),
    ("E0000119", 403), ("E0000259", 403)])
def test_policy_that_refuses_after_the_password(okta, code, status):
    okta.switch(sign_on=code)
    answer = sign_in(okta, ALICE)
    assert (answer.status, answer.json["errorCode"]) == (status, code)
    assert_error(okta.login(ALICE, "wrong"), *FAILED)


def test_policy_that_denies_is_like_a_wrong_password(okta):
    okta.switch(sign_on="deny")
    assert_error(sign_in(okta, ALICE), *FAILED)


@pytest.mark.parametrize("agent,status,code", [
    ("timeout", 502, "E0000240"), ("none", 504, "E0000241")])
def test_directory_agent_in_trouble(okta, agent, status, code):
    okta.switch(directory_agent=agent)
    okta.change("PATCH", "/users/" + DAVE, {"provider": "ACTIVE_DIRECTORY"})
    answer = sign_in(okta, DAVE)
    assert (answer.status, answer.json["errorCode"]) == (status, code)
    assert sign_in(okta, ALICE).status == 200


# Throttle and lock-out

def test_fifth_attempt_in_a_second_for_one_name(okta):
    okta.switch(lockout_attempts=0)
    answers = [okta.login(ALICE, "wrong") for _ in range(5)]
    assert [a.status for a in answers] == [401, 401, 401, 401, 429]
    assert_error(answers[-1], 429, "E0000047", "API call exceeded rate limit "
                 "due to too many requests.")
    assert okta.login("alice", "wrong").status == 429   # the same person
    assert sign_in(okta, DAVE).status == 200
    time.sleep(1.05)
    assert sign_in(okta, ALICE).status == 200


def test_throttled_attempt_is_no_failure(okta):
    okta.switch(lockout_attempts=5)
    for _ in range(8):
        okta.login(ALICE, "wrong")
    time.sleep(1.05)
    assert sign_in(okta, ALICE).status == 200


def lock(okta, name, attempts=3):
    okta.switch(lockout_attempts=attempts, authn_per_second=0)
    return [okta.login(name, "wrong") for _ in range(attempts)]


def test_lockout_is_hidden_by_default(okta):
    for answer in lock(okta, DAVE):
        assert_error(answer, *FAILED)
    assert_error(sign_in(okta, DAVE), *FAILED)
    user = okta.get("/api/v1/users/" + DAVE).json
    assert user["status"] == "LOCKED_OUT"


def test_success_resets_the_count(okta):
    okta.switch(lockout_attempts=3, authn_per_second=0)
    for _ in range(3):
        for _ in range(2):
            okta.login(DAVE, "wrong")
        assert sign_in(okta, DAVE).status == 200


def test_lockout_shown(okta):
    okta.switch(lockout_shown=True)
    answer = lock(okta, DAVE)[-1]
    assert answer.status == 200
    assert answer.json == {
        "status": "LOCKED_OUT", "_embedded": {}, "_links": {
            "next": {"name": "unlock", "hints": {"allow": ["POST"]}, "href":
                     okta.url + "/api/v1/authn/recovery/unlock"},
            "cancel": {"href": okta.url + "/api/v1/authn/cancel",
                       "hints": {"allow": ["POST"]}}}}
    assert sign_in(okta, DAVE).json["status"] == "LOCKED_OUT"


def test_automatic_unlock_happens_at_login(okta):
    okta.switch(lockout_minutes=10)
    lock(okta, DAVE)
    okta.change("PUT", "/clock", {"offset_s": 9 * 60})
    assert sign_in(okta, DAVE).status == 401
    okta.change("PUT", "/clock", {"offset_s": 11 * 60})
    assert okta.get("/api/v1/users/" + DAVE).json["status"] == "LOCKED_OUT"
    assert sign_in(okta, DAVE).json["status"] == "SUCCESS"
    assert okta.get("/api/v1/users/" + DAVE).json["status"] == "ACTIVE"


# Passwords that expire

def expire(okta, name, days=None):
    body = {"status": "PASSWORD_EXPIRED"} if days is None else \
        {"password_expires": days}
    okta.change("PATCH", "/users/" + name, body)


def test_expired_password_is_a_state(okta):
    expire(okta, DAVE)
    body = assert_state(sign_in(okta, DAVE), "PASSWORD_EXPIRED")
    assert body["_embedded"]["user"]["profile"]["login"] == DAVE
    assert body["_embedded"]["policy"]["complexity"]["minLength"] == 8
    assert "expiration" not in body["_embedded"]["policy"]
    assert body["_links"]["next"]["name"] == "changePassword"
    assert "skip" not in body["_links"]


def test_expiry_by_age_is_seen_at_login(okta):
    expire(okta, DAVE, days=1)
    assert sign_in(okta, DAVE).json["status"] == "SUCCESS"
    okta.change("PUT", "/clock", {"offset_s": 2 * 86400})
    assert okta.get("/api/v1/users/" + DAVE).json["status"] == "ACTIVE"
    assert_state(sign_in(okta, DAVE), "PASSWORD_EXPIRED")
    assert okta.get("/api/v1/users/" + DAVE).json["status"] == \
        "PASSWORD_EXPIRED"


def test_warning_only_where_it_was_asked_for(okta):
    expire(okta, DAVE, days=4.5)
    assert sign_in(okta, DAVE).json["status"] == "SUCCESS"
    answer = sign_in(okta, DAVE,
                     options={"warnBeforePasswordExpired": True})
    body = assert_state(answer, "PASSWORD_WARN")
    assert body["_embedded"]["policy"]["expiration"] == {
        "passwordExpireDays": 4}
    assert body["_links"]["skip"]["name"] == "skip"
    assert_success(follow(okta, body["_links"]["skip"],
                          stateToken=body["stateToken"]),
                   "00u4daveEXAMPLE00004", DAVE)
    assert_error(post(okta, "/skip", stateToken=body["stateToken"]),
                 *BAD_TOKEN)


def test_password_is_changed_inside_the_login(okta):
    expire(okta, DAVE)
    body = sign_in(okta, DAVE).json
    answer = follow(okta, body["_links"]["next"],
                    stateToken=body["stateToken"],
                    oldPassword=PASSWORD[DAVE], newPassword="Brand-New-9-pw")
    assert_success(answer, "00u4daveEXAMPLE00004", DAVE)
    assert_error(sign_in(okta, DAVE), *FAILED)
    assert okta.login(DAVE, "Brand-New-9-pw").json["status"] == "SUCCESS"
    assert okta.get("/api/v1/users/" + DAVE).json["status"] == "ACTIVE"


def test_wrong_old_password_leaves_the_state(okta):
    expire(okta, DAVE)
    body = sign_in(okta, DAVE).json
    answer = post(okta, "/credentials/change_password",
                  stateToken=body["stateToken"], oldPassword="wrong",
                  newPassword="Brand-New-9-pw")
    assert_error(answer, 403, "E0000014", "Update of credentials failed",
                 ["oldPassword: The credentials provided were incorrect."])
    assert_state(post(okta, "", stateToken=body["stateToken"]),
                 "PASSWORD_EXPIRED")


@pytest.mark.parametrize("code,summary", [
    ("E0000014", "Update of credentials failed"),
    ("E0000080", "The password does not meet the complexity requirements of "
     "the current password policy.")])
def test_weak_password_in_both_of_oktas_forms(okta, code, summary):
    okta.switch(password_error=code)
    expire(okta, DAVE)
    token = sign_in(okta, DAVE).json["stateToken"]
    for weak in ("short1A", "alllowercase1", "NoNumbersHere", "xx-Dave-77-yy"):
        answer = post(okta, "/credentials/change_password", stateToken=token,
                      oldPassword=PASSWORD[DAVE], newPassword=weak)
        assert (answer.status, answer.json["errorCode"]) == (403, code)
        assert answer.json["errorSummary"] == summary
        assert answer.json["errorCauses"][0]["errorSummary"].startswith(
            "Password requirements were not met. Password requirements: at "
            "least 8 characters")


def test_password_may_not_be_the_same_again(okta):
    expire(okta, DAVE)
    token = sign_in(okta, DAVE).json["stateToken"]
    answer = post(okta, "/credentials/change_password", stateToken=token,
                  oldPassword=PASSWORD[DAVE], newPassword=PASSWORD[DAVE])
    assert (answer.status, answer.json["errorCode"]) == (403, "E0000014")


def test_causes_of_a_refused_password_may_be_missing(okta):
    okta.switch(error_causes=False)
    expire(okta, DAVE)
    token = sign_in(okta, DAVE).json["stateToken"]
    answer = post(okta, "/credentials/change_password", stateToken=token,
                  oldPassword="wrong", newPassword="Brand-New-9-pw")
    assert answer.json["errorCauses"] == []


# State tokens

def test_state_token_of_nobody(okta):
    for path in ("", "/cancel", "/skip", "/previous",
                 "/credentials/change_password",
                 "/credentials/reset_password", "/recovery/answer"):
        assert_error(post(okta, path, stateToken="00" + "x" * 40),
                     *BAD_TOKEN)
    assert_error(post(okta, "/cancel", stateToken=7), *BAD_TOKEN)


@pytest.mark.parametrize("path", [
    "/skip", "/previous", "/credentials/reset_password", "/recovery/answer",
    "/factors/opf2bobEXAMPLE000001/verify",
    "/recovery/factors/SMS/verify"])
def test_operation_of_another_state(okta, path):
    expire(okta, DAVE)
    token = sign_in(okta, DAVE).json["stateToken"]
    assert_error(post(okta, path, stateToken=token, newPassword="x",
                      answer="x", passCode="x"),
                 403, "E0000079", WRONG_STATE, [WRONG_STATE])


def test_state_token_slides_and_then_expires(okta):
    expire(okta, DAVE)
    token = sign_in(okta, DAVE).json["stateToken"]
    for minutes in (4, 8, 12):
        okta.change("PUT", "/clock", {"offset_s": minutes * 60})
        assert_state(post(okta, "", stateToken=token), "PASSWORD_EXPIRED")
    okta.change("PUT", "/clock", {"offset_s": 12 * 60 + 301})
    assert_error(post(okta, "", stateToken=token), *BAD_TOKEN)


def test_cancel_ends_the_state_token(okta):
    expire(okta, DAVE)
    token = sign_in(okta, DAVE).json["stateToken"]
    answer = post(okta, "/cancel", stateToken=token)
    assert (answer.status, answer.json) == (200, {"relayState": ""})
    assert_error(post(okta, "/cancel", stateToken=token), *BAD_TOKEN)


def test_state_token_dies_with_the_person(okta):
    expire(okta, DAVE)
    token = sign_in(okta, DAVE).json["stateToken"]
    okta.change("PATCH", "/users/" + DAVE, {"status": "SUSPENDED"})
    assert_error(post(okta, "/credentials/change_password", stateToken=token,
                      oldPassword=PASSWORD[DAVE],
                      newPassword="Brand-New-9-pw"), *BAD_TOKEN)


# Second factors

def code_now(secret="JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", away=0):
    step = int(time.time() // 30) + away
    digest = hmac.new(base64.b32decode(secret), struct.pack(">Q", step),
                      hashlib.sha1).digest()
    at = digest[-1] & 15
    number = struct.unpack(">I", digest[at:at + 4])[0] & 0x7fffffff
    return "%06d" % (number % 1000000)


def test_person_with_factors_must_use_one(okta):
    body = assert_state(sign_in(okta, BOB), "MFA_REQUIRED")
    assert "sessionToken" not in body
    assert "factor" not in body["_embedded"]
    kinds = {f["factorType"]: f for f in body["_embedded"]["factors"]}
    assert set(kinds) == {"push", "token:software:totp"}
    for factor in kinds.values():
        assert set(factor) == {"id", "factorType", "provider", "vendorName",
                               "profile", "_links"}
        assert factor["_links"]["verify"]["href"] == \
            okta.url + "/api/v1/authn/factors/%s/verify" % factor["id"]
    assert "secret" not in str(body)
    assert body["_embedded"]["policy"]["allowRememberDevice"] is True


def test_wrong_password_shows_no_factors(okta):
    assert_error(okta.login(BOB, "wrong"), *FAILED)


def test_expired_password_comes_after_the_factor(okta):
    expire(okta, BOB)
    body = assert_state(sign_in(okta, BOB), "MFA_REQUIRED")
    answer = post(okta, "/factors/ost2bobEXAMPLE000001/verify",
                  stateToken=body["stateToken"], passCode=code_now())
    assert_state(answer, "PASSWORD_EXPIRED")


def test_mfa_switched_off_and_demanded(okta):
    okta.switch(mfa="never")
    assert sign_in(okta, BOB).json["status"] == "SUCCESS"
    okta.switch(mfa="required")
    body = assert_state(sign_in(okta, ALICE), "MFA_ENROLL")
    assert {f["status"] for f in body["_embedded"]["factors"]} == {
        "NOT_SETUP"}
    assert {f["enrollment"] for f in body["_embedded"]["factors"]} == {
        "REQUIRED"}
    assert "skip" not in body["_links"]
    assert_error(post(okta, "/skip", stateToken=body["stateToken"]), 403,
                 "E0000079", WRONG_STATE, [WRONG_STATE])


def test_optional_enrolment_can_be_put_off(okta):
    okta.switch(mfa="optional")
    body = assert_state(sign_in(okta, ALICE), "MFA_ENROLL")
    assert_success(follow(okta, body["_links"]["skip"],
                          stateToken=body["stateToken"]),
                   "00u1aliceEXAMPLE0001", ALICE)


def test_totp_code_counts_once(okta):
    path = "/factors/ost2bobEXAMPLE000001/verify"
    token = sign_in(okta, BOB).json["stateToken"]
    wrong = "000000" if code_now() != "000000" else "000001"
    assert_error(post(okta, path, stateToken=token, passCode=wrong), 403,
                 "E0000068", "Invalid Passcode/Answer",
                 ["Your passcode doesn't match our records. Please try "
                  "again."])
    assert_error(post(okta, path, stateToken=token, passCode=code_now(
        away=-9)), 403, "E0000083",
        "PassCode is valid but exceeded time window.")
    code = code_now()
    assert_success(post(okta, path, stateToken=token, passCode=code),
                   "00u2bobEXAMPLE000002", BOB)
    token = sign_in(okta, BOB).json["stateToken"]
    assert_error(post(okta, path, stateToken=token, passCode=code), 403,
                 "E0000082", "Each code can only be used once. Please wait "
                 "for a new code and try again.")


def test_too_many_wrong_codes_lock(okta):
    path = "/factors/ost2bobEXAMPLE000001/verify"
    token = sign_in(okta, BOB).json["stateToken"]
    answers = [post(okta, path, stateToken=token, passCode="abcdef")
               for _ in range(5)]
    assert [a.json["errorCode"] for a in answers] == ["E0000068"] * 4 + [
        "E0000069"]
    assert okta.get("/api/v1/users/" + BOB).json["status"] == "LOCKED_OUT"


def start_push(okta):
    body = sign_in(okta, BOB).json
    answer = post(okta, "/factors/opf2bobEXAMPLE000001/verify",
                  stateToken=body["stateToken"])
    body = assert_state(answer, "MFA_CHALLENGE")
    assert body["factorResult"] == "WAITING"
    assert "factors" not in body["_embedded"]
    assert body["_embedded"]["factor"]["factorType"] == "push"
    assert body["_links"]["next"]["name"] == "poll"
    assert [r["name"] for r in body["_links"]["resend"]] == ["push"]
    return body


def test_push_waits_for_the_phone(okta):
    body = start_push(okta)
    token, poll = body["stateToken"], body["_links"]["next"]
    for _ in range(3):
        assert follow(okta, poll, stateToken=token).json[
            "factorResult"] == "WAITING"
    okta.change("POST", "/push/opf2bobEXAMPLE000001", {"answer": "approve"})
    assert_success(follow(okta, poll, stateToken=token),
                   "00u2bobEXAMPLE000002", BOB)


@pytest.mark.parametrize("answer,result", [("reject", "REJECTED"),
                                           ("timeout", "TIMEOUT")])
def test_push_that_ends_badly_can_be_sent_again(okta, answer, result):
    body = start_push(okta)
    token, poll = body["stateToken"], body["_links"]["next"]
    okta.change("POST", "/push/opf2bobEXAMPLE000001", {"answer": answer})
    body = assert_state(follow(okta, poll, stateToken=token),
                        "MFA_CHALLENGE")
    assert body["factorResult"] == result
    assert body["_links"]["next"]["name"] == "verify"
    body = follow(okta, body["_links"]["next"], stateToken=token).json
    assert body["factorResult"] == "WAITING"


def test_push_runs_out(okta):
    okta.switch(push_seconds=60)
    body = start_push(okta)
    okta.change("PUT", "/clock", {"offset_s": 61})
    assert follow(okta, body["_links"]["next"], stateToken=body[
        "stateToken"]).json["factorResult"] == "TIMEOUT"


def test_number_challenge_appears_on_a_later_poll(okta):
    okta.switch(number_challenge_poll=2)
    body = start_push(okta)
    token, poll = body["stateToken"], body["_links"]["next"]
    body = follow(okta, poll, stateToken=token).json
    assert "_embedded" not in body["_embedded"]["factor"]
    body = follow(okta, poll, stateToken=token).json
    number = body["_embedded"]["factor"]["_embedded"]["challenge"][
        "correctAnswer"]
    assert isinstance(number, int)
    okta.change("POST", "/push/opf2bobEXAMPLE000001", {"answer": number + 1})
    body = follow(okta, poll, stateToken=token).json
    assert body["factorResult"] == "REJECTED"


def test_previous_goes_back_to_the_choice(okta):
    body = start_push(okta)
    body = follow(okta, body["_links"]["prev"],
                  stateToken=body["stateToken"]).json
    assert body["status"] == "MFA_REQUIRED"


# Recovery

def test_recovery_does_not_tell_who_exists(okta):
    for name in (ALICE, "nobody@example.com"):
        answer = post(okta, "/recovery/password", username=name,
                      factorType="EMAIL")
        assert (answer.status, answer.json) == (200, {
            "status": "RECOVERY_CHALLENGE", "factorResult": "WAITING",
            "factorType": "EMAIL", "recoveryType": "PASSWORD"})


def test_code_of_an_unknown_person_never_fits(okta):
    answer = post(okta, "/recovery/password", username="nobody@example.com",
                  factorType="SMS")
    body = assert_state(answer, "RECOVERY_CHALLENGE")
    assert "_embedded" not in body
    assert_error(follow(okta, body["_links"]["next"],
                        stateToken=body["stateToken"], passCode="123456"),
                 403, "E0000068", "Invalid Passcode/Answer",
                 ["Your passcode doesn't match our records. Please try "
                  "again."])
    answer = follow(okta, body["_links"]["resend"][0],
                    stateToken=body["stateToken"])
    assert_error(answer, 429, "E0000109", "An SMS message was recently sent. "
                 "Please wait 30 seconds before trying again.")
    assert_state(post(okta, "", stateToken=body["stateToken"]),
                 "RECOVERY_CHALLENGE")


def test_trusted_recovery_asks_the_question(okta):
    answer = okta.call("POST", "/api/v1/authn/recovery/password",
                       {"username": ALICE}, token=API_TOKEN)
    body = assert_state(answer, "RECOVERY")
    assert body["_links"]["next"]["name"] == "recovery"
    body = assert_state(follow(okta, body["_links"]["next"],
                               recoveryToken=body["recoveryToken"]),
                        "RECOVERY")
    assert body["_embedded"]["user"]["recovery_question"] == {
        "question": "Name of the first server?"}
    assert body["_links"]["next"]["name"] == "answer"
    assert_error(follow(okta, body["_links"]["next"],
                        stateToken=body["stateToken"], answer="enigma"),
                 403, "E0000087", "The recovery question answer did not "
                 "match our records.")
    body = assert_state(follow(okta, body["_links"]["next"],
                               stateToken=body["stateToken"],
                               answer="Turing"), "PASSWORD_RESET")
    assert body["_links"]["next"]["name"] == "resetPassword"
    assert_success(follow(okta, body["_links"]["next"],
                          stateToken=body["stateToken"],
                          newPassword="Brand-New-9-pw"),
                   "00u1aliceEXAMPLE0001", ALICE)


def test_trusted_recovery_of_nobody(okta):
    answer = okta.call("POST", "/api/v1/authn/recovery/password",
                       {"username": "nobody"}, token=API_TOKEN)
    assert_error(answer, 403, "E0000095",
                 "Recovery not allowed for unknown user.")


def test_recovery_token_counts_once(okta):
    assert_error(post(okta, "/recovery/token", recoveryToken="x"), 403,
                 "E0000105", "You have accessed an account recovery link "
                 "that has expired or been previously used.")


def test_unlock_by_a_trusted_application(okta):
    lock(okta, ALICE)
    answer = okta.call("POST", "/api/v1/authn/recovery/unlock",
                       {"username": ALICE}, token=API_TOKEN)
    body = assert_state(answer, "RECOVERY")
    assert body["recoveryType"] == "UNLOCK"
    body = follow(okta, body["_links"]["next"],
                  recoveryToken=body["recoveryToken"]).json
    follow(okta, body["_links"]["next"], stateToken=body["stateToken"],
           answer="turing")
    assert sign_in(okta, ALICE).json["status"] == "SUCCESS"


def test_session_token_counts_once_and_for_five_minutes(okta):
    from emulator_client import ADMIN_TOKEN
    token = sign_in(okta, ALICE).json["sessionToken"]
    answer = okta.call("POST", "/api/v1/sessions", {"sessionToken": token},
                       token=ADMIN_TOKEN)
    assert answer.status == 200
    assert re.fullmatch(r"102[A-Za-z0-9_-]{22}", answer.json["id"])
    assert answer.json["amr"] == ["pwd"]
    again = okta.call("POST", "/api/v1/sessions", {"sessionToken": token},
                      token=ADMIN_TOKEN)
    assert_error(again, *FAILED)
    path = "/api/v1/sessions/" + answer.json["id"]
    assert okta.call("DELETE", path, token=ADMIN_TOKEN).status == 204
    assert okta.call("DELETE", path, token=ADMIN_TOKEN).status == 404
    late = sign_in(okta, ALICE).json["sessionToken"]
    okta.change("PUT", "/clock", {"offset_s": 301})
    assert okta.call("POST", "/api/v1/sessions", {"sessionToken": late},
                     token=ADMIN_TOKEN).status == 401
