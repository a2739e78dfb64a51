"""Sessions made from session tokens.  Reference: okta-api.md, 7.4."""
from . import clock, ids
from .errors import Refusal, not_found
from .message import Reply
from .users import parse_json

_BARRED = ("SUSPENDED", "DEPROVISIONED")


def _end(org):
    return clock.stamp(org.clock.now() + org.switches["session_seconds"])


def create(org, request):
    if not request.body:
        raise Refusal("E0000003")
    token = parse_json(request).get("sessionToken")
    user_id, expires = org.authn.session_tokens.pop(
        token if isinstance(token, str) else "", (None, 0))
    user = org.users.get(user_id)
    now = org.clock.now()
    if user is None or expires <= now or user.status in _BARRED:
        raise Refusal("E0000004")
    session = {
        "id": ids.opaque("102", 25), "userId": user.id, "login": user.login,
        "createdAt": clock.stamp(now), "expiresAt": _end(org),
        "status": "ACTIVE", "lastPasswordVerification": clock.stamp(now),
        "lastFactorVerification": None, "amr": ["pwd"],
        "idp": {"id": org.org_id, "type": "OKTA"}, "mfaActive": False}
    org.authn.sessions[session["id"]] = session
    return Reply.of(_shown(org, session, "me", "me"))


def _shown(org, session, own, user):
    here = "%s/api/v1/sessions/%s" % (org.url, own)
    who = org.users.get(session["userId"])
    return dict(session, _links={
        "self": {"href": here, "hints": {"allow": ["GET", "DELETE"]}},
        "refresh": {"href": here + "/lifecycle/refresh",
                    "hints": {"allow": ["POST"]}},
        "user": {"name": who.name if who else "", "href":
                 "%s/api/v1/users/%s" % (org.url, user),
                 "hints": {"allow": ["GET"]}}})


def _find(org, key):
    if key == "me":             # a browser's, by its cookie
        raise not_found(key, "Session")
    session = org.authn.sessions.get(key)
    if session is None or \
            clock.parse(session["expiresAt"]) <= org.clock.now():
        raise not_found(key, "AppSession")
    return session


def get(org, request, key):
    session = _find(org, key)
    # The link names another one than was asked for (recorded).
    return Reply.of(_shown(org, session, ids.opaque("102", 25),
                           session["userId"]))


def refresh(org, request, key):
    session = _find(org, key)
    session["expiresAt"] = _end(org)
    if request.header("prefer", "").replace(" ", "") == "return=minimal":
        return Reply(204)
    return get(org, request, key)


def delete(org, request, key):
    session = _find(org, key)
    del org.authn.sessions[key]
    org.log.add("user.session.end", "User logout from Okta",
                org.users.get(session["userId"]), request=request)
    return Reply(204)
