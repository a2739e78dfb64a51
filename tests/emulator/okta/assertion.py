"""Client assertions (private_key_jwt), verified for real.

Reference: okta-api.md, 1.2 and its error table; RFC 7523, 3.
"""
from . import jose
from .errors import OAuthRefusal

TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
AHEAD_MAX = 3600
SECRET_MIN = 32

UNKNOWN_CLIENT = "Invalid value for 'client_id' parameter."
PARSE = "The parsing of the client_assertion failed."
ALGORITHM = "The client_assertion JWT signature algorithm is invalid."
ISSUER = ("The issuer claim for client_assertion is not a valid client_id.")
SUBJECT = "The subject claim for client_assertion is not a valid client_id."
AUDIENCE = ("The audience claim for client_assertion must be the endpoint "
            "invoked for the request.")
NO_EXPIRY = ("The client_assertion must contain the 'exp' claim as seconds "
             "since epoch.")
EXPIRED = "The client_assertion token is expired."
TOO_FAR = ("The client_assertion token has an expiration too far into the "
           "future.")
ISSUED_LATER = ("The client_assertion token must be issued before the "
                "current time.")
REPLAYED = "The client_assertion token has already been used."
SIGNATURE = "The client_assertion signature is invalid."
KID = "The client_assertion JWT kid is invalid."
NO_KEYS = ("The client does not have a JWKSet configured, but the "
           "client_assertion requires one.")
BAD_KEYS = "The client JWKSet is invalid."
SHORT_SECRET = "The client secret is too short to verify a JWT HMAC."


def refuse(description):
    return OAuthRefusal(401, "invalid_client", description)


def _is_date(value):
    """NumericDate as a number; a quoted or a boolean one is none."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


class Replays:
    """jti values seen, per client, until their assertion expires."""

    def __init__(self):
        self._seen = {}

    def use(self, client_id, jti, expires, now):
        """True where this jti was not used before."""
        for key in [k for k, end in self._seen.items() if end <= now]:
            del self._seen[key]
        if (client_id, jti) in self._seen:
            return False
        self._seen[client_id, jti] = expires
        return True


def _key(client, header):
    """The registered JWK that the assertion's kid names."""
    keys = (client.get("jwks") or {}).get("keys") or []
    if not keys:
        raise refuse(NO_KEYS)
    kid = header.get("kid")
    if kid is None:
        if len(keys) > 1:
            raise refuse(KID)
        return keys[0]
    named = [k for k in keys if isinstance(k, dict) and k.get("kid") == kid]
    if not named:
        raise refuse(KID)
    if len(named) > 1:
        raise refuse(BAD_KEYS)
    return named[0]


def authenticate(org, replays, text, endpoint):
    """The client that signed the assertion for this endpoint's URL.

    The jti is used up as soon as the signature is good, whatever comes after
    it (okta-api.md, 1.2).
    """
    try:
        header, claims, data, signature = jose.read(text)
    except jose.Unreadable:
        raise refuse(PARSE) from None
    algorithm = header.get("alg")
    issuer = claims.get("iss")
    client = org.clients.get(issuer) if isinstance(issuer, str) else None
    if algorithm in ("HS256", "HS384", "HS512") and \
            len((client or {}).get("secret") or "") < SECRET_MIN:
        raise refuse(SHORT_SECRET)
    if algorithm not in jose.ALGORITHMS:
        raise refuse(ALGORITHM)
    if client is None:
        raise refuse(ISSUER)
    if claims.get("sub") != issuer:
        raise refuse(SUBJECT)
    if client.get("status", "ACTIVE") != "ACTIVE":
        raise refuse(UNKNOWN_CLIENT)
    try:
        good = jose.verify(_key(client, header), algorithm, data, signature)
    except jose.BadKey:
        raise refuse(BAD_KEYS) from None
    if not good:
        raise refuse(SIGNATURE)
    now = org.clock.now()
    _check_times(claims, now)
    jti = claims.get("jti")
    if jti is not None and not replays.use(
            issuer, str(jti), float(claims["exp"]), now):
        raise refuse(REPLAYED)
    if claims.get("aud") != endpoint:
        raise refuse(AUDIENCE)
    return client


def _check_times(claims, now):
    expires = claims.get("exp")
    if not _is_date(expires):
        raise refuse(NO_EXPIRY)
    if expires <= now:
        raise refuse(EXPIRED)
    if expires > now + AHEAD_MAX:
        raise refuse(TOO_FAR)
    issued = claims.get("iat")
    if issued is not None and (not _is_date(issued) or issued > now):
        raise refuse(ISSUED_LATER)
