"""JSON Web Tokens: verifying what clients sign, signing access tokens.

RFC 7515, 7517, 7518; the algorithms of okta-api.md, 1.2.
"""
import base64
import binascii
import json

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import (
    encode_dss_signature)

_HASHES = {"256": hashes.SHA256, "384": hashes.SHA384, "512": hashes.SHA512}
_CURVES = {"P-256": ec.SECP256R1, "P-384": ec.SECP384R1,
           "P-521": ec.SECP521R1}
# RFC 7518, 3.4: each ES algorithm has its one curve.
_CURVE_OF = {"ES256": "P-256", "ES384": "P-384", "ES512": "P-521"}

ALGORITHMS = ("RS256", "RS384", "RS512", "ES256", "ES384", "ES512")


class Unreadable(Exception):
    """Not a JWT at all."""


class BadKey(Exception):
    """A JWK that can not be used."""


def decode(text):
    """base64url without padding (RFC 7515, 2); Unreadable otherwise."""
    if not text or not all(c.isascii() and (c.isalnum() or c in "-_")
                           for c in text):
        raise Unreadable
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError) as why:
        raise Unreadable from why


def encode(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _unique(pairs):
    names = [name for name, _ in pairs]
    if len(names) != len(set(names)):
        raise ValueError("repeated member")
    return dict(pairs)


def read(text):
    """(header, claims, signing input, signature) of a compact JWT."""
    parts = text.split(".")
    if len(parts) != 3:
        raise Unreadable
    try:
        header = json.loads(decode(parts[0]), object_pairs_hook=_unique)
        claims = json.loads(decode(parts[1]), object_pairs_hook=_unique)
    except (ValueError, RecursionError) as why:
        raise Unreadable from why
    if not isinstance(header, dict) or not isinstance(claims, dict):
        raise Unreadable
    return (header, claims, (parts[0] + "." + parts[1]).encode(),
            decode(parts[2]))


def _number(jwk, name):
    value = jwk.get(name)
    if not isinstance(value, str):
        raise BadKey
    try:
        return int.from_bytes(decode(value), "big")
    except Unreadable as why:
        raise BadKey from why


def public_key(jwk):
    """The key of a JWK; BadKey where it is none or carries a private part."""
    if not isinstance(jwk, dict) or "d" in jwk:
        raise BadKey
    try:
        if jwk.get("kty") == "RSA":
            key = rsa.RSAPublicNumbers(_number(jwk, "e"),
                                       _number(jwk, "n")).public_key()
            if key.key_size < 2048:
                raise BadKey
            return key
        if jwk.get("kty") == "EC" and jwk.get("crv") in _CURVES:
            return ec.EllipticCurvePublicNumbers(
                _number(jwk, "x"), _number(jwk, "y"),
                _CURVES[jwk["crv"]]()).public_key()
    except ValueError as why:
        raise BadKey from why
    raise BadKey


def verify(jwk, algorithm, data, signature):
    """Did the holder of the key sign data?  False for a key of another kind."""
    key = public_key(jwk)
    if jwk.get("alg") not in (None, algorithm):
        return False
    digest = _HASHES[algorithm[2:]]()
    try:
        if algorithm.startswith("RS"):
            if jwk["kty"] != "RSA":
                return False
            key.verify(signature, data, padding.PKCS1v15(), digest)
            return True
        if jwk["kty"] != "EC" or jwk["crv"] != _CURVE_OF[algorithm]:
            return False
        # RFC 7518, 3.4: R and S side by side, each of the curve's size.
        size = (key.curve.key_size + 7) // 8
        if len(signature) != 2 * size:
            return False
        key.verify(encode_dss_signature(
            int.from_bytes(signature[:size], "big"),
            int.from_bytes(signature[size:], "big")), data, ec.ECDSA(digest))
        return True
    except InvalidSignature:
        return False


class Signer:
    """Signs tokens with a key of this run."""

    def __init__(self, kid):
        self._kid = kid
        self._key = rsa.generate_private_key(public_exponent=65537,
                                             key_size=2048)

    def jwk(self):
        """The public key as JWKS answers show it (RFC 7517, 4)."""
        n = self._key.public_key().public_numbers()
        return {"kty": "RSA", "alg": "RS256", "kid": self._kid, "use": "sig",
                "e": encode(n.e.to_bytes(3, "big")),
                "n": encode(n.n.to_bytes(256, "big"))}

    def sign(self, claims, typ="application/okta-internal-at+jwt"):
        header = {"kid": self._kid, "alg": "RS256"}
        if typ is not None:
            header["typ"] = typ
        data = ".".join(encode(json.dumps(part, separators=(",", ":"))
                               .encode()) for part in (header, claims))
        return data + "." + encode(self._key.sign(
            data.encode(), padding.PKCS1v15(), hashes.SHA256()))
