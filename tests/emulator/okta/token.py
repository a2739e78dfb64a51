"""The token endpoint of an authorization server.

Reference: okta-api.md, 1.2: client credentials.  What people log in with is
in oidc_grants.py.
"""
from dataclasses import dataclass

from . import assertion, client_auth, dpop, ids, jose, oidc_grants
from .client_auth import CLIENT_CREDENTIALS, is_service
from .errors import OAuthRefusal
from .message import Reply

# Grants of people have modules of their own; these need a browser.
GRANTS = (CLIENT_CREDENTIALS, "authorization_code", "refresh_token",
          *oidc_grants.TABLE)

AREAS = (
    "agentPools", "apiTokens", "appGrants", "apps", "authenticators",
    "authorizationServers", "behaviors", "brands", "captchas",
    "certificateAuthorities", "clients", "deviceAssurance", "devices",
    "domains", "emailDomains", "eventHooks", "events", "factors", "features",
    "groups", "idps", "inlineHooks", "linkedObjects", "logStreams", "logs",
    "networkZones", "oauthIntegrations", "orgs", "policies",
    "principalRateLimits", "profileMappings", "rateLimits", "realms",
    "resourceSelectors", "riskProviders", "roles", "schemas", "sessions",
    "templates", "threatInsights", "trustedOrigins", "uischemas",
    "userTypes", "users")
SINGLE_SCOPES = ("okta.riskEvents.manage", "okta.universalLogout.manage",
                 "okta.myAccount.read")


@dataclass
class AccessToken:
    client_id: str
    scopes: list
    expires: float
    binding: str = None
    revoked: bool = False


class Tokens:
    """Tokens in force, the signing key, and the replay store."""

    def __init__(self):
        self.replays = assertion.Replays()
        self.proofs = dpop.Proofs()
        self.signer = jose.Signer(ids.opaque("", 43))
        self._issued = {}

    def find(self, text):
        return self._issued.get(text)

    def revoke_all(self):
        for token in self._issued.values():
            token.revoked = True

    def issue(self, org, request, client, scopes, binding):
        now = org.clock.now()
        life = int(org.switches["token_seconds"])
        claims = {"ver": 1, "jti": "AT." + ids.opaque("", 43),
                  "iss": request.base, "aud": request.base,
                  "sub": client["client_id"], "iat": int(now),
                  "exp": int(now) + life, "cid": client["client_id"],
                  "scp": scopes}
        if binding is not None:
            claims["cnf"] = {"jkt": binding}
        text = self.signer.sign(claims)
        for old in [k for k, t in self._issued.items()
                    if t.expires < now - 86400]:
            del self._issued[old]
        self._issued[text] = AccessToken(client["client_id"], scopes,
                                         int(now) + life, binding)
        return Reply.of({
            "token_type": "Bearer" if binding is None else "DPoP",
            "expires_in": life, "access_token": text,
            "scope": " ".join(scopes)},
            headers=dpop.nonce_headers(org) if binding is not None else ())


def is_service(client):
    return client.get("application_type", "service") == "service"


def _is_known(scope):
    if scope in SINGLE_SCOPES:
        return True
    parts = scope.split(".")
    return (len(parts) == 3 and parts[0] == "okta" and parts[1] in AREAS
            and parts[2] in ("read", "manage"))


def _granted(org, client, text):
    """The scopes the token will carry; ungranted ones fall out silently."""
    asked = list(dict.fromkeys(text.split()))
    if not asked:
        raise OAuthRefusal(400, "invalid_scope", "No scopes were requested.")
    if any(s.endswith(".self") for s in asked):
        raise OAuthRefusal(400, "client_credentials_self_scope_requested",
                           "Self scopes cannot be requested using client "
                           "credentials.")
    if any(s in ("openid", "profile", "email", "address", "phone",
                 "offline_access", "device_sso", "groups") for s in asked):
        raise OAuthRefusal(400, "invalid_scope", "Cannot request 'openid' "
                           "scopes using client credentials.")
    if not all(_is_known(s) for s in asked):
        raise OAuthRefusal(400, "invalid_scope",
                           "One or more scopes are not configured for the "
                           "authorization server resource.")
    granted = [s for s in asked if s in client.get("scopes", ())]
    if not granted and org.switches["ungranted_scope_error"] == "user_consent":
        raise OAuthRefusal(400, "consent_required",
                           "The following scopes require user consent and "
                           "cannot be granted for the client credentials "
                           "grant type: [%s]." % ", ".join(asked))
    if not granted:
        raise OAuthRefusal(400, org.switches["ungranted_scope_error"],
                           "You are not allowed any of the requested "
                           "scopes.")
    return granted


def token(org, request, server=None):
    """POST .../token; server: the id of a custom authorization server."""
    values = client_auth.parameters(request)
    grant = values.get("grant_type")
    if not grant:
        raise client_auth.invalid_request("The request is missing the "
                                          "'grant_type' parameter.")
    try:
        client, method = client_auth.client_of(org, request, values)
        if grant not in GRANTS:
            raise OAuthRefusal(400, "unsupported_grant_type",
                               "The authorization grant type is not "
                               "supported by the authorization server.")
        return _grant(org, request, server, client, method, grant, values)
    except OAuthRefusal as why:
        org.log.add("app.oauth2.token.grant", "OAuth2 token request", None,
                    outcome="FAILURE", reason=why.error, request=request)
        raise


def _grant(org, request, server, client, method, grant, values):
    client_auth.check_grant(client, grant)
    if client.get("network") == "denied":
        raise OAuthRefusal(403, "access_denied", "The request is made from "
                           "outside the client's permitted network zones.")
    if grant in oidc_grants.TABLE:
        binding = dpop.bind(org, request, client)
        reply = oidc_grants.run(org, request, server, client, grant, values)
        return reply if binding is None else dpop.bound(org, reply)
    if grant != CLIENT_CREDENTIALS or server is not None:
        raise client_auth.unauthorized(client)
    return _client_credentials(org, request, client, method, values)


def _client_credentials(org, request, client, method, values):
    if not is_service(client):
        raise assertion.refuse(
            "Only clients with 'application_type' of 'service' may use the "
            "client_credentials 'grant_type' with the Org Authorization "
            "Server.")
    if method != "private_key_jwt" and not client.get("integration"):
        raise assertion.refuse(
            "Client Credentials requests to the Org Authorization Server "
            "must use the private_key_jwt token_endpoint_auth_method.")
    binding = dpop.bind(org, request, client)
    scopes = _granted(org, client, values.get("scope", ""))
    reply = org.tokens.issue(org, request, client, scopes, binding)
    org.log.add("app.oauth2.token.grant.access_token",
                "OAuth2 access token is granted", None, request=request)
    return reply
