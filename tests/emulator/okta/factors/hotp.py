"""Counter-based codes (RFC 4226) of a custom token."""
import base64
import hashlib
import hmac
import struct

from . import wrong

AHEAD = 10


def describe(factor):
    return {"credentialId": factor.get("profile", {}).get("credentialId")}


def code(secret, counter):
    key = base64.b32decode(secret + "=" * (-len(secret) % 8), casefold=True)
    digest = hmac.new(key, struct.pack(">Q", counter), hashlib.sha1).digest()
    at = digest[-1] & 15
    number = struct.unpack(">I", digest[at:at + 4])[0] & 0x7fffffff
    return "%06d" % (number % 1000000)


def verify(org, request, tx, factor, body):
    given = wrong.text_of(body, "passCode")
    first = factor.get("counter", 0)
    for counter in range(first, first + AHEAD):
        if given == code(factor["secret"], counter):
            factor["counter"] = counter + 1
            factor["failures"] = 0
            return True
    raise wrong.refuse(org, tx, factor)
