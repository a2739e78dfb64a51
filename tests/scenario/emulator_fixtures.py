"""pytest fixtures of the scenarios that test the org emulator itself."""
import pytest

from emulator_client import CLIENT_ID, Emulator, Key


@pytest.fixture(scope="module")
def key():
    return Key("RS256")


@pytest.fixture(scope="module")
def process():
    with Emulator() as emulator:
        yield emulator


@pytest.fixture
def okta(process, key):
    """A running emulator whose org, clock, faults and record are fresh."""
    process.reset([{
        "client_id": CLIENT_ID, "auth": "private_key_jwt",
        "jwks": {"keys": [key.jwk()]}, "role": "SUPER_ADMIN",
        "scopes": ["okta.users.read", "okta.groups.read", "okta.logs.read"]}])
    return process


@pytest.fixture
def bearer(okta, key):
    """An access token with every scope the client has."""
    answer = okta.mint(key, "okta.users.read okta.groups.read okta.logs.read")
    assert answer.status == 200, answer.body
    return answer.json["access_token"]
