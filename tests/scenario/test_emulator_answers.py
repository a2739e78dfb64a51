"""Headers, error bodies and callers as the reference has them (1.1, 1.4, 8)."""
import re

import pytest

from emulator_checks import assert_api_headers, assert_error
from emulator_client import ADMIN_TOKEN, API_TOKEN, CLIENT_ID
from emulator_fixtures import bearer, key, okta, process  # noqa: F401

ALICE = "00u1aliceEXAMPLE0001"
NOBODY = "00uNobodyHasThisId01"
USERS = "00g1linuxUsersEXAMP1"


@pytest.mark.parametrize("path", ["/api/v1/users", "/api/v1/users/" + ALICE,
                                  "/api/v1/groups/" + USERS + "/users",
                                  "/api/v1/users/" + NOBODY])
def test_every_answer_has_the_headers(okta, path):
    assert_api_headers(okta.get(path))


def test_refusals_have_the_headers_too(okta):
    assert_api_headers(okta.get("/api/v1/users", None))
    assert_api_headers(okta.get("/api/v1/users", "wrong"))
    assert_api_headers(okta.login("alice@example.com", "wrong"))
    assert okta.get("/api/v1/users").all("set-cookie") and not any(
        c.startswith("DT=") for c in okta.get("/api/v1/users").all(
            "set-cookie"))
    assert any(c.startswith("DT=") for c in okta.login(
        "alice@example.com", "wrong").all("set-cookie"))


def test_request_ids_differ(okta):
    seen = {okta.get("/api/v1/org").header("x-okta-request-id")
            for _ in range(5)}
    assert len(seen) == 5


# Callers

def test_no_authorization_is_an_invalid_session(okta):
    assert_error(okta.get("/api/v1/users", None), 403, "E0000005",
                 "Invalid session")


@pytest.mark.parametrize("value", ["", "SSWS", "SSWS ", "Basic YTpi",
                                   API_TOKEN])
def test_unusable_scheme_is_an_invalid_session(okta, value):
    answer = okta.get("/api/v1/users", None, headers={"Authorization": value})
    assert_error(answer, 403, "E0000005", "Invalid session")


def test_bad_api_token(okta):
    assert_error(okta.get("/api/v1/users", "00wrong"), 401, "E0000011",
                 "Invalid token provided")


def test_oauth_token_sent_as_api_token(okta, bearer):
    assert_error(okta.get("/api/v1/users", bearer), 401, "E0000011",
                 "Invalid token provided")


def test_api_token_ends_30_days_after_its_last_use(okta):
    day = 86400
    assert okta.get("/api/v1/org", ADMIN_TOKEN).status == 200
    okta.change("PUT", "/clock", {"offset_s": 29 * day})
    assert okta.get("/api/v1/org", ADMIN_TOKEN).status == 200
    okta.change("PUT", "/clock", {"offset_s": 58 * day})
    assert okta.get("/api/v1/org", ADMIN_TOKEN).status == 200
    okta.change("PUT", "/clock", {"offset_s": 89 * day})
    assert okta.get("/api/v1/org", ADMIN_TOKEN).status == 401


def test_api_token_ends_with_its_owner(okta):
    okta.change("PUT", "/org", {"api_tokens": [
        {"token": "00owned", "role": "SUPER_ADMIN",
         "owner": "dave@example.com"}]})
    answer = okta.get("/api/v1/users/me", "00owned")
    assert answer.json["profile"]["login"] == "dave@example.com"
    okta.change("PATCH", "/users/dave@example.com", {"status": "SUSPENDED"})
    assert okta.get("/api/v1/users/me", "00owned").status == 401


def test_service_app_is_nobody(okta, bearer):
    assert_error(okta.get("/api/v1/users/me", bearer, scheme="Bearer"),
                 403, "E0000005", "Invalid session")


def test_bad_bearer_is_told_in_the_header_alone(okta):
    answer = okta.get("/api/v1/groups", "not.a.token", scheme="Bearer")
    assert (answer.status, answer.body) == (401, b"")
    assert answer.header("www-authenticate") == (
        'Bearer authorization_uri="http://%s/oauth2/v1/authorize", '
        'realm="http://%s", scope="", error="invalid_token", '
        'error_description="The access token is invalid.", '
        'resource="/api/v1/groups"' % (okta.host, okta.host))
    okta.switch(bearer_error_body=True)
    answer = okta.get("/api/v1/groups", "not.a.token", scheme="Bearer")
    assert_error(answer, 401, "E0000011", "Invalid token provided")
    assert answer.header("www-authenticate")


def test_revoked_bearer(okta, bearer):
    okta.change("DELETE", "/tokens")
    answer = okta.get("/api/v1/users", bearer, scheme="Bearer")
    assert answer.status == 401
    assert "The access token has been revoked." in answer.header(
        "www-authenticate")


def test_bearer_of_a_client_that_is_gone(okta, bearer):
    okta.change("PUT", "/org", {"clients": []})
    assert okta.get("/api/v1/users", bearer, scheme="Bearer").status == 401


def test_unbound_token_in_the_dpop_scheme(okta, bearer):
    answer = okta.get("/api/v1/users", bearer, scheme="DPoP")
    assert answer.status == 401
    assert "The presented access_token is not DPoP bound." in \
        answer.header("www-authenticate")


def test_missing_scope_is_named_in_the_header_alone(okta, bearer):
    answer = okta.get("/api/v1/apps", bearer, scheme="Bearer")
    assert (answer.status, answer.body) == (403, b"")
    assert answer.header("www-authenticate") == (
        'Bearer authorization_uri="http://%s/oauth2/v1/authorize", '
        'realm="http://%s", scope="okta.apps.read", '
        'error="insufficient_scope", error_description="The access token '
        'provided does not contain the required scopes.", '
        'resource="/api/v1/apps"' % (okta.host, okta.host))
    assert_api_headers(answer)


def test_read_scope_does_not_write_and_manage_reads(okta, key, bearer):
    path = "/api/v1/users/%s/lifecycle/suspend" % ALICE
    answer = okta.call("POST", path, token=bearer, scheme="Bearer")
    assert (answer.status, answer.body) == (403, b"")
    assert 'scope="okta.users.manage"' in answer.header("www-authenticate")
    okta.change("PUT", "/org", {"clients": [{
        "client_id": CLIENT_ID, "jwks": {"keys": [key.jwk()]},
        "scopes": ["okta.users.manage"], "role": "SUPER_ADMIN"}]})
    token = okta.mint(key, "okta.users.manage").json["access_token"]
    assert okta.get("/api/v1/users", token, scheme="Bearer").status == 200


@pytest.mark.parametrize("role", [None, "REPORT_ADMIN", "report"])
def test_scope_without_role(okta, key, role):
    okta.change("PUT", "/org", {"clients": [{
        "client_id": CLIENT_ID, "jwks": {"keys": [key.jwk()]},
        "scopes": ["okta.users.read"], "role": role}]})
    token = okta.mint(key).json["access_token"]
    answer = okta.get("/api/v1/users", token, scheme="Bearer")
    assert_error(answer, 403, "E0000006", "You do not have permission to "
                 "perform the requested action")


def test_api_token_has_the_rights_of_its_role(okta):
    path = "/api/v1/users/%s/lifecycle/suspend" % ALICE
    answer = okta.call("POST", path, token=API_TOKEN)
    assert_error(answer, 403, "E0000006", "You do not have permission to "
                 "perform the requested action")
    assert okta.call("POST", path, token=ADMIN_TOKEN).status == 200


def test_oauth_on_an_endpoint_for_api_tokens(okta, bearer):
    answer = okta.call("POST", "/api/v1/sessions", {"sessionToken": "x"},
                       token=bearer, scheme="Bearer")
    assert_error(answer, 403, "E0000005", "Invalid session")


def test_organization_is_open_to_everybody(okta):
    answer = okta.get("/.well-known/okta-organization", None)
    assert answer.status == 200
    assert answer.json["pipeline"] == "idx"
    assert re.fullmatch(r"00o\w{17}", answer.json["id"])
    assert answer.json["_links"]["organization"]["href"] == okta.url
    assert answer.header("x-rate-limit-limit") is None
    okta.switch(pipeline="v1")
    answer = okta.get("/.well-known/okta-organization", None)
    assert answer.json["pipeline"] == "v1"


def test_org_and_schema_want_their_scopes(okta, bearer):
    for path, scope in (("/api/v1/org", "okta.orgs.read"),
                        ("/api/v1/meta/schemas/user/default",
                         "okta.schemas.read"),
                        ("/api/v1/zones", "okta.networkZones.read")):
        answer = okta.get(path, bearer, scheme="Bearer")
        assert 'scope="%s"' % scope in answer.header("www-authenticate")
        assert okta.get(path).status == 200


# Requests that no handler sees

def test_unknown_path(okta):
    answer = okta.get("/api/v1/nothing")
    assert_error(answer, 404, "E0000008", "The requested path was not found")
    assert_api_headers(answer)


def test_path_outside_the_api_is_the_front_servers(okta):
    answer = okta.get("/favicon.ico")
    assert answer.status == 404
    assert answer.json == {"status": 404, "message": "Resource not found"}
    assert answer.header("server") == "Apache"
    assert answer.header("x-okta-request-id") is None


def test_wrong_method_is_the_front_servers(okta):
    answer = okta.call("PUT", "/api/v1/users", {}, token=API_TOKEN)
    assert_error(answer, 405, "E0000022",
                 "The endpoint does not support the provided HTTP method")
    assert answer.header("x-okta-request-id") is None
    assert answer.header("x-rate-limit-limit") is None


def test_doubled_slash_is_not_the_path(okta):
    assert okta.get("//api/v1/users").status == 404


def test_accept_and_content_type(okta):
    bad = {"Accept": "text/html"}
    assert_error(okta.get("/api/v1/users", headers=bad), 406, "E0000122",
                 "Accept Header did not contain supported media type "
                 "'application/json'")
    path = "/api/v1/authn"
    answer = okta.call("POST", path, "{}", headers={"Content-Type": None})
    assert_error(answer, 400, "E0000018", "Bad request.  Accept and/or "
                 "Content-Type headers are likely not set.")
    answer = okta.call("POST", path, "username=x")
    assert_error(answer, 400, "E0000021", "Bad request.  Accept and/or "
                 "Content-Type headers likely do not match supported "
                 "values.")


@pytest.mark.parametrize("body", ["{", "[]", '"x"', "null", "\xff"])
def test_body_that_is_no_object(okta, body):
    answer = okta.call("POST", "/api/v1/authn", body,
                       headers={"Content-Type": "application/json"})
    assert_error(answer, 400, "E0000003",
                 "The request body was not well-formed.")


@pytest.mark.parametrize("path,text", [
    ("/api/v1/users/" + NOBODY, NOBODY + " (User)"),
    ("/api/v1/users/nobody@example.com", "nobody@example.com (User)"),
    ("/api/v1/users/%s/groups" % NOBODY, NOBODY + " (User)"),
    ("/api/v1/groups/00gNobodyHasThisId01",
     "00gNobodyHasThisId01 (UserGroup)"),
    ("/api/v1/groups/00gNobodyHasThisId01/users",
     "00gNobodyHasThisId01 (UserGroup)"),
    ("/api/v1/apps/0oaNobodyHasThisId01",
     "0oaNobodyHasThisId01 (AppInstance)"),
    ("/api/v1/apps/0oa1linuxHostsEXAMP1/users/" + NOBODY,
     NOBODY + " (AppUser)"),
    ("/api/v1/zones/nzoNobodyHasThisId01",
     "nzoNobodyHasThisId01 (NetworkZone)"),
    ("/api/v1/sessions/102nosuch", "102nosuch (AppSession)")])
def test_not_found_names_key_and_kind(okta, path, text):
    assert_error(okta.get(path), 404, "E0000007",
                 "Not found: Resource not found: " + text)


# Rows of 8.4 that only a fault brings about: status and text by code

@pytest.mark.parametrize("code,status,summary", [
    ("E0000009", 500, "Internal Server Error"),
    ("E0000010", 503, "Service is in read only mode"),
    ("E0000012", 404, "Unsupported media type"),
    ("E0000017", 403, "Password reset failed"),
    ("E0000020", 400, "Bad request."),
    ("E0000026", 404, "This endpoint has been deprecated."),
    ("E0000028", 400, "The request is missing a required parameter."),
    ("E0000048", 404, "Entity not found exception."),
    ("E0000052", 501, "Endpoint not implemented."),
    ("E0000054", 400, "Invalid pagination properties."),
    ("E0000070", 202, "Waiting for ACK"),
    ("E0000073", 403, "User rejected authentication"),
    ("E0000180", 423, "Factor id is currently not active."),
    ("E0000097", 403, "There is no verified phone number on file."),
    ("E0000100", 503, "Unable to perform search query."),
    ("E0000145", 409, "Some users returned by the search cannot be parsed "
     "because the user schema has been changed to be inconsistent with their "
     "stale profile data."),
    ("E0000149", 406, "The HTTP request is not acceptable."),
    ("E0000153", 410, "Invalid device id, it no longer exists."),
    ("E0000155", 423, "User is not currently active."),
    ("E0000181", 503, "Service temporarily unavailable."),
    ("E0000191", 404, "Verification timed out. Please try again."),
    ("E0000215", 410, "This endpoint has been deprecated.")])
def test_error_by_code(okta, code, status, summary):
    okta.fault("status", "/api/v1/users", args={"code": code})
    answer = okta.get("/api/v1/users")
    assert_error(answer, status, code, summary)
    assert_api_headers(answer)
    assert okta.get("/api/v1/users").status == 200


@pytest.mark.parametrize("code,status", [
    ("E0000002", 400), ("E0000019", 400), ("E0000030", 400),
    ("E0000036", 403), ("E0000057", 403), ("E0000058", 403),
    ("E0000074", 400), ("E0000092", 403), ("E0000098", 400),
    ("E0000110", 403), ("E0000113", 409), ("E0000118", 429),
    ("E0000133", 429), ("E0000146", 429), ("E0000147", 429),
    ("E0000186", 429), ("E0000204", 429), ("E0000205", 429),
    ("E0000150", 403), ("E0000151", 403), ("E0000154", 410),
    ("E0000156", 410), ("E0000207", 401),
    ("E0000112", 409), ("E0000134", 502), ("E0000137", 504),
    ("E0000239", 423), ("E0000240", 502), ("E0000241", 504),
    ("E0000249", 409), ("E0000253", 409), ("E0000254", 409),
    ("E0000256", 414), ("E0000260", 403), ("E0000268", 409)])
def test_status_of_newer_codes(okta, code, status):
    """Codes whose texts the reference shortens: status and shape."""
    okta.fault("status", "/api/v1/users", args={"code": code})
    answer = okta.get("/api/v1/users")
    assert answer.status == status
    assert_error(answer, status, code, answer.json["errorSummary"])


def test_error_causes_may_be_missing(okta):
    okta.fault("status", "/api/v1/users", args={"status": 500,
                                                "no_causes": True})
    assert set(okta.get("/api/v1/users").json) == {
        "errorCode", "errorSummary", "errorLink", "errorId"}
