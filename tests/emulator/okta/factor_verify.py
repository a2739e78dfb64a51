"""Factors API: verifying a factor of a person who is known already.

Reference: okta-api.md, 4.  No password and no policy is looked at.
"""
from . import clock, factors, ids
from .errors import Refusal, not_found
from .message import Reply
from .users import parse_json

LIFE_S = 300
RESULTS = {"reject": "REJECTED", "timeout": "TIMEOUT"}


class _Attempt:
    """What the factor modules want to know of a transaction."""

    def __init__(self, user):
        self.user = user
        self.token = ""
        self.factor = self.challenge = None


class Push:
    """One transaction; result WAITING until the phone has answered."""

    def __init__(self, org, factor, number):
        self.factor_id = factor["id"]
        self.number = number
        self.ends = org.clock.now() + LIFE_S
        self.result = "WAITING"


def _find(org, user_key, factor_id):
    user = org.find_user(user_key)
    if user is None:
        raise not_found(user_key, "User")
    for factor in user.factors:
        if factor["id"] == factor_id:
            if factor.get("status", "ACTIVE") != "ACTIVE":
                raise Refusal("E0000180")
            return user, factor
    raise not_found(factor_id, "UserFactor")


def _here(request, user, factor):
    return "%s/api/v1/users/%s/factors/%s" % (request.base, user.id,
                                              factor["id"])


def _waiting(org, request, user, factor, name, push):
    href = "%s/transactions/%s" % (_here(request, user, factor), name)
    shown = {"factorResult": push.result, "profile": factor.get("profile"),
             "_links": {}}
    if push.result == "WAITING":
        shown["expiresAt"] = clock.stamp(push.ends)
        shown["_links"] = {
            "poll": {"href": href, "hints": {"allow": ["GET"]}},
            "cancel": {"href": href, "hints": {"allow": ["DELETE"]}}}
        if push.number is not None:
            shown["_embedded"] = {"challenge": {"correctAnswer": push.number}}
    else:
        shown["_links"]["verify"] = {
            "href": _here(request, user, factor) + "/verify",
            "hints": {"allow": ["POST"]}}
    return shown


def verify(org, request, user_key, factor_id):
    user, factor = _find(org, user_key, factor_id)
    if user.status in ("STAGED", "SUSPENDED", "DEPROVISIONED"):
        raise Refusal("E0000006")
    body = parse_json(request) if request.body else {}
    if factor["factorType"] == "push":
        return _push(org, request, user, factor, body)
    attempt = _Attempt(user)
    if "passCode" not in body and "answer" not in body:
        if factor["factorType"] not in ("sms", "call", "email"):
            raise Refusal("E0000001", "passCode")
        factors.verify(org, request, attempt, factor, body)
        return Reply.of({"factorResult": "CHALLENGE",
                         "profile": factor.get("profile"), "_links": {
                             "verify": {"href": _here(request, user, factor)
                                        + "/verify",
                                        "hints": {"allow": ["POST"]}}}})
    if factors.verify(org, request, attempt, factor, body):
        org.log.add("user.authentication.auth_via_mfa",
                    "Authentication of user via MFA", user, request=request)
        return Reply.of({"factorResult": "SUCCESS"})
    return Reply.of({"factorResult": "FAILED"})


def _push(org, request, user, factor, body):
    if "user-agent" not in request.fields:
        raise Refusal("E0000001", "User-Agent")
    number = None
    if body.get("useNumberMatchingChallenge") is True:
        number = 10 + int(ids.request_id(), 16) % 90
    push = Push(org, factor, number)
    name = "v2mst." + ids.opaque("", 22)
    factor["pushes"] = factor.get("pushes", 0) + 1
    org.oidc.pushes[name] = push
    return Reply.of(_waiting(org, request, user, factor, name, push), 201)


def _transaction(org, user_key, factor_id, name):
    user, factor = _find(org, user_key, factor_id)
    push = org.oidc.pushes.get(name)
    if push is None or push.factor_id != factor_id:
        raise not_found(name, "UserFactorTransaction")
    return user, factor, push


def poll(org, request, user_key, factor_id, name):
    user, factor, push = _transaction(org, user_key, factor_id, name)
    answer = factor.pop("answer", None) if push.result == "WAITING" else None
    if answer is None and org.clock.now() >= push.ends:
        answer = "timeout"
    if answer == (push.number if push.number is not None else "approve") or \
            answer == "approve":
        del org.oidc.pushes[name]
        return Reply.of({"factorResult": "SUCCESS"})
    if answer is not None:
        push.result = RESULTS.get(answer, "REJECTED")
    return Reply.of(_waiting(org, request, user, factor, name, push))


def cancel(org, request, user_key, factor_id, name):
    _, _, push = _transaction(org, user_key, factor_id, name)
    del org.oidc.pushes[name]
    return Reply(204)
