"""Who is calling: the Authorization header against what a route wants.

Reference: okta-api.md, 1.1, 1.4, 1.5, 11 item 2.
"""
from . import dpop
from .errors import Answer, Refusal
from .message import Reply, dump
from . import errors, jose

ANONYMOUS = "anonymous"     # whoever; the header is not looked at
TRUSTED = "trusted"         # anonymous, or an API token and nothing else
SSWS_ONLY = "ssws"          # an API token; OAuth gets "Invalid session"

TOKEN_IDLE_S = 30 * 86400   # an API token ends 30 days after its last use

# What a role may do, by area of a scope (okta.AREA.read|manage).  "" is the
# super administrator's everything; read is implied by manage.
ROLES = {
    "SUPER_ADMIN": {"": "manage"},
    "ORG_ADMIN": {"users": "manage", "groups": "manage", "apps": "read",
                  "logs": "read", "networkZones": "manage",
                  "sessions": "manage", "schemas": "read", "orgs": "read"},
    "READ_ONLY_ADMIN": {"": "read"},
    "APP_ADMIN": {"users": "read", "groups": "read", "apps": "manage",
                  "logs": "read"},
    "USER_ADMIN": {"users": "manage", "groups": "manage", "logs": "read"},
    "HELP_DESK_ADMIN": {"users": "manage", "groups": "read"},
    "REPORT_ADMIN": {"logs": "read"},
}


def role_named(text):
    """The role that a file names, in any case and with or without _ADMIN;
    None for none.  ValueError where there is no such role."""
    if text is None:
        return None
    name = str(text).upper().replace("-", "_").replace(" ", "_")
    for known in ROLES:
        if name in (known, known[:-len("_ADMIN")]):
            return known
    raise ValueError("no such role: %s" % text)


class Caller:
    """key names the caller's share of a rate limit."""

    __slots__ = ("kind", "key", "role", "scopes", "owner")

    def __init__(self, kind, key, role=None, scopes=None, owner=None):
        self.kind = kind
        self.key = key
        self.role = role
        self.scopes = scopes
        self.owner = owner          # login of the person behind a token

    @property
    def has_share(self):
        return self.kind in ("ssws", "oauth")

    @property
    def is_trusted(self):
        return self.kind == "ssws"


def anonymous(request):
    return Caller("anonymous", "ip " + request.client.rpartition(":")[0])


def _includes(held, wanted):
    """Does one scope include the other?  manage includes read."""
    return held == wanted or (wanted.endswith(".read") and
                              held == wanted[:-5] + ".manage")


def role_allows(role, scope):
    _, area, verb = scope.split(".")
    rights = ROLES.get(role, {})
    right = rights.get("") or rights.get(area)
    return right == "manage" or right == verb


def bearer_refusal(org, request, status, error, description, scope="",
                   headers=()):
    """The www-authenticate answer; the attributes say http:, as Okta's.  In
    the scheme that the request used."""
    host = request.host
    used = request.header("authorization", "").split(" ")[0].lower()
    scheme = "DPoP" if used == "dpop" else "Bearer"
    algorithms = 'algs="%s", ' % " ".join(jose.ALGORITHMS) \
        if scheme == "DPoP" else ""
    text = ('%s %sauthorization_uri="http://%s/oauth2/v1/authorize", '
            'realm="http://%s", scope="%s", error="%s", '
            'error_description="%s", resource="%s"' % (
                scheme, algorithms, host, host, scope, error, description, request.path))
    body = b""
    if status == 401 and org.switches["bearer_error_body"]:
        body = dump(errors.body("E0000011", "Invalid token provided"))
    return Answer(Reply(status, body, [("www-authenticate", text),
                                       *headers]))


def identify(org, request):
    """The caller of a request, or the refusal of what it presents.

    The refusal is returned, not raised: it counts against a rate limit.
    """
    if request.route.access == ANONYMOUS:
        return anonymous(request), None
    header = request.header("authorization", "").strip()
    scheme, _, credential = header.partition(" ")
    credential = credential.strip()
    if scheme.lower() == "ssws" and credential:
        entry = _api_token(org, credential)
        if entry is None:
            return anonymous(request), Refusal("E0000011")
        return Caller("ssws", "token " + entry["id"], entry["role"],
                      owner=entry.get("owner")), None
    if scheme.lower() in ("bearer", "dpop") and credential \
            and request.route.access != TRUSTED:
        return _bearer(org, request, scheme, credential)
    return anonymous(request), None


def _api_token(org, credential):
    """The entry of a token in force: used lately, its owner active."""
    entry = org.api_tokens.get(credential)
    if entry is None:
        return None
    now = org.clock.now()
    if now - entry.get("used", now) > TOKEN_IDLE_S:
        return None
    entry["used"] = now
    if entry.get("owner") is not None:
        owner = org.find_user(entry["owner"])
        if owner is None or owner.status != "ACTIVE":
            return None
    return entry


def _bearer(org, request, scheme, credential):
    token = org.tokens.find(credential)
    refusal = None
    if token is None or token.client_id not in org.clients:
        refusal = "The access token is invalid."
    elif token.revoked:
        refusal = "The access token has been revoked."
    elif org.clock.now() >= token.expires:
        refusal = "The token has expired."
    if refusal is not None:
        return anonymous(request), bearer_refusal(
            org, request, 401, "invalid_token", refusal)
    caller = Caller("oauth", "client " + token.client_id,
                    org.clients[token.client_id].get("role"),
                    token.scopes)
    return caller, dpop.check_resource(org, request, scheme, credential,
                                       token)


def authorise(org, request, caller):
    """Raise the refusal where caller may not use the route."""
    access = request.route.access
    if access in (ANONYMOUS, TRUSTED):
        return
    if caller.kind == "anonymous":
        raise Refusal("E0000005")
    if caller.kind == "oauth":
        if access == SSWS_ONLY:
            raise Refusal("E0000005")
        if not any(_includes(s, access) for s in caller.scopes):
            raise bearer_refusal(
                org, request, 403, "insufficient_scope",
                "The access token provided does not contain the required "
                "scopes.", access)
    if access != SSWS_ONLY and not role_allows(caller.role, access):
        raise Refusal("E0000006")
