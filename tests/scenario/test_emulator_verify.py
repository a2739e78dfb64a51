"""The emulator's Factors API (reference, 4)."""
import pytest

from emulator_client import ADMIN_TOKEN, API_TOKEN
from emulator_fixtures import process  # noqa: F401
from emulator_oidc import BOB_ID, BOB_PUSH, code

TOTP = "ost2bobEXAMPLE000001"
FACTORS = "/api/v1/users/%s/factors/" % BOB_ID


@pytest.fixture
def okta(process):
    process.reset()
    return process


def post(okta, path, body=None, token=ADMIN_TOKEN):
    return okta.call("POST", FACTORS + path, body, token=token)


def follow(okta, url, method="GET", token=ADMIN_TOKEN):
    assert url.startswith(okta.url)
    return okta.call(method, url[len(okta.url):], token=token)


def refused(answer, status, error):
    assert (answer.status, answer.json["errorCode"]) == (status, error)


def test_code_is_verified(okta):
    answer = post(okta, TOTP + "/verify", {"passCode": code()})
    assert (answer.status, answer.json) == (200, {"factorResult": "SUCCESS"})
    refused(post(okta, TOTP + "/verify", {"passCode": code()}), 403,
            "E0000082")
    refused(post(okta, TOTP + "/verify", {"passCode": "000000"}), 403,
            "E0000068")
    refused(post(okta, TOTP + "/verify", {}), 400, "E0000001")


def test_push_is_polled(okta):
    answer = post(okta, BOB_PUSH + "/verify")
    assert answer.status == 201
    assert answer.json["factorResult"] == "WAITING"
    poll = answer.json["_links"]["poll"]["href"]
    assert follow(okta, poll).json["factorResult"] == "WAITING"
    okta.change("POST", "/push/" + BOB_PUSH, {"answer": "approve"})
    assert follow(okta, poll).json == {"factorResult": "SUCCESS"}
    refused(follow(okta, poll), 404, "E0000007")


def test_number_is_there_at_once_where_it_is_asked_for(okta):
    answer = post(okta, BOB_PUSH + "/verify",
                  {"useNumberMatchingChallenge": True}).json
    number = answer["_embedded"]["challenge"]["correctAnswer"]
    poll = answer["_links"]["poll"]["href"]
    okta.change("POST", "/push/" + BOB_PUSH, {"answer": number})
    assert follow(okta, poll).json == {"factorResult": "SUCCESS"}


@pytest.mark.parametrize("answer,word", [("reject", "REJECTED"),
                                         ("timeout", "TIMEOUT")])
def test_push_ends_without(okta, answer, word):
    poll = post(okta, BOB_PUSH + "/verify").json["_links"]["poll"]["href"]
    okta.change("POST", "/push/" + BOB_PUSH, {"answer": answer})
    for _ in range(2):
        shown = follow(okta, poll).json
        assert shown["factorResult"] == word
        assert "verify" in shown["_links"]


def test_push_is_cancelled(okta):
    poll = post(okta, BOB_PUSH + "/verify").json["_links"]["poll"]["href"]
    assert follow(okta, poll, "DELETE").status == 204
    refused(follow(okta, poll), 404, "E0000007")


def test_reading_is_not_enough(okta):
    refused(post(okta, TOTP + "/verify", {"passCode": code()}, API_TOKEN),
            403, "E0000006")


def test_unknown_factor_and_inactive_one(okta):
    refused(post(okta, "ostNobody000000000000/verify", {"passCode": "1"}),
            404, "E0000007")
    okta.change("PATCH", "/users/" + BOB_ID, {"factors": [
        {"id": TOTP, "factorType": "token:software:totp",
         "status": "INACTIVE"}]})
    refused(post(okta, TOTP + "/verify", {"passCode": "1"}), 423, "E0000180")
