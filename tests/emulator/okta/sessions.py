"""Sessions made from session tokens.  Reference: okta-api.md, 7.4."""
from . import clock, ids
from .errors import Refusal, not_found
from .message import Reply
from .users import parse_json

LIFE_S = 7200


def create(org, request):
    if not request.body:
        raise Refusal("E0000003")
    token = parse_json(request).get("sessionToken")
    user_id, expires = org.authn.session_tokens.pop(
        token if isinstance(token, str) else "", (None, 0))
    user = org.users.get(user_id)
    now = org.clock.now()
    if user is None or expires <= now:
        raise Refusal("E0000004")
    session = {
        "id": ids.opaque("102", 25), "userId": user.id, "login": user.login,
        "createdAt": clock.stamp(now), "expiresAt": clock.stamp(now + LIFE_S),
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
    session = org.authn.sessions.get(key)
    if session is None or \
            clock.parse(session["expiresAt"]) <= org.clock.now():
        raise not_found(key, "AppSession")
    return session


def get(org, request, key):
    session = _find(org, key)
    return Reply.of(_shown(org, session, session["id"], session["userId"]))


def delete(org, request, key):
    _find(org, key)
    del org.authn.sessions[key]
    return Reply(204)
