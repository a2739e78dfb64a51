"""Time-based codes (RFC 6238), of Okta Verify or another app."""
import base64
import hashlib
import hmac
import struct

from ..errors import Refusal
from . import wrong

STEP = 30
DIGITS = 6
NEAR = 1        # steps before and after that are accepted
FAR = 20        # within this many: right code, wrong time


def describe(factor):
    return {"credentialId": factor.get("profile", {}).get("credentialId")}


def code(secret, step):
    """The code of a base32 secret at one time step."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8), casefold=True)
    digest = hmac.new(key, struct.pack(">Q", step), hashlib.sha1).digest()
    at = digest[-1] & 15
    number = struct.unpack(">I", digest[at:at + 4])[0] & 0x7fffffff
    return "%0*d" % (DIGITS, number % 10 ** DIGITS)


def verify(org, request, tx, factor, body):
    given = wrong.text_of(body, "passCode")
    now = int(org.clock.now() // STEP)
    for away in sorted(range(-FAR, FAR + 1), key=abs):
        if code(factor["secret"], now + away) != given:
            continue
        if abs(away) > NEAR:
            raise Refusal("E0000083")
        if now + away <= factor.get("used", -1):
            raise Refusal("E0000082")
        factor["used"] = now + away
        factor["failures"] = 0
        return True
    raise wrong.refuse(org, tx, factor)
