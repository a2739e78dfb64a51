"""The second factors that bob has, and what stands instead of them
(reference, 2.4 to 2.6)."""
import base64
import hashlib
import hmac
import struct
import time

import pytest

from emulator_authn import (ALICE, BOB, FAILED, WRONG_STATE, assert_state,
                            assert_success, expire, follow, post, sign_in)
from emulator_checks import assert_error
from emulator_fixtures import key, okta, process  # noqa: F401


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


def test_push_answered_in_advance(okta):
    okta.change("POST", "/push/opf2bobEXAMPLE000001", {"answer": "accept"})
    body = start_push(okta)
    assert_success(follow(okta, body["_links"]["next"],
                          stateToken=body["stateToken"]),
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
