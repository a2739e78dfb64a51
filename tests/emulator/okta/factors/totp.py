"""Time-based codes (RFC 6238), of Okta Verify or another app."""
import base64
import hashlib
import hmac
import struct

from ..errors import Refusal

STEP = 30
DIGITS = 6
NEAR = 1        # steps before and after that are accepted
FAR = 20        # within this many: right code, wrong time
FAILURES_MAX = 5


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
    given = body.get("passCode")
    if not isinstance(given, str):
        raise Refusal("E0000068", causes=["Your passcode doesn't match our "
                                          "records. Please try again."])
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
    factor["failures"] = factor.get("failures", 0) + 1
    if factor["failures"] >= FAILURES_MAX:
        factor["failures"] = 0
        org.set_status(tx.user, "LOCKED_OUT")
        org.authn.end(tx)
        raise Refusal("E0000069")
    raise Refusal("E0000068", causes=["Your passcode doesn't match our "
                                      "records. Please try again."])
