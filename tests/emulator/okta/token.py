"""The token endpoint of the org authorization server.

Reference: okta-api.md, 1.2.  Client credentials with private_key_jwt; other
kinds of client authentication are known only to be refused as Okta does.
"""
import base64
import binascii
from dataclasses import dataclass
from urllib.parse import unquote_plus

from . import assertion, dpop, ids, jose
from .errors import OAuthRefusal
from .message import Reply

CLIENT_CREDENTIALS = "client_credentials"
GRANTS = (CLIENT_CREDENTIALS, "authorization_code", "refresh_token",
          "password", "urn:ietf:params:oauth:grant-type:device_code",
          "urn:okta:params:oauth:grant-type:otp",
          "urn:okta:params:oauth:grant-type:oob",
          "http://auth0.com/oauth/grant-type/mfa-otp",
          "http://auth0.com/oauth/grant-type/mfa-oob")

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
        self._signer = jose.Signer(ids.opaque("", 43))
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
        text = self._signer.sign(claims)
        for old in [k for k, t in self._issued.items()
                    if t.expires < now - 86400]:
            del self._issued[old]
        self._issued[text] = AccessToken(client["client_id"], scopes,
                                         int(now) + life, binding)
        return Reply.of({
            "token_type": "Bearer" if binding is None else "DPoP",
            "expires_in": life, "access_token": text,
            "scope": " ".join(scopes)})


def _request_refusal(description):
    return OAuthRefusal(400, "invalid_request", description)


def _parameters(request):
    content = request.header("content-type", "").split(";")[0].strip()
    if content.lower() != "application/x-www-form-urlencoded":
        raise _request_refusal("The content-type of the request must be "
                               "'application/x-www-form-urlencoded'.")
    pairs = request.form()
    values = {}
    for name, value in pairs:
        if name in values:
            raise _request_refusal("The parameter '%s' is repeated." % name)
        values[name] = value
    return values


def _basic(header):
    try:
        text = base64.b64decode(header.partition(" ")[2], validate=True)
        name, colon, secret = text.decode("utf-8").partition(":")
    except (binascii.Error, UnicodeDecodeError):
        name = colon = secret = ""
    if not colon:
        raise assertion.refuse("Client authentication failed. Either the "
                               "client or the client credentials are "
                               "invalid.")
    return unquote_plus(name), unquote_plus(secret)


def _client(org, request, values):
    """The authenticated client of a token request."""
    header = request.header("authorization")
    kinds = [header is not None, "client_secret" in values,
             "client_assertion" in values or
             "client_assertion_type" in values]
    if sum(kinds) > 1:
        raise _request_refusal("Cannot supply multiple client credentials. "
                               "Use one of the following: credentials in the "
                               "Authorization header, credentials in the "
                               "post body, or a client_assertion in the post "
                               "body.")
    if kinds[2]:
        if values.get("client_assertion_type") != assertion.TYPE:
            raise _request_refusal("The client_assertion_type is invalid.")
        if not values.get("client_assertion"):
            raise _request_refusal("The request is missing the "
                                   "'client_assertion' parameter.")
        client = assertion.authenticate(
            org, org.tokens.replays, values["client_assertion"],
            request.base + request.path)
        if values.get("client_id", client["client_id"]) != \
                client["client_id"]:
            raise assertion.refuse(assertion.UNKNOWN_CLIENT)
        return client, "private_key_jwt"
    return _secret_client(org, header, values)


def _secret_client(org, header, values):
    if header is not None:
        if not header.lower().startswith("basic "):
            raise assertion.refuse("No client credentials found.")
        client_id, secret = _basic(header)
        method = "client_secret_basic"
    elif "client_id" in values:
        client_id, secret = values["client_id"], values.get("client_secret")
        method = "client_secret_post"
    else:
        raise assertion.refuse("No client credentials found.")
    client = org.clients.get(client_id)
    if client is None or client.get("status", "ACTIVE") != "ACTIVE":
        raise assertion.refuse(assertion.UNKNOWN_CLIENT)
    if client.get("auth", "private_key_jwt") == "private_key_jwt" or \
            secret is None:
        if values.get("grant_type") == CLIENT_CREDENTIALS and \
                _is_service(client):
            raise assertion.refuse(
                "Client Credentials requests to the Org Authorization Server "
                "must use the private_key_jwt token_endpoint_auth_method.")
        raise assertion.refuse("Client authentication failed. Either the "
                               "client or the client credentials are "
                               "invalid.")
    if secret != client.get("secret"):
        raise assertion.refuse("The client secret supplied for a "
                               "confidential client is invalid.")
    return client, method


def _is_service(client):
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
    if not granted:
        raise OAuthRefusal(400, org.switches["ungranted_scope_error"],
                           "You are not allowed any of the requested "
                           "scopes.")
    return granted


def token(org, request):
    values = _parameters(request)
    grant = values.get("grant_type")
    if not grant:
        raise _request_refusal("The request is missing the 'grant_type' "
                               "parameter.")
    try:
        client, method = _client(org, request, values)
        if grant not in GRANTS:
            raise OAuthRefusal(400, "unsupported_grant_type",
                               "The authorization grant type is not "
                               "supported by the authorization server.")
        return _grant(org, request, client, method, grant, values)
    except OAuthRefusal as why:
        org.log.add("app.oauth2.token.grant", "OAuth2 token request", None,
                    outcome="FAILURE", reason=why.error, request=request)
        raise


def _grant(org, request, client, method, grant, values):
    allowed = client.get("grant_types", [CLIENT_CREDENTIALS])
    if grant not in allowed or grant != CLIENT_CREDENTIALS:
        raise OAuthRefusal(
            400, "unauthorized_client", "The client is not authorized to use "
            "the provided grant type. Configured grant types: [%s]."
            % ", ".join(allowed))
    if not _is_service(client):
        raise assertion.refuse(
            "Only clients with 'application_type' of 'service' may use the "
            "client_credentials 'grant_type' with the Org Authorization "
            "Server.")
    if method != "private_key_jwt" and not client.get("integration"):
        raise assertion.refuse(
            "Client Credentials requests to the Org Authorization Server "
            "must use the private_key_jwt token_endpoint_auth_method.")
    if client.get("network") == "denied":
        raise OAuthRefusal(403, "access_denied", "The request is made from "
                           "outside the client's permitted network zones.")
    binding = dpop.bind(org, request, client)
    scopes = _granted(org, client, values.get("scope", ""))
    reply = org.tokens.issue(org, request, client, scopes, binding)
    org.log.add("app.oauth2.token.grant.access_token",
                "OAuth2 access token is granted", None, request=request)
    return reply
