"""Identifiers and one-time values in the shapes that Okta gives them.

Reference: okta-api.md, 8.7 (ids), 8.2 (request and error ids), 2.3 (tokens).
"""
import base64
import hashlib
import os

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def stable(prefix, *parts):
    """A 20-character id that is the same for the same parts, always."""
    seed = "\0".join([prefix, *map(str, parts)]).encode()
    n = int.from_bytes(hashlib.sha256(seed).digest(), "big")
    out = []
    for _ in range(20 - len(prefix)):
        n, r = divmod(n, 62)
        out.append(_ALPHABET[r])
    return prefix + "".join(out)


def base32(*parts):
    """A stable secret for time-based codes."""
    seed = "\0".join(map(str, parts)).encode()
    return base64.b32encode(hashlib.sha256(seed).digest()[:20]).decode()


def fresh(prefix):
    return stable(prefix, os.urandom(16).hex())


def opaque(prefix, length):
    """A random URL-safe text of exactly length characters."""
    text = base64.urlsafe_b64encode(os.urandom(length)).decode()
    return (prefix + text)[:length]


def request_id():
    return os.urandom(16).hex()


def error_id():
    return opaque("oae", 25)


def transaction_id():
    return os.urandom(16).hex()
