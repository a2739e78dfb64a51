"""Changing people: status, passwords, profiles (reference, 5.3, 5.5, 5.7)."""
import time
from urllib.parse import quote

from emulator_checks import assert_error, change, ids
from emulator_client import ADMIN_TOKEN, API_TOKEN
from emulator_fixtures import key, okta, process  # noqa: F401

ALICE, BOB = "00u1aliceEXAMPLE0001", "00u2bobEXAMPLE000002"
CAROL, DAVE = "00u3carolEXAMPLE0003", "00u4daveEXAMPLE00004"


def lifecycle(okta, user, verb, query=""):
    return change(okta, "POST", "/api/v1/users/%s/lifecycle/%s%s"
                  % (user, verb, query))


def status(okta, user):
    return okta.get("/api/v1/users/" + user).json["status"]


def test_suspension_and_back(okta):
    before = okta.get("/api/v1/users/dave").json
    time.sleep(0.005)
    answer = lifecycle(okta, DAVE, "suspend")
    assert (answer.status, answer.json) == (200, {})
    after = okta.get("/api/v1/users/dave").json
    assert after["status"] == "SUSPENDED"
    assert after["statusChanged"] > before["statusChanged"]
    assert after["lastUpdated"] > before["lastUpdated"]
    again = lifecycle(okta, DAVE, "suspend")
    assert (again.status, again.json["errorCode"]) == (400, "E0000001")
    assert lifecycle(okta, DAVE, "unsuspend").status == 200
    assert status(okta, DAVE) == "ACTIVE"
    again = lifecycle(okta, DAVE, "unsuspend")
    assert (again.status, again.json["errorCode"]) == (400, "E0000001")


def test_unlock_wants_a_locked_person(okta):
    assert_error(lifecycle(okta, DAVE, "unlock"), 403, "E0000032",
                 "Unlock is not allowed for this user.",
                 ["The user is not locked out."])
    okta.change("PATCH", "/users/" + DAVE, {"status": "LOCKED_OUT"})
    assert lifecycle(okta, DAVE, "unlock").status == 200
    assert status(okta, DAVE) == "ACTIVE"


def test_activation(okta):
    assert_error(lifecycle(okta, DAVE, "activate"), 403, "E0000016",
                 "Activation failed because the user is already active")
    assert_error(lifecycle(okta, DAVE, "reactivate"), 403, "E0000038",
                 "This operation is not allowed in the user's current "
                 "status.")
    new = change(okta, "POST", "/api/v1/users?activate=false", {"profile": {
        "login": "new@example.com", "email": "new@example.com",
        "firstName": "N", "lastName": "W"}}).json
    assert (new["status"], new["activated"]) == ("STAGED", None)
    answer = lifecycle(okta, new["id"], "activate", "?sendEmail=false")
    assert set(answer.json) == {"activationUrl", "activationToken"}
    assert status(okta, new["id"]) == "PROVISIONED"
    assert lifecycle(okta, new["id"], "reactivate").status == 200


def test_deletion_takes_two_steps(okta):
    path = "/api/v1/users/" + DAVE
    assert change(okta, "DELETE", path).status == 204
    assert status(okta, DAVE) == "DEPROVISIONED"
    assert change(okta, "DELETE", path).status == 204
    assert_error(okta.get(path), 404, "E0000007",
                 "Not found: Resource not found: %s (User)" % DAVE)
    assert ids(okta.get("/api/v1/users?search=" + quote("status pr"))) == [
        ALICE, BOB, CAROL]


def test_expired_and_reset_passwords(okta):
    answer = lifecycle(okta, DAVE, "expire_password")
    assert answer.json["status"] == "PASSWORD_EXPIRED"
    answer = lifecycle(okta, DAVE, "expire_password_with_temp_password")
    assert set(answer.json) == {"tempPassword"}
    body = okta.login("dave@example.com", answer.json["tempPassword"]).json
    assert body["status"] == "PASSWORD_EXPIRED"
    answer = lifecycle(okta, DAVE, "reset_password", "?sendEmail=false")
    assert set(answer.json) == {"resetPasswordUrl"}
    assert status(okta, DAVE) == "RECOVERY"
    answer = change(okta, "POST",
                    "/api/v1/users/%s/credentials/forgot_password" % DAVE)
    assert_error(answer, 403, "E0000034",
                 "Forgot password not allowed on specified user.")


def test_password_changed_by_the_api(okta):
    path = "/api/v1/users/%s/credentials/change_password" % DAVE
    body = {"oldPassword": {"value": "wrong"},
            "newPassword": {"value": "Brand-New-9-pw"}}
    answer = change(okta, "POST", path, body)
    assert (answer.status, answer.json["errorCode"]) == (403, "E0000014")
    body["oldPassword"]["value"] = "Correct-Horse-7-dave"
    answer = change(okta, "POST", path, body)
    assert answer.status == 200 and answer.json["password"] == {}
    assert okta.login("dave", "Brand-New-9-pw").json["status"] == "SUCCESS"
    assert_error(change(okta, "POST", path.replace(DAVE, CAROL), body), 403,
                 "E0000035", "Change password not allowed on specified user.")


def test_people_of_another_master(okta):
    okta.change("PATCH", "/users/" + DAVE, {"provider": "ACTIVE_DIRECTORY"})
    answer = lifecycle(okta, DAVE, "expire_password")
    assert_error(answer, 403, "E0000023", "Operation failed because user "
                 "profile is mastered under another system")


def test_profile_update_and_its_etag(okta):
    path = "/api/v1/users/" + DAVE
    tag = okta.get(path).header("etag")
    body = {"profile": {"nickName": "dd"}}

    def update(match):
        return okta.call("POST", path, body, token=ADMIN_TOKEN,
                         headers={"If-Match": match})

    assert update(tag).json["profile"]["nickName"] == "dd"
    again = update(tag)
    assert (again.status, again.json["errorCode"]) == (412, "E0000231")
    bad = update("nonsense")
    assert (bad.status, bad.json["errorCode"]) == (400, "E0000242")


def test_logins_are_unique_whatever_the_case(okta):
    answer = change(okta, "POST", "/api/v1/users", {"profile": {
        "login": "ALICE@example.com", "email": "a@example.com",
        "firstName": "A", "lastName": "B"}})
    assert_error(answer, 400, "E0000001", "Api validation failed: login",
                 ["login: An object with this field already exists in the "
                  "current organization"])


def test_nobody_changes_a_person_in_transition(okta):
    okta.change("PATCH", "/users/" + DAVE,
                {"transitioningToStatus": "ACTIVE"})
    assert okta.get("/api/v1/users/dave").json["transitioningToStatus"] == \
        "ACTIVE"
    answer = lifecycle(okta, DAVE, "suspend")
    assert_error(answer, 409, "E0000112", "Cannot update this user because "
                 "they are still being activated. Please try again in a few "
                 "minutes.")


def test_blocks_and_sessions_of_a_person(okta):
    path = "/api/v1/users/%s/blocks" % DAVE
    assert okta.get(path).json == []
    okta.change("PATCH", "/users/" + DAVE, {"blocks": "UNKNOWN_DEVICES"})
    assert okta.get(path).json == [{"type": "DEVICE_BASED",
                                    "appliesTo": "UNKNOWN_DEVICES"}]
    okta.switch(device_blocks=False)
    assert_error(okta.get(path), 401, "E0000015", "You do not have "
                 "permission to access the feature you are requesting")
    answer = change(okta, "DELETE", "/api/v1/users/%s/sessions"
                    "?oauthTokens=false&forgetDevices=false" % DAVE)
    assert (answer.status, answer.body) == (204, b"")


def test_factors_of_a_person_without_their_secret(okta):
    answer = okta.get("/api/v1/users/%s/factors" % BOB)
    assert {f["factorType"]: f["status"] for f in answer.json} == {
        "push": "ACTIVE", "token:software:totp": "ACTIVE"}
    assert b"JBSWY3DP" not in answer.body
    assert okta.get("/api/v1/users/%s/factors" % ALICE,
                    API_TOKEN).json == []
