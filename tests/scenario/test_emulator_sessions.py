"""Sessions of the emulator: made, looked at, refreshed, ended (reference, 7.4;
who may, 1.5)."""
import time
from datetime import datetime, timezone

import pytest

from emulator_authn import ALICE, BAD_TOKEN, BOB, FAILED, post, sign_in
from emulator_checks import assert_error
from emulator_client import ADMIN_TOKEN, API_TOKEN, CLIENT_ID
from emulator_fixtures import key, okta, process  # noqa: F401
from emulator_oidc import code

SESSIONS = "/api/v1/sessions"
ALICE_ID = "00u1aliceEXAMPLE0001"
NO_SESSION = (403, "E0000005", "Invalid session")


def make(okta, token=None, by=ADMIN_TOKEN, **more):
    token = token or sign_in(okta, ALICE).json["sessionToken"]
    return okta.call("POST", SESSIONS, {"sessionToken": token}, token=by,
                     **more)


def call(okta, method, path, by=ADMIN_TOKEN, **more):
    return okta.call(method, "%s/%s" % (SESSIONS, path), token=by, **more)


def life(answer):
    """Seconds from the answer until the session ends."""
    end = datetime.strptime(answer.json["expiresAt"], "%Y-%m-%dT%H:%M:%S.%fZ")
    return end.replace(tzinfo=timezone.utc).timestamp() - time.time()


def assert_gone(answer, ident, kind="AppSession"):
    assert_error(answer, 404, "E0000007", "Not found: Resource not found: "
                 "%s (%s)" % (ident, kind))


def test_looked_at_refreshed_and_ended(okta):
    made = make(okta)
    ident = made.json["id"]
    assert made.json["_links"]["self"]["href"].endswith("/sessions/me")
    assert 7190 < life(made) < 7210
    seen = call(okta, "GET", ident, API_TOKEN)
    assert (seen.status, seen.json["id"]) == (200, ident)
    assert seen.json["userId"] == ALICE_ID
    assert ident not in seen.json["_links"]["self"]["href"]
    okta.switch(session_seconds=9000)
    assert 8990 < life(call(okta, "POST", ident + "/lifecycle/refresh")) < 9010
    minimal = call(okta, "POST", ident + "/lifecycle/refresh",
                   headers={"Prefer": "return=minimal"})
    assert (minimal.status, minimal.body) == (204, b"")
    ended = call(okta, "DELETE", ident)
    assert (ended.status, ended.body) == (204, b"")
    for method, path in (("DELETE", ident), ("GET", ident),
                         ("POST", ident + "/lifecycle/refresh")):
        assert_gone(call(okta, method, path), ident)
    types = [e["eventType"] for e in okta.get("/api/v1/logs").json]
    assert types.count("user.session.end") == 1


def test_ends_by_the_clock_unless_refreshed(okta):
    okta.switch(session_seconds=600)
    kept, left = (make(okta).json["id"] for _ in range(2))
    okta.change("PUT", "/clock", {"offset_s": 500})
    assert call(okta, "POST", kept + "/lifecycle/refresh").status == 200
    okta.change("PUT", "/clock", {"offset_s": 700})
    assert call(okta, "GET", kept).status == 200
    assert_gone(call(okta, "GET", left), left)


def test_bad_tokens_of_a_session(okta):
    assert_error(make(okta, "20111nosuch"), *FAILED)
    assert_error(okta.call("POST", SESSIONS, {"sessionToken": 7},
                           token=ADMIN_TOKEN), *FAILED)
    empty = okta.call("POST", SESSIONS, "", token=ADMIN_TOKEN)
    assert (empty.status, empty.json["errorCode"]) == (400, "E0000003")
    late = sign_in(okta, ALICE).json["sessionToken"]
    okta.change("PATCH", "/users/" + ALICE_ID, {"status": "SUSPENDED"})
    assert_error(make(okta, late), *FAILED)


def test_neither_a_list_nor_a_browser_s(okta):
    listed = okta.get(SESSIONS)
    assert (listed.status, listed.json["errorCode"]) == (405, "E0000022")
    for method in ("GET", "DELETE"):
        assert_gone(call(okta, method, "me"), "me", "Session")


@pytest.mark.parametrize("how", ["clear", "SUSPENDED", "DEPROVISIONED"])
def test_all_of_a_person_end_at_once(okta, how):
    mine = [make(okta).json["id"] for _ in range(2)]
    if how == "clear":
        assert okta.call("DELETE", "/api/v1/users/%s/sessions?oauthTokens="
                         "false&forgetDevices=false" % ALICE_ID,
                         token=ADMIN_TOKEN).status == 204
    else:
        okta.change("PATCH", "/users/" + ALICE_ID, {"status": how})
    for ident in mine:
        assert_gone(call(okta, "GET", ident), ident)


@pytest.mark.parametrize("query, pipeline, is_asked", [
    ("?oauthTokens=false&forgetDevices=false", "idx", False),
    ("?oauthTokens=true&forgetDevices=true", "v1", True),
    ("", "idx", True), ("", "v1", False)])
def test_devices_are_forgotten_with_them_where_asked(okta, query, pipeline,
                                                     is_asked):
    """On Identity Engine by default (7.4)."""
    okta.switch(pipeline=pipeline)

    def enter():
        return sign_in(okta, BOB, token=API_TOKEN,
                       context={"deviceToken": "device-of-bob"}).json
    asked = enter()
    assert asked["status"] == "MFA_REQUIRED"
    assert post(okta, "/factors/ost2bobEXAMPLE000001/verify?rememberDevice="
                "true", stateToken=asked["stateToken"],
                passCode=code()).json["status"] == "SUCCESS"
    assert enter()["status"] == "SUCCESS"
    assert okta.call("DELETE", "/api/v1/users/00u2bobEXAMPLE000002/sessions" +
                     query, token=ADMIN_TOKEN).status == 204
    assert (enter()["status"] == "MFA_REQUIRED") == is_asked


def test_nobody_s_own_without_a_browser(okta):
    for method, path, refusal in (
            ("DELETE", "/api/v1/users/me/sessions", (404, "E0000008")),
            ("POST", "/api/v1/users/me/lifecycle/delete_sessions",
             (403, "E0000005")),
            ("DELETE", "/api/v1/users/00unosuch/sessions", (404, "E0000007")),
            ("DELETE", "/api/v1/users/%s/sessions?oauthTokens=yes" % ALICE_ID,
             (400, "E0000001"))):
        answer = okta.call(method, path, token=ADMIN_TOKEN)
        assert (answer.status, answer.json["errorCode"]) == refusal


def test_who_may(okta, key):
    assert_error(make(okta, "x", by=None), *NO_SESSION)
    assert_error(make(okta, "x", by="00nosuchtoken"), *BAD_TOKEN)
    okta.change("PUT", "/org", {"clients": [{
        "client_id": CLIENT_ID, "auth": "private_key_jwt", "role":
        "SUPER_ADMIN", "jwks": {"keys": [key.jwk()]},
        "scopes": ["okta.sessions.read"]}]})
    bearer = okta.mint(key, "okta.sessions.read").json["access_token"]
    assert_error(make(okta, "x", by=bearer, scheme="Bearer"), *NO_SESSION)
    ident = make(okta).json["id"]
    assert call(okta, "GET", ident, bearer, scheme="Bearer").status == 200
    refused = call(okta, "DELETE", ident, bearer, scheme="Bearer")
    assert refused.status == 403
    assert "okta.sessions.manage" in refused.header("www-authenticate")
    # A token that may only read.
    assert_error(call(okta, "DELETE", ident, API_TOKEN), 403, "E0000006",
                 "You do not have permission to perform the requested action")
