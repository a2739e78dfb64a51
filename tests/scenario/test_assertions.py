"""Client assertions judged by python3-cryptography instead of OpenSSL's C."""

import base64
import json
import subprocess
import time

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import \
    encode_dss_signature

from driver_fixtures import driver  # noqa: F401

HASHES = {"256": hashes.SHA256, "384": hashes.SHA384, "512": hashes.SHA512}
CURVES = {"ES256": ec.SECP256R1, "ES384": ec.SECP384R1, "ES512": ec.SECP521R1}
FORMS = {"pkcs8": serialization.PrivateFormat.PKCS8,
         "traditional": serialization.PrivateFormat.TraditionalOpenSSL}


def decode(text):
    assert "=" not in text
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def make(algorithm):
    if algorithm in CURVES:
        return ec.generate_private_key(CURVES[algorithm]())
    return rsa.generate_private_key(65537, 2048)


def verify(public, algorithm, signed, signature):
    digest = HASHES[algorithm[2:]]()
    if algorithm in CURVES:
        half = (public.curve.key_size + 7) // 8
        assert len(signature) == 2 * half
        signature = encode_dss_signature(
            int.from_bytes(signature[:half], "big"),
            int.from_bytes(signature[half:], "big"))
        public.verify(signature, signed, ec.ECDSA(digest))
    else:
        public.verify(signature, signed, padding.PKCS1v15(), digest)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("algorithm", ["RS256", "RS384", "RS512", *CURVES])
def test_signature_and_claims(driver, tmp_path, algorithm, form):
    key = make(algorithm)
    path = tmp_path / "key.pem"
    path.write_bytes(key.private_bytes(
        serialization.Encoding.PEM, FORMS[form],
        serialization.NoEncryption()))
    path.chmod(0o600)
    jwt = subprocess.run([driver, "assertion", str(path), algorithm],
                         check=True, capture_output=True).stdout.decode()
    header, payload, signature = jwt.split(".")
    verify(key.public_key(), algorithm, f"{header}.{payload}".encode(),
           decode(signature))
    with pytest.raises(InvalidSignature):
        verify(key.public_key(), algorithm, f"{header}.{payload}x".encode(),
               decode(signature))
    assert json.loads(decode(header)) == {
        "typ": "JWT", "alg": algorithm, "kid": "kid-1"}
    claims = json.loads(decode(payload))
    assert set(claims) == {"iss", "sub", "aud", "iat", "exp", "jti"}
    assert claims["iss"] == claims["sub"] == "0oaDRIVER00000000000"
    assert claims["aud"] == "https://org.test/oauth2/v1/token"
    assert claims["exp"] - claims["iat"] == 300
    assert abs(claims["iat"] - time.time()) < 60


def test_world_readable_key_is_refused(driver, tmp_path):
    path = tmp_path / "key.pem"
    path.write_bytes(make("ES256").private_bytes(
        serialization.Encoding.PEM, FORMS["pkcs8"],
        serialization.NoEncryption()))
    path.chmod(0o604)
    done = subprocess.run([driver, "assertion", str(path), "ES256"],
                          capture_output=True)
    assert done.returncode == 1 and not done.stdout
    assert b"chmod 0600" in done.stderr
