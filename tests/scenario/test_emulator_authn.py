"""POST /api/v1/authn: states and refusals of the password side (reference,
2.3, 2.4, 2.7, 2.8)."""
import time

import pytest

from emulator_authn import (ALICE, BAD_TOKEN, CAROL, DAVE, FAILED, PASSWORD,
                            STAMP, WRONG_STATE, assert_state, assert_success,
                            expire, follow, lock, post, sign_in)
from emulator_checks import assert_error
from emulator_client import API_TOKEN
from emulator_fixtures import key, okta, process  # noqa: F401


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


def test_status_of_the_future_may_not_log_in(okta):
    okta.change("PATCH", "/users/" + DAVE, {"shown_status": "HIBERNATING"})
    assert okta.get("/api/v1/users/" + DAVE).json["status"] == "HIBERNATING"
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
