"""Recovery by authn, and sessions made from its session tokens (reference,
2.7, 7.4)."""
import re

from emulator_authn import (ALICE, FAILED, assert_state, assert_success,
                            follow, lock, post, sign_in)
from emulator_checks import assert_error
from emulator_client import ADMIN_TOKEN, API_TOKEN
from emulator_fixtures import key, okta, process  # noqa: F401


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


def test_new_person_chooses_a_password_by_activation(okta):
    new = okta.call("POST", "/api/v1/users?activate=false", {"profile": {
        "login": "new@example.com", "email": "new@example.com",
        "firstName": "N", "lastName": "W"}}, token=ADMIN_TOKEN).json
    here = "/api/v1/users/" + new["id"]
    token = okta.call("POST", here + "/lifecycle/activate?sendEmail=false",
                      token=ADMIN_TOKEN).json["activationToken"]
    assert_error(post(okta, "", token="00nobodys"), *FAILED)
    body = assert_state(post(okta, "", token=token), "PASSWORD_RESET")
    assert body["recoveryType"] == "ACCOUNT_ACTIVATION"
    assert_success(follow(okta, body["_links"]["next"],
                          stateToken=body["stateToken"],
                          newPassword="Brand-New-9-pw"),
                   new["id"], "new@example.com")
    assert okta.get(here).json["status"] == "ACTIVE"
    assert_error(post(okta, "", token=token), *FAILED)


def test_link_of_a_reset_leads_back_in(okta):
    here = "/api/v1/users/dave"
    answer = okta.call("POST", here + "/lifecycle/reset_password"
                       "?sendEmail=false", token=ADMIN_TOKEN)
    token = answer.json["resetPasswordUrl"].rpartition("/")[2]
    assert okta.get(here).json["status"] == "RECOVERY"
    body = assert_state(post(okta, "/recovery/token", recoveryToken=token),
                        "PASSWORD_RESET")
    follow(okta, body["_links"]["next"], stateToken=body["stateToken"],
           newPassword="Brand-New-9-pw")
    assert okta.get(here).json["status"] == "ACTIVE"


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
