"""What the scenarios of /api/v1/authn share: people, steps, assertions."""
import re
from urllib.parse import urlsplit

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


def lock(okta, name, attempts=3):
    okta.switch(lockout_attempts=attempts, authn_per_second=0)
    return [okta.login(name, "wrong") for _ in range(attempts)]


def expire(okta, name, days=None):
    body = {"status": "PASSWORD_EXPIRED"} if days is None else \
        {"password_expires": days}
    okta.change("PATCH", "/users/" + name, body)
