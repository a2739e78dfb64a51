"""Proof of possession: the proofs of token and resource requests.

Reference: okta-api.md, 1.3; RFC 9449.
"""
import hashlib
import json

from . import ids, jose
from .errors import Answer, OAuthRefusal
from .message import Reply

PAST_MAX = 300
SUBJECT = "The DPoP proof JWT "
MISSING = SUBJECT + "header is missing."
MULTIPLE = "Multiple DPoP proof JWT headers are not allowed."
PARSE = SUBJECT + "cannot be parsed."
TYPE = "'typ' must be 'dpop+jwt' in the DPoP proof JWT."
ALGORITHM = SUBJECT + "signature algorithm is invalid."
SIGNATURE = SUBJECT + "signature is invalid."
FUTURE = SUBJECT + "is issued in the future."
STALE = SUBJECT + "is issued more than five minutes in the past."
EXPIRED = SUBJECT + "is expired."
REPLAYED = SUBJECT + "has already been used."
HASH = ("'ath' claim in the DPoP proof does not match the presented "
        "access_token.")
UNBOUND_PROOF = "The access_token is not bound to the provided DPoP proof."
NONCE = "Authorization server requires nonce in DPoP proof."
NO_PROOF = "The resource request requires a DPoP proof."
SCHEME = ("The resource request must use the DPoP authentication scheme when "
          "using a DPoP bound token.")
UNBOUND_TOKEN = "The presented access_token is not DPoP bound."


class Bad(Exception):
    """What is wrong with a proof: error word and description."""

    def __init__(self, description, error="invalid_dpop_proof"):
        super().__init__(description)
        self.error = error
        self.description = description


def _claim(name):
    return Bad("'%s' claim in the DPoP proof JWT is invalid." % name)


class Proofs:
    """Nonces in force and the proofs that were used.

    A new nonce every dpop_nonce_s seconds; the one before stays good for
    three times as long.
    """

    def __init__(self):
        self._used = {}
        self._nonces = []       # (made at, value), oldest first

    def nonce(self, org):
        now, life = org.clock.now(), org.switches["dpop_nonce_s"]
        if not self._nonces or not \
                0 <= now - self._nonces[-1][0] < life:
            self._nonces.append((now, ids.opaque("", 32)))
        return self._nonces[-1][1]

    def knows(self, org, value):
        now, life = org.clock.now(), org.switches["dpop_nonce_s"]
        self.nonce(org)
        self._nonces = [(at, v) for at, v in self._nonces
                        if now - at < 4 * life]
        return any(v == value for _, v in self._nonces)

    def forget_nonces(self):
        self._nonces = []

    def use(self, key, jti, now):
        self._used = {k: at for k, at in self._used.items()
                      if now - at < 2 * PAST_MAX}
        if (key, jti) in self._used:
            return False
        self._used[key, jti] = now
        return True


def thumbprint(jwk):
    """RFC 7638: SHA-256 over the required members in their order."""
    names = ("crv", "kty", "x", "y") if jwk["kty"] == "EC" else \
        ("e", "kty", "n")
    text = json.dumps({n: jwk[n] for n in names}, separators=(",", ":"),
                      sort_keys=True)
    return jose.encode(hashlib.sha256(text.encode()).digest())


def _is_date(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _verify(org, request, text):
    """(thumbprint, claims) of a good proof for this request; Bad else."""
    if "," in text:
        raise Bad(MULTIPLE)
    try:
        header, claims, data, signature = jose.read(text)
    except jose.Unreadable:
        raise Bad(PARSE) from None
    if header.get("typ") != "dpop+jwt":
        raise Bad(TYPE)
    if header.get("alg") not in jose.ALGORITHMS:
        raise Bad(ALGORITHM)
    jwk = header.get("jwk")
    if not isinstance(jwk, dict) or \
            set(jwk) & {"d", "p", "q", "dp", "dq", "qi", "k", "oth"}:
        raise Bad(PARSE)
    try:
        if not jose.verify(jwk, header["alg"], data, signature):
            raise Bad(SIGNATURE)
    except jose.BadKey:
        raise Bad(PARSE) from None
    if claims.get("htm") != request.method:
        raise _claim("htm")
    if claims.get("htu") != request.base + request.path:
        raise _claim("htu")
    now, issued = org.clock.now(), claims.get("iat")
    if not _is_date(issued):
        raise _claim("iat")
    if issued > now:
        raise Bad(FUTURE)
    if issued < now - PAST_MAX:
        raise Bad(STALE)
    if "exp" in claims and (not _is_date(claims["exp"]) or
                            claims["exp"] <= now):
        raise Bad(EXPIRED)
    jti = claims.get("jti")
    if not isinstance(jti, str) or not jti:
        raise _claim("jti")
    key = thumbprint(jwk)
    if not org.tokens.proofs.use(key, jti, now):
        raise Bad(REPLAYED)
    return key, claims


def nonce_headers(org):
    return [("dpop-nonce", org.tokens.proofs.nonce(org))]


def bind(org, request, client):
    """Token endpoint: the thumbprint to bind a token to, or None.

    A proof that the app does not ask for binds its token, too.
    """
    text = request.header("dpop")
    if text is None:
        if client.get("dpop"):
            raise OAuthRefusal(400, "invalid_dpop_proof", MISSING)
        return None
    try:
        key, claims = _verify(org, request, text)
        if not org.tokens.proofs.knows(org, claims.get("nonce")):
            raise Bad(NONCE, "use_dpop_nonce")
    except Bad as why:
        raise OAuthRefusal(400, why.error, why.description,
                           nonce_headers(org) if why.error ==
                           "use_dpop_nonce" else ()) from None
    return key


def bound(org, reply):
    """The answer to a person's login by an app that is bound."""
    return Reply.of({**json.loads(reply.body), "token_type": "DPoP"},
                    headers=reply.headers + nonce_headers(org))


def check_resource(org, request, scheme, credential, token):
    """Resource: the refusal of a request with this token, or None."""
    is_dpop = scheme.lower() == "dpop"
    text = request.header("dpop")
    status, headers = 400, ()
    try:
        if token.binding is None:
            if not is_dpop:
                return None
            status = 401
            raise Bad(UNBOUND_TOKEN, "invalid_token")
        if not is_dpop:
            raise Bad(SCHEME, "invalid_request")
        if text is None:
            raise Bad(NO_PROOF, "invalid_request")
        key, claims = _verify(org, request, text)
        digest = hashlib.sha256(credential.encode()).digest()
        if claims.get("ath") != jose.encode(digest):
            raise Bad(HASH)
        if key != token.binding:
            raise Bad(UNBOUND_PROOF)
        if org.switches["dpop_resource_nonce"] and \
                not org.tokens.proofs.knows(org, claims.get("nonce")):
            status, headers = 401, nonce_headers(org)
            raise Bad(NONCE, "use_dpop_nonce")
    except Bad as why:
        from .callers import bearer_refusal
        return bearer_refusal(org, request, status, why.error,
                              why.description, headers=headers)
    return None
