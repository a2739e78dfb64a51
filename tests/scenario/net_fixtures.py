"""pytest fixtures of the scenarios that test oktad-net against an org."""
import contextlib
import json
import os
import time

import pytest

from emulator_client import API_TOKEN, CLIENT_ID, Emulator, Key
from fake_parent import (ANONYMOUS, API_TOKEN_MODE, OAUTH_MODE, FakeParent)
from odd_server import Ca

SCOPES = ["okta.groups.read", "okta.users.read"]
ALICE = "alice@example.com"
PASSWORD = "Correct-Horse-7-alice"


class Org:
    """A fresh org and the means to start oktad-net on it."""

    def __init__(self, emulator, key, build):
        self.emulator = emulator
        self.key = key
        self.build = build
        with open(emulator.ready["ca"], encoding="ascii") as f:
            self.ca = f.read()

    def sign(self, skew):
        """As oktad does: every claim its own."""
        now = int(time.time()) + skew
        return self.key.sign(self.emulator.claims(iat=now - 5, exp=now + 295))

    def conf(self, **changes):
        conf = {"url": self.emulator.url, "ca_pem": self.ca,
                "mode": OAUTH_MODE, "scopes": SCOPES, "rate_share": 50}
        conf.update(changes)
        return {k: v for k, v in conf.items() if v is not None}

    def token_conf(self, **changes):
        return self.conf(**{"mode": API_TOKEN_MODE, "scopes": None,
                            "api_token": API_TOKEN, **changes})

    def net(self, conf=None, **more):
        return FakeParent(self.build, conf or self.conf(), self.sign, **more)

    def requests(self, path=None):
        return [r for r in self.emulator.requests()
                if path is None or r["path"] == path]

    def count(self, path=None):
        return len(self.requests(path))


@pytest.fixture(scope="module")
def ca(tmp_path_factory):
    return Ca(str(tmp_path_factory.mktemp("ca")))


@pytest.fixture(scope="module")
def context(ca):
    return ca.context()


@pytest.fixture(scope="module")
def key():
    return Key("ES256")


@pytest.fixture(scope="module")
def process():
    with Emulator() as emulator:
        yield emulator


@pytest.fixture
def org(process, key, build):
    process.reset([{
        "client_id": CLIENT_ID, "auth": "private_key_jwt",
        "jwks": {"keys": [key.jwk()]}, "role": "READ_ONLY_ADMIN",
        "scopes": SCOPES}])
    return Org(process, key, build)


def login_body(password=PASSWORD, username=ALICE):
    """As oktad-login writes it: oktad-net lets nothing else go."""
    return json.dumps({"username": username, "password": password, "options": {
        "warnBeforePasswordExpired": True}}, separators=(",", ":")).encode()


def login(channel, password=PASSWORD, **more):
    """One login, on a channel of its own as in the product."""
    more.setdefault("credential", ANONYMOUS)
    return channel.again().call("POST", "/api/v1/authn",
                                body=login_body(password), **more)


def start_on(server, build, ca, **changes):
    """oktad-net, in API token mode, with an OddServer for an org."""
    conf = {"url": server.url, "ca_pem": ca.pem, "mode": API_TOKEN_MODE,
            "api_token": "00token", "rate_share": 50}
    conf.update(changes)
    return FakeParent(build, {k: v for k, v in conf.items()
                              if v is not None})


def has_sanitizers(build):
    with open(os.path.join(build, "config.log"), encoding="utf-8",
              errors="replace") as f:
        return "--enable-sanitizers" in f.read().split("## Platform")[0]


@contextlib.contextmanager
def took(least, most):
    """The block takes so many seconds (a wide margin for a busy machine)."""
    start = time.monotonic()
    yield
    seconds = time.monotonic() - start
    assert least <= seconds <= most, seconds
