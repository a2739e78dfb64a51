"""Direct authentication and the device grant, spoken by hand.

What a person's app would send (okta-api.md, 3); used against the emulator.
"""
import base64
import json
import time
from urllib.parse import urlencode

from emulator_client import DEFAULT_ORG

APP = "0oaPeopleLogInHere01"
SECRET = "a-secret-of-forty-characters-for-basic-0"
PASSWORD = "password"
OTP = "urn:okta:params:oauth:grant-type:otp"
OOB = "urn:okta:params:oauth:grant-type:oob"
MFA_OTP = "http://auth0.com/oauth/grant-type/mfa-otp"
MFA_OOB = "http://auth0.com/oauth/grant-type/mfa-oob"
DEVICE = "urn:ietf:params:oauth:grant-type:device_code"
GRANTS = [PASSWORD, OTP, OOB, MFA_OTP, MFA_OOB, DEVICE]
BOB, BOB_ID = "bob@example.com", "00u2bobEXAMPLE000002"
BOB_PASSWORD = "Correct-Horse-7-bob"
BOB_PUSH = "opf2bobEXAMPLE000001"
BOB_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
ALICE = "alice@example.com"


def app(**changes):
    return {"client_id": APP, "auth": "none", "application_type": "native",
            "grant_types": GRANTS, **changes}


def code(offset=0):
    """Bob's six digits of now (RFC 6238)."""
    import hashlib
    import hmac
    import struct
    digest = hmac.new(base64.b32decode(BOB_SECRET),
                      struct.pack(">Q", int(time.time() // 30) + offset),
                      hashlib.sha1).digest()
    at = digest[-1] & 15
    number = struct.unpack(">I", digest[at:at + 4])[0] & 0x7fffffff
    return "%06d" % (number % 1000000)


def claims(token, part=1):
    text = token.split(".")[part]
    return json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))


class People:
    """An app's calls to one authorization server."""

    def __init__(self, okta, base="/oauth2/v1"):
        self.okta = okta
        self.base = base

    def post(self, path, headers=None, **fields):
        fields.setdefault("client_id", APP)
        fields = {k: v for k, v in fields.items() if v is not None}
        return self.okta.call("POST", self.base + path, urlencode(fields),
                              headers=headers)

    def token(self, grant, headers=None, **fields):
        fields.setdefault("scope", "openid")
        return self.post("/token", headers, grant_type=grant, **fields)

    def password(self, name=BOB, password=BOB_PASSWORD, **more):
        return self.token(PASSWORD, username=name, password=password, **more)

    def mfa(self):
        answer = self.password()
        assert answer.status == 403, answer.body
        assert answer.json["error"] == "mfa_required"
        return answer.json["mfa_token"]

    def challenge(self, mfa_token, channel="push", kinds=MFA_OOB, **more):
        return self.post("/challenge", mfa_token=mfa_token,
                         challenge_types_supported=kinds,
                         channel_hint=channel, **more)

    def primary(self, name=BOB, channel="push", **more):
        return self.post("/primary-authenticate", **{
            "login_hint": name, "channel_hint": channel,
            "challenge_hint": OOB, **more})

    def device(self):
        return self.post("/device/authorize", scope="openid")

    def phone(self, answer):
        return self.okta.change("POST", "/push/" + BOB_PUSH,
                                {"answer": answer})

    def wait(self, seconds):
        """The org's clock goes on; nobody sleeps."""
        self.offset = getattr(self, "offset", 0) + seconds
        self.okta.change("PUT", "/clock", {"offset_s": self.offset})


def with_phone(okta):
    """Bob can be sent an SMS and be called, too."""
    with open(DEFAULT_ORG, encoding="utf-8") as f:
        factors = [u for u in json.load(f)["users"]
                   if u["id"] == BOB_ID][0]["factors"]
    okta.change("PATCH", "/users/" + BOB_ID, {"factors": factors + [
        {"factorType": "sms", "profile": {"phoneNumber": "+15550100199"}},
        {"factorType": "call", "profile": {"phoneNumber": "+15550100199"}}]})


def sent(okta, kind):
    """The code that the person got last."""
    for user in okta.change("GET", "/org")["users"]:
        for factor in user["factors"]:
            if user["id"] == BOB_ID and factor["factorType"] == kind:
                return factor["sent"]
    return None
