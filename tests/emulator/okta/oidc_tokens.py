"""Tokens of people: ID token and access token, keys, discovery.

Reference: okta-api.md, 3.2 (answer), 3.6 (claims).
"""
import hashlib

from . import ids, jose
from .errors import not_found
from .message import Reply

LIFE_S = 3600
# What each method of a login adds to amr.
AMR = {"pwd": ["pwd"], "otp": ["otp"], "push": ["swk"], "sms": ["sms"],
       "voice": ["tel"]}


def issuer(org, request, server):
    if server is None:
        return request.base
    if server not in org.switches["auth_servers"]:
        raise not_found(server, "AuthorizationServer")
    return "%s/oauth2/%s" % (request.base, server)


def base(request, server):
    return request.base + ("/oauth2/v1" if server is None
                           else "/oauth2/%s/v1" % server)


def amr_of(methods):
    amr = [word for m in methods for word in AMR[m]]
    if len(set(methods)) > 1:
        amr.append("mfa")
    return amr


def _changed(claims, changes):
    """Claims as a test wants them; null takes one away."""
    claims = {**claims, **changes}
    return {k: v for k, v in claims.items() if v is not None}


def tokens(org, request, server, client, user, scope, amr):
    """The 200 of the token endpoint after a person's login."""
    now = int(org.clock.now())
    name = issuer(org, request, server)
    access = org.tokens.signer.sign({
        "ver": 1, "jti": "AT." + ids.opaque("", 43), "iss": name,
        "aud": request.base if server is None else "api://" + server,
        "iat": now, "exp": now + LIFE_S, "cid": client["client_id"],
        "uid": user.id, "scp": scope.split(), "auth_time": now,
        "sub": user.login})
    half = hashlib.sha256(access.encode()).digest()[:16]
    claims = {"sub": user.id, "ver": 1, "iss": name,
              "aud": client["client_id"], "iat": now, "exp": now + LIFE_S,
              "jti": "ID." + ids.opaque("", 43), "amr": amr,
              "idp": org.org_id, "auth_time": now,
              "at_hash": jose.encode(half)}
    if "profile" in scope.split():
        claims.update(name=user.name, preferred_username=user.login)
    if "email" in scope.split():
        claims["email"] = user.profile.get("email")
    org.log.add("app.oauth2.token.grant.id_token", "OIDC id token is granted",
                user, request=request)
    return Reply.of({
        "token_type": "Bearer", "expires_in": LIFE_S, "access_token": access,
        "scope": scope, "id_token": org.tokens.signer.sign(
            _changed(claims, org.switches["id_token"]), None)})


def keys(org, request, server=None):
    issuer(org, request, server)
    reply = Reply.of({"keys": [org.tokens.signer.jwk()]})
    return reply


def discovery(org, request, server=None):
    here = base(request, server)
    return Reply.of({
        "issuer": issuer(org, request, server),
        "authorization_endpoint": here + "/authorize",
        "token_endpoint": here + "/token",
        "userinfo_endpoint": here + "/userinfo",
        "jwks_uri": here + "/keys",
        "device_authorization_endpoint": here + "/device/authorize",
        "response_types_supported": ["code", "id_token", "token"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "scopes_supported": ["openid", "email", "profile", "address",
                             "phone", "offline_access"],
        "token_endpoint_auth_methods_supported": [
            "client_secret_basic", "client_secret_post", "private_key_jwt",
            "none"]})
