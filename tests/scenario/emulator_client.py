"""Start the org emulator and talk to it with nothing but http.client.

Used by the scenarios that test the emulator itself; what Okta's answers must
say is written in those tests, never taken from the emulator.
"""
import base64
import http.client
import json
import os
import ssl
import subprocess
import tempfile
import time
import uuid
from urllib.parse import urlencode, urlsplit

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature)

HERE = os.path.dirname(os.path.realpath(__file__))
EMULATOR = os.path.join(HERE, "..", "emulator", "okta-emulator")
DEFAULT_ORG = os.path.join(HERE, "..", "emulator", "orgs", "default.json")
START_S = 60
API_TOKEN = "00EmulatedApiTokenForTests0000000000000000"
ADMIN_TOKEN = "00AdminTokenOfTheScenarios0000000000000000"
CLIENT_ID = "0oaScenarioClient001"
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _int64(n, size):
    return b64(n.to_bytes(size, "big"))


class Key:
    """A key pair of a service app."""

    CURVES = {"ES256": ("P-256", ec.SECP256R1), "ES384": ("P-384",
              ec.SECP384R1), "ES512": ("P-521", ec.SECP521R1)}

    def __init__(self, algorithm="RS256", kid="key-1", bits=2048):
        self.algorithm = algorithm
        self.kid = kid
        if algorithm.startswith("RS"):
            self.private = rsa.generate_private_key(public_exponent=65537,
                                                    key_size=bits)
        else:
            self.private = ec.generate_private_key(
                self.CURVES[algorithm][1]())

    def jwk(self):
        n = self.private.public_key().public_numbers()
        if self.algorithm.startswith("RS"):
            return {"kty": "RSA", "kid": self.kid, "use": "sig",
                    "n": _int64(n.n, (n.n.bit_length() + 7) // 8),
                    "e": _int64(n.e, 3)}
        size = (self.private.curve.key_size + 7) // 8
        return {"kty": "EC", "kid": self.kid, "use": "sig",
                "crv": self.CURVES[self.algorithm][0],
                "x": _int64(n.x, size), "y": _int64(n.y, size)}

    def sign(self, claims, **header):
        head = {"alg": self.algorithm, "kid": self.kid}
        head.update(header)
        head = {k: v for k, v in head.items() if v is not None}
        data = ".".join(b64(json.dumps(p).encode()) for p in (head, claims))
        digest = getattr(hashes, "SHA" + self.algorithm[2:])()
        if self.algorithm.startswith("RS"):
            mark = self.private.sign(data.encode(), padding.PKCS1v15(),
                                     digest)
        else:
            r, s = decode_dss_signature(self.private.sign(data.encode(),
                                                          ec.ECDSA(digest)))
            size = (self.private.curve.key_size + 7) // 8
            mark = r.to_bytes(size, "big") + s.to_bytes(size, "big")
        return data + "." + b64(mark)


class Answer:
    """status, headers as a list of pairs, body bytes, and what they hold."""

    def __init__(self, response, body):
        self.status = response.status
        self.headers = response.getheaders()
        self.body = body

    def all(self, name):
        return [v for k, v in self.headers if k.lower() == name]

    def header(self, name):
        found = self.all(name)
        assert len(found) <= 1, "%s is there %d times" % (name, len(found))
        return found[0] if found else None

    @property
    def json(self):
        return json.loads(self.body)

    def link(self, rel):
        for text in self.all("link"):
            for part in text.split(", <"):
                if part.endswith('rel="%s"' % rel):
                    return part.lstrip("<").split(">")[0]
        return None


class Emulator:
    """One emulator process; use as a context manager."""

    def __init__(self, org=DEFAULT_ORG, args=()):
        self._dir = tempfile.TemporaryDirectory(prefix="okta-emulator.")
        self.dir = self._dir.name
        ready = os.path.join(self.dir, "ready")
        source = ["--org", org] if org else []
        self.process = subprocess.Popen(
            ["/usr/bin/python3", EMULATOR, "--listen", "127.0.0.1:0",
             "--http", "127.0.0.1:0", "--control", "127.0.0.1:0",
             "--ca-dir", os.path.join(self.dir, "ca"), "--ready", ready,
             *source, *args])
        end = time.monotonic() + START_S
        while not os.path.exists(ready):
            assert self.process.poll() is None, "the emulator ended"
            assert time.monotonic() < end, "the emulator is not ready"
            time.sleep(0.02)
        with open(ready, encoding="ascii") as f:
            self.ready = json.load(f)
        self.url = self.ready["url"]
        self.host = urlsplit(self.url).netloc
        self.context = ssl.create_default_context(cafile=self.ready["ca"])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
        code = self.process.wait(20)
        self._dir.cleanup()
        return code

    def connect(self, timeout=20):
        return http.client.HTTPSConnection(self.host, context=self.context,
                                           timeout=timeout)

    def call(self, method, path, body=None, token=None, headers=None,
             connection=None, scheme="SSWS"):
        """One request; a dict body is sent as JSON, a str as a form."""
        fields = {"Accept": "application/json", "User-Agent": "scenario/1"}
        data = body
        if isinstance(body, dict):
            data = json.dumps(body)
            fields["Content-Type"] = "application/json"
        elif isinstance(body, str):
            fields["Content-Type"] = "application/x-www-form-urlencoded"
        if data is None and method in ("POST", "PUT"):
            data = b""
        if token is not None:
            fields["Authorization"] = "%s %s" % (scheme, token)
        for name, value in (headers or {}).items():
            if value is None:
                fields.pop(name, None)
            else:
                fields[name] = value
        own = connection is None
        connection = connection or self.connect()
        try:
            connection.request(method, path, data, fields)
            response = connection.getresponse()
            return Answer(response, response.read())
        finally:
            if own:
                connection.close()

    def get(self, path, token=API_TOKEN, **more):
        return self.call("GET", path, token=token, **more)

    def login(self, username, password, token=None, **more):
        return self.call("POST", "/api/v1/authn",
                         dict(username=username, password=password, **more),
                         token=token)

    def control(self, method, path, body=None):
        connection = http.client.HTTPConnection(
            urlsplit(self.ready["control"]).netloc, timeout=20)
        data = json.dumps(body) if body is not None else \
            (b"" if method in ("POST", "PUT") else None)
        connection.request(method, path, data)
        response = connection.getresponse()
        answer = Answer(response, response.read())
        connection.close()
        return answer

    def change(self, method, path, body=None):
        answer = self.control(method, path, body)
        assert answer.status == 200, answer.body
        return answer.json

    def switch(self, **values):
        return self.change("PUT", "/org", {"switches": values})

    def fault(self, kind, path="*", method=None, **more):
        match = {"path": path}
        if method:
            match["method"] = method
        return self.change("POST", "/faults",
                           dict(match=match, kind=kind, **more))

    def requests(self, since=0):
        return self.change("GET", "/requests?since=%d" % since)

    def reset(self, clients=()):
        """The default org again, with a second, almighty API token."""
        with open(DEFAULT_ORG, encoding="utf-8") as f:
            org = json.load(f)
        org["clients"] = list(clients)
        org["api_tokens"].append({"token": ADMIN_TOKEN,
                                  "role": "SUPER_ADMIN"})
        org["switches"] = None
        self.change("PUT", "/clock", {"offset_s": 0})
        self.change("DELETE", "/faults")
        self.change("PUT", "/org", org)
        self.change("DELETE", "/requests")

    @property
    def token_url(self):
        return self.url + "/oauth2/v1/token"

    def claims(self, **changes):
        now = int(time.time())
        claims = {"iss": CLIENT_ID, "sub": CLIENT_ID, "aud": self.token_url,
                  "iat": now - 5, "exp": now + 300, "jti": uuid.uuid4().hex}
        claims.update(changes)
        return {k: v for k, v in claims.items() if v is not None}

    def mint(self, key, scope="okta.users.read", form=None, claims=None,
             assertion=None, headers=None):
        """A token request with an assertion; form adds or removes fields."""
        fields = {"grant_type": "client_credentials", "scope": scope,
                  "client_assertion_type": ASSERTION}
        fields["client_assertion"] = assertion or key.sign(
            self.claims(**(claims or {})))
        fields.update(form or {})
        fields = {k: v for k, v in fields.items() if v is not None}
        return self.call("POST", "/oauth2/v1/token", urlencode(fields),
                         headers=headers)
